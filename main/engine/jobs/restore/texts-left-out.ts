import { mayHoldCards } from '../../../../shared/model/secret-columns.ts';
import type { RestorePlan } from '../../restore/plan-restore.ts';
import { quoteText } from '../../source/mysql/index.ts';
import type { LoadSession, Renames } from '../../source/mysql/load/index.ts';

/** EXTRA of generated columns, by servers of all ages. `DEFAULT_GENERATED` is none. */
const computed = /\b(?:VIRTUAL|STORED|PERSISTENT)\b/i;

/** More are counted. */
const mostNamed = 20;

/**
 * Text columns that came to a shop behind the snapshot, by names of the source. No backup had looked at them when their rows were logged: the open side of
 * the log leaves their values out, and after a replay with the vault closed they are empty.
 */
export async function textsLeftOut(
  { databases }: RestorePlan,
  renames: Renames,
  session: LoadSession,
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  for (const { record, tables } of databases) {
    const there = quoteText(renames.get(record.name) ?? record.name);
    const rows = await session.rows(
      `SELECT c.TABLE_NAME AS name, c.COLUMN_NAME AS col, c.DATA_TYPE AS type, c.EXTRA AS extra FROM information_schema.COLUMNS c
        JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME AND t.TABLE_TYPE = 'BASE TABLE'
        WHERE c.TABLE_SCHEMA = ${there} ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`,
      signal,
    );
    const known = new Set(
      tables.flatMap(({ schema }) => schema.columns.map(({ name }) => `${schema.name}.${name}`.toLowerCase())),
    );
    for (const row of rows) {
      const name = `${row.get('name') ?? ''}.${row.get('col') ?? ''}`;
      if (computed.test(row.get('extra') ?? '')) continue;
      if (mayHoldCards(row.get('type') ?? '') && !known.has(name.toLowerCase())) found.push(`${record.name}.${name}`);
    }
  }
  const more = found.length - mostNamed;
  return more > 0 ? [...found.slice(0, mostNamed), `… (+${more})`] : found;
}
