import { AppError, isAppErrorOf } from '../../../../../shared/errors/app-error.ts';
import type { Flavour } from '../../../../../shared/model/database.ts';
import type { MysqlConnection } from '../connection.ts';
import { serverErrno } from '../map-error.ts';
import { ByteCursor } from './byte-cursor.ts';
import { checksumBytes, headerBytes, isArtificial, isChecksumRight, parseEventHeader } from './event-header.ts';
import type { EventHeader } from './event-header.ts';
import { eventTypes } from './event-types.ts';
import { parseFormatDescription } from './format-description.ts';

/** Octets before the first event of a file: `fe 62 69 6e`. */
export const firstPosition = 4;
export const binlogMagic: Buffer = Buffer.from([0xfe, 0x62, 0x69, 0x6e]);
/** COM_BINLOG_DUMP has room for no position beyond. */
export const positionLimit = 2 ** 32;

export interface BinlogPosition {
  readonly file: string;
  /** Bytes from the beginning of the file. */
  readonly position: number;
}

/** One event that stands in the server's file, byte for byte. */
export interface BinlogEvent extends BinlogPosition {
  readonly kind: 'event';
  /** Behind it in the server's file. Not always `position + bytes.length`: of what was stored without its secrets the bytes are fewer. */
  readonly endPosition: number;
  readonly header: EventHeader;
  /** A copy of its own. */
  readonly bytes: Buffer;
  /** Whether the last four bytes are a checksum. */
  readonly hasChecksum: boolean;
}

/** The server has nothing after this position: what it says every `heartbeatMs` while nothing happens. */
export interface BinlogIdle extends BinlogPosition {
  readonly kind: 'idle';
}

/** The format of a file that is read from its middle: the server's own first event, as it makes it up for this. Stands nowhere in the file. */
export interface BinlogFormat extends BinlogPosition {
  readonly kind: 'format';
  /** A copy of its own. */
  readonly bytes: Buffer;
}

export type BinlogItem = BinlogEvent | BinlogIdle | BinlogFormat;

export interface ReadBinlogOptions {
  /** A boundary between events, below 4 GiB. */
  readonly from: BinlogPosition;
  readonly flavour: Flavour;
  /** Unlike that of every other replica of this server: of two with the same number the server throws one out. */
  readonly replicaId: number;
  /** Text of a UUID of our own; MySQL tells replicas apart by it. */
  readonly replicaUuid: string;
  /** Ends at the end of the logs instead of waiting for more. */
  readonly untilEnd: boolean;
  readonly heartbeatMs: number;
  readonly signal: AbortSignal;
}

/** A server that was asked to say every `heartbeatMs` that it is there has gone when so many of them are missing: no socket may ever tell. */
const missingHeartbeats = 8;
/** Never less: a loaded server takes its time. */
const leastSilenceMs = 40_000;
/** So much may wait for whoever reads slower than the server sends. Bytes. */
const mostWaitingBytes = 8 * 1024 * 1024;

/**
 * Reads the binlog as a replica does, from a position on, each event exactly as it stands in the server's file and at its place in it.
 * What the server makes up for replicas is not passed on. The connection serves nothing else any more and is destroyed in the end.
 *
 * Errors: `binlog.purged` {file} when the server has the file no more; `binlog.rewritten` {file, position} when the file does not reach
 * there; `binlog.damaged` {file, position, reason}; `binlog.replaced` when another replica came with our number; `mysql.no-privilege`
 * (REPLICATION SLAVE); `mysql.connection-lost`; the signal's reason.
 * Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_replication.html, MariaDB `sql/sql_repl.cc`.
 */
export async function* readBinlog(
  connection: MysqlConnection,
  options: ReadBinlogOptions,
): AsyncGenerator<BinlogItem, void, undefined> {
  const { from, flavour, replicaId, untilEnd, heartbeatMs } = options;
  if (from.position >= positionLimit) throw new RangeError('a replica cannot begin beyond 4 GiB');
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const silenceMs = untilEnd ? null : Math.max(leastSilenceMs, missingHeartbeats * heartbeatMs);
  const queue = new EventQueue(connection, silenceMs);
  try {
    await introduce(connection, options);
    const place = new FilePlace(from);
    const request = { ...from, serverId: replicaId, flavour, isNonBlocking: untilEnd };
    connection
      .dump(request, (buffer, start, end) => queue.push(buffer, start, end), signal)
      .then(
        () => queue.end(null),
        (error: unknown) => queue.end(meaningOf(error, place)),
      );
    for await (const bytes of queue) {
      const item = place.take(bytes);
      if (item !== null) yield item;
    }
  } finally {
    stop.abort();
    connection.destroy();
  }
}

/** What a replica says of itself before it asks; each server knows only some of it, and user variables do no harm. */
async function introduce(connection: MysqlConnection, options: ReadBinlogOptions): Promise<void> {
  const { heartbeatMs, replicaUuid, signal } = options;
  const heartbeatNs = `${Math.round(heartbeatMs)}000000`;
  // The server's own choice of checksum: it sends what stands in its files.
  const statements = [
    'SET @master_binlog_checksum = @@GLOBAL.binlog_checksum, @source_binlog_checksum = @@GLOBAL.binlog_checksum',
    `SET @master_heartbeat_period = ${heartbeatNs}, @source_heartbeat_period = ${heartbeatNs}`,
    `SET @slave_uuid = '${replicaUuid}', @replica_uuid = '${replicaUuid}'`,
    // With less MariaDB rewrites its GTID events for older replicas.
    'SET @mariadb_slave_capability = 4',
  ];
  for (const statement of statements) await connection.query(statement, { signal });
}

/** Follows where in which file the server is, and tells what stands there from what was made up for us. */
class FilePlace implements BinlogPosition {
  #file: string;
  #position: number;
  readonly #from: BinlogPosition;
  #isBegun = false;
  #hasChecksums = false;

  constructor(from: BinlogPosition) {
    this.#from = from;
    this.#file = from.file;
    this.#position = from.position;
  }

  get file(): string {
    return this.#file;
  }

  get position(): number {
    return this.#position;
  }

  take(bytes: Buffer): BinlogItem | null {
    const header = parseEventHeader(bytes);
    if (header === null || header.sizeBytes !== bytes.length) throw this.#damaged('size');
    try {
      return this.#isMadeUp(header) ? this.#hear(header, bytes) : this.#event(header, bytes);
    } catch (error) {
      if (error instanceof RangeError) throw this.#damaged('content', error);
      throw error;
    }
  }

  #isMadeUp(header: EventHeader): boolean {
    const { type, nextPosition } = header;
    if (isArtificial(header) || type === eventTypes.heartbeat || type === eventTypes.heartbeatV2) return true;
    return type === eventTypes.formatDescription && nextPosition === 0;
  }

  #hear(header: EventHeader, bytes: Buffer): BinlogItem | null {
    switch (header.type) {
      case eventTypes.rotate:
        this.#follow(bytes);
        return null;
      case eventTypes.formatDescription:
        this.#hasChecksums = parseFormatDescription(bytes).hasChecksums;
        return { kind: 'format', file: this.#file, position: this.#position, bytes };
      case eventTypes.heartbeat:
      case eventTypes.heartbeatV2:
        return { kind: 'idle', file: this.#file, position: this.#position };
      default:
        return null;
    }
  }

  /** A made-up rotate names the file of which events come next. Whether it has a checksum depends on the server: it is tried. */
  #follow(bytes: Buffer): void {
    const body = new ByteCursor(
      bytes,
      headerBytes,
      isChecksumRight(bytes) ? bytes.length - checksumBytes : bytes.length,
    );
    const position = Number(body.u64());
    const file = body.rest().toString('utf8');
    if (!this.#isBegun) {
      this.#isBegun = true;
      if (file !== this.#from.file || position !== this.#from.position) throw this.#damaged('another-place');
      return;
    }
    // MariaDB says it again when it goes on in the same file.
    if (file === this.#file && position === this.#position) return;
    if (position !== firstPosition) throw this.#damaged('another-place');
    this.#file = file;
    this.#position = position;
  }

  #event(header: EventHeader, bytes: Buffer): BinlogEvent {
    if (!this.#isBegun) throw this.#damaged('no-file');
    if (header.type === eventTypes.formatDescription) this.#hasChecksums = parseFormatDescription(bytes).hasChecksums;
    // A format description has a checksum even where nothing else has one.
    const isChecked = this.#hasChecksums || header.type === eventTypes.formatDescription;
    if (isChecked && !isChecksumRight(bytes)) throw this.#damaged('checksum');
    const position = this.#position;
    const next = position + header.sizeBytes;
    if (header.nextPosition !== 0 && header.nextPosition !== next % positionLimit) throw this.#damaged('position');
    this.#position = next;
    return { kind: 'event', file: this.#file, position, endPosition: next, header, bytes, hasChecksum: isChecked };
  }

  #damaged(reason: string, cause?: unknown): AppError {
    return new AppError('binlog.damaged', { file: this.#file, position: this.#position, reason }, { cause });
  }
}

/** Events on their way from the socket to a reader who may be slower: beyond a limit the server has to wait. */
class EventQueue implements AsyncIterable<Buffer> {
  readonly #connection: MysqlConnection;
  readonly #silenceMs: number | null;
  #events: Buffer[] = [];
  #bytes = 0;
  #isPaused = false;
  #isEnded = false;
  #failure: Error | null = null;
  #wake: (() => void) | undefined;

  /** @param silenceMs how long the server may say nothing while a reader waits; null: as long as it likes */
  constructor(connection: MysqlConnection, silenceMs: number | null) {
    this.#connection = connection;
    this.#silenceMs = silenceMs;
  }

  push(buffer: Buffer, from: number, to: number): void {
    this.#events.push(Buffer.from(buffer.subarray(from, to)));
    this.#bytes += to - from;
    if (this.#bytes > mostWaitingBytes && !this.#isPaused) {
      this.#isPaused = true;
      this.#connection.pause();
    }
    this.#wake?.();
  }

  end(failure: Error | null): void {
    this.#isEnded = true;
    this.#failure = failure;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const events = this.#events;
      this.#events = [];
      this.#bytes = 0;
      for (const event of events) yield event;
      if (this.#events.length > 0) continue;
      if (this.#isEnded) break;
      if (this.#isPaused) {
        this.#isPaused = false;
        this.#connection.resume();
        if (this.#events.length > 0) continue;
      }
      await this.#word();
    }
    if (this.#failure !== null) throw this.#failure;
  }

  async #word(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#wake = () => resolve(undefined);
    const timer =
      this.#silenceMs === null
        ? undefined
        : setTimeout(() => this.end(new AppError('mysql.connection-lost', { reason: 'silent' })), this.#silenceMs);
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}

/** ER_MASTER_FATAL_ERROR_READING_BINLOG: everything that can be wrong with a place; only the text says which. */
const cannotRead = 1236;

function meaningOf(error: unknown, { file, position }: BinlogPosition): Error {
  if (!isAppErrorOf(error, 'mysql.query-failed') || serverErrno(error) !== cannotRead)
    return error instanceof Error ? error : new Error(String(error));
  const message = error.cause instanceof Error ? error.cause.message : '';
  const facts = { file, position };
  const cause = { cause: error };
  if (/first log file name|purged|missing on the (master|source)/i.test(message))
    return new AppError('binlog.purged', facts, cause);
  if (/impossible position|> file size|position > /i.test(message))
    return new AppError('binlog.rewritten', facts, cause);
  if (/same server_(uuid|id)|same (slave|replica)/i.test(message)) return new AppError('binlog.replaced', facts, cause);
  return new AppError('binlog.damaged', { ...facts, reason: 'server' }, cause);
}
