import type { RangeDigest, ServerFacts } from '../../../shared/model/database.ts';
import type { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { systemClock } from '../platform/clock.ts';
import {
  connectMysql,
  MeasuredRangeCosts,
  readRange,
  readServerFacts,
  type KeyRange,
  type MysqlConnection,
  type MysqlTarget,
  type RangeCosts,
} from '../source/mysql/index.ts';
import { addDigests, emptyDigest, layoutOf } from '../source/mysql/rows/index.ts';
import type { TableLoad } from './table-queue.ts';

/** What the rows of one range amount to. `sealed` is null where the table has no secret columns. */
export interface RangeDigests {
  readonly open: RangeDigest;
  readonly sealed: RangeDigest | null;
}

const batchBytes = 2 * 1024 * 1024;

/**
 * Reads restored rows back and digests them here: on a near server that takes a fraction of the time the server would need to hash
 * them itself. Which one is cheaper is in `costs`, measured on the way.
 */
export class ReadBack {
  readonly costs: RangeCosts;
  readonly #target: MysqlTarget;
  readonly #pool: ChunkPool;
  readonly #signal: AbortSignal;
  readonly #idle: MysqlConnection[] = [];
  readonly #opened = new Set<MysqlConnection>();
  #facts: Promise<ServerFacts> | undefined;

  /** @param rowBytes of everything that was restored */
  constructor(target: MysqlTarget, pool: ChunkPool, rowBytes: number, signal: AbortSignal) {
    this.#target = target;
    this.#pool = pool;
    this.#signal = signal;
    // All rows have just gone over this line: one range more is no risk.
    this.costs = new MeasuredRangeCosts(rowBytes, { tryOutBytes: Infinity });
  }

  /**
   * `same`: the rows are those of `packetHash`, which need no digests then.
   * Errors: those of `connectMysql` and `readRange`.
   */
  async digests(
    { record, database }: TableLoad,
    bounds: KeyRange,
    packetHash: string | null,
  ): Promise<RangeDigests | 'same'> {
    const connection = this.#idle.pop() ?? (await this.#open());
    const layout = layoutOf(record.schema);
    const startedMs = systemClock.monotonicMs();
    let open: RangeDigest = { rows: 0, digest: emptyDigest, sum: layout.withSum ? emptyDigest : null };
    let sealed: RangeDigest | null = layout.secret.length === 0 ? null : open;
    let batches = 0;
    let sameBatches = 0;
    await readRange(
      connection,
      await (this.#facts ??= readServerFacts(connection)),
      { ...record.schema, database },
      bounds,
      { firstBytes: batchBytes, nextBytes: batchBytes },
      async ({ bytes, usedBytes, rows }) => {
        if (batches === 0) this.costs.fetched(usedBytes, systemClock.monotonicMs() - startedMs);
        batches += 1;
        const part = await this.#pool.digest({ bytes, usedBytes, rows, layout, packetHash }, this.#signal);
        if (part === 'same') {
          sameBatches += 1;
          // Rows that come behind them are too many, and their number says so.
          open = { ...open, rows: open.rows + rows };
          return;
        }
        open = addDigests(open, { rows, digest: part.digest, sum: part.sum });
        if (sealed !== null)
          sealed = addDigests(sealed, { rows, digest: part.sealedDigest ?? '', sum: part.sealedSum });
      },
      this.#signal,
    );
    this.#idle.push(connection);
    return batches === 1 && sameBatches === 1 ? 'same' : { open, sealed };
  }

  close(): void {
    for (const connection of this.#opened) connection.close();
  }

  async #open(): Promise<MysqlConnection> {
    const connection = await connectMysql(this.#target, { signal: this.#signal, rawResults: true });
    this.#opened.add(connection);
    return connection;
  }
}
