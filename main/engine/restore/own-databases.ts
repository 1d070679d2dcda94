import { quoteName, quoteTable, quoteText, serverErrno } from '../source/mysql/index.ts';
import type { LoadSession } from '../source/mysql/load/index.ts';

/** In each database of a restore until it is over. No shop has a table of this name, and no statement of a log names it. */
export const ownerTable = '__shouhu_under_way';

/** No such database, no such table, unknown table in DROP. */
const isNotThere = new Set([1008, 1049, 1051, 1146]);

/** `made`: the restore made the database and may drop it; `filled`: it was there, and empty. */
export type Ownership = 'made' | 'filled';

/**
 * Says in a database itself which restore it belongs to, so that one that was killed can be told from everything else: names and times prove nothing, somebody
 * may have made another database of the same name meanwhile.
 */
export async function own(
  session: LoadSession,
  database: string,
  restore: string,
  ownership: Ownership,
  signal: AbortSignal,
): Promise<void> {
  const table = quoteTable(database, ownerTable);
  await session.execute(
    `CREATE TABLE ${table} (restore_id CHAR(36) CHARACTER SET ascii PRIMARY KEY, ownership CHAR(6) CHARACTER SET ascii NOT NULL) ENGINE=InnoDB`,
    signal,
  );
  await session.execute(`INSERT INTO ${table} VALUES (${quoteText(restore)}, ${quoteText(ownership)})`, signal);
}

/** Null when the database is not there, or is not that restore's. */
export async function ownedBy(
  session: LoadSession,
  database: string,
  restore: string,
  signal: AbortSignal,
): Promise<Ownership | null> {
  try {
    const [row] = await session.rows(
      `SELECT ownership FROM ${quoteTable(database, ownerTable)} WHERE restore_id = ${quoteText(restore)}`,
      signal,
    );
    const found = row?.get('ownership');
    return found === 'made' || found === 'filled' ? found : null;
  } catch (error) {
    if (isNotThere.has(serverErrno(error))) return null;
    throw error;
  }
}

/** The restore is over: what it made is the owner's. A database that the log dropped has nothing to say. */
export async function disown(session: LoadSession, databases: readonly string[], signal: AbortSignal): Promise<void> {
  for (const database of databases)
    await session.tryTo(`DROP TABLE IF EXISTS ${quoteTable(database, ownerTable)}`, isNotThere, signal);
}

/** Drops those that this restore made; gives their names, and those of what it did not, or could not be shown to have made. */
export async function dropOwned(
  session: LoadSession,
  databases: readonly string[],
  restore: string,
  signal: AbortSignal,
): Promise<{ readonly dropped: string[]; readonly left: string[] }> {
  const dropped: string[] = [];
  const left: string[] = [];
  const present = new Set((await session.rows('SHOW DATABASES', signal)).map((row) => row.get('database') ?? ''));
  for (const database of databases.filter((name) => present.has(name))) {
    if ((await ownedBy(session, database, restore, signal)) === 'made') {
      await session.execute(`DROP DATABASE ${quoteName(database)}`, signal);
      dropped.push(database);
    } else left.push(database);
  }
  return { dropped, left };
}
