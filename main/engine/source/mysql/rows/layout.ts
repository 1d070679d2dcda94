import type { TableSchema } from '../../../../../shared/model/database.ts';
import { figureOf, knownDimensions, type FigureDefinition } from './figure.ts';
import type { DimensionLayout } from './group-sums.ts';
import { conditionLayout, type ConditionLayout } from './row-condition.ts';

/** One ledger or count of a table, resolved to column indexes. */
export interface LedgerLayout {
  readonly name: string;
  /** Index of the amount column in the row, or -1: rows are counted, nothing is added up. */
  readonly amount: number;
  /** What every row must have. */
  readonly where: readonly ConditionLayout[];
  /** What it must have besides to count; null: nothing. */
  readonly paid: ConditionLayout | null;
  readonly by: readonly DimensionLayout[];
}

/**
 * What the row codec needs to know about a table: indexes into the fetched row, nothing else. Plain data, so it can be
 * cloned to a worker once per table.
 */
export interface RowLayout {
  /** Fields per fetched row: all of `TableSchema.columns`. */
  readonly columnCount: number;
  /** Columns of the open text, in column order; also the order of the open row digest. */
  readonly open: readonly number[];
  /** Columns of the sealed text, in column order; empty when the table has no secret columns. */
  readonly secret: readonly number[];
  /** Order of the sealed row digest: key columns then secret ones, or all columns when the table has no key. */
  readonly sealedDigest: readonly number[];
  /** 1 where the column enters the digest as the hex of its SHA-256. */
  readonly long: Uint8Array;
  /** True when rows may repeat, so that XOR alone could cancel them out. */
  readonly withSum: boolean;
  readonly ledgers: readonly LedgerLayout[];
}

/**
 * Resolves a table to indexes. Ledgers of other tables are ignored; a ledger whose column does not exist is a bug of the
 * caller (ledgers are matched against the schema before a backup) and throws a plain Error.
 */
export function layoutOf(schema: TableSchema, ledgers: readonly FigureDefinition[] = []): RowLayout {
  const all = schema.columns.map((_, index) => index);
  const secret = all.filter((index) => schema.columns[index]?.secret === true);
  const indexOf = (name: string): number => {
    const index = schema.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
    if (index < 0) throw new Error(`no stored column ${name} in ${schema.database}.${schema.name}`);
    return index;
  };
  const sealedDigest = schema.key === null ? all : [...schema.key.map(indexOf), ...secret];
  return {
    columnCount: schema.columns.length,
    open: all.filter((index) => schema.columns[index]?.secret !== true),
    secret,
    sealedDigest: secret.length === 0 ? [] : sealedDigest,
    long: Uint8Array.from(schema.columns, (column) => (column.long ? 1 : 0)),
    withSum: schema.key === null,
    ledgers: ledgers
      .filter((ledger) => ledger.database === schema.database && ledger.table === schema.name)
      .map((ledger): LedgerLayout => {
        const figure = figureOf(ledger);
        const { name, amountColumn, where, paid } = figure;
        return {
          name,
          amount: amountColumn === null ? -1 : indexOf(amountColumn),
          where: where.map((condition) => conditionLayout(condition, indexOf(condition.column))),
          paid: paid === null ? null : conditionLayout(paid, indexOf(paid.column)),
          by: knownDimensions(figure, schema).map(({ id, index, column, day }) => ({
            id,
            column: index,
            charset: column.charset,
            day,
          })),
        };
      }),
  };
}
