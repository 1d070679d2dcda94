import { ByteCursor } from './byte-cursor.ts';
import { checksumBytes, headerBytes } from './event-header.ts';

/** What the first event of each file says about the others. */
export interface FormatDescription {
  readonly serverVersion: string;
  /** Seconds since 1970; not 0 only in the first file after a start of the server. */
  readonly createdAtS: number;
  /** Whether each event ends with a CRC-32. */
  readonly hasChecksums: boolean;
}

/** Octets of body before the table of post-header lengths: version 2, server version 50, created 4, length of the head 1. */
const fixedBytes = 57;

/**
 * Reads a format description event. Servers since MySQL 5.6.1 and MariaDB 5.3 end it with the checksum's algorithm and four octets of
 * checksum, whether or not the others have one. A `RangeError` for anything else: it is no binlog that we know.
 */
export function parseFormatDescription(event: Buffer): FormatDescription {
  const body = new ByteCursor(event, headerBytes);
  const version = body.u16();
  const serverVersion = textBeforeZero(body.bytes(50));
  const createdAtS = body.u32();
  if (version !== 4 || body.u8() !== headerBytes) throw new RangeError(`a binlog of version ${version}`);
  const algorithm = event[event.length - checksumBytes - 1];
  if (event.length < headerBytes + fixedBytes + checksumBytes + 1 || algorithm === undefined || algorithm > 1)
    throw new RangeError('a format description that names no checksum known here');
  return { serverVersion, createdAtS, hasChecksums: algorithm === 1 };
}

function textBeforeZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}
