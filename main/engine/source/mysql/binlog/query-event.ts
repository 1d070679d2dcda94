import { ByteCursor } from './byte-cursor.ts';
import { headerBytes } from './event-header.ts';

/** What a QUERY event carries of the session that ran the statement; only what it says. Numbers as the server counts them. */
export interface QuerySettings {
  /** OPTION_AUTO_IS_NULL 0x4000 · NOT_AUTOCOMMIT 0x80000 · NO_FOREIGN_KEY_CHECKS 0x4000000 · RELAXED_UNIQUE_CHECKS 0x8000000; more of MariaDB's own: replay/query-session.ts. */
  readonly flags2?: number;
  readonly sqlMode?: bigint;
  readonly autoIncrement?: { readonly increment: number; readonly offset: number };
  /** Collation numbers: client, connection, server. */
  readonly charset?: readonly [number, number, number];
  readonly timeZone?: string;
  readonly lcTimeNames?: number;
  readonly collationDatabase?: number;
  readonly microseconds?: number;
  readonly explicitTimestampDefaults?: boolean;
  readonly utf8mb4Collation?: number;
  readonly requirePrimaryKey?: boolean;
  readonly tableEncryption?: boolean;
  /** MySQL 9.7, `enable_cascade_triggers`: whether cascades fire triggers. */
  readonly cascadeTriggers?: boolean;
}

export interface QueryEvent {
  readonly threadId: number;
  /** Of the statement at the source; not 0 when it failed half-way. */
  readonly errorCode: number;
  readonly database: string;
  readonly settings: QuerySettings;
  /** False when a status variable came that is not known here: then `settings` may lack something. */
  readonly isUnderstood: boolean;
  /** In the client's character set: a view, as it stands in the event. */
  readonly query: Buffer;
}

/**
 * Reads a QUERY event that is not compressed. `RangeError` for what is none.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Query__event.html, MariaDB `sql/log_event.h`.
 *
 * @param end where the body ends: before the checksum
 * @param ownBytes octets that another kind of event has before the status variables (EXECUTE_LOAD_QUERY)
 */
export function parseQuery(event: Buffer, end: number, ownBytes = 0): QueryEvent {
  const body = new ByteCursor(event, headerBytes, end);
  const threadId = body.u32();
  body.skip(4);
  const databaseBytes = body.u8();
  const errorCode = body.u16();
  const statusBytes = body.u16();
  body.skip(ownBytes);
  const status = new ByteCursor(event, body.at, body.at + statusBytes);
  body.skip(statusBytes);
  const database = body.bytes(databaseBytes).toString('utf8');
  body.skip(1);
  return { threadId, errorCode, database, ...parseStatus(status), query: body.rest() };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function parseStatus(status: ByteCursor): { readonly settings: QuerySettings; readonly isUnderstood: boolean } {
  const settings: Mutable<QuerySettings> = {};
  while (status.left > 0) if (!readOne(status, settings)) return { settings, isUnderstood: false };
  return { settings, isUnderstood: true };
}

/** Numbers of status variables; behind one that is not known nothing can be read, because only the variable knows its length. */
function readOne(status: ByteCursor, settings: Mutable<QuerySettings>): boolean {
  switch (status.u8()) {
    case 0:
      settings.flags2 = status.u32();
      return true;
    case 1:
      settings.sqlMode = status.u64();
      return true;
    case 2: // catalog, with a zero behind it
      status.shortBytes();
      status.skip(1);
      return true;
    case 3:
      settings.autoIncrement = { increment: status.u16(), offset: status.u16() };
      return true;
    case 4:
      settings.charset = [status.u16(), status.u16(), status.u16()];
      return true;
    case 5:
      settings.timeZone = status.shortBytes().toString('latin1');
      return true;
    case 6: // catalog
      status.shortBytes();
      return true;
    case 7:
      settings.lcTimeNames = status.u16();
      return true;
    case 8:
      settings.collationDatabase = status.u16();
      return true;
    case 9: // tables of a multi-table update
    case 17: // DDL transaction of the engine
    case 129: // MariaDB: XID of a DDL
      status.skip(8);
      return true;
    case 10: // length at the source's source
      status.skip(4);
      return true;
    case 11: // invoker: user, host
      status.shortBytes();
      status.shortBytes();
      return true;
    case 12:
      skipDatabases(status);
      return true;
    case 13:
      settings.microseconds = status.u24();
      return true;
    case 14: // commit timestamps, never sent
    case 15:
      return false;
    case 16:
      settings.explicitTimestampDefaults = status.u8() !== 0;
      return true;
    case 18:
      settings.utf8mb4Collation = status.u16();
      return true;
    case 19:
      settings.requirePrimaryKey = status.u8() !== 0;
      return true;
    case 20:
      settings.tableEncryption = status.u8() !== 0;
      return true;
    case 21: // MySQL 9.7
      settings.cascadeTriggers = status.u8() !== 0;
      return true;
    case 128: // MariaDB: microseconds of the timestamp
      settings.microseconds = status.u24();
      return true;
    case 130: // MariaDB 11.2: collations for sets, pairs of numbers
      status.skip(4 * status.u8());
      return true;
    default:
      return false;
  }
}

const tooManyDatabases = 254;

function skipDatabases(status: ByteCursor): void {
  const count = status.u8();
  if (count === tooManyDatabases) return;
  for (let n = 0; n < count; n += 1) while (status.u8() !== 0);
}
