import { inflateSync, zstdDecompressSync } from 'node:zlib';
import { ByteCursor } from './byte-cursor.ts';
import { checksumBytes, headerBytes, parseEventHeader } from './event-header.ts';
import { eventTypes } from './event-types.ts';
import { parseRowsHead } from './read-rows.ts';

/** An event as it can be read and replayed: nothing compressed, without its checksum. */
export interface PlainEvent {
  readonly type: number;
  /** Head and body. Its size field is right; its position is that of what it came from. */
  readonly bytes: Buffer;
}

/** No event is larger than the longest packet. What claims more is hostile. */
const mostBytes = 1024 * 1024 * 1024;
const payloadField = { end: 0, size: 1, compression: 2, uncompressedSize: 3 } as const;
const compression = { zstd: 0, none: 255 } as const;

const compressedTypes: ReadonlyMap<number, number> = new Map([
  [eventTypes.queryCompressed, eventTypes.query],
  [eventTypes.writeRowsCompressedV1, eventTypes.writeRowsV1],
  [eventTypes.updateRowsCompressedV1, eventTypes.updateRowsV1],
  [eventTypes.deleteRowsCompressedV1, eventTypes.deleteRowsV1],
  [eventTypes.writeRowsCompressed, eventTypes.writeRows],
  [eventTypes.updateRowsCompressed, eventTypes.updateRows],
  [eventTypes.deleteRowsCompressed, eventTypes.deleteRows],
]);

/**
 * The events that this one stands for: itself, its decompressed form (MariaDB `log_bin_compress`), or all that a transaction payload holds (MySQL
 * `binlog_transaction_compression`). `RangeError` for broken ones and for what unpacks to more than it says.
 */
export function* expandEvent(event: Buffer, hasChecksum: boolean): Generator<PlainEvent, void, undefined> {
  const header = parseEventHeader(event);
  if (header === null) throw new RangeError('not an event');
  const end = event.length - (hasChecksum ? checksumBytes : 0);
  if (header.type === eventTypes.transactionPayload) {
    yield* eventsOf(unpackPayload(event, end));
    return;
  }
  const plain = compressedTypes.get(header.type);
  if (plain === undefined) yield { type: header.type, bytes: sized(event.subarray(0, end), header.type) };
  else yield { type: plain, bytes: inflated(event, end, plain) };
}

function* eventsOf(bytes: Buffer): Generator<PlainEvent, void, undefined> {
  let at = 0;
  while (at < bytes.length) {
    const header = parseEventHeader(bytes, at);
    if (header === null || at + header.sizeBytes > bytes.length)
      throw new RangeError('a payload that ends within an event');
    yield { type: header.type, bytes: bytes.subarray(at, at + header.sizeBytes) };
    at += header.sizeBytes;
  }
}

/**
 * A transaction payload that stands open: what `expandEvent` gives of it are these events. `head` is the first octets of the event that it stands for.
 * No checksum. https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Transaction__payload__event.html
 */
export function openPayload(head: Buffer, events: readonly Buffer[]): Buffer {
  const size = events.reduce((sum, { length }) => sum + length, 0);
  const field = (type: number, value: Buffer) => Buffer.concat([Buffer.from([type, value.length]), value]);
  const event = Buffer.concat([
    head.subarray(0, headerBytes),
    field(payloadField.compression, lengthEncoded(compression.none)),
    field(payloadField.uncompressedSize, lengthEncoded(size)),
    field(payloadField.size, lengthEncoded(size)),
    Buffer.from([payloadField.end]),
    ...events,
  ]);
  event.writeUInt8(eventTypes.transactionPayload, 4);
  event.writeUInt32LE(event.length, 9);
  return event;
}

/** As `ByteCursor.lengthEncoded` reads it; up to 32 bits. */
function lengthEncoded(value: number): Buffer {
  if (value < 0xfb) return Buffer.from([value]);
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(0xfe);
  bytes.writeBigUInt64LE(BigInt(value), 1);
  return bytes;
}

/** Type, length, value, until the end mark; then the payload. */
function unpackPayload(event: Buffer, end: number): Buffer {
  const body = new ByteCursor(event, headerBytes, end);
  let method: number = compression.none;
  let uncompressed = -1;
  for (let field = body.lengthEncoded(); field !== payloadField.end; field = body.lengthEncoded()) {
    const length = body.lengthEncoded();
    const value = new ByteCursor(event, body.at, body.at + length);
    body.skip(length);
    if (field === payloadField.compression) method = value.lengthEncoded();
    if (field === payloadField.uncompressedSize) uncompressed = value.lengthEncoded();
  }
  const payload = body.rest();
  if (method === compression.none) return payload;
  if (method !== compression.zstd) throw new RangeError(`a payload of compression ${method}`);
  return unpacked(uncompressed, (maxOutputLength) => zstdDecompressSync(payload, { maxOutputLength }));
}

/** One octet: algorithm above, octets of the length below; the length, highest first; a zlib stream. MariaDB `sql/log_event.cc`. */
function inflated(event: Buffer, end: number, type: number): Buffer {
  const from = type === eventTypes.query ? headOfQuery(event, end) : headOfRows(event, end, type);
  const body = new ByteCursor(event, from, end);
  const head = body.u8();
  const octets = head & 0x07;
  if ((head & 0x70) !== 0 || octets < 1 || octets > 4) throw new RangeError('an unknown compression');
  const length = body.bytes(octets).readUIntBE(0, octets);
  const rest = body.rest();
  const plain = unpacked(length, (maxOutputLength) => inflateSync(rest, { maxOutputLength }));
  return sized(Buffer.concat([event.subarray(0, from), plain]), type);
}

function unpacked(said: number, unpack: (maxOutputLength: number) => Buffer): Buffer {
  if (said < 0 || said > mostBytes) throw new RangeError(`${said} bytes are said to be packed`);
  let plain: Buffer;
  try {
    plain = unpack(Math.max(1, said));
  } catch (error) {
    throw new RangeError('what was packed cannot be unpacked', { cause: error });
  }
  if (plain.length !== said) throw new RangeError('another length was packed');
  return plain;
}

function headOfQuery(event: Buffer, end: number): number {
  const body = new ByteCursor(event, headerBytes, end);
  body.skip(8);
  const database = body.u8();
  body.skip(2);
  body.skip(body.u16() + database + 1);
  return body.at;
}

/** Of a rows event, the column count and the bitmaps stand outside as well. */
function headOfRows(event: Buffer, end: number, type: number): number {
  const { at, change } = parseRowsHead(event, type, end);
  const body = new ByteCursor(event, at, end);
  const bitmap = Math.ceil(body.lengthEncoded() / 8);
  body.skip(change === 'update' ? 2 * bitmap : bitmap);
  return body.at;
}

/** With the type and size of what it has become; a copy when that changes anything. */
function sized(bytes: Buffer, type: number): Buffer {
  if (bytes[4] === type && bytes.readUInt32LE(9) === bytes.length) return bytes;
  const changed = Buffer.from(bytes);
  changed.writeUInt8(type, 4);
  changed.writeUInt32LE(changed.length, 9);
  return changed;
}
