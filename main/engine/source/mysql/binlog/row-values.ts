import type { ByteCursor } from './byte-cursor.ts';
import { columnTypes, type MappedColumn } from './table-map.ts';

/**
 * Values of rows events. Sources: MySQL `libs/mysql/binlog/event/binary_log_funcs.cpp` (`calc_field_size`), `sql-common/my_time.cc`
 * (packed times) and `strings/decimal.cc` (decimals); MariaDB `sql/rpl_utility.cc`.
 *
 * Whole numbers are `bigint`, FLOAT and DOUBLE `number`, decimals and times the server's text, BIT, ENUM and SET their number, everything
 * else its stored bytes (a view: copy what outlives the event). TIMESTAMP is UTC.
 */
export type BinlogValue = bigint | number | string | Buffer | null;

/** `RangeError` for a type that is not known here: then nothing after it can be read. */
export function skipValue(body: ByteCursor, column: MappedColumn): void {
  body.skip(sizeOf(body, column));
}

export function readValue(body: ByteCursor, column: MappedColumn, isUnsigned: boolean): BinlogValue {
  const { type, meta } = column;
  switch (type) {
    case columnTypes.tiny:
      return wholeNumber(body.bytes(1), isUnsigned);
    case columnTypes.short:
      return wholeNumber(body.bytes(2), isUnsigned);
    case columnTypes.int24:
      return wholeNumber(body.bytes(3), isUnsigned);
    case columnTypes.long:
      return wholeNumber(body.bytes(4), isUnsigned);
    case columnTypes.longlong:
      return wholeNumber(body.bytes(8), isUnsigned);
    case columnTypes.enum:
    case columnTypes.set:
      return wholeNumber(body.bytes(meta), true);
    case columnTypes.float:
      return body.bytes(4).readFloatLE();
    case columnTypes.double:
      return body.bytes(8).readDoubleLE();
    case columnTypes.year:
      return yearText(body.u8());
    case columnTypes.bit:
      return bigEndian(body.bytes(bitBytes(meta)));
    case columnTypes.newDecimal:
      return decimalText(body.bytes(decimalBytes(meta)), meta >> 8, meta & 0xff);
    case columnTypes.date:
      return dateText(body.u24());
    case columnTypes.time2:
      return timeText(body.bytes(3), body.bytes(fractionBytes(meta)), meta);
    case columnTypes.datetime2:
      return dateTimeText(body.bytes(5), body.bytes(fractionBytes(meta)), meta);
    case columnTypes.timestamp2:
      return timestampText(body.bytes(4), body.bytes(fractionBytes(meta)), meta);
    default: {
      const prefix = prefixBytes(column);
      if (prefix > 0) return body.bytes(lengthOf(body, prefix));
      // The forms of before MySQL 5.6: nothing here needs them as text.
      return body.bytes(sizeOf(body, column));
    }
  }
}

function sizeOf(body: ByteCursor, column: MappedColumn): number {
  const { type, meta } = column;
  switch (type) {
    case columnTypes.tiny:
    case columnTypes.year:
      return 1;
    case columnTypes.short:
      return 2;
    case columnTypes.int24:
    case columnTypes.date:
    case columnTypes.time:
      return 3;
    case columnTypes.newDate:
      return 3;
    case columnTypes.long:
    case columnTypes.float:
    case columnTypes.timestamp:
      return 4;
    case columnTypes.longlong:
    case columnTypes.double:
    case columnTypes.datetime:
      return 8;
    case columnTypes.enum:
    case columnTypes.set:
      return meta;
    case columnTypes.bit:
      return bitBytes(meta);
    case columnTypes.newDecimal:
      return decimalBytes(meta);
    case columnTypes.time2:
      return 3 + fractionBytes(meta);
    case columnTypes.datetime2:
      return 5 + fractionBytes(meta);
    case columnTypes.timestamp2:
      return 4 + fractionBytes(meta);
    default: {
      const prefix = prefixBytes(column);
      if (prefix === 0) throw new RangeError(`column type ${type}`);
      return lengthOf(body, prefix);
    }
  }
}

/** Octets of the length before the value; 0 for types that have none, or that are not known. */
function prefixBytes({ type, meta }: MappedColumn): number {
  switch (type) {
    case columnTypes.string:
    case columnTypes.varchar:
    case columnTypes.varString:
    case columnTypes.varcharCompressed:
      return meta < 256 ? 1 : 2;
    case columnTypes.tinyBlob:
    case columnTypes.blob:
    case columnTypes.mediumBlob:
    case columnTypes.longBlob:
    case columnTypes.blobCompressed:
    case columnTypes.json:
    case columnTypes.geometry:
    case columnTypes.vector:
      if (meta < 1 || meta > 4) throw new RangeError(`a length of ${meta} octets`);
      return meta;
    default:
      return 0;
  }
}

function lengthOf(body: ByteCursor, prefix: number): number {
  return body.bytes(prefix).readUIntLE(0, prefix);
}

function bitBytes(meta: number): number {
  return (meta >> 8) + ((meta & 0xff) > 0 ? 1 : 0);
}

function fractionBytes(decimals: number): number {
  if (decimals > 6) throw new RangeError(`${decimals} decimals of a second`);
  return Math.ceil(decimals / 2);
}

function wholeNumber(bytes: Buffer, isUnsigned: boolean): bigint {
  const bits = bytes.length * 8;
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes[at] ?? 0);
  return isUnsigned ? value : BigInt.asIntN(bits, value);
}

function bigEndian(bytes: Buffer): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function yearText(value: number): string {
  return value === 0 ? '0000' : String(1900 + value);
}

/** Octets that so many decimal digits need when nine share four. */
const digitBytes = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

function decimalBytes(meta: number): number {
  const scale = meta & 0xff;
  const whole = (meta >> 8) - scale;
  if (whole < 0) throw new RangeError('a decimal of more decimals than digits');
  const side = (digits: number) => Math.floor(digits / 9) * 4 + (digitBytes[digits % 9] ?? 0);
  return side(whole) + side(scale);
}

/** Groups of nine digits, big-endian, the left-over group outermost; the first bit is set for what is not negative, which is not inverted. */
function decimalText(stored: Buffer, precision: number, scale: number): string {
  const isNegative = ((stored[0] ?? 0) & 0x80) === 0;
  const bytes = Buffer.from(stored);
  bytes[0] = (bytes[0] ?? 0) ^ 0x80;
  if (isNegative) for (const [at, byte] of bytes.entries()) bytes[at] = byte ^ 0xff;
  let at = 0;
  const group = (digits: number) => {
    const size = digits === 9 ? 4 : (digitBytes[digits] ?? 0);
    const value = size === 0 ? 0 : bytes.readUIntBE(at, size);
    at += size;
    return size === 0 ? '' : String(value).padStart(digits, '0');
  };
  const wholeDigits = precision - scale;
  let whole = group(wholeDigits % 9);
  for (let n = 0; n < Math.floor(wholeDigits / 9); n += 1) whole += group(9);
  let fraction = '';
  for (let n = 0; n < Math.floor(scale / 9); n += 1) fraction += group(9);
  fraction += group(scale % 9);
  const shown = whole.replace(/^0+(?=\d)/, '') || '0';
  return `${isNegative ? '-' : ''}${shown}${fraction === '' ? '' : `.${fraction}`}`;
}

function dateText(packed: number): string {
  return `${digits(packed >> 9, 4)}-${digits((packed >> 5) & 15, 2)}-${digits(packed & 31, 2)}`;
}

/** A sign by an offset of half the range; ten bits of hours, six each of minutes and seconds, then the fraction. */
function timeText(bytes: Buffer, fraction: Buffer, decimals: number): string {
  const whole = (BigInt(bytes.readUIntBE(0, 3)) << BigInt(fraction.length * 8)) | bigEndian(fraction);
  const packed = whole - (0x800000n << BigInt(fraction.length * 8));
  const size = packed < 0n ? -packed : packed;
  const seconds = Number(size >> BigInt(fraction.length * 8));
  const part = size & ((1n << BigInt(fraction.length * 8)) - 1n);
  const text = `${digits((seconds >> 12) & 0x3ff, 2)}:${digits((seconds >> 6) & 63, 2)}:${digits(seconds & 63, 2)}`;
  return `${packed < 0n ? '-' : ''}${text}${fractionText(part, fraction.length, decimals)}`;
}

/** A sign bit, 17 bits of `year * 13 + month`, 5 of the day, 5 of hours, 6 each of minutes and seconds. */
function dateTimeText(bytes: Buffer, fraction: Buffer, decimals: number): string {
  const packed = BigInt(bytes.readUIntBE(0, 5)) - 0x8000000000n;
  const month = Number(packed >> 22n);
  const day = Number((packed >> 17n) & 31n);
  const time = Number(packed & 0x1ffffn);
  const date = `${digits(Math.floor(month / 13), 4)}-${digits(month % 13, 2)}-${digits(day, 2)}`;
  const clock = `${digits(time >> 12, 2)}:${digits((time >> 6) & 63, 2)}:${digits(time & 63, 2)}`;
  return `${date} ${clock}${fractionText(bigEndian(fraction), fraction.length, decimals)}`;
}

function timestampText(bytes: Buffer, fraction: Buffer, decimals: number): string {
  const seconds = bytes.readUInt32BE();
  const part = fractionText(bigEndian(fraction), fraction.length, decimals);
  if (seconds === 0) return `0000-00-00 00:00:00${part}`;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}${part}`;
}

/** `bytes` octets hold twice as many digits, of which `decimals` are shown. */
function fractionText(value: bigint, bytes: number, decimals: number): string {
  if (decimals === 0) return '';
  return `.${String(value)
    .padStart(bytes * 2, '0')
    .slice(0, decimals)}`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
