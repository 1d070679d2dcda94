import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { SchemaObject, TableRecord, TableSchema } from '../../../shared/model/database.ts';
import { mapFileError } from '../platform/map-file-error.ts';
import { partOf, publishNew, requireNew } from '../platform/new-file.ts';
import { syncFolder } from '../platform/write-file-durably.ts';
import { quoteName, quoteText } from '../source/mysql/index.ts';
import { accountsSql, type AccountsSql } from '../source/mysql/accounts/index.ts';
import {
  databaseComment,
  goOnStatement,
  invalidValues,
  renameDatabases,
  withOctetColumns,
  type OctetTable,
  type Renames,
} from '../source/mysql/load/index.ts';
import { insertStatements } from '../source/mysql/rows/index.ts';
import type { CopyReader } from './copy-reader.ts';
import { leftOutOfFile } from './left-out-of-file.ts';
import { octetTexts } from './load-as-octets.ts';
import type { PlannedDatabase, RestorePlan } from './plan-restore.ts';
import { bufferOf } from '../platform/buffer-of.ts';

/** Statements of about a megabyte go through every server's default packet limit. */
const statementBytes = 1024 * 1024;
/** The largest packet any server accepts. */
const packetBytes = 1024 ** 3;

export interface SqlFileRequest {
  readonly plan: RestorePlan;
  readonly reader: CopyReader;
  /** Ends in `.zst`: compressed. A file that exists is never overwritten. */
  readonly path: string;
  /** New name for the database, when the plan has exactly one. */
  readonly as: string | null;
  /** Told the name of what is not whole yet, before it is made. */
  readonly onBegin?: (path: string) => Promise<void>;
  readonly onProgress: (detail: string, doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

export interface SqlFile {
  readonly bytes: number;
  readonly tables: number;
  readonly rows: number;
  /** `id: subject`: what of the accounts is not in the file, and which text is in binary columns there. */
  readonly notes: readonly string[];
}

/**
 * Writes a plan as SQL that the stock `mysql`/`mariadb` client reads. Memory stays at a few chunks; the file gets its name only
 * when it is whole. Errors: `restore.target-exists` {target}, `backend.disk-full`, `backend.permission`, those of the copies.
 */
export async function writeSqlFile(request: SqlFileRequest): Promise<SqlFile> {
  const { path, signal, plan, as } = request;
  const accounts = accountsOf(plan, as);
  await requireNew(path);
  const part = partOf(path);
  await request.onBegin?.(part);
  const octetNotes: string[] = [];
  const compress: Transform[] = path.endsWith('.zst') ? [createZstdCompress()] : [];
  try {
    await pipeline(
      [
        Readable.from(statements(request, accounts, octetNotes)),
        ...compress,
        createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }),
      ],
      { signal },
    );
    await publishNew(part, path);
    // The bytes are on the disk already; not every file system can say so of a folder.
    await syncFolder(dirname(path)).catch(() => undefined);
  } catch (error) {
    await rm(part, { force: true });
    throw mapFileError(error, path);
  }
  const tables = plan.databases.flatMap((database) => database.tables);
  return {
    bytes: (await stat(path)).size,
    tables: tables.length,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    notes: [...octetNotes, ...(accounts === null ? [] : [...accounts.notes, 'accounts-in-file'])],
  };
}

/** Null when none were asked for. */
function accountsOf(plan: RestorePlan, as: string | null): AccountsSql | null {
  const { accounts, databases, manifest } = plan;
  if (accounts === undefined) return null;
  const left = leftOutOfFile(plan);
  const isRenamed = as !== null && databases.some(({ record }) => record.name !== as);
  const objects = databases.flatMap(({ record, tables }) =>
    [...tables.map(({ schema }) => schema), ...record.objects.filter((object) => !left.has(object))].map(
      ({ name }) => `${record.name}.${name}`,
    ),
  );
  return accountsSql(accounts, manifest.server.flavour, {
    databases: isRenamed ? null : new Set(databases.map(({ record }) => record.name)),
    objects: new Set(objects),
  });
}

async function* statements(
  request: SqlFileRequest,
  accounts: AccountsSql | null,
  notes: string[],
): AsyncGenerator<Buffer | string> {
  const { plan, as } = request;
  const [only] = plan.databases;
  const renames: Renames =
    as !== null && only !== undefined && plan.databases.length === 1 ? new Map([[only.record.name, as]]) : new Map();
  const nameOf = ({ record }: PlannedDatabase): string => renames.get(record.name) ?? record.name;
  yield header;
  let doneBytes = 0;
  // A default may take its value from a sequence of another database.
  for (const database of plan.databases) {
    yield createDatabase(database, nameOf(database));
    for (const object of database.record.objects) if (object.kind === 'sequence') yield sequence(object);
  }
  for (const database of plan.databases) {
    yield `\nUSE ${quoteName(nameOf(database))};\n`;
    for (const table of database.tables) {
      yield* tableText(table, nameOf(database), renames, request, notes);
      doneBytes += table.ranges.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk.textBytes, 0);
      request.onProgress(table.schema.name, doneBytes, plan.totalBytes);
    }
  }
  if (accounts !== null) yield accounts.create;
  if (plan.isWhole) {
    const left = leftOutOfFile(plan);
    for (const database of plan.databases) {
      yield `\nUSE ${quoteName(nameOf(database))};\n`;
      for (const object of database.record.objects) {
        if (object.kind !== 'sequence' && !left.has(object))
          yield objectText(object, renames, database, nameOf(database));
      }
    }
  }
  if (accounts !== null) yield accounts.grant;
  yield footer;
}

/**
 * A table and its rows. Where a column turns out to hold what is no text of its set, the file takes back what it has made so far and makes
 * the table again with octets in its place: a server would cut such values off in silence, because files are read without strict mode.
 */
async function* tableText(
  table: TableRecord,
  database: string,
  renames: Renames,
  request: SqlFileRequest,
  notes: string[],
): AsyncGenerator<Buffer | string> {
  const asOctets = new Set<string>();
  let octets: OctetTable | null = null;
  for (;;) {
    const schema = octets?.schema ?? table.schema;
    const invalid = new Map<string, number>();
    yield `\n${renameDatabases(schema.ddl, renames)};\n`;
    let isWhole = true;
    for await (const statement of rowsOf({ ...table, schema }, table.schema, invalid, request)) {
      const more = [...invalid.keys()].filter((column) => !asOctets.has(column));
      if (more.length === 0) {
        yield statement;
        continue;
      }
      for (const column of more) asOctets.add(column);
      octets = withOctetColumns(table.schema, asOctets);
      if (octets === null) {
        const facts = { table: `${database}.${schema.name}`, warning: 'no text of its character set', count: 1 };
        throw new AppError('restore.load-failed', facts);
      }
      isWhole = false;
      break;
    }
    if (isWhole) {
      if (octets !== null) notes.push(...octetTexts(octets, database, invalid));
      return;
    }
    yield `\n-- Some text of this table is no text of its character set: made again with octets in its place.\nDROP TABLE ${quoteName(schema.name)};\n`;
  }
}

/** @param invalid of the columns that `captured` calls text: how many values so far are none; up to date before the rows are given */
async function* rowsOf(
  table: TableRecord,
  captured: TableSchema,
  invalid: Map<string, number>,
  { reader, signal }: SqlFileRequest,
): AsyncGenerator<Buffer> {
  let rowsBefore = 0;
  for (const chunk of table.ranges.flatMap(({ chunks }) => chunks)) {
    const { text } = await reader.rows(chunk, table.schema, rowsBefore, signal);
    for (const [column, values] of invalidValues(captured, bufferOf(text)))
      invalid.set(column, (invalid.get(column) ?? 0) + values);
    for (const statement of insertStatements(table.schema, bufferOf(text), {
      database: null,
      targetBytes: statementBytes,
      maxBytes: packetBytes,
    })) {
      yield statement;
      yield Buffer.from(';\n');
    }
    rowsBefore += chunk.rows;
  }
}

/** No name of the shop is ever put into a comment: a newline in it would end the comment (CVE-2024-21096). */
const header = `-- Shouhu SQL export. Read it with: mysql < file.sql
SET NAMES utf8mb4;
SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';
SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0;
SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0;
SET @OLD_TIME_ZONE=@@TIME_ZONE, TIME_ZONE='+00:00';
`;

const footer = `
SET SQL_MODE=@OLD_SQL_MODE, FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS, UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS, TIME_ZONE=@OLD_TIME_ZONE;
-- End of the export: without this line the file is not whole.
`;

function createDatabase({ record }: PlannedDatabase, name: string): string {
  const isPlain = /^\w+$/.test(record.characterSet) && /^\w+$/.test(record.collation);
  if (!isPlain) throw new AppError('mysql.unsupported', { what: 'character set', database: record.name });
  return `\nCREATE DATABASE IF NOT EXISTS ${quoteName(name)} CHARACTER SET ${record.characterSet} COLLATE ${record.collation};\n${comment(record.ddl, name)}USE ${quoteName(name)};\n`;
}

/** MariaDB ≥ 10.5 only; what is behind the mark is a comment to others. */
function comment(ddl: string, name: string): string {
  const text = databaseComment(ddl);
  return text === null || text.includes('*/')
    ? ''
    : `/*M!100500 ALTER DATABASE ${quoteName(name)} COMMENT ${text} */;\n`;
}

function sequence(object: SchemaObject): string {
  const goOn = goOnStatement(object);
  return `\n${object.ddl};\n${goOn === null ? '' : `${goOn};\n`}`;
}

/** A view, routine, trigger or event under the modes, collations and zone that are part of it. */
function objectText(object: SchemaObject, renames: Renames, { record }: PlannedDatabase, database: string): string {
  const { kind, sqlMode, characterSetClient, collationConnection, timeZone, databaseCollation } = object;
  // A view names its own database: under another name it would read the old one, or be put into it.
  const ddl = renameDatabases(object.ddl, renames, sqlMode);
  const lines: string[] = [];
  // The file is UTF-8: in another set the server would take its bytes for other characters.
  const isSaidInUtf8 = isAscii(ddl) || /^utf8(?:mb[34])?$/.test(characterSetClient ?? '');
  if (characterSetClient !== null && /^\w+$/.test(characterSetClient) && isSaidInUtf8)
    lines.push(`SET character_set_client = ${characterSetClient};`);
  if (collationConnection !== null && /^\w+$/.test(collationConnection))
    lines.push(`SET collation_connection = ${collationConnection};`);
  if (sqlMode !== null) lines.push(`SET SQL_MODE = ${quoteText(sqlMode)};`);
  if (timeZone !== null && /^[\w+:/-]+$/.test(timeZone)) lines.push(`SET TIME_ZONE = ${zoneOrUtc(timeZone)};`);
  const mark = delimiterFor(ddl);
  const create = kind === 'view' ? `${ddl};` : `DELIMITER ${mark}\n${ddl}\n${mark}\nDELIMITER ;`;
  // What a variable without a set of its own gets is the database's default of the day it was written.
  const isOther =
    typeof databaseCollation === 'string' && databaseCollation !== record.collation && /^\w+$/.test(databaseCollation);
  const alter = (collation: string) => `ALTER DATABASE ${quoteName(database)} COLLATE ${collation};`;
  lines.push(...(isOther ? [alter(databaseCollation), create, alter(record.collation)] : [create]));
  return `\n${lines.join('\n')}\nSET NAMES utf8mb4;\nSET TIME_ZONE='+00:00';\n`;
}

/** A zone by name that is not in the target's tables would stop whoever reads the file: its times are then those of UTC. */
function zoneOrUtc(zone: string): string {
  return /^(?:SYSTEM|[+-]\d\d?:\d\d)$/.test(zone)
    ? `'${zone}'`
    : `IF(CONVERT_TZ('2000-01-01 00:00:00', '+00:00', '${zone}') IS NULL, '+00:00', '${zone}')`;
}

/** One that does not occur in the statement. */
function delimiterFor(ddl: string): string {
  let mark = ';;';
  for (let n = 0; ddl.includes(mark); n++) mark = `$$${n}$$`;
  return mark;
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
