import { AppError, isAppErrorOf } from '../../../../../shared/errors/app-error.ts';
import type { SchemaObject } from '../../../../../shared/model/database.ts';
import { allOfKind } from '../../../../../shared/model/lost-objects.ts';
import type { MysqlConnection, TextRow } from '../connection.ts';
import { quoteName, quoteTable, quoteText } from '../quote.ts';
import { sicknessOfObject, type SickObject } from '../sick-object.ts';
import type { ListedTable } from './read-tables.ts';

type Kind = SchemaObject['kind'];

export interface ReadObjects {
  readonly objects: readonly SchemaObject[];
  /** Named by the server, which does not show them; or whole kinds of which it does not even name any. */
  readonly unreadable: readonly SickObject[];
}

/**
 * Everything in a database that is not a table, as the server's own CREATE statements with the session each needs, in an order that
 * can be created: sequences (before tables: defaults use them), functions, procedures, views behind the views they use, triggers in
 * firing order, events.
 *
 * Must run on a connection with utf8mb4 results: the server keeps bodies in their author's character set and converts here.
 * An object that goes away meanwhile may be among the unreadable: two pictures that differ in it are never taken for one. Errors:
 * `mysql.no-privilege` when events may not be looked at in general, `mysql.unsupported` for packages, those of `query`.
 */
export async function readObjects(
  connection: MysqlConnection,
  database: string,
  listed: readonly ListedTable[],
): Promise<ReadObjects> {
  const named = (type: string) => listed.filter((each) => each.type === type).map((each) => each.name);
  const unreadable: SickObject[] = [];
  const shown = async (
    kind: Kind,
    names: readonly string[],
    read: (name: string) => Promise<SchemaObject> = (name) => show(connection, database, kind, name),
  ) => {
    const objects: SchemaObject[] = [];
    for (const name of names) {
      try {
        objects.push(await read(name));
      } catch (error) {
        unreadable.push(sickObject(error, database, kind, name));
      }
    }
    return objects;
  };
  const sequences = await shown('sequence', named('SEQUENCE'), (name) => sequence(connection, database, name));
  const routines = await routineNames(connection, database);
  const functions = await shown('function', routines.functions);
  const procedures = await shown('procedure', routines.procedures);
  const views = orderViews(database, await shown('view', named('VIEW')));
  const triggers = await shown('trigger', await triggerNames(connection, database));
  const listedEvents = await eventNames(connection, database);
  const events = await shown('event', listedEvents.names);
  return {
    objects: [...sequences, ...functions, ...procedures, ...views, ...triggers, ...events],
    unreadable: [...unreadable, ...routines.unlisted, ...listedEvents.unlisted],
  };
}

/** Rethrows what is not the fault of this object. */
function sickObject(error: unknown, database: string, kind: Kind, name: string): SickObject {
  const sick = sicknessOfObject(error, { database, kind, name });
  if (sick === null) throw error;
  return sick;
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

interface RoutineNames {
  readonly functions: string[];
  readonly procedures: string[];
  /** Kinds of which no names could be had. */
  readonly unlisted: SickObject[];
}

async function routineNames(connection: MysqlConnection, database: string): Promise<RoutineNames> {
  const listed = await listOrElse(
    connection,
    'SELECT ROUTINE_SCHEMA AS db, ROUTINE_NAME AS name, ROUTINE_TYPE AS type FROM information_schema.ROUTINES ' +
      `WHERE ROUTINE_SCHEMA = ${quoteText(database)} ORDER BY ROUTINE_NAME`,
    `SELECT db, name, type FROM mysql.proc WHERE db = ${quoteText(database)} ORDER BY name`,
    database,
  );
  if (!Array.isArray(listed)) {
    const unlisted = (['function', 'procedure'] as const).map((kind) =>
      sickObject(listed.error, database, kind, allOfKind),
    );
    return { functions: [], procedures: [], unlisted };
  }
  const rows = listed.filter((row) => row.get('db') === database);
  const other = rows.find((row) => !/^(FUNCTION|PROCEDURE)$/.test(row.get('type') ?? ''));
  if (other !== undefined) {
    throw new AppError('mysql.unsupported', {
      product: (other.get('type') ?? '').toLowerCase(),
      database,
      object: other.get('name') ?? '',
    });
  }
  const ofType = (type: string) => rows.filter((row) => row.get('type') === type).map((row) => row.get('name') ?? '');
  return { functions: ofType('FUNCTION'), procedures: ofType('PROCEDURE'), unlisted: [] };
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
async function eventNames(
  connection: MysqlConnection,
  database: string,
): Promise<{ readonly names: string[]; readonly unlisted: SickObject[] }> {
  const listed = await listOrElse(
    connection,
    `SHOW EVENTS FROM ${quoteName(database)}`,
    `SELECT db, name FROM mysql.event WHERE db = ${quoteText(database)}`,
    database,
  );
  if (!Array.isArray(listed)) return { names: [], unlisted: [sickObject(listed.error, database, 'event', allOfKind)] };
  const names = listed.filter((row) => row.get('db') === database).map((row) => row.get('name') ?? '');
  return { names: names.sort(), unlisted: [] };
}

/**
 * MariaDB reads every routine or event of a database to list one, and one that is broken takes all of them out of the list. Their names are
 * in a table of its own then, for an account that may read that; else the error of the list is given back.
 */
async function listOrElse(
  connection: MysqlConnection,
  sql: string,
  tableSql: string,
  database: string,
): Promise<TextRow[] | { readonly error: unknown }> {
  try {
    return await connection.query(sql, { database });
  } catch (error) {
    if (isAppErrorOf(error, 'mysql.no-privilege')) throw error;
    // Trouble that is not of an object is thrown here.
    sickObject(error, database, 'event', allOfKind);
    try {
      return await connection.query(tableSql, { database });
    } catch (second) {
      if (isAppErrorOf(second, 'mysql.no-privilege', 'mysql.query-failed')) return { error };
      throw second;
    }
  }
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
