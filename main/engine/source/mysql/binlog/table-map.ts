import { ByteCursor } from './byte-cursor.ts';
import { headerBytes } from './event-header.ts';

/** Numbers of column types as they stand in binlogs. Source: MySQL `include/field_types.h`, MariaDB `include/mysql_com.h`. */
export const columnTypes = {
  decimal: 0,
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  null: 6,
  timestamp: 7,
  longlong: 8,
  int24: 9,
  date: 10,
  time: 11,
  datetime: 12,
  year: 13,
  newDate: 14,
  varchar: 15,
  bit: 16,
  timestamp2: 17,
  datetime2: 18,
  time2: 19,
  blobCompressed: 140,
  varcharCompressed: 141,
  vector: 242,
  json: 245,
  newDecimal: 246,
  enum: 247,
  set: 248,
  tinyBlob: 249,
  mediumBlob: 250,
  longBlob: 251,
  blob: 252,
  varString: 253,
  string: 254,
  geometry: 255,
} as const;

/** A stored column of a table as its rows events see it. */
export interface MappedColumn {
  /** One of `columnTypes`; for CHAR, ENUM and SET the real one. */
  readonly type: number;
  /**
   * What the type needs to be read: longest length in bytes (CHAR, VARCHAR), octets of its length (blobs), octets of its value (ENUM, SET),
   * decimals of a second (TIME, DATETIME, TIMESTAMP), `precision << 8 | scale` (DECIMAL), `octets << 8 | bits` (BIT).
   */
  readonly meta: number;
  /** Null where the server does not say (MariaDB by default): then the table's own definition has to. Only for numbers. */
  readonly isUnsigned: boolean | null;
  readonly isNullable: boolean;
  /** Only with `binlog_row_metadata=FULL`; else null. */
  readonly name?: string | null;
}

export interface TableMap {
  readonly tableId: number;
  readonly database: string;
  readonly table: string;
  readonly columns: readonly MappedColumn[];
}

/** More than any table has; a hostile event must not make us reserve memory. */
const mostColumns = 4096;
/** Types of the optional fields at the end. */
const optional = { signedness: 1, columnName: 4 } as const;

/**
 * Reads a TABLE_MAP event: which table the rows events of this statement mean by a number, and how its columns are stored.
 * `RangeError` for what is none. https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Table__map__event.html
 *
 * @param end where the body ends: before the checksum
 */
export function parseTableMap(event: Buffer, end: number): TableMap {
  const body = new ByteCursor(event, headerBytes, end);
  const tableId = body.u48();
  body.skip(2);
  const database = nameOf(body);
  const table = nameOf(body);
  const count = body.lengthEncoded();
  if (count > mostColumns) throw new RangeError(`${count} columns`);
  const types = [...body.bytes(count)];
  const metaBytes = body.lengthEncoded();
  const meta = new ByteCursor(event, body.at, body.at + metaBytes);
  body.skip(metaBytes);
  const shapes = types.map((type) => shapeOf(type, meta));
  if (meta.left !== 0) throw new RangeError('column metadata that no column needs');
  const nullable = body.bytes(Math.ceil(count / 8));
  const { unsigned, names } = optionalFields(body, types);
  const columns = shapes.map((shape, index) => ({
    ...shape,
    isUnsigned: unsigned === null ? null : unsigned.has(index),
    isNullable: isBitSet(nullable, index),
    name: names?.[index] ?? null,
  }));
  return { tableId, database, table, columns };
}

/** Bit `index` of a bitmap whose first bit is the lowest of its first octet. */
export function isBitSet(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

function nameOf(body: ByteCursor): string {
  const name = body.shortBytes().toString('utf8');
  body.skip(1);
  return name;
}

function shapeOf(type: number, meta: ByteCursor): { readonly type: number; readonly meta: number } {
  switch (type) {
    case columnTypes.float:
    case columnTypes.double:
    case columnTypes.timestamp2:
    case columnTypes.datetime2:
    case columnTypes.time2:
    case columnTypes.tinyBlob:
    case columnTypes.blob:
    case columnTypes.mediumBlob:
    case columnTypes.longBlob:
    case columnTypes.blobCompressed:
    case columnTypes.json:
    case columnTypes.geometry:
    case columnTypes.vector:
      return { type, meta: meta.u8() };
    case columnTypes.varchar:
    case columnTypes.varString:
    case columnTypes.varcharCompressed:
    case columnTypes.bit:
      return { type, meta: meta.u16() };
    case columnTypes.newDecimal:
      return { type, meta: (meta.u8() << 8) | meta.u8() };
    case columnTypes.string:
    case columnTypes.enum:
    case columnTypes.set:
      return stringShape(meta.u8(), meta.u8());
    default:
      return { type, meta: 0 };
  }
}

/** CHAR, ENUM and SET share a type. Of a CHAR longer than 255 octets two bits of the length stand, inverted, in the type's octet. */
function stringShape(first: number, second: number): { readonly type: number; readonly meta: number } {
  if ((first & 0x30) !== 0x30) return { type: first | 0x30, meta: second | (((first & 0x30) ^ 0x30) << 4) };
  return { type: first, meta: second };
}

const numeric = new Set<number>([
  columnTypes.decimal,
  columnTypes.tiny,
  columnTypes.short,
  columnTypes.int24,
  columnTypes.long,
  columnTypes.longlong,
  columnTypes.newDecimal,
  columnTypes.float,
  columnTypes.double,
  columnTypes.year,
]);

interface OptionalFields {
  /** Indices of the unsigned columns; null when the event does not say. */
  readonly unsigned: ReadonlySet<number> | null;
  /** Of all columns in order; null when the event does not say. */
  readonly names: readonly string[] | null;
}

function optionalFields(body: ByteCursor, types: readonly number[]): OptionalFields {
  let unsigned: ReadonlySet<number> | null = null;
  let names: readonly string[] | null = null;
  while (body.left > 0) {
    const field = body.u8();
    const value = body.bytes(body.lengthEncoded());
    if (field === optional.signedness) unsigned ??= unsignedOf(value, types);
    else if (field === optional.columnName) names ??= namesOf(value, types.length);
  }
  return { unsigned, names };
}

/** From the highest bit down, for numbers only. */
function unsignedOf(bits: Buffer, types: readonly number[]): ReadonlySet<number> {
  const unsigned = new Set<number>();
  let at = 0;
  for (const [index, type] of types.entries()) {
    if (!numeric.has(type)) continue;
    if (((bits[at >> 3] ?? 0) & (0x80 >> (at & 7))) !== 0) unsigned.add(index);
    at += 1;
  }
  return unsigned;
}

function namesOf(value: Buffer, count: number): string[] {
  const body = new ByteCursor(value);
  const names: string[] = [];
  while (body.left > 0) names.push(body.bytes(body.lengthEncoded()).toString('utf8'));
  if (names.length !== count) throw new RangeError('names of other columns');
  return names;
}
