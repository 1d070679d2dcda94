import type { Duplex } from 'node:stream';
import type { Connection } from 'mysql2';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { systemClock } from '../../platform/clock.ts';
import { dumpBinlog, type DumpRequest } from './binlog/dump-command.ts';
import { mapQueryError, type ErrorContext } from './map-error.ts';
import { runRaw, splitFields, type RawResult, type RowSink } from './raw-query.ts';
import type { PacketSink } from './row-parser.ts';

/** One text row by column name in lower case; null is SQL NULL. */
export type TextRow = ReadonlyMap<string, string | null>;

export interface QueryOptions {
  readonly signal?: AbortSignal;
  /** The table a statement reads inside a snapshot: for errors, see map-error.ts. */
  readonly database?: string;
  readonly table?: string;
  /** Takes most rows, many at a time, in place of the row sink; see raw-query.ts. */
  readonly onPackets?: PacketSink;
}

/**
 * One open connection. Statements run one after the other in the order of the calls.
 *
 * A statement either resolves after the server's own end packet or rejects with an AppError; whatever ends the connection –
 * network, KILL, abort, a protocol error, `destroy()` – rejects all statements under way, at whichever byte it happens. After that
 * `isOpen` is false and every further statement rejects with `mysql.connection-lost`.
 *
 * An abort destroys the connection, because MySQL has no other way to stop sending. The server may go on computing: `onAbort`
 * tells the owner, who can have it killed.
 */
export class MysqlConnection {
  /** The mysql2 connection below, for what this class does not do (LOAD DATA LOCAL, pausing). */
  readonly driver: Connection;
  readonly #context: Omit<ErrorContext, 'waitedMs' | 'statement'>;
  readonly #pending = new Set<(error: Error) => void>();
  #ended: AppError | undefined;
  #bytesReceived = 0;
  #lastUsedMs = systemClock.monotonicMs();
  /** Called once when an abort has destroyed this connection while a statement was running. */
  onAbort: ((threadId: number) => void) | undefined;

  constructor(driver: Connection, place: { readonly host: string; readonly port: number; readonly user: string }) {
    this.driver = driver;
    this.#context = place;
    const fail = (error: Error) => this.#end(error);
    // An out-of-order packet means that rows may be missing. The driver only warns.
    (driver as NodeJS.EventEmitter).on('warn', () => {
      this.destroy(this.#lostBecause('packets-out-of-order'));
    });
    driver.on('error', fail);
    driver.on('end', () => fail(this.#lostBecause('server-closed')));
    const stream = streamOf(driver);
    stream.on('close', () => fail(this.#lostBecause('closed')));
    stream.on('data', (bytes: Buffer) => {
      this.#bytesReceived += bytes.length;
    });
  }

  get threadId(): number {
    return this.driver.threadId;
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** Milliseconds since the last statement ended. */
  get idleMs(): number {
    return this.isIdle ? systemClock.monotonicMs() - this.#lastUsedMs : 0;
  }

  /** Rows as raw packet bytes through `onRow`. The sink may call `pause()`; errors thrown by it reject and end the connection. */
  run(sql: string, onRow: RowSink, options: QueryOptions = {}): Promise<RawResult> {
    const { onPackets } = options;
    return this.#command(sql, options, (guard, done) => {
      runRaw(this.driver, sql, guard(onRow), done, onPackets === undefined ? undefined : guard(onPackets));
    });
  }

  /**
   * Turns this connection into a replica's: each event of the binlog as raw bytes through `onEvent`, for as long as the server sends.
   * Resolves at the end of the logs when the request is `isNonBlocking`, otherwise never. Errors: as of a statement.
   */
  dump(request: DumpRequest, onEvent: RowSink, signal: AbortSignal): Promise<void> {
    return this.#command<undefined>('BINLOG DUMP', { signal }, (guard, done) => {
      dumpBinlog(this.driver, request, { event: guard(onEvent), ended: (failure) => done(failure, undefined) });
    });
  }

  /** One command of the driver, settled exactly once: by its own end, by an abort, or by whatever ends the connection. */
  #command<T>(
    sql: string,
    options: QueryOptions,
    begin: (
      guard: <A extends unknown[]>(sink: (...rows: A) => void) => (...rows: A) => void,
      done: (failure: Error | null, result: T) => void,
    ) => void,
  ): Promise<T> {
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const startedMs = systemClock.monotonicMs();
    return new Promise((resolve, reject) => {
      const settle = (settleNow: () => void) => {
        if (!this.#pending.delete(fail)) return;
        signal?.removeEventListener('abort', onAbort);
        this.#lastUsedMs = systemClock.monotonicMs();
        settleNow();
      };
      const fail = (error: Error) => settle(() => reject(error));
      const onAbort = () => {
        fail(reasonOf(signal));
        this.destroy();
        this.onAbort?.(this.threadId);
      };
      this.#pending.add(fail);
      signal?.addEventListener('abort', onAbort, { once: true });
      const guard = <A extends unknown[]>(sink: (...rows: A) => void) => {
        return (...rows: A) => {
          try {
            if (this.#pending.has(fail)) sink(...rows);
          } catch (error) {
            fail(error instanceof Error ? error : new Error(String(error)));
            this.destroy();
          }
        };
      };
      begin(guard, (failure, result) => {
        if (failure === null) settle(() => resolve(result));
        else fail(this.#mapped(failure, sql, startedMs, options));
      });
    });
  }

  /** Small results as bytes, in column order. */
  async queryBytes(sql: string, options: QueryOptions = {}): Promise<(Buffer | null)[][]> {
    const rows: (Buffer | null)[][] = [];
    await this.run(
      sql,
      (buffer, from, to) => rows.push(splitFields(Buffer.from(buffer.subarray(from, to)), 0, to - from)),
      options,
    );
    return rows;
  }

  /** Small results as text. Right for names, numbers and times; for stored strings only without `useRawResults`. */
  async query(sql: string, options: QueryOptions = {}): Promise<TextRow[]> {
    return (await this.ask(sql, options)).rows;
  }

  /** `query` with what the end packet said. */
  async ask(
    sql: string,
    options: QueryOptions = {},
  ): Promise<{ readonly rows: TextRow[]; readonly result: RawResult }> {
    const rows: (string | null)[][] = [];
    const result = await this.run(
      sql,
      (buffer, from, to) => rows.push(splitFields(buffer, from, to).map((field) => field?.toString('utf8') ?? null)),
      options,
    );
    const names = result.columns.map((name) => name.toLowerCase());
    return { rows: rows.map((row) => new Map(names.map((name, index) => [name, row[index] ?? null]))), result };
  }

  pause(): void {
    this.driver.pause();
  }

  resume(): void {
    if (this.isOpen) this.driver.resume();
  }

  /** Cuts the connection at once. Idempotent. */
  destroy(reason: AppError = this.#lostBecause('closed-by-us')): void {
    this.#end(reason);
    cut(this.driver);
  }

  /** Says goodbye when idle, so that the server logs no aborted connection; otherwise cuts. Never throws. */
  close(): void {
    if (!this.isOpen) return;
    if (!this.isIdle) {
      this.destroy();
      return;
    }
    this.#end(this.#lostBecause('closed-by-us'));
    this.driver.end();
    // A server that does not answer the goodbye must not keep this process alive.
    setTimeout(() => {
      cut(this.driver);
    }, 1000).unref();
  }

  #end(error: Error): void {
    this.#ended ??= this.#mapped(error, '', systemClock.monotonicMs(), {});
    const ended = this.#ended;
    for (const fail of [...this.#pending]) fail(ended);
  }

  #lostBecause(reason: string): AppError {
    return new AppError('mysql.connection-lost', { host: this.#context.host, port: this.#context.port, reason });
  }

  #mapped(error: Error, sql: string, startedMs: number, options: QueryOptions): AppError {
    return mapQueryError(error, {
      ...this.#context,
      waitedMs: systemClock.monotonicMs() - startedMs,
      statement: /^\s*([A-Z]+\b( [A-Z]+\b)?)/.exec(sql)?.[1] ?? '',
      ...(options.database === undefined ? {} : { database: options.database }),
      ...(options.table === undefined ? {} : { table: options.table }),
    });
  }
}

export function streamOf(driver: Connection): Duplex {
  return (driver as unknown as { readonly stream: Duplex }).stream;
}

/**
 * The driver's own destroy() only says that we send no more. A server that is writing to a reader who has paused would go on waiting for
 * it, with its transaction open, for as long as this process lives.
 */
function cut(driver: Connection): void {
  driver.destroy();
  streamOf(driver).destroy();
}

function reasonOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError');
}
