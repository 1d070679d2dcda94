import type { DimensionId } from '../../../../../shared/model/breakdown.ts';
import type {
  Column,
  CountDefinition,
  LedgerDay,
  LedgerDefinition,
  RowCondition,
  TableSchema,
} from '../../../../../shared/model/database.ts';

/** What the server and the engine add up over one table: a ledger, or a count. */
export type FigureDefinition = LedgerDefinition | CountDefinition;

export interface Figure {
  /** Of a partial: a count's begins with `count:`. */
  readonly name: string;
  /** Null: rows are counted and nothing is added up. */
  readonly amountColumn: string | null;
  /** For every row. */
  readonly where: readonly RowCondition[];
  /** Besides, for a row that counts; null: all do. */
  readonly paid: RowCondition | null;
  readonly by: readonly FigureDimension[];
}

export interface FigureDimension {
  readonly id: DimensionId;
  readonly column: string;
  readonly day: LedgerDay | null;
}

export function figureOf(definition: FigureDefinition): Figure {
  if (!('amountColumn' in definition)) {
    const { where, sum, by } = definition;
    return {
      name: figureName(definition),
      amountColumn: sum?.column ?? null,
      where,
      paid: null,
      by: by === null ? [] : [{ id: 'product', column: by, day: null }],
    };
  }
  const { amountColumn, statusColumn, paidValues, where, day, productColumn, currencyColumn } = definition;
  const plain = (id: DimensionId, column: string | null | undefined): FigureDimension[] =>
    column === null || column === undefined ? [] : [{ id, column, day: null }];
  return {
    name: figureName(definition),
    amountColumn,
    where: where ?? [],
    paid: statusColumn === null ? null : { column: statusColumn, values: paidValues },
    by: [
      ...plain('status', statusColumn),
      ...(day === undefined ? [] : [{ id: 'day' as const, column: day.column, day }]),
      ...plain('currency', currencyColumn),
      ...plain('product', productColumn),
    ],
  };
}

export function figureName(definition: FigureDefinition): string {
  return 'amountColumn' in definition ? definition.name : `count:${definition.name}`;
}

/** A dimension that the table can answer. */
export interface KnownDimension {
  readonly id: DimensionId;
  readonly column: Column;
  readonly index: number;
  readonly day: LedgerDay | null;
}

const integers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);
const times = new Set(['date', 'datetime', 'timestamp']);
const texts = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext']);

/**
 * The dimensions of a figure for which the table has a fitting column. Never a secret one: its values would stand in records that the main
 * key opens.
 */
export function knownDimensions(figure: Figure, table: TableSchema): KnownDimension[] {
  return figure.by.flatMap(({ id, column: name, day }): KnownDimension[] => {
    const index = table.columns.findIndex((each) => each.name.toLowerCase() === name.toLowerCase());
    const column = table.columns[index];
    if (column === undefined || column.secret || column.form !== 'plain') return [];
    return day !== null && !isDay(column, day) ? [] : [{ id, column, index, day }];
  });
}

function isDay({ dataType }: Column, { form }: LedgerDay): boolean {
  if (form === 'utc') return times.has(dataType);
  if (form === 'local') return times.has(dataType) || texts.has(dataType);
  return integers.has(dataType);
}

/** A whole number whose fetched text is its digits and nothing else. */
export function isPlainInteger({ dataType, columnType }: Column): boolean {
  return integers.has(dataType) && !/zerofill/i.test(columnType);
}
