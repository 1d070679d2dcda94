import { AppError } from '../../../../../shared/errors/app-error.ts';
import type { SchemaObject } from '../../../../../shared/model/database.ts';
import type { MysqlConnection, TextRow } from '../connection.ts';
import { quoteName, quoteTable, quoteText } from '../quote.ts';
import type { ListedTable } from './read-tables.ts';

type Kind = SchemaObject['kind'];

/**
 * Everything in a database that is not a table, as the server's own CREATE statements with the session each needs, in an order that
 * can be created: sequences (before tables: defaults use them), functions, procedures, views behind the views they use, triggers in
 * firing order, events.
 *
 * Must run on a connection with utf8mb4 results: the server keeps bodies in their author's character set and converts here.
 * Errors: `mysql.no-privilege` {privilege, object} when a body is hidden, `mysql.unsupported` for packages,
 * `mysql.schema-moved` when an object goes away meanwhile, those of `query`.
 */
export async function readObjects(
  connection: MysqlConnection,
  database: string,
  listed: readonly ListedTable[],
): Promise<SchemaObject[]> {
  const named = (type: string) => listed.filter((each) => each.type === type).map((each) => each.name);
  const objects: SchemaObject[] = [];
  for (const name of named('SEQUENCE')) objects.push(await sequence(connection, database, name));
  const routines = await routineNames(connection, database);
  for (const name of routines.functions) objects.push(await show(connection, database, 'function', name));
  for (const name of routines.procedures) objects.push(await show(connection, database, 'procedure', name));
  const views: SchemaObject[] = [];
  for (const name of named('VIEW')) views.push(await show(connection, database, 'view', name));
  objects.push(...orderViews(database, views));
  for (const name of await triggerNames(connection, database)) {
    objects.push(await show(connection, database, 'trigger', name));
  }
  for (const name of await eventNames(connection, database)) {
    objects.push(await show(connection, database, 'event', name));
  }
  return objects;
}

/** Under which name `SHOW CREATE …` returns the statement. */
const ddlColumn: Readonly<Record<Kind, string>> = {
  view: 'create view',
  procedure: 'create procedure',
  function: 'create function',
  trigger: 'sql original statement',
  event: 'create event',
  sequence: 'create table',
};

/** What an account lacks when the server hides a body. */
const privilegeFor: Readonly<Record<Kind, string>> = {
  view: 'SHOW VIEW',
  procedure: 'SHOW_ROUTINE',
  function: 'SHOW_ROUTINE',
  trigger: 'TRIGGER',
  event: 'EVENT',
  sequence: 'SELECT',
};

async function show(connection: MysqlConnection, database: string, kind: Kind, name: string): Promise<SchemaObject> {
  const place = { database, table: name };
  const [row] = await connection.query(`SHOW CREATE ${kind.toUpperCase()} ${quoteTable(database, name)}`, place);
  if (row === undefined) throw new AppError('mysql.schema-moved', place);
  const ddl = row.get(ddlColumn[kind]);
  if (ddl === null || ddl === undefined || ddl === '') {
    throw new AppError('mysql.no-privilege', {
      privilege: privilegeFor[kind],
      statement: `SHOW CREATE ${kind.toUpperCase()}`,
      ...place,
    });
  }
  return objectOf(kind, name, ddl, row);
}

function objectOf(kind: Kind, name: string, ddl: string, row: TextRow): SchemaObject {
  const collation = row.get('database collation');
  return {
    kind,
    name,
    ddl,
    sqlMode: row.get('sql_mode') ?? null,
    characterSetClient: row.get('character_set_client') ?? null,
    collationConnection: row.get('collation_connection') ?? null,
    timeZone: row.get('time_zone') ?? null,
    nextValue: null,
    ...(collation === null || collation === undefined ? {} : { databaseCollation: collation }),
  };
}

/** The next value is not part of any transaction; read after the snapshot began it is at least every value used in it. */
async function sequence(connection: MysqlConnection, database: string, name: string): Promise<SchemaObject> {
  const place = { database, table: name };
  const [created] = await connection.query(`SHOW CREATE SEQUENCE ${quoteTable(database, name)}`, place);
  const ddl = created?.get('create table') ?? created?.get('create sequence');
  const [state] = await connection.query(
    `SELECT next_not_cached_value AS next, cycle_count AS cycles FROM ${quoteTable(database, name)}`,
    place,
  );
  const nextValue = state?.get('next');
  if (created === undefined || ddl === null || ddl === undefined || nextValue === undefined || nextValue === null) {
    throw new AppError('mysql.schema-moved', place);
  }
  const cycles = state?.get('cycles') ?? '0';
  return { ...objectOf('sequence', name, ddl, created), nextValue, ...(cycles === '0' ? {} : { cycles }) };
}

async function routineNames(
  connection: MysqlConnection,
  database: string,
): Promise<{ readonly functions: string[]; readonly procedures: string[] }> {
  const rows = await inSchema(
    connection,
    'SELECT ROUTINE_SCHEMA AS db, ROUTINE_NAME AS name, ROUTINE_TYPE AS type FROM information_schema.ROUTINES ' +
      `WHERE ROUTINE_SCHEMA = ${quoteText(database)} ORDER BY ROUTINE_NAME`,
    database,
  );
  const other = rows.find((row) => !/^(FUNCTION|PROCEDURE)$/.test(row.get('type') ?? ''));
  if (other !== undefined) {
    throw new AppError('mysql.unsupported', {
      product: (other.get('type') ?? '').toLowerCase(),
      database,
      object: other.get('name') ?? '',
    });
  }
  const ofType = (type: string) => rows.filter((row) => row.get('type') === type).map((row) => row.get('name') ?? '');
  return { functions: ofType('FUNCTION'), procedures: ofType('PROCEDURE') };
}

async function triggerNames(connection: MysqlConnection, database: string): Promise<string[]> {
  const rows = await inSchema(
    connection,
    'SELECT TRIGGER_SCHEMA AS db, TRIGGER_NAME AS name FROM information_schema.TRIGGERS ' +
      `WHERE TRIGGER_SCHEMA = ${quoteText(database)} ` +
      'ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER',
    database,
  );
  return rows.map((row) => row.get('name') ?? '');
}

/** SHOW EVENTS, because it refuses an account without EVENT where information_schema just shows nothing. */
async function eventNames(connection: MysqlConnection, database: string): Promise<string[]> {
  const rows = await connection.query(`SHOW EVENTS FROM ${quoteName(database)}`, { database });
  return rows.map((row) => row.get('name') ?? '').sort();
}

/** information_schema compares database names without case; two databases may differ in nothing else. */
async function inSchema(connection: MysqlConnection, sql: string, database: string): Promise<TextRow[]> {
  return (await connection.query(sql)).filter((row) => row.get('db') === database);
}

/**
 * Views behind the views they name. The server writes every table of a view as `` `database`.`name` ``, so a plain search finds them
 * all; a text literal that looks the same only adds a needless order. Views of other databases are not ordered here.
 */
export function orderViews(database: string, views: readonly SchemaObject[]): SchemaObject[] {
  const ordered: SchemaObject[] = [];
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (view: SchemaObject): void => {
    if (state.has(view.name)) return;
    state.set(view.name, 'visiting');
    for (const other of views) {
      if (other !== view && view.ddl.includes(quoteTable(database, other.name))) visit(other);
    }
    state.set(view.name, 'done');
    ordered.push(view);
  };
  for (const view of views) visit(view);
  return ordered;
}
