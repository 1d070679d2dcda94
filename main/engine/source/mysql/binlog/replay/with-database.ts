import { headerBytes } from '../event-header.ts';
import type { PlainEvent } from '../expand-event.ts';

/** Where an event's head holds its size. */
const sizeAt = 9;

/** The same TABLE_MAP event for a table of that name in another database; of one without a checksum. */
export function withDatabase(event: PlainEvent, database: string): PlainEvent {
  const at = headerBytes + 8;
  const old = event.bytes.readUInt8(at);
  const name = Buffer.from(database, 'utf8');
  if (name.equals(event.bytes.subarray(at + 1, at + 1 + old))) return event;
  if (name.length > 255) throw new RangeError('a name that is too long');
  const bytes = Buffer.concat([
    event.bytes.subarray(0, at),
    Buffer.from([name.length]),
    name,
    event.bytes.subarray(at + 1 + old),
  ]);
  bytes.writeUInt32LE(bytes.length, sizeAt);
  return { type: event.type, bytes };
}
