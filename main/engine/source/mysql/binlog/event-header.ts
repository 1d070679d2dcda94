import { crc32 } from 'node:zlib';
import { eventFlags, eventTypes } from './event-types.ts';

/** Octets before the body of every event since MySQL 5.0. */
export const headerBytes = 19;
/** Octets at the end of an event where the file has checksums. */
export const checksumBytes = 4;
const flagsAt = 17;

/** The head of an event, as it stands in the file. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_replication_binlog_event.html */
export interface EventHeader {
  /** Whole seconds: when the statement began. Not monotonic. 0 for what the sender makes up. */
  readonly timestampS: number;
  readonly type: number;
  readonly serverId: number;
  /** Head and checksum included. */
  readonly sizeBytes: number;
  /** Where the next event begins, modulo 2^32; 0 where the server does not say (MariaDB 11.4 inside transactions, and made-up events). */
  readonly nextPosition: number;
  readonly flags: number;
}

/** Null when fewer octets than a head are there, or its size is smaller than a head. */
export function parseEventHeader(bytes: Buffer, at = 0): EventHeader | null {
  if (bytes.length - at < headerBytes) return null;
  const sizeBytes = bytes.readUInt32LE(at + 9);
  if (sizeBytes < headerBytes) return null;
  return {
    timestampS: bytes.readUInt32LE(at),
    type: bytes.readUInt8(at + 4),
    serverId: bytes.readUInt32LE(at + 5),
    sizeBytes,
    nextPosition: bytes.readUInt32LE(at + 13),
    flags: bytes.readUInt16LE(at + flagsAt),
  };
}

export function isArtificial({ flags }: EventHeader): boolean {
  return (flags & eventFlags.artificial) !== 0;
}

/**
 * Whether the last four octets are the CRC-32 of those before them. The flag "in use" of a format description does not count: the server
 * clears it in the file when it closes that, and leaves the sum.
 */
export function isChecksumRight(event: Buffer): boolean {
  if (event.length < headerBytes + checksumBytes) return false;
  const end = event.length - checksumBytes;
  const said = event.readUInt32LE(end);
  if (event[4] !== eventTypes.formatDescription) return crc32(event.subarray(0, end)) === said;
  const closed = Buffer.from(event.subarray(0, end));
  closed.writeUInt16LE(closed.readUInt16LE(flagsAt) & ~eventFlags.inUse, flagsAt);
  return crc32(closed) === said;
}
