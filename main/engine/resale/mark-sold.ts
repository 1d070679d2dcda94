import { AppError } from '../../../shared/errors/app-error.ts';
import type { ResaleRules } from '../presets/resale-rules.ts';
import { quoteName, quoteText } from '../source/mysql/index.ts';
import { isOneOf, pagesOf, type KeyedTable } from './keyed-table.ts';
import { notShared } from './live-sales.ts';
import type { RowValues } from './row-change.ts';
import type { CardSale } from './sales.ts';

/**
 * What became of a delivered card in the copy. `marked`: it was for sale, and is not any more · `sold`: the copy has it as sold · `shared`: sold again and
 * again · `absent`: not there, or another card has its key.
 */
export type CardFate = 'marked' | 'sold' | 'shared' | 'absent';

/**
 * Marks delivered cards as sold in the restored copy, all in one transaction; where the shop deletes what it sells, they are deleted. Only rows that are
 * there and for sale are touched, so that doing it again changes nothing. Afterwards none of them is for sale.
 *
 * Errors: `resale.not-marked` {table, cards} when the copy still sells some; those of the server: then the copy is as it was.
 */
export async function markSold(
  copy: KeyedTable,
  sales: Iterable<CardSale>,
  rules: ResaleRules,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CardFate>> {
  const all = [...sales];
  const rows = await copy.rowsOf(
    all.map(({ key }) => key),
    signal,
  );
  const fates = new Map(all.map((sale) => [sale.key, fateOf(sale, rows.get(sale.key), rules)]));
  const keys = [...fates].filter(([, fate]) => fate === 'marked').map(([key]) => key);
  if (keys.length === 0) return fates;
  await copy.run('START TRANSACTION', signal);
  try {
    for (const page of pagesOf(keys)) await copy.run(markStatement(copy, page, rules), signal);
    await copy.run('COMMIT', signal);
  } catch (error) {
    await copy.run('ROLLBACK', signal).catch(() => undefined);
    throw error;
  }
  const after = await copy.rowsOf(keys, signal);
  const left = keys.filter((key) => isForSale(after.get(key), rules)).length;
  if (left > 0) throw new AppError('resale.not-marked', { table: copy.described.table, cards: left });
  return fates;
}

/** Marks these alone, without a transaction of its own: START TRANSACTION would let go of LOCK TABLES. Only rows that are there and for sale are touched. */
export async function markKeys(
  copy: KeyedTable,
  keys: readonly string[],
  rules: ResaleRules,
  signal: AbortSignal,
): Promise<void> {
  for (const page of pagesOf(keys)) await copy.run(markStatement(copy, page, rules), signal);
}

function fateOf(sale: CardSale, row: RowValues | undefined, rules: ResaleRules): CardFate {
  const { shared, identity } = rules.cards;
  if (row === undefined) return 'absent';
  const own = identity === null ? null : row.get(identity.toLowerCase());
  if (own != null && sale.identity != null && own !== sale.identity) return 'absent';
  if (shared !== null && shared.values.includes(row.get(shared.column.toLowerCase()) ?? '')) return 'shared';
  return isForSale(row, rules) ? 'marked' : 'sold';
}

function isForSale(row: RowValues | undefined, { cards: { status } }: ResaleRules): boolean {
  if (row === undefined) return false;
  return status === null || status.unsold.includes(row.get(status.column.toLowerCase()) ?? '');
}

function markStatement(copy: KeyedTable, keys: readonly string[], { cards: { status, shared } }: ResaleRules): string {
  const where = `${copy.whereKeys(keys)}${notShared(shared)}`;
  if (status === null) return `DELETE FROM ${copy.name}${where}`;
  const [column, sold] = [status.column, status.sold[0] ?? ''];
  return `UPDATE ${copy.name} SET ${quoteName(column)} = ${quoteText(sold)}${where} AND ${isOneOf(column, status.unsold)}`;
}
