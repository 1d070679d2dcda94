import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type {
  Coordinate,
  DatabaseRecord,
  KeyBound,
  RangeDigest,
  ServerFacts,
  TableSchema,
} from '../../../../shared/model/database.ts';
import { isoUtc, systemClock } from '../../platform/clock.ts';
import type { MysqlConnection } from './connection.ts';
import { digestRange, type DigestGroup } from './digest.ts';
import { ledgerSum } from './ledger.ts';
import type { LedgerSum } from './ledger-sum.ts';
import { serverErrno } from './map-error.ts';
import { planBounds } from './plan-bounds.ts';
import { quoteTable } from './quote.ts';
import { readRange, selectWord } from './read-range.ts';
import { ReaderPool } from './reader-pool.ts';
import type { FigureDefinition } from './rows/figure.ts';
import type { OrphanedObject } from './schema/missing-definers.ts';
import { isAsPictured, type SchemaPicture } from './schema/read-schema.ts';
import { describeTable } from './schema/read-tables.ts';
import type { SickObject } from './sick-object.ts';
import type { SickTable } from './sick-table.ts';
import { runningThreads } from './server-load.ts';
import type { Started } from './start-together.ts';
import { TableHolds } from './table-holds.ts';
import type { BatchSizes, KeyRange, MysqlSnapshot, RawBatch, SnapshotLock, TableName } from './types.ts';
import { queryOneRow } from './warnings.ts';

export interface SnapshotParts {
  readonly server: ServerFacts;
  /** Not part of the snapshot: for the schema, and to end statements of the others. */
  readonly control: MysqlConnection;
  readonly started: Started;
  readonly clockAheadMs: number | null;
  readonly picture: SchemaPicture;
  readonly orphanedObjects: readonly OrphanedObject[];
  readonly othersRunningAtStart: number | null;
  /** Every connection that was opened on the way. */
  readonly opened: ReadonlySet<MysqlConnection>;
  /** Ends another connection of ours on the server. Never throws. */
  readonly kill: (threadId: number) => void;
  readonly tableLockMs: number;
}

/** Managed servers and proxies end idle transactions: speak up before they do. */
const keepAliveEveryMs = 10_000;
const idleTooLongMs = 30_000;
/**
 * A reader that has nothing to do this long lets go of its table, though not all of it may have been read: while we stand still for
 * the shop, nobody shall wait for us; and readers may stand behind DDL that waits for this one.
 */
const idleHoldMs = 1000;
const holdCheckEveryMs = 500;
/** ER_CANT_CHANGE_TX_CHARACTERISTICS: the answer to a change of isolation while a transaction is open. */
const transactionInProgress = 1568;

/** The open snapshot behind `beginSnapshot`. */
export class OpenSnapshot implements MysqlSnapshot {
  readonly server: ServerFacts;
  readonly coordinate: Coordinate;
  readonly isCoordinateExact: boolean;
  readonly at: string;
  readonly clockAheadMs: number | null;
  readonly lock: SnapshotLock;
  readonly databases: readonly DatabaseRecord[];
  readonly tables: readonly TableSchema[];
  readonly unreadableTables: readonly SickTable[];
  readonly unreadableObjects: readonly SickObject[];
  readonly brokenViews: readonly TableName[];
  readonly orphanedObjects: readonly OrphanedObject[];
  readonly othersRunningAtStart: number | null;
  readonly #parts: SnapshotParts;
  readonly #readers: ReaderPool;
  /** Non-transactional tables that are locked and can only be read here. */
  readonly #locked: ReaderPool | null;
  readonly #holds: TableHolds;
  readonly #unisolated: Map<string, TableName>;
  readonly #estimates: ReadonlyMap<string, number>;
  readonly #keepAlive: NodeJS.Timeout;
  readonly #holdCheck: NodeJS.Timeout;
  readonly #lockLimit: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: SnapshotParts) {
    const { started, picture } = parts;
    this.#parts = parts;
    this.server = parts.server;
    this.coordinate = started.coordinate;
    this.isCoordinateExact = started.isCoordinateExact;
    this.at = isoUtc(started.atMs);
    this.clockAheadMs = parts.clockAheadMs;
    this.lock = started.lock;
    this.databases = picture.databases;
    this.tables = picture.tables.map((table) => table.schema);
    this.unreadableTables = picture.unreadable;
    this.unreadableObjects = picture.unreadableObjects;
    this.brokenViews = picture.brokenViews;
    this.orphanedObjects = parts.orphanedObjects;
    this.othersRunningAtStart = parts.othersRunningAtStart;
    this.#unisolated = new Map(started.unisolated.map((table) => [placeOf(table), nameOf(table)]));
    this.#estimates = new Map(picture.tables.map((table) => [placeOf(table.schema), table.estimatedRows]));
    this.#readers = new ReaderPool(started.readers);
    this.#locked = started.tableReader === null ? null : new ReaderPool([started.tableReader]);
    this.#keepAlive = setInterval(() => {
      this.#speakUp();
    }, keepAliveEveryMs);
    this.#keepAlive.unref();
    const isInnodb = ({ schema }: { readonly schema: TableSchema }) => schema.engine.toLowerCase() === 'innodb';
    this.#holds = new TableHolds({
      isSafe: picture.tables.every((table) => !table.schema.transactional || isInnodb(table)),
    });
    this.#holdCheck = setInterval(() => {
      void this.#letGo((reader) => this.#holds.holds(reader) && reader.idleMs >= idleHoldMs);
    }, holdCheckEveryMs);
    this.#holdCheck.unref();
    if (started.tableReader !== null) {
      const heldMs = systemClock.monotonicMs() - started.tablesLockedMs;
      this.#lockLimit = setTimeout(() => this.#endTableLocks(), Math.max(0, parts.tableLockMs - heldMs));
    }
  }

  get unisolatedTables(): TableName[] {
    return [...this.#unisolated.values()];
  }

  async othersRunning(): Promise<number | null> {
    const asking = this.#busyConnections() + 1;
    const running = await runningThreads(this.#parts.control);
    // Readers begin and end statements while the question is under way: rather one of ours too many than one of the shop's.
    return running === null ? null : Math.max(0, running - Math.max(asking, this.#busyConnections() + 1));
  }

  async isAwaited({ database, name }: TableName): Promise<boolean> {
    const { control } = this.#parts;
    // Called in one go, so that no other question comes between them and gives up after a second.
    const [, , asked, mended] = await Promise.allSettled([
      control.query('SET @shouhu_lock_wait = @@SESSION.lock_wait_timeout'),
      control.query('SET SESSION lock_wait_timeout = 1'),
      control.query(`SELECT 1 FROM ${quoteTable(database, name)} LIMIT 0`),
      control.query('SET SESSION lock_wait_timeout = @shouhu_lock_wait'),
    ]);
    // With a second only, a later question could take a table for one that DDL has changed.
    if (mended.status === 'rejected') throw mended.reason;
    return asked.status === 'rejected' && isAppErrorOf(asked.reason, 'mysql.lock-timeout');
  }

  bytesFromServer(): number {
    let total = 0;
    for (const connection of this.#parts.opened) total += connection.bytesReceived;
    return total;
  }

  readRange(
    table: TableSchema,
    range: KeyRange,
    sizes: BatchSizes,
    onBatch: (batch: RawBatch) => Promise<void>,
    signal: AbortSignal,
  ): Promise<number> {
    return this.#reading(table, signal, async (reader) => {
      try {
        return await readRange(reader, this.server, table, range, sizes, onBatch, signal);
      } finally {
        // A table that the server could not read to its end may have left the line held back; the next one needs it.
        reader.resume();
      }
    });
  }

  digestRange(table: TableSchema, range: KeyRange, group: DigestGroup, signal: AbortSignal): Promise<RangeDigest> {
    return this.#reading(table, signal, (reader) =>
      digestRange(reader, this.server.flavour, table.database, table, range, group, signal),
    );
  }

  async countRows(table: TableSchema, signal: AbortSignal): Promise<number> {
    const place = { database: table.database, table: table.name };
    const sql = `${selectWord(this.server)} COUNT(*) AS n FROM ${quoteTable(table.database, table.name)}`;
    const row = await this.#reading(table, signal, (reader) => queryOneRow(reader, sql, place, signal));
    return Number(row.get('n') ?? 0);
  }

  estimateRows(table: TableSchema): number {
    return this.#estimates.get(placeOf(table)) ?? 0;
  }

  planBounds(table: TableSchema, parts: number, signal: AbortSignal): Promise<KeyBound[]> {
    return this.#reading(table, signal, (reader) => planBounds(reader, this.server, table, parts, signal));
  }

  ledgerSum(definition: FigureDefinition, signal: AbortSignal, range?: KeyRange): Promise<LedgerSum> {
    const table = this.tables.find((each) => each.database === definition.database && each.name === definition.table);
    if (table === undefined) {
      return Promise.reject(new AppError('table.unknown', { database: definition.database, table: definition.table }));
    }
    return this.#reading(table, signal, (reader) => ledgerSum(reader, definition, table, signal, range));
  }

  releaseTableLocks(): void {
    clearTimeout(this.#lockLimit);
    this.#parts.started.tableReader?.close();
  }

  async isUnchanged(table: TableSchema, signal: AbortSignal): Promise<boolean> {
    if (this.#isLocked(table)) return true;
    const place = placeOf(table);
    const pictured = this.#parts.picture.tables.find((each) => placeOf(each.schema) === place);
    if (pictured === undefined) throw new AppError('table.unknown', { database: table.database, table: table.name });
    // Nobody else gets the reader meanwhile, so what it holds stays as it is.
    return this.#readers.use(
      signal,
      async () => isAsPictured(pictured, await describeTable(this.#parts.control, table.database, table.name)),
      (reader) => this.#holds.suits(reader, place),
    );
  }

  doneWith(table: TableSchema): Promise<void> {
    return this.#letGo((reader) => this.#holds.holds(reader, placeOf(table)));
  }

  async assertStillOpen(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (const reader of this.#readers.idle) await assertInTransaction(reader);
    signal.throwIfAborted();
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isClosed = true;
    clearInterval(this.#keepAlive);
    clearInterval(this.#holdCheck);
    clearTimeout(this.#lockLimit);
    for (const connection of this.#parts.opened) connection.close();
    return Promise.resolve();
  }

  /** Without the control connection. A reader whose rows wait for us is busy on the server too. */
  #busyConnections(): number {
    const { opened, control } = this.#parts;
    return [...opened].filter((each) => each !== control && each.isOpen && !each.isIdle).length;
  }

  async #reading<T>(
    table: TableSchema,
    signal: AbortSignal,
    work: (reader: MysqlConnection) => Promise<T>,
  ): Promise<T> {
    const place = placeOf(table);
    if (this.#locked === null || !this.#isLocked(table)) {
      return this.#readers.use(
        signal,
        async (reader) => {
          await this.#holds.turnTo(reader, place);
          return work(reader);
        },
        (reader) => this.#holds.suits(reader, place),
      );
    }
    try {
      return await this.#locked.use(signal, work);
    } catch (error) {
      if (!this.#unisolated.has(placeOf(table)) || signal.aborted) throw error;
      const facts = { database: table.database, table: table.name, heldMs: this.#parts.tableLockMs };
      throw new AppError('mysql.table-lock-over', facts, { cause: error });
    }
  }

  /** Kept still by a lock of its own, on a connection that has no transaction. */
  #isLocked(table: TableSchema): boolean {
    return this.#locked !== null && !table.transactional && !this.#unisolated.has(placeOf(table));
  }

  /** A reader that fails at it is closed: whoever would use it next gets another, or learns that none is left. */
  #letGo(isWanted: (reader: MysqlConnection) => boolean): Promise<void> {
    return this.#readers.useIdle(isWanted, (reader) => this.#holds.letGo(reader));
  }

  /** The shop's writers have waited long enough. On the server too: a statement that is under way would hold the lock to its end. */
  #endTableLocks(): void {
    const { tableReader } = this.#parts.started;
    if (tableReader === null || !tableReader.isOpen) return;
    for (const table of this.tables.filter(({ transactional }) => !transactional)) {
      this.#unisolated.set(placeOf(table), nameOf(table));
    }
    tableReader.destroy();
    this.#parts.kill(tableReader.threadId);
  }

  #speakUp(): void {
    const idle = [...this.#readers.idle, ...(this.#locked?.idle ?? []), this.#parts.control];
    for (const connection of idle) {
      if (!connection.isOpen || connection.idleMs < idleTooLongMs) continue;
      // A connection that fails here fails again for whoever uses it next, with a better error.
      connection.query('SELECT 1').catch(() => undefined);
    }
  }
}

/** A server that ended the transaction and went on would answer the next read with today's rows. */
async function assertInTransaction(reader: MysqlConnection): Promise<void> {
  try {
    await reader.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  } catch (error) {
    if (serverErrno(error) === transactionInProgress) return;
    throw error;
  }
  throw new AppError('mysql.connection-lost', { reason: 'transaction-ended' });
}

function nameOf({ database, name }: TableName): TableName {
  return { database, name };
}

function placeOf(table: TableName): string {
  return quoteTable(table.database, table.name);
}
