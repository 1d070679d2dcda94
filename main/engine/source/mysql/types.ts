import type { Duplex } from 'node:stream';
import type { LedgerSum } from './ledger-sum.ts';
import type { FigureDefinition } from './rows/figure.ts';
import type {
  Coordinate,
  DatabaseRecord,
  KeyBound,
  RangeDigest,
  ServerFacts,
  TableSchema,
} from '../../../../shared/model/database.ts';
import type { OrphanedObject } from './schema/missing-definers.ts';
import type { SickObject } from './sick-object.ts';
import type { SickTable } from './sick-table.ts';

/** How to reach a server. `openStream` is given when the connection goes through a tunnel. */
export interface MysqlTarget {
  readonly host: string;
  readonly port: number;
  readonly socketPath?: string;
  readonly user: string;
  readonly password: string;
  readonly openStream?: (host: string, port: number) => Promise<Duplex>;
}

/** Which stored columns are secret, by names in lower case. Asked more than once, it answers the same. */
export type SecretPredicate = (
  database: string,
  table: string,
  column: string,
  about?: { readonly dataType: string; readonly comment: string },
) => boolean;

/**
 * How the reading connections were brought to one point in time, best first:
 * backup-stage: MariaDB's BACKUP STAGE BLOCK_COMMIT · global-read-lock: FLUSH TABLES WITH READ LOCK · binlog-snapshot: MariaDB without any
 * lock, proven by equal binlog_snapshot positions · table-locks: LOCK TABLES … READ on all tables · single-connection: nothing of
 * that was allowed; one reader, whose snapshot is consistent in itself but whose coordinate is not exact.
 */
export const lockMethods = [
  'backup-stage',
  'global-read-lock',
  'binlog-snapshot',
  'table-locks',
  'single-connection',
] as const;
export type LockMethod = (typeof lockMethods)[number];

export interface SnapshotOptions {
  /** Databases to picture; undefined: every database that is not the server's own. */
  readonly databases?: readonly string[];
  /** Number of reading connections. */
  readonly readers: number;
  readonly isSecret: SecretPredicate;
  /** Longest wait for the global lock before giving up with `mysql.lock-timeout`. */
  readonly lockWaitMs: number;
  readonly signal: AbortSignal;
  /** Ways to try, in this order; undefined: all that the server's flavour has, best first. */
  readonly methods?: readonly LockMethod[];
  /** Longest time that writers of non-transactional tables wait for them to be read; undefined: half a minute. */
  readonly tableLockMs?: number;
}

export interface TableName {
  readonly database: string;
  readonly name: string;
}

/** A half-open key range; null bounds are open. */
export interface KeyRange {
  readonly lower: KeyBound | null;
  readonly upper: KeyBound | null;
}

/**
 * A batch of raw result rows in key order: for each row a u32 little-endian length and the row packet's payload
 * (length-encoded fields back to back, 0xfb is NULL), for the columns of `TableSchema.columns` in order. The receiver owns
 * `bytes` (a whole ArrayBuffer of its own, so it can be transferred to a worker).
 */
export interface RawBatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly usedBytes: number;
  readonly rows: number;
  /** Key of the first row of the batch, or null when the table has no key. */
  readonly firstKey: KeyBound | null;
}

/** How large batches become, in bytes of row packets. A row is never cut. */
export interface BatchSizes {
  /** The first batch of a reading. */
  readonly firstBytes: number;
  readonly nextBytes: number;
}

/**
 * How the snapshot was taken. `heldMs` is how long writers had to wait, 0 without a lock. `tries` counts those of this method, the one
 * that succeeded included: more than one means that the shop was in the way.
 */
export interface SnapshotLock {
  readonly method: LockMethod;
  readonly waitedMs: number;
  readonly heldMs: number;
  readonly tries: number;
}

/** One consistent picture of a server, held open by transactions on several connections. */
export interface MysqlSnapshot {
  readonly server: ServerFacts;
  readonly coordinate: Coordinate;
  /** True when the rows are exactly those at `coordinate`: the stream may be replayed from there. False: PITR cannot start here. */
  readonly isCoordinateExact: boolean;
  /** By this computer's clock. */
  readonly at: string;
  /** By how much that clock was ahead of the server's just then, to the second; negative: behind. Null when the server did not say. */
  readonly clockAheadMs: number | null;
  readonly lock: SnapshotLock;
  readonly databases: readonly DatabaseRecord[];
  readonly tables: readonly TableSchema[];
  /** Base tables that the server names but does not describe, or not with all their columns: not in `tables`. */
  readonly unreadableTables: readonly SickTable[];
  /** Other objects that the server names but does not show: not in `databases`. */
  readonly unreadableObjects: readonly SickObject[];
  /** Views that name something that is gone. Their definitions are in `databases`. */
  readonly brokenViews: readonly TableName[];
  /** Objects whose definer does not exist. Their definitions are in `databases`. */
  readonly orphanedObjects: readonly OrphanedObject[];
  /**
   * Non-transactional tables (MyISAM, Aria, MEMORY …) that could not be locked, or not any longer: their rows are read at some time
   * after `coordinate` and may change between two reads. Empty is the normal case; the others are read under READ LOCAL locks. It grows
   * when `tableLockMs` is over: a reading of such a table then rejects with `mysql.table-lock-over` and can be started again.
   */
  readonly unisolatedTables: readonly TableName[];
  /** Statements of others that ran before anything of ours was locked or read; null when the server does not say. */
  readonly othersRunningAtStart: number | null;
  /**
   * Statements of others that run on the server now: its own count without the connections of this snapshot that are busy. Off by
   * no more than those. Null when the server does not say.
   */
  othersRunning(): Promise<number | null>;
  /**
   * Whether somebody of the shop waits for the lock of a whole table, as DDL does: then every new question about the table waits behind it.
   * Found by asking one, for a second at most: needs no right but SELECT, where a process list needs PROCESS. False when the server
   * does not say.
   */
  isAwaited(table: TableName): Promise<boolean>;
  /** Bytes received from the server so far, over all connections. */
  bytesFromServer(): number;
  /**
   * Reads one range, cutting batches of about the given sizes at row boundaries. Waits for `onBatch` before it reads on
   * (back-pressure reaches the server). Resolves to the number of rows only after the server's end-of-result packet with zero
   * warnings; every other end rejects.
   */
  readRange(
    table: TableSchema,
    range: KeyRange,
    sizes: BatchSizes,
    onBatch: (batch: RawBatch) => Promise<void>,
    signal: AbortSignal,
  ): Promise<number>;
  /** Digest over the open columns (`group: 'open'`) or over key and secret columns (`'sealed'`), computed by the server. */
  digestRange(table: TableSchema, range: KeyRange, group: 'open' | 'sealed', signal: AbortSignal): Promise<RangeDigest>;
  /** `COUNT(*)` inside the snapshot. */
  countRows(table: TableSchema, signal: AbortSignal): Promise<number>;
  /** Rough rows per table from statistics, to plan segments. Never used as a fact. */
  estimateRows(table: TableSchema): number;
  /** Bounds that cut an integer-keyed table into about `parts` segments (exclusive inner bounds, ascending); empty when it cannot. */
  planBounds(table: TableSchema, parts: number, signal: AbortSignal): Promise<KeyBound[]>;
  /** Rows and sum of a ledger or count by the server inside the snapshot, of a range or of all. `sum` is decimal text. */
  ledgerSum(definition: FigureDefinition, signal: AbortSignal, range?: KeyRange): Promise<LedgerSum>;
  /**
   * Writers of locked non-transactional tables wait until this call (or `close`, or for `tableLockMs`): read those tables first, then
   * call it. Reading them afterwards rejects with `mysql.connection-lost`.
   */
  releaseTableLocks(): void;
  /**
   * Whether DDL has neither changed nor removed nor made anew this table since the picture began. To be asked when its last row has been
   * read and before `doneWith`: the reader still holds the table's metadata lock, so the answer is about all that was read.
   * Views, routines, triggers and events are as the picture has them whatever happened later: two equal readings around the
   * beginning prove that.
   */
  isUnchanged(table: TableSchema, signal: AbortSignal): Promise<boolean>;
  /**
   * Gives back the metadata locks on a table of which nothing is read any more, for DDL to go on. Never rejects. Reading it again takes
   * them again; a table that is half read keeps its lock while anything of it is being read.
   */
  doneWith(table: TableSchema): Promise<void>;
  /** Throws `mysql.connection-lost` when a transaction is no longer open. */
  assertStillOpen(signal: AbortSignal): Promise<void>;
  /** Ends the transactions and connections. Idempotent, never throws. */
  close(): Promise<void>;
}
