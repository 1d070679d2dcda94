import { createHash } from 'node:crypto';
import { AppError } from '../../../../../shared/errors/app-error.ts';
import type { DatabaseRecord, ServerFacts } from '../../../../../shared/model/database.ts';
import type { MysqlConnection } from '../connection.ts';
import { quoteName } from '../quote.ts';
import type { SickObject } from '../sick-object.ts';
import type { SickTable } from '../sick-table.ts';
import type { SecretPredicate } from '../types.ts';
import { readObjects } from './read-objects.ts';
import {
  isBaseTable,
  listTables,
  readTables,
  transactionalEngines,
  type DescribedTable,
  type PicturedTable,
} from './read-tables.ts';

export interface SchemaPicture {
  readonly databases: readonly DatabaseRecord[];
  readonly tables: readonly PicturedTable[];
  /** Base tables that are there and not in `tables`. */
  readonly unreadable: readonly SickTable[];
  /** Other objects that are there and in none of `databases`. */
  readonly unreadableObjects: readonly SickObject[];
  /** Of the views in `databases`. */
  readonly brokenViews: readonly { readonly database: string; readonly name: string }[];
}

/**
 * Describes databases. What the server names and will not describe is in `unreadable` and `unreadableObjects`; with no table left that
 * error is thrown.
 * Reads no rows and takes no locks; whether the schema stood still meanwhile is seen by
 * reading it again and comparing `fingerprints`.
 * `emptyAllowed`: nobody named these databases, so one without tables is kept as it is; a picture without any table is still refused.
 * Errors: `mysql.database-empty` {database}, `mysql.no-privilege`, `mysql.schema-moved`,
 * those of `query`.
 */
export async function readSchema(
  connection: MysqlConnection,
  server: ServerFacts,
  names: readonly string[],
  isSecret: SecretPredicate,
  { emptyAllowed }: { readonly emptyAllowed: boolean } = { emptyAllowed: false },
): Promise<SchemaPicture> {
  const transactional = await transactionalEngines(connection);
  const databases: DatabaseRecord[] = [];
  const tables: PicturedTable[] = [];
  const unreadable: SickTable[] = [];
  const unreadableObjects: SickObject[] = [];
  const brokenViews: { database: string; name: string }[] = [];
  for (const name of names) {
    const listed = await listTables(connection, name);
    if (!emptyAllowed && !listed.some(isBaseTable)) throw new AppError('mysql.database-empty', { database: name });
    const read = await readTables(connection, name, listed, server.flavour, transactional, isSecret);
    tables.push(...read.tables);
    unreadable.push(...read.unreadable);
    const other = await readObjects(connection, name, listed);
    unreadableObjects.push(...other.unreadable);
    const kept = new Set(other.objects.filter(({ kind }) => kind === 'view').map((view) => view.name));
    for (const view of listed)
      if (view.isBrokenView && kept.has(view.name)) brokenViews.push({ database: name, name: view.name });
    databases.push({ ...(await readDatabase(connection, name)), objects: [...other.objects] });
  }
  if (tables.length === 0) throw unreadable[0]?.error ?? new AppError('mysql.database-empty', { database: '*' });
  return { databases, tables, unreadable, unreadableObjects, brokenViews };
}

async function readDatabase(connection: MysqlConnection, name: string): Promise<Omit<DatabaseRecord, 'objects'>> {
  const [created] = await connection.query(`SHOW CREATE DATABASE ${quoteName(name)}`, { database: name });
  const rows = await connection.query(
    'SELECT SCHEMA_NAME AS name, DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation ' +
      'FROM information_schema.SCHEMATA',
  );
  const about = rows.find((row) => row.get('name') === name);
  const ddl = created?.get('create database');
  if (ddl === null || ddl === undefined || about === undefined) {
    throw new AppError('mysql.database-missing', { database: name });
  }
  return { name, ddl, characterSet: about.get('charset') ?? '', collation: about.get('collation') ?? '' };
}

/**
 * One hash per object, by a name people can read. Two pictures of an unchanged schema have equal fingerprints whatever rows came
 * and went: AUTO_INCREMENT and a sequence's next value are left out. CREATE_TIME is in, for TRUNCATE and DROP + CREATE.
 */
export function fingerprints(picture: SchemaPicture): Map<string, string> {
  const prints = new Map<string, string>();
  for (const table of picture.tables) prints.set(`${table.schema.database}.${table.schema.name}`, printOf(table));
  for (const { objects, ...database } of picture.databases) {
    prints.set(database.name, hashOf(database));
    for (const object of objects) {
      prints.set(`${database.name}.${object.name} (${object.kind})`, hashOf({ ...object, nextValue: null }));
    }
  }
  for (const { database, kind, name, reason } of picture.unreadableObjects)
    prints.set(`${database}.${name} (${kind})`, hashOf([reason]));
  return prints;
}

/** The first object that was changed, added or dropped between two pictures, or null. */
export function firstDifference(before: SchemaPicture, after: SchemaPicture): string | null {
  const old = fingerprints(before);
  const now = fingerprints(after);
  for (const [name, print] of old) if (now.get(name) !== print) return name;
  for (const name of now.keys()) if (!old.has(name)) return name;
  return null;
}

/** Whether a table is still there as it was pictured: neither changed nor made anew. */
export function isAsPictured({ schema, createdAt }: PicturedTable, now: DescribedTable | null): boolean {
  return now !== null && now.createdAt === createdAt && statementOf(now.ddl) === statementOf(schema.ddl);
}

function printOf({ schema, createdAt }: PicturedTable): string {
  return hashOf([statementOf(schema.ddl), createdAt, schema.columns]);
}

/** Without what rows change. */
function statementOf(ddl: string): string {
  return ddl.replace(/ AUTO_INCREMENT=\d+/g, '');
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
