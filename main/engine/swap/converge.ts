import type { SchemaObject } from '../../../shared/model/database.ts';
import { quoteName, quoteTable, quoteText } from '../source/mysql/index.ts';
import { createObjects, renameDatabases, type LoadSession, type ObjectNote } from '../source/mysql/load/index.ts';
import { readObjects } from '../source/mysql/schema/read-objects.ts';
import { listTables } from '../source/mysql/schema/read-tables.ts';
import type { Content, CrossingKey, Exchange } from './exchange.ts';
import { keysOfTable, presentTables } from './picture.ts';
import { triggersOn } from './plan-exchange.ts';

/**
 * What RENAME does not carry, brought to what the exchange says: each function looks at what there is and does only what is missing, so that it can be
 * called again after a stop at any statement.
 */

const noNotes: readonly ObjectNote[] = [];
const inUse: Readonly<Record<SchemaObject['kind'], number>> = {
  trigger: 0,
  view: 1,
  event: 2,
  procedure: 3,
  function: 4,
  sequence: 5,
};

async function objectsOf(session: LoadSession, database: string): Promise<readonly SchemaObject[]> {
  const listed = await listTables(session.connection, database);
  return (await readObjects(session.connection, database, listed)).objects.filter(({ kind }) => kind !== 'sequence');
}

/** The live databases get the objects of `wanted`, and no others. */
export async function convergeObjects(
  session: LoadSession,
  wanted: readonly Content[],
  signal: AbortSignal,
): Promise<readonly ObjectNote[]> {
  const missing: { database: string; objects: SchemaObject[] }[] = [];
  const names = new Set((await session.rows('SHOW DATABASES', signal)).map((row) => row.get('database')));
  for (const { database, objects } of wanted) {
    if (!names.has(database)) continue;
    const actual = await objectsOf(session, database);
    const isWanted = (object: SchemaObject) => objects.some((each) => sameObject(each, object));
    await dropObjects(
      session,
      database,
      actual.filter((object) => !isWanted(object)),
      signal,
    );
    missing.push({
      database,
      objects: objects.filter((object) => !actual.some((each) => sameObject(each, object))),
    });
  }
  if (missing.every(({ objects }) => objects.length === 0)) return noNotes;
  return createObjects(session, missing, { renames: new Map(), enableEvents: true, signal });
}

/** The triggers of those tables, and of no others, become what the contents say. */
export async function convergeTriggers(
  session: LoadSession,
  contents: readonly Content[],
  isOne: (database: string, table: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const missing: { database: string; objects: SchemaObject[] }[] = [];
  for (const content of contents.filter(({ isThere }) => isThere)) {
    const { database } = content;
    const wanted = triggersOn(content, (table) => isOne(database, table));
    const now = { ...content, objects: [...(await objectsOf(session, database))] };
    const actual = triggersOn(now, (table) => isOne(database, table));
    const lacks = (list: readonly SchemaObject[], object: SchemaObject) =>
      !list.some((each) => sameObject(each, object));
    await dropObjects(
      session,
      database,
      actual.filter((object) => lacks(wanted, object)),
      signal,
    );
    missing.push({ database, objects: wanted.filter((object) => lacks(actual, object)) });
  }
  if (missing.some(({ objects }) => objects.length > 0))
    await createObjects(session, missing, { renames: new Map(), enableEvents: true, signal });
}

export function sameObject(one: SchemaObject, other: SchemaObject): boolean {
  const text = ({ kind, name, ddl, sqlMode, characterSetClient, collationConnection, timeZone }: SchemaObject) =>
    JSON.stringify([kind, name, ddl, sqlMode, characterSetClient, collationConnection, timeZone]);
  return text(one) === text(other);
}

/** Whatever uses another goes first. */
export async function dropObjects(
  session: LoadSession,
  database: string,
  objects: readonly SchemaObject[],
  signal: AbortSignal,
): Promise<void> {
  for (const { kind, name } of [...objects].sort((a, b) => inUse[a.kind] - inUse[b.kind]))
    await session.execute(`DROP ${kind.toUpperCase()} IF EXISTS ${quoteTable(database, name)}`, signal);
}

/** Triggers on tables that wait beside would keep them from moving; they are in the exchange as text. */
export async function dropTriggersIn(session: LoadSession, database: string, signal: AbortSignal): Promise<void> {
  const rows = await session.rows(
    `SELECT TRIGGER_SCHEMA AS db, TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${quoteText(database)}`,
    signal,
  );
  for (const row of rows.filter((each) => each.get('db') === database))
    await session.execute(`DROP TRIGGER IF EXISTS ${quoteTable(database, row.get('name') ?? '')}`, signal);
}

/**
 * What left the shop gets its views, routines, triggers and events there too, so that it can be looked at as a whole; the events are kept from running.
 * The exchange has their own text: what cannot be had there is not lost.
 */
export async function parkObjects(
  session: LoadSession,
  { databases, leaving, tables, whole }: Exchange,
  signal: AbortSignal,
): Promise<readonly ObjectNote[]> {
  const renames = new Map(databases.map(({ live, away }) => [live, away]));
  const missing: { database: string; objects: SchemaObject[] }[] = [];
  for (const content of leaving) {
    const away = renames.get(content.database) ?? content.database;
    const hasLeft = (table: string) =>
      tables.some(({ database, name, leaves }) => leaves && database === content.database && name === table);
    const wanted = whole ? content.objects : triggersOn(content, hasLeft);
    if (wanted.length === 0) continue;
    const there = await objectsOf(session, away);
    const isThere = (object: SchemaObject) =>
      there.some(({ kind, name }) => kind === object.kind && name === object.name);
    missing.push({ database: away, objects: wanted.filter((object) => !isThere(object)) });
  }
  if (missing.every(({ objects }) => objects.length === 0)) return noNotes;
  // A view or routine of the shop goes on meaning its own tables, which are away now.
  return createObjects(session, missing, { renames, enableEvents: false, signal });
}

/** Gives back what could not be put right, as notes. */
export async function convergeKeys(
  session: LoadSession,
  { keys, databases }: Exchange,
  signal: AbortSignal,
): Promise<string[]> {
  const notes: string[] = [];
  if (keys.length === 0) return notes;
  const placeOf = ({ of, database }: CrossingKey) =>
    of === 'leaves' ? (databases.find(({ live }) => live === database)?.away ?? database) : database;
  const isThere = await presentTables(session.connection, [...new Set(keys.map(placeOf))]);
  for (const key of keys) {
    const database = placeOf(key);
    if (!isThere(database, key.table)) continue;
    const table = quoteTable(database, key.table);
    const actual = (await keysOfTable(session.connection, database, key.table)).find(({ name }) => name === key.name);
    const wanted = key.of === 'leaves' ? null : key.clause;
    if ((actual?.clause ?? null) === wanted) continue;
    // Not in one statement: servers call the name taken then (1826).
    if (actual !== undefined)
      await session.execute(`ALTER TABLE ${table} DROP FOREIGN KEY ${quoteName(key.name)}`, signal);
    if (wanted === null) continue;
    try {
      await session.execute(`ALTER TABLE ${table} ADD ${wanted}`, signal);
    } catch (error) {
      if (!session.connection.isOpen) throw error;
      notes.push(`foreign-key-left-out: ${database}.${key.table} ${key.name}`);
    }
  }
  return notes;
}

/** MariaDB: a column that takes its value from a sequence names it with its database, and RENAME leaves that name as it was. */
export async function convergeDefaults(
  session: LoadSession,
  { databases }: Exchange,
  signal: AbortSignal,
): Promise<void> {
  if (session.flavour !== 'mariadb') return;
  for (const { live } of databases) {
    const rows = await session.rows(
      'SELECT TABLE_SCHEMA AS db, TABLE_NAME AS name, COLUMN_NAME AS col, COLUMN_DEFAULT AS val FROM information_schema.COLUMNS ' +
        `WHERE TABLE_SCHEMA = ${quoteText(live)} AND COLUMN_DEFAULT LIKE '%nextval(%'`,
      signal,
    );
    const renames = new Map(databases.map((each) => [each.from, each.live]));
    for (const row of rows.filter((each) => each.get('db') === live)) {
      const value = row.get('val') ?? '';
      const wanted = renameDatabases(value, renames);
      if (wanted === value) continue;
      const column = `${quoteTable(live, row.get('name') ?? '')} ALTER COLUMN ${quoteName(row.get('col') ?? '')}`;
      await session.execute(`ALTER TABLE ${column} SET DEFAULT (${wanted})`, signal);
    }
  }
}

/** Character set and collation that new tables get. */
export async function convergeDatabases(
  session: LoadSession,
  { wanted, whole }: Exchange,
  signal: AbortSignal,
): Promise<void> {
  if (!whole) return;
  const rows = await session.rows(
    'SELECT SCHEMA_NAME AS name, DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA',
    signal,
  );
  for (const { database, characterSet, collation } of wanted) {
    const actual = rows.find((row) => row.get('name') === database)?.get('collation');
    if (actual === undefined || actual === collation || !/^\w+$/.test(characterSet) || !/^\w+$/.test(collation))
      continue;
    await session.execute(
      `ALTER DATABASE ${quoteName(database)} CHARACTER SET ${characterSet} COLLATE ${collation}`,
      signal,
    );
  }
}
