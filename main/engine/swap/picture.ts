import type { SchemaObject, ServerFacts, TableSchema } from '../../../shared/model/database.ts';
import { objectText } from '../../../shared/model/lost-objects.ts';
import { quoteTable, quoteText, type MysqlConnection } from '../source/mysql/index.ts';
import { readObjects } from '../source/mysql/schema/read-objects.ts';
import { isBaseTable, listTables, readTables, transactionalEngines } from '../source/mysql/schema/read-tables.ts';
import { foreignKeysOf, type TableKey } from './foreign-keys.ts';

/** The gate of `while-locked.ts`, closed and opened: never a table of a shop. */
export const gateName = '\ufffd\ufffdshouhu';
export const openedName = `${gateName}_`;
export const gateNames: readonly string[] = [gateName, openedName];

/** One database of a server as it is now, without its rows. */
export interface Picture {
  readonly database: string;
  /** False: there is no such database, and all else is empty. */
  readonly isThere: boolean;
  readonly characterSet: string;
  readonly collation: string;
  /** Base tables and sequences: what RENAME moves. */
  readonly movable: readonly string[];
  readonly views: readonly string[];
  readonly tables: readonly PicturedTable[];
  /** All but sequences. */
  readonly objects: readonly SchemaObject[];
  /** `kind database.name` of what the server names and does not show. */
  readonly unreadable: readonly string[];
}

export interface PicturedTable {
  readonly schema: TableSchema;
  readonly estimatedRows: number;
  readonly keys: readonly TableKey[];
}

/** Errors: those of `query`. */
export async function pictureOf(connection: MysqlConnection, server: ServerFacts, database: string): Promise<Picture> {
  const about = await connection.query(
    'SELECT SCHEMA_NAME AS name, DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA',
  );
  const found = about.find((row) => row.get('name') === database);
  if (found === undefined) {
    const nothing = { movable: [], views: [], tables: [], objects: [], unreadable: [] };
    return { database, isThere: false, characterSet: '', collation: '', ...nothing };
  }
  const listed = (await listTables(connection, database)).filter(({ name }) => !gateNames.includes(name));
  const transactional = await transactionalEngines(connection);
  const read = await readTables(connection, database, listed, server.flavour, transactional, () => false);
  const other = await readObjects(connection, database, listed);
  return {
    database,
    isThere: true,
    characterSet: found.get('charset') ?? '',
    collation: found.get('collation') ?? '',
    movable: listed.filter((each) => isBaseTable(each) || each.type === 'SEQUENCE').map(({ name }) => name),
    views: listed.filter(({ type }) => type === 'VIEW').map(({ name }) => name),
    tables: read.tables.map(({ schema, estimatedRows }) => ({
      schema,
      estimatedRows,
      keys: foreignKeysOf(schema.ddl, database),
    })),
    objects: other.objects.filter(({ kind }) => kind !== 'sequence'),
    unreadable: [
      ...read.unreadable.map(({ database: place, name }) => `table ${place}.${name}`),
      ...other.unreadable.map((object) => objectText(object)),
    ],
  };
}

export interface ChildKey {
  readonly database: string;
  readonly table: string;
  readonly key: TableKey;
}

/** Foreign keys, of tables anywhere on the server, that refer to tables of these databases. */
export async function keysInto(connection: MysqlConnection, databases: readonly string[]): Promise<ChildKey[]> {
  const rows = await connection.query(
    'SELECT DISTINCT TABLE_SCHEMA AS db, TABLE_NAME AS name FROM information_schema.KEY_COLUMN_USAGE ' +
      `WHERE REFERENCED_TABLE_SCHEMA IN (${databases.map(quoteText).join(', ')})`,
  );
  const keys: ChildKey[] = [];
  for (const row of rows) {
    const [database, table] = [row.get('db') ?? '', row.get('name') ?? ''];
    for (const key of await keysOfTable(connection, database, table)) {
      if (databases.includes(key.parent.database)) keys.push({ database, table, key });
    }
  }
  return keys;
}

export async function keysOfTable(connection: MysqlConnection, database: string, table: string): Promise<TableKey[]> {
  const [row] = await connection.query(`SHOW CREATE TABLE ${quoteTable(database, table)}`);
  return foreignKeysOf(row?.get('create table') ?? '', database);
}

/** `has(database, table)` for everything with rows in these databases, by one look. */
export async function presentTables(
  connection: MysqlConnection,
  databases: readonly string[],
): Promise<(database: string, table: string) => boolean> {
  const rows = await connection.query(
    'SELECT TABLE_SCHEMA AS db, TABLE_NAME AS name FROM information_schema.TABLES ' +
      `WHERE TABLE_SCHEMA IN (${databases.map(quoteText).join(', ')}) AND TABLE_TYPE <> 'VIEW'`,
  );
  const there = new Set(rows.map((row) => JSON.stringify([row.get('db'), row.get('name')])));
  return (database, table) => there.has(JSON.stringify([database, table]));
}
