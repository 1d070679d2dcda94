import type { Column } from '../../../../../shared/model/database.ts';
import type { TextRow } from '../connection.ts';
import { quoteName, quoteTable } from '../quote.ts';
import type { LoadSession } from './load-session.ts';

/**
 * The cause of a `restore.load-failed` whose rows hold octets that are no text of the column's own character set. Tables can hold them
 * (old upgrades, files that were exchanged, tools that write around the checks), but no server takes them into such a column again.
 */
export class InvalidText extends Error {
  /** As far as the server has named them. */
  readonly columns: ReadonlySet<string>;

  constructor(columns: ReadonlySet<string>) {
    super('octets that are no text of their character set');
    this.columns = columns;
  }
}

/** ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, used for numbers too: the words tell. */
const wrongValue = 1366;

/**
 * What warnings of a load say about text; null when there is nothing of the kind. Others beside it may come of it (two values that are cut
 * off alike are duplicates): what is still wrong with octets in its place is found out then.
 */
export function invalidTextIn(warnings: readonly TextRow[]): InvalidText | null {
  const columns = new Set<string>();
  for (const row of warnings) {
    const found = /^Incorrect string value: '.*' for column '?(.*?)'? at row \d+$/s.exec(row.get('message') ?? '');
    if (Number(row.get('code')) !== wrongValue || found === null) continue;
    // MariaDB says `database`.`table`.`column`.
    columns.add((found[1] ?? '').split('`').at(-2) ?? found[1] ?? '');
  }
  return columns.size === 0 ? null : new InvalidText(columns);
}

/** Rows of a column of octets that are no text of `column`'s set. */
export async function countInvalid(
  session: LoadSession,
  database: string,
  table: string,
  { name, charset }: Column,
  signal: AbortSignal,
): Promise<number> {
  if (charset === null || !/^\w+$/.test(charset)) return 0;
  const quoted = quoteName(name);
  const [row] = await session.rows(
    // A server makes question marks or NULL of such octets.
    `SELECT COUNT(*) AS n FROM ${quoteTable(database, table)} WHERE NOT (CAST(CONVERT(${quoted} USING ${charset}) AS BINARY) <=> ${quoted})`,
    signal,
  );
  return Number(row?.get('n') ?? 0);
}
