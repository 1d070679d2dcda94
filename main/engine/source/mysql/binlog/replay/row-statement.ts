import { crc32 } from 'node:zlib';
import { AppError } from '../../../../../../shared/errors/app-error.ts';
import { checksumBytes, headerBytes } from '../event-header.ts';
import type { PlainEvent } from '../expand-event.ts';
import { parseRowsHead } from '../read-rows.ts';

/** More of a statement is not held back. Bytes. */
const batchBytes = 4 * 1024 * 1024;
const rowsFlagsAt = headerBytes + 6;
const endOfStatement = 0x0001;

/**
 * The row events of one statement, on their way into BINLOG statements. The last rows event is always held back: should what follows it be left out, it has
 * to carry the flag that ends the statement.
 */
export class RowStatement {
  #events: Buffer[] = [];
  #bytes = 0;
  #held: Buffer | null = null;
  #isBegun = false;

  /** Of a table whose rows are wanted. */
  addMap({ bytes }: PlainEvent): void {
    this.#push(bytes);
  }

  addRows({ bytes }: PlainEvent): void {
    this.#release();
    // A copy: its flags may be changed.
    this.#held = Buffer.from(bytes);
    this.#held.writeUInt16LE(this.#held.readUInt16LE(rowsFlagsAt) & ~endOfStatement, rowsFlagsAt);
  }

  /** Events once there are enough of them; none before. */
  takeFull(): Buffer[] {
    return this.#bytes < batchBytes ? [] : this.#take();
  }

  /** What is left, with the end of the statement; nothing when nothing of it is wanted. */
  takeLast(): Buffer[] {
    const last = this.#held;
    if (last === null) {
      if (this.#isBegun) throw new RangeError('rows were sent without an end');
      this.#events = [];
      this.#bytes = 0;
      return [];
    }
    last.writeUInt16LE(last.readUInt16LE(rowsFlagsAt) | endOfStatement, rowsFlagsAt);
    this.#release();
    const events = this.#take();
    this.#isBegun = false;
    return events;
  }

  #release(): void {
    if (this.#held !== null) this.#push(this.#held);
    this.#held = null;
  }

  #push(bytes: Buffer): void {
    this.#events.push(bytes);
    this.#bytes += bytes.length;
  }

  #take(): Buffer[] {
    const events = this.#events;
    this.#events = [];
    this.#bytes = 0;
    this.#isBegun = true;
    return events;
  }
}

/** https://dev.mysql.com/doc/refman/8.4/en/binlog.html */
export function binlogStatement(events: readonly Buffer[]): string {
  return `BINLOG '\n${events.map((bytes) => bytes.toString('base64')).join('\n')}\n'`;
}

/** Whether this rows event ends its statement. */
export function endsStatement({ type, bytes }: PlainEvent): boolean {
  return parseRowsHead(bytes, type, bytes.length).isLastOfStatement;
}

/** The format with which events without checksums are announced: the file's own, with the checksum's algorithm taken away. */
export function formatWithoutChecksums(format: Buffer): Buffer {
  const bytes = Buffer.from(format);
  bytes.writeUInt8(0, bytes.length - checksumBytes - 1);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, bytes.length - checksumBytes)), bytes.length - checksumBytes);
  return bytes;
}

/** A statement that the target's `max_allowed_packet` would refuse: `restore.packet-too-small` {neededBytes, limitBytes}. */
export function requireRoom(statement: string, limitBytes: number): void {
  if (limitBytes > 0 && statement.length + 1024 > limitBytes)
    throw new AppError('replay.packet-too-small', { neededBytes: statement.length + 1024, limitBytes });
}
