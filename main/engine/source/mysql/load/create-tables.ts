import { AppError, isAppErrorOf } from '../../../../../shared/errors/app-error.ts';
import type { DatabaseRecord, SchemaObject, TableSchema } from '../../../../../shared/model/database.ts';
import { withForeignKeysUnescaped, withoutUnreadableForeignKeys } from '../foreign-key-names.ts';
import { serverErrno } from '../map-error.ts';
import { quoteName, quoteTable, quoteText } from '../quote.ts';
import { splitDdl, type SplitDdl } from './ddl-split.ts';
import type { LoadSession } from './load-session.ts';
import { renameDatabases, type Renames } from './rewrite-ddl.ts';
import { tokenize } from './sql-tokens.ts';

/**
 * The empty house for the rows: database, sequences, tables without the keys that are built faster afterwards; then those keys;
 * then, when every table is there, foreign keys.
 *
 * Errors: `restore.target-exists` {target}, `mysql.*` of the session.
 */

/**
 * Creates `name` with the character set and collation of the record. An existing database is used when nothing at all is in it,
 * and then gets that character set. True when the database is new.
 */
export async function createDatabase(
  session: LoadSession,
  record: DatabaseRecord,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  // Names of character sets cannot be quoted; a manifest is not a reason to run what it says.
  if (!/^\w+$/.test(record.characterSet) || !/^\w+$/.test(record.collation)) {
    throw new AppError('mysql.unsupported', { what: 'character set', database: record.name });
  }
  const options = `CHARACTER SET ${record.characterSet} COLLATE ${record.collation}`;
  const exists = (await session.rows('SHOW DATABASES', signal)).some((row) => row.get('database') === name);
  if (exists && (await isTaken(session, name, signal))) throw new AppError('restore.target-exists', { target: name });
  await session.execute(`${exists ? 'ALTER' : 'CREATE'} DATABASE ${quoteName(name)} ${options}`, signal);
  const comment = databaseComment(record.ddl);
  // Only MariaDB ≥ 10.5 has comments on databases; to others this is no statement.
  if (comment !== null)
    await session.tryTo(`ALTER DATABASE ${quoteName(name)} COMMENT ${comment}`, new Set([1064]), signal);
  return !exists;
}

/** The text behind COMMENT in SHOW CREATE DATABASE, quoted as the server printed it, or null. */
export function databaseComment(ddl: string): string | null {
  const tokens = (tokenize(ddl) ?? []).filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  const at = tokens.findIndex(({ kind, text }) => kind === 'word' && text === 'COMMENT');
  const comment = tokens[at < 0 ? tokens.length : at + (tokens[at + 1]?.text === '=' ? 2 : 1)];
  return comment?.kind === 'string' ? comment.text : null;
}

/** Whether something is in a database of this name: an empty one may be filled. */
export async function isTaken(session: LoadSession, name: string, signal: AbortSignal): Promise<boolean> {
  const sources = [
    ['TABLES', 'TABLE_SCHEMA'],
    ['ROUTINES', 'ROUTINE_SCHEMA'],
    ['EVENTS', 'EVENT_SCHEMA'],
  ] as const;
  for (const [view, column] of sources) {
    const sql = `SELECT ${column} AS db FROM information_schema.${view} WHERE ${column} = ${quoteText(name)}`;
    // information_schema compares names without case.
    if ((await session.rows(sql, signal)).some((row) => row.get('db') === name)) return true;
  }
  return false;
}

/** Creates MariaDB sequences (before tables: column defaults use them) and sets them to go on where they stood. */
export async function createSequences(
  session: LoadSession,
  database: string,
  objects: readonly SchemaObject[],
  signal: AbortSignal,
): Promise<void> {
  await session.execute(`USE ${quoteName(database)}`, signal);
  for (const object of objects) {
    if (object.kind !== 'sequence') continue;
    await session.execute(object.ddl, signal);
    const goOn = goOnStatement(object);
    if (goOn !== null) await session.rows(goOn, signal);
  }
}

/**
 * Sets a new sequence of the current database to where it stood. SETVAL only goes forward, and a sequence may stand before its
 * START (it was put back, or goes round); only SETVAL knows how often it went round.
 */
export function goOnStatement({ name, nextValue, cycles }: SchemaObject): string | null {
  if (nextValue === null || !/^-?\d+$/.test(nextValue)) return null;
  if (cycles !== undefined && /^\d+$/.test(cycles))
    return `SELECT SETVAL(${quoteName(name)}, ${nextValue}, 0, ${cycles})`;
  return `ALTER SEQUENCE ${quoteName(name)} RESTART WITH ${nextValue}`;
}

/** A created table and what is still missing from it. */
export interface PendingTable {
  readonly database: string;
  readonly schema: TableSchema;
  /** What SHOW CREATE TABLE must say in the end. */
  readonly expectedDdl: string;
  readonly split: SplitDdl;
  /** Foreign keys that it has to do without, because no server could read their text. */
  readonly leftOut: readonly string[];
}

/** Creates one table in `database`, ready for rows. Only InnoDB gains from building keys afterwards. */
export async function createTable(
  session: LoadSession,
  database: string,
  schema: TableSchema,
  renames: Renames,
  signal: AbortSignal,
): Promise<PendingTable> {
  const expectedDdl = renameDatabases(schema.ddl, renames);
  await session.execute(`USE ${quoteName(database)}`, signal);
  const create = async (ddl: string, leftOut: readonly string[]): Promise<PendingTable> => {
    const split =
      schema.engine.toLowerCase() === 'innodb'
        ? splitDdl(ddl)
        : { create: ddl, keys: [], fulltextKeys: [], foreignKeys: [] };
    await session.execute(split.create, signal);
    return { database, schema, expectedDdl: ddl, split, leftOut };
  };
  try {
    return await create(expectedDdl, []);
  } catch (error) {
    const { ddl, leftOut } = withoutUnreadableForeignKeys(expectedDdl);
    if (serverErrno(error) !== syntaxError || leftOut.length === 0) throw error;
    return create(ddl, leftOut);
  }
}

/** Builds the deferred keys of one table. Duplicates under a unique key fail here, with `mysql.query-failed` 1062. */
export async function buildKeys(session: LoadSession, table: PendingTable, signal: AbortSignal): Promise<void> {
  const alter = `ALTER TABLE ${quoteTable(table.database, table.schema.name)} `;
  await session.execute(`USE ${quoteName(table.database)}`, signal);
  if (table.split.keys.length > 0) await session.execute(alter + table.split.keys.join(', '), signal);
  for (const key of table.split.fulltextKeys) await session.execute(alter + key, signal);
}

/**
 * Adds the deferred foreign keys of one table, unchecked: the rows held on the source. After `buildKeys` of every table. Those that the
 * server does not take do not undo a table that is there with all its rows: their statements are the answer, with the server's number.
 */
export async function addForeignKeys(
  session: LoadSession,
  table: PendingTable,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { foreignKeys } = table.split;
  if (foreignKeys.length === 0) return table.leftOut;
  await session.execute(`USE ${quoteName(table.database)}`, signal);
  const alter = `ALTER TABLE ${quoteTable(table.database, table.schema.name)} `;
  const refusal = await refusedKey(session, alter + foreignKeys.join(', '), signal);
  if (refusal === 0) return table.leftOut;
  const refused: string[] = [];
  for (const key of foreignKeys) {
    const errno = await refusedKey(session, alter + key, signal);
    if (errno !== 0)
      refused.push(`${key.replace(/^ADD CONSTRAINT /, '').replace(/ FOREIGN KEY [^]*$/, '')} (${errno})`);
  }
  return [...table.leftOut, ...refused];
}

const syntaxError = 1064;
/** What is wrong with the foreign key itself; anything else, such as a full disk or a missing right, ends the restore. */
const wrongKey = new Set([1005, syntaxError, 1072, 1215, 1239, 1822, 1824, 1825, 1826, 1828, 1830, 3780, 6125]);

/** 0 when the statement ran, else why its foreign key cannot be had. */
async function refusedKey(session: LoadSession, sql: string, signal: AbortSignal): Promise<number> {
  try {
    await session.execute(sql, signal);
    return 0;
  } catch (error) {
    const errno = serverErrno(error);
    if (!wrongKey.has(errno) || !isAppErrorOf(error, 'mysql.query-failed', 'mysql.unsupported')) throw error;
    return errno;
  }
}

/** Null when the finished table reads exactly as the source's (but for the AUTO_INCREMENT counter), else what it reads. */
export async function differingDdl(
  session: LoadSession,
  table: PendingTable,
  signal: AbortSignal,
): Promise<string | null> {
  const [row] = await session.rows(`SHOW CREATE TABLE ${quoteTable(table.database, table.schema.name)}`, signal);
  const actual = row?.get('create table') ?? '';
  const found = comparable(actual);
  const isSame = [table.expectedDdl, withForeignKeysUnescaped(table.expectedDdl)].some(
    (ddl) => comparable(ddl) === found,
  );
  return isSame ? null : actual;
}

function comparable(ddl: string): string {
  // MySQL prints a column's character set only where somebody once wrote it; its collation says the same.
  return ddl.replace(/ AUTO_INCREMENT=\d+/g, '').replace(/ CHARACTER SET \w+(?= COLLATE \w)/g, '');
}
