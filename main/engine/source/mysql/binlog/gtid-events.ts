import { ByteCursor } from './byte-cursor.ts';
import { headerBytes } from './event-header.ts';

export interface GtidEvent {
  /** As the server writes it: `3e11fa47-…:23`, `uuid:tag:5`, or MariaDB's `0-1-42`. Null where the server gives none (anonymous). */
  readonly gtid: string | null;
  /** When the transaction was committed, to the microsecond; null where only whole seconds are known. Microseconds since 1970. */
  readonly committedAtUs: number | null;
  /** MariaDB: what follows is one statement that commits itself. */
  readonly isStandalone: boolean;
  /** MariaDB: a DDL. */
  readonly isDdl: boolean;
  /** MariaDB: an XA transaction that will only be prepared. MySQL says XA START. */
  readonly isPreparedXa: boolean;
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Gtid__event.html; `RangeError` for what is none. */
export function parseMysqlGtid(event: Buffer, end: number, isAnonymous: boolean): GtidEvent {
  const body = new ByteCursor(event, headerBytes, end);
  body.skip(1);
  const uuid = uuidText(body.bytes(16));
  const number = body.u64();
  const gtid = isAnonymous ? null : `${uuid}:${number}`;
  let committedAtUs: number | null = null;
  // Logical timestamps: a type octet and two numbers; then when it was committed, since MySQL 8.0.1.
  if (body.left >= 17) {
    body.skip(17);
    if (body.left >= 7) committedAtUs = sevenBytes(body);
  }
  return { gtid, committedAtUs, isStandalone: false, isDdl: false, isPreparedXa: false };
}

const standalone = 1;
const ddl = 32;
const preparedXa = 64;

/** MariaDB: a number, a domain, flags. https://mariadb.com/docs/server/reference/clientserver-protocol/replication-protocol/gtid_event */
export function parseMariaGtid(event: Buffer, end: number, serverId: number): GtidEvent {
  const body = new ByteCursor(event, headerBytes, end);
  const number = body.u64();
  const domain = body.u32();
  const flags = body.u8();
  return {
    gtid: `${domain}-${serverId}-${number}`,
    committedAtUs: null,
    isStandalone: (flags & standalone) !== 0,
    isDdl: (flags & ddl) !== 0,
    isPreparedXa: (flags & preparedXa) !== 0,
  };
}

/** 56 bits; the highest says that another such number follows: when the original server committed it. */
function sevenBytes(body: ByteCursor): number {
  const low = body.u32();
  const high = body.u24();
  return (high & 0x7fffff) * 2 ** 32 + low;
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * MySQL 8.3 and later write tagged GTIDs in the field-by-field form of their serialization library: a format octet, the size of all of it,
 * the last field that must not be skipped, then numbered fields. Field 0 are flags, 1 the UUID, 2 the number, 3 the tag, 6 the time of the commit.
 * https://dev.mysql.com/doc/dev/mysql-server/latest/PageLibsMysqlSerialization.html
 */
export function parseTaggedGtid(event: Buffer, end: number): GtidEvent {
  const body = new ByteCursor(event, headerBytes, end);
  if (variable(body) !== 1n) throw new RangeError('a tagged GTID in another form');
  variable(body);
  variable(body);
  let uuid = '';
  let tag = '';
  let number = 0n;
  let committedAtUs: number | null = null;
  while (body.left > 0 && committedAtUs === null) {
    switch (variable(body)) {
      case 0n:
        variable(body);
        break;
      case 1n:
        // Sixteen octets, each written as a number of its own.
        uuid = uuidText(Buffer.from(Array.from({ length: 16 }, () => Number(variable(body)))));
        break;
      case 2n:
        number = signed(variable(body));
        break;
      case 3n:
        tag = body.bytes(Number(variable(body))).toString('latin1');
        break;
      case 4n:
      case 5n:
        variable(body);
        break;
      case 6n:
        committedAtUs = Number(variable(body));
        break;
      default:
        return {
          gtid: gtidOf(uuid, tag, number),
          committedAtUs: null,
          isStandalone: false,
          isDdl: false,
          isPreparedXa: false,
        };
    }
  }
  return { gtid: gtidOf(uuid, tag, number), committedAtUs, isStandalone: false, isDdl: false, isPreparedXa: false };
}

function gtidOf(uuid: string, tag: string, number: bigint): string | null {
  if (uuid === '') return null;
  return tag === '' ? `${uuid}:${number}` : `${uuid}:${tag}:${number}`;
}

/** As many octets as the lowest octet has trailing ones, and one more; the rest is the number. */
function variable(body: ByteCursor): bigint {
  const first = body.u8();
  let more = 0;
  while (more < 8 && (first & (1 << more)) !== 0) more += 1;
  let value = BigInt(first);
  for (let n = 1; n <= more; n += 1) value |= BigInt(body.u8()) << BigInt(8 * n);
  return value >> BigInt(Math.min(more + 1, 8));
}

/** Positive and negative numbers take turns. */
function signed(value: bigint): bigint {
  return (value & 1n) === 0n ? value >> 1n : -((value + 1n) >> 1n);
}
