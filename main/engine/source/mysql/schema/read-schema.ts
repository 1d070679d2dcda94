import { createHash } from 'node:crypto';
import { AppError } from '../../../../../shared/errors/app-error.ts';
import type { DatabaseRecord, ServerFacts } from '../../../../../shared/model/database.ts';
import type { MysqlConnection } from '../connection.ts';
import { quoteName } from '../quote.ts';
import type { SecretPredicate } from '../types.ts';
import { readObjects } from './read-objects.ts';
import { isBaseTable, listTables, readTables, transactionalEngines, type PicturedTable } from './read-tables.ts';

export interface SchemaPicture {
  readonly databases: readonly DatabaseRecord[];
  readonly tables: readonly PicturedTable[];
}

/**
 * Describes databases completely or not at all. Reads no rows and takes no locks; whether the schema stood still meanwhile is seen by
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
  for (const name of names) {
    const listed = await listTables(connection, name);
    if (!emptyAllowed && !listed.some(isBaseTable)) throw new AppError('mysql.database-empty', { database: name });
    tables.push(...(await readTables(connection, name, listed, server.flavour, transactional, isSecret)));
    databases.push({ ...(await readDatabase(connection, name)), objects: await readObjects(connection, name, listed) });
  }
  if (tables.length === 0) throw new AppError('mysql.database-empty', { database: '*' });
  return { databases, tables };
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
  for (const { schema, createdAt } of picture.tables) {
    const ddl = schema.ddl.replace(/ AUTO_INCREMENT=\d+/g, '');
    prints.set(`${schema.database}.${schema.name}`, hashOf([ddl, createdAt, schema.columns]));
  }
  for (const { objects, ...database } of picture.databases) {
    prints.set(database.name, hashOf(database));
    for (const object of objects) {
      prints.set(`${database.name}.${object.name} (${object.kind})`, hashOf({ ...object, nextValue: null }));
    }
  }
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

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
