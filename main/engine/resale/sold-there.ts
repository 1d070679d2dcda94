import type { Flavour } from '../../../shared/model/database.ts';
import type { ResaleRules } from '../presets/resale-rules.ts';
import { quoteName, quoteText, type MysqlConnection } from '../source/mysql/index.ts';
import type { KeyedTable } from './keyed-table.ts';

/** For a question that is asked while the shop stands still. */
export interface HeldQuestion {
  readonly flavour: Flavour;
  /** The server itself ends it after so long. */
  readonly limitMs: number;
}

/**
 * Keys of the cards that are sold in `there` and for sale in `own`, found by one statement on a server that has both: of the cards for sale each is looked up by its
 * key. Tables go by their own names in it, because under LOCK TABLES an alias would be a table that is not locked.
 *
 * STRAIGHT_JOIN: a shop sells more than it has in stock, so looking from the sold side would take longer.
 * Null when the shop's program does not say with a column that a card is sold. Errors: those of `query`.
 */
export async function soldThere(
  connection: MysqlConnection,
  { own, there }: { readonly own: KeyedTable; readonly there: KeyedTable },
  { cards: { status, shared, identity } }: ResaleRules,
  { most, held, signal }: { readonly most: number; readonly held?: HeldQuestion; readonly signal: AbortSignal },
): Promise<ReadonlySet<string> | null> {
  if (status === null) return null;
  const of = (table: KeyedTable, column: string) => `${table.name}.${quoteName(column)}`;
  const isIn = (table: KeyedTable, column: string, values: readonly string[]) =>
    `${of(table, column)} IN (${values.map(quoteText).join(', ')})`;
  const isTold =
    identity !== null && [own, there].every(({ described }) => described.watched.has(identity.toLowerCase()));
  const conditions = [
    isIn(own, status.column, status.unsold),
    isIn(there, status.column, status.sold),
    ...(shared === null ? [] : [`NOT COALESCE(${isIn(own, shared.column, shared.values)}, FALSE)`]),
    // A key that was given twice is not the same card: as `markSold` has it.
    ...(isTold ? [`COALESCE(${of(own, identity)} = ${of(there, identity)}, TRUE)`] : []),
  ];
  const hint = held === undefined ? '' : ` /*+ MAX_EXECUTION_TIME(${held.limitMs}) */`;
  const before = held?.flavour === 'mariadb' ? `SET STATEMENT max_statement_time=${held.limitMs / 1000} FOR ` : '';
  const rows = await connection.query(
    `${before}SELECT${hint} STRAIGHT_JOIN ${own.name}.${own.key} AS card FROM ${own.name} JOIN ${there.name} ` +
      `ON ${there.name}.${there.key} = ${own.name}.${own.key} WHERE ${conditions.join(' AND ')} LIMIT ${most}`,
    { signal },
  );
  return new Set(rows.map((row) => row.get('card') ?? ''));
}
