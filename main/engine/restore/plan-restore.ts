import { AppError } from '../../../shared/errors/app-error.ts';
import type { Account } from '../../../shared/model/accounts.ts';
import type { DatabaseRecord, LedgerDefinition, TableRecord } from '../../../shared/model/database.ts';
import { objectText, type LostObject } from '../../../shared/model/lost-objects.ts';
import { lostTables } from '../../../shared/model/lost-tables.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { createsObject } from '../source/mysql/load/index.ts';
import type { CopyReader } from './copy-reader.ts';

/** What is to be brought back, read and checked before anything is written. */
export interface RestorePlan {
  readonly manifest: Manifest;
  readonly databases: readonly PlannedDatabase[];
  readonly totalBytes: number;
  /** False when only some tables were asked for: then views, routines, triggers and events stay out. */
  readonly isWhole: boolean;
  readonly ledgers: readonly LedgerDefinition[];
  /** Full names of tables that were asked for and that the backup could not read: they are not brought back. */
  readonly notKept: readonly string[];
  /** The same of views, routines, triggers and events; empty when only some tables were asked for. */
  readonly objectsNotKept: readonly LostObject[];
  /** `kind database.name` of what is not brought back because its statement is not the CREATE of it: somebody has forged the record. */
  readonly refused: readonly string[];
  /** Accounts of the server, when they were asked for, the snapshot holds some and everything is restored. */
  readonly accounts?: readonly Account[];
}

export interface PlannedDatabase {
  readonly record: DatabaseRecord;
  readonly tables: readonly TableRecord[];
}

export interface Selection {
  /** Empty: all. */
  readonly databases: readonly string[];
  /** `database.table` or `table` when the snapshot has one database; empty: all. */
  readonly tables: readonly string[];
  /** The server's accounts as well. */
  readonly accounts?: boolean;
}

/**
 * Errors: `mysql.database-missing` {database}, `table.unknown` {table} for names that the snapshot does not hold,
 * `restore.table-not-kept` {table} for one that the backup could not read, `restore.statement-refused` {table} where the statement of a table
 * is not the CREATE of it.
 */
export async function planRestore(
  manifest: Manifest,
  selection: Selection,
  reader: CopyReader,
  signal: AbortSignal,
): Promise<RestorePlan> {
  const names = manifest.databases.map(({ name }) => name);
  for (const database of selection.databases)
    if (!names.includes(database)) throw new AppError('mysql.database-missing', { database });
  const wanted = selectedTables(manifest, selection);
  const databases: PlannedDatabase[] = [];
  const refused: string[] = [];
  for (const { name, schemaChunk } of manifest.databases) {
    const chosen = wanted.filter(({ database }) => database === name);
    const isAsked = selection.databases.length === 0 || selection.databases.includes(name);
    if (!isAsked || (selection.tables.length > 0 && chosen.length === 0)) continue;
    const tables: TableRecord[] = [];
    for (const table of chosen) tables.push(await ownTable(table, reader, signal));
    const whole = await reader.databaseRecord(schemaChunk, signal);
    if (whole.name !== name) throw new AppError('restore.statement-refused', { table: name });
    const objects = whole.objects.filter((object) => createsObject(object, name));
    for (const object of whole.objects)
      if (!objects.includes(object)) refused.push(objectText({ ...object, database: name }));
    databases.push({ record: { ...whole, objects }, tables });
  }
  const wantsAccounts = selection.accounts === true && selection.tables.length === 0;
  const kept = wantsAccounts ? manifest.accounts : undefined;
  return {
    manifest,
    databases,
    refused,
    ...(kept === undefined ? {} : { accounts: (await reader.accountsRecord(kept.chunk, signal)).accounts }),
    isWhole: selection.tables.length === 0,
    notKept: selection.tables.length === 0 ? lostTables(manifest).filter((name) => isIn(name, databases)) : [],
    objectsNotKept:
      selection.tables.length === 0
        ? (manifest.lostObjects ?? []).filter(({ database }) =>
            databases.some(({ record }) => record.name === database),
          )
        : [],
    totalBytes: wanted.reduce((sum, table) => sum + table.textBytes, 0),
    ledgers: manifest.ledgerDefinitions.filter((ledger) =>
      wanted.some(({ database, name }) => database === ledger.database && name === ledger.table),
    ),
  };
}

/** Nothing of a record is given to a server or into a file unless it is what the manifest says, and its statement makes that and no more. */
async function ownTable(
  { database, name, tableChunk }: Manifest['tables'][number],
  reader: CopyReader,
  signal: AbortSignal,
): Promise<TableRecord> {
  const record = await reader.tableRecord(tableChunk, signal);
  const { schema } = record;
  const isOwn = schema.database === database && schema.name === name;
  if (!isOwn || !createsObject({ kind: 'table', name, ddl: schema.ddl, sqlMode: null }, database))
    throw new AppError('restore.statement-refused', { table: `${database}.${name}` });
  return record;
}

function isIn(fullName: string, databases: readonly PlannedDatabase[]): boolean {
  return databases.some(({ record }) => fullName.startsWith(`${record.name}.`));
}

function selectedTables(manifest: Manifest, { databases, tables }: Selection): Manifest['tables'] {
  const inDatabases = manifest.tables.filter(({ database }) => databases.length === 0 || databases.includes(database));
  if (tables.length === 0) return inDatabases;
  const lost = lostTables(manifest);
  const chosen = tables.map((wanted) => {
    const matches = inDatabases.filter(({ database, name }) => `${database}.${name}` === wanted || name === wanted);
    const [match, another] = matches;
    if (match === undefined && lost.some((name) => name === wanted || name.endsWith(`.${wanted}`)))
      throw new AppError('restore.table-not-kept', { table: wanted });
    if (match === undefined || another !== undefined) throw new AppError('table.unknown', { table: wanted });
    return match;
  });
  // Named twice (`orders` and `shop.orders`), it is still one table.
  return [...new Set(chosen)];
}
