import type { KeyBound, ServerFacts, TableSchema } from '../../../../shared/model/database.ts';
import { fromTable, keyColumns, orderByKey, whereRange } from './bounds.ts';
import { fetchExpression } from './columns.ts';
import type { MysqlConnection } from './connection.ts';
import { splitFields } from './raw-query.ts';
import { isAtLeast } from './server-facts.ts';
import type { BatchSizes, KeyRange, RawBatch } from './types.ts';
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
  sizes: BatchSizes,
  onBatch: (batch: RawBatch) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  const place = { database: table.database, table: table.name };
  const delivery = new Delivery(connection, onBatch);
  const cutter = new BatchCutter(sizes, keyIndexes(table), (batch) => delivery.take(batch));
  try {
    const reading = connection.run(
      rangeSql(server, table, range),
      (buffer, from, to) => {
        cutter.add(buffer, from, to);
      },
      {
        ...place,
        signal,
        onPackets: (buffer, from, to) => {
          cutter.addPackets(buffer, from, to);
        },
      },
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
  readonly #nextBytes: number;
  readonly #keyIndexes: readonly number[] | null;
  readonly #emit: (batch: RawBatch) => void;
  /** Of the batch in work. */
  #batchBytes: number;
  #bytes: Buffer<ArrayBuffer>;
  #used = 0;
  #rows = 0;
  #firstKey: KeyBound | null = null;

  constructor(
    { firstBytes, nextBytes }: BatchSizes,
    keyIndexes: readonly number[] | null,
    emit: (batch: RawBatch) => void,
  ) {
    this.#batchBytes = firstBytes;
    this.#nextBytes = nextBytes;
    this.#keyIndexes = keyIndexes;
    this.#emit = emit;
    this.#bytes = ownBuffer(Math.min(smallBatchBytes, firstBytes));
  }

  add(buffer: Buffer, from: number, to: number): void {
    const needed = rowHeaderBytes + (to - from);
    this.#makeRoom(needed);
    if (this.#rows === 0) this.#firstKey = this.#keyOf(buffer, from, to);
    this.#bytes.writeUInt32LE(to - from, this.#used);
    buffer.copy(this.#bytes, this.#used + rowHeaderBytes, from, to);
    this.#used += needed;
    this.#rows += 1;
    this.totalRows += 1;
  }

  /** Adds rows as they came: packets of less than 16 MiB, each with its header. As many as fit are copied at once. */
  addPackets(buffer: Buffer, from: number, to: number): void {
    for (let at = from; at < to;) {
      const first = packetBytes(buffer, at);
      this.#makeRoom(first);
      if (this.#rows === 0) this.#firstKey = this.#keyOf(buffer, at + rowHeaderBytes, at + first);
      const room = Math.max(this.#batchBytes - this.#used, first);
      let end = at;
      let rows = 0;
      for (let next = at + first; next - at <= room; next += packetBytes(buffer, next)) {
        end = next;
        rows += 1;
        if (next >= to) break;
      }
      if (this.#used + end - at > this.#bytes.length) this.#grow(end - at);
      const start = this.#used;
      buffer.copy(this.#bytes, start, at, end);
      // The packet number, fourth octet of a header, is the highest octet of the length in a batch.
      for (let row = start; row < start + end - at; row += packetBytes(this.#bytes, row)) this.#bytes[row + 3] = 0;
      this.#used += end - at;
      this.#rows += rows;
      this.totalRows += rows;
      at = end;
    }
  }

  /** Hands over what is there, if anything. */
  flush(): void {
    if (this.#rows === 0) return;
    const batch = { bytes: this.#bytes, usedBytes: this.#used, rows: this.#rows, firstKey: this.#firstKey };
    this.#bytes = ownBuffer(0);
    this.#used = 0;
    this.#rows = 0;
    this.#batchBytes = this.#nextBytes;
    this.#emit(batch);
  }

  /** Room for one row of `needed` bytes with its header, in a new batch when this one is full. */
  #makeRoom(needed: number): void {
    if (this.#used + needed > this.#batchBytes && this.#rows > 0) {
      this.flush();
      this.#bytes = ownBuffer(Math.max(this.#batchBytes, needed));
    } else if (this.#used + needed > this.#bytes.length) {
      this.#grow(needed);
    }
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

/** Length of the packet at `at`, header included. */
function packetBytes(buffer: Buffer, at: number): number {
  return (
    rowHeaderBytes + ((buffer[at] as number) | ((buffer[at + 1] as number) << 8) | ((buffer[at + 2] as number) << 16))
  );
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
