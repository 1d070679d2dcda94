import { createHash, type Hash } from 'node:crypto';
import { eventTypes, headerBytes, type BinlogEvent } from '../source/mysql/binlog/index.ts';

/** These hold neither rows nor the text of a statement. */
const whole: ReadonlySet<number> = new Set([
  eventTypes.formatDescription,
  eventTypes.rotate,
  eventTypes.stop,
  eventTypes.xid,
  eventTypes.gtid,
  eventTypes.anonymousGtid,
  eventTypes.taggedGtid,
  eventTypes.previousGtids,
  eventTypes.mariaGtid,
  eventTypes.mariaGtidList,
  eventTypes.binlogCheckpoint,
]);

/** So many bytes before its end are enough to know a log again. */
export const traceBytes = 64 * 1024;

/**
 * A digest over what of a log tells it from any other and gives no secret away: the heads of all events (time, kind, server, length, place) and
 * the events that name transactions. The checksums are left out: they would tell a guessed secret from a wrong one.
 */
export class LogTrace {
  readonly #hash: Hash = createHash('sha256');

  take({ header, bytes, hasChecksum }: BinlogEvent): void {
    const end = whole.has(header.type) ? bytes.length - (hasChecksum ? 4 : 0) : headerBytes;
    this.#hash.update(bytes.subarray(0, end));
  }

  /** Base64: 64 hex digits would look like the id of a chunk (FORMAT.md §9). */
  digest(): string {
    return this.#hash.copy().digest('base64');
  }
}
