import type { KeyBound, ServerFacts, TableSchema } from '../../../../shared/model/database.ts';
import { fromTable, keyColumns, orderByKey, whereRange } from './bounds.ts';
import { fetchExpression } from './columns.ts';
import type { MysqlConnection } from './connection.ts';
import { splitFields } from './raw-query.ts';
import { isAtLeast } from './server-facts.ts';
import type { KeyRange, RawBatch } from './types.ts';
import { refuseWarnings } from './warnings.ts';

/** Bytes of the length that stands before each row in a batch. */
const rowHeaderBytes = 4;
/** First size of a range's first batch: most ranges of a shop are small, and a batch owns its memory. */
const smallBatchBytes = 64 * 1024;
/** Batches the receiver may hold before reading stops: one in its hands and one behind it. */
const mostOutstanding = 2;

/** MySQL 8 calls SQL_NO_CACHE deprecated, has no query cache and warns on every use. */
export function selectWord(server: ServerFacts): string {
  return isAtLeast(server, 'mysql', 8) ? 'SELECT' : 'SELECT SQL_NO_CACHE';
}

export function rangeSql(server: ServerFacts, table: TableSchema, range: KeyRange): string {
  const list = table.columns.map(fetchExpression).join(', ');
  return `${selectWord(server)} ${list} FROM ${fromTable(table)}${whereRange(table, range)}${orderByKey(table)}`;
}

/**
 * Reads one range over one connection (raw results) and cuts it into batches; see `MysqlSnapshot.readRange`.
 *
 * The next batch fills while `onBatch` works on the previous one; with two batches outstanding the socket is paused. `onBatch` is never
 * called twice at a time, nor after a failure. A failing `onBatch` or an abort destroys the connection: the rest of the
 * result cannot be skipped otherwise.
 */
export async function readRange(
  connection: MysqlConnection,
  server: ServerFacts,
  table: TableSchema,
  range: KeyRange,
  batchBytes: number,
  onBatch: (batch: RawBatch) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  const place = { database: table.database, table: table.name };
  const delivery = new Delivery(connection, onBatch);
  const cutter = new BatchCutter(batchBytes, keyIndexes(table), (batch) => delivery.take(batch));
  try {
    const reading = connection.run(
      rangeSql(server, table, range),
      (buffer, from, to) => {
        cutter.add(buffer, from, to);
      },
      { ...place, signal },
    );
    const result = await Promise.race([reading, delivery.failed]);
    await refuseWarnings(connection, result, place, signal);
    cutter.flush();
    await delivery.finished();
    signal.throwIfAborted();
    return cutter.totalRows;
  } catch (error) {
    delivery.stop();
    throw error;
  }
}

function keyIndexes(table: TableSchema): number[] | null {
  if (table.key === null) return null;
  return keyColumns(table).map((column) => table.columns.indexOf(column));
}

/** Packs rows as [u32 length][payload] into memory of its own and hands it over when the next row would not fit. */
export class BatchCutter {
  totalRows = 0;
  readonly #batchBytes: number;
  readonly #keyIndexes: readonly number[] | null;
  readonly #emit: (batch: RawBatch) => void;
  #bytes: Buffer<ArrayBuffer>;
  #used = 0;
  #rows = 0;
  #firstKey: KeyBound | null = null;

  constructor(batchBytes: number, keyIndexes: readonly number[] | null, emit: (batch: RawBatch) => void) {
    this.#batchBytes = batchBytes;
    this.#keyIndexes = keyIndexes;
    this.#emit = emit;
    this.#bytes = ownBuffer(Math.min(smallBatchBytes, batchBytes));
  }

  add(buffer: Buffer, from: number, to: number): void {
    const needed = rowHeaderBytes + (to - from);
    if (this.#used + needed > this.#batchBytes && this.#rows > 0) {
      this.flush();
      this.#bytes = ownBuffer(Math.max(this.#batchBytes, needed));
    } else if (this.#used + needed > this.#bytes.length) {
      this.#grow(needed);
    }
    if (this.#rows === 0) this.#firstKey = this.#keyOf(buffer, from, to);
    this.#bytes.writeUInt32LE(to - from, this.#used);
    buffer.copy(this.#bytes, this.#used + rowHeaderBytes, from, to);
    this.#used += needed;
    this.#rows += 1;
    this.totalRows += 1;
  }

  /** Hands over what is there, if anything. */
  flush(): void {
    if (this.#rows === 0) return;
    const batch = { bytes: this.#bytes, usedBytes: this.#used, rows: this.#rows, firstKey: this.#firstKey };
    this.#bytes = ownBuffer(0);
    this.#used = 0;
    this.#rows = 0;
    this.#emit(batch);
  }

  #grow(needed: number): void {
    const wanted = Math.max(this.#used + needed, Math.min(this.#batchBytes, this.#bytes.length * 4));
    const larger = ownBuffer(wanted);
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }

  #keyOf(buffer: Buffer, from: number, to: number): KeyBound | null {
    if (this.#keyIndexes === null) return null;
    const fields = splitFields(buffer, from, to);
    return this.#keyIndexes.map((index) => {
      const field = fields[index];
      if (field === null || field === undefined) throw new Error('a key column is NULL');
      return field.toString('base64');
    });
  }
}

/** Not from Node's shared pool: the receiver may transfer the whole ArrayBuffer to a worker. */
function ownBuffer(sizeBytes: number): Buffer<ArrayBuffer> {
  return Buffer.from(new ArrayBuffer(sizeBytes));
}

/** Hands batches over one at a time and holds the connection back while too many wait. */
class Delivery {
  /** Rejects when the receiver fails; never resolves. */
  readonly failed: Promise<never>;
  readonly #connection: MysqlConnection;
  readonly #onBatch: (batch: RawBatch) => Promise<void>;
  #reject: (error: unknown) => void = () => undefined;
  #queue: Promise<void> = Promise.resolve();
  #outstanding = 0;
  #isStopped = false;

  constructor(connection: MysqlConnection, onBatch: (batch: RawBatch) => Promise<void>) {
    this.#connection = connection;
    this.#onBatch = onBatch;
    this.failed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    // Whoever reads the range races against it; without a race there is nobody left to tell.
    this.failed.catch(() => undefined);
  }

  take(batch: RawBatch): void {
    this.#outstanding += 1;
    if (this.#outstanding >= mostOutstanding) this.#connection.pause();
    this.#queue = this.#queue.then(async () => {
      if (this.#isStopped) return;
      try {
        await this.#onBatch(batch);
      } catch (error) {
        this.stop();
        this.#reject(error);
        this.#connection.destroy();
        return;
      }
      this.#outstanding -= 1;
      if (this.#outstanding < mostOutstanding) this.#connection.resume();
    });
  }

  async finished(): Promise<void> {
    await Promise.race([this.#queue, this.failed]);
    // The queue settles after a failure too, and may win the race.
    if (this.#isStopped) await this.failed;
  }

  stop(): void {
    this.#isStopped = true;
  }
}
