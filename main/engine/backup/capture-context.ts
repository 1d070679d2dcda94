import type PQueue from 'p-queue';
import type { CountDefinition, LedgerDefinition, TableSchema } from '../../../shared/model/database.ts';
import type { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import type { Repository } from '../repository/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { MysqlSnapshot } from '../source/mysql/index.ts';
import type { RangeCosts } from '../source/mysql/index.ts';

/** What all tables of one run share while they are captured. */
export interface CaptureContext {
  readonly snapshot: MysqlSnapshot;
  readonly repository: Repository;
  readonly pool: ChunkPool;
  /** One slot per reading connection. */
  readonly readers: PQueue;
  /** Only ledgers whose table and columns are in the snapshot. */
  readonly ledgers: readonly LedgerDefinition[];
  readonly counts: readonly CountDefinition[];
  readonly figures: CaptureFigures;
  readonly costs: RangeCosts;
  readonly clock: Clock;
  /** Waits as long as the rate limit asks for after `bytes` of a range of `inHand` were read, and then while the shop is busy. */
  readonly pace: (bytes: number, inHand: TableSchema, signal: AbortSignal) => Promise<void>;
  /** Waits while the shop is busy; see yield-to-shop.ts. */
  readonly giveWay: (signal: AbortSignal) => Promise<void>;
  readonly onProgress: (table: TableSchema, bytes: number) => void;
  /** Told of the first failure anywhere: aborts `signal`, so that the others stop at once. */
  readonly fail: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Counted while a snapshot is being captured. */
export interface CaptureFigures {
  rowsFetched: number;
  /** Ranges of the last snapshot that stand for this one's too, whether the server was asked or the rows were looked at. */
  rangesReused: number;
  rangesTotal: number;
  objectsWritten: number;
  bytesWritten: number;
  /** Ranges whose digest was computed by the server as well, and agreed. */
  digestsCompared: number;
  /** Unisolated tables (see `MysqlSnapshot.unisolatedTables`) that changed while they were read. */
  readonly movedTables: Set<string>;
  /** Tables that the server itself could not digest (a row longer than its `max_allowed_packet`). */
  readonly undigestedTables: Set<string>;
}

/** Runs `work` as soon as a connection is free and the shop is not busy, unless the run was stopped meanwhile. */
export function onReader<T>(
  { readers, signal, giveWay }: CaptureContext,
  work: () => Promise<T>,
  priority = 0,
): Promise<T> {
  // The queue itself is not given the signal: it would answer before `work` has ended.
  return readers.add(
    async () => {
      signal.throwIfAborted();
      await giveWay(signal);
      return work();
    },
    { priority },
  );
}

export function fullName(table: { readonly database: string; readonly name: string }): string {
  return `${table.database}.${table.name}`;
}
