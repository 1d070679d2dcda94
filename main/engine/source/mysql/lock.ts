import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { TableSchema } from '../../../../shared/model/database.ts';
import { systemClock } from '../../platform/clock.ts';
import { rest } from '../../platform/rest.ts';
import type { MysqlConnection } from './connection.ts';
import { quoteTable } from './quote.ts';
import { limitIdleness, limitLockWait } from './session.ts';
import type { LockMethod } from './types.ts';

/** The ways that stop commits for a moment. */
export type LockingMethod = Extract<LockMethod, 'backup-stage' | 'global-read-lock' | 'table-locks'>;

export interface LockSite {
  /** Opens one more prepared connection with text results. */
  readonly open: () => Promise<MysqlConnection>;
  /** Ends another connection of ours on the server. Never throws. */
  readonly kill: (threadId: number) => void;
  readonly tables: readonly TableSchema[];
  /** Longest time for all tries together. */
  readonly lockWaitMs: number;
  readonly signal: AbortSignal;
}

export interface HeldLock {
  readonly connection: MysqlConnection;
  readonly waitedMs: number;
  readonly tries: number;
  /** Resolves to the milliseconds held. Rejects when the server had already let go: then nothing done meanwhile is consistent. */
  release(): Promise<number>;
  /** Lets go by cutting the connection. For failures. */
  drop(): void;
}

/**
 * If our line dies while the lock is held, the server itself lets go after this long. Starting transactions on the readers takes
 * milliseconds; a line too slow for this limit fails the backup instead of stopping the shop.
 */
const longestHoldSeconds = 10;

/**
 * A lock that waits holds up everybody behind it, and it may wait for somebody who waits for it: a statement of one transaction that
 * stands behind a row of another one, whose next statement stands behind us (FLUSH TABLES WITH READ LOCK on a busy shop, met
 * once in some hundred snapshots). So one try is short, and between tries the shop moves on.
 */
const tryMs = 1000;
const restMs = 500;

const release: Readonly<Record<LockingMethod, string>> = {
  'backup-stage': 'BACKUP STAGE END',
  'global-read-lock': 'UNLOCK TABLES',
  'table-locks': 'UNLOCK TABLES',
};

/**
 * Takes the lock on a connection of its own, or returns null when this account or server does not allow it.
 *
 * Tries of a second or so are repeated for `lockWaitMs` altogether. Errors: `mysql.lock-timeout` {waitedMs} when none succeeded,
 * `mysql.connection-lost`, the signal's reason.
 */
export async function takeLock(site: LockSite, method: LockingMethod): Promise<HeldLock | null> {
  const startedMs = systemClock.monotonicMs();
  const waitedMs = () => Math.round(systemClock.monotonicMs() - startedMs);
  for (let tries = 1; ; tries += 1) {
    try {
      const lock = await tryLock(site, method, Math.min(tryMs, site.lockWaitMs));
      return lock === null ? null : { ...lock, tries, waitedMs: waitedMs() };
    } catch (error) {
      if (!isAppErrorOf(error, 'mysql.lock-timeout')) throw error;
      if (waitedMs() + restMs + tryMs > site.lockWaitMs)
        throw new AppError('mysql.lock-timeout', { waitedMs: waitedMs() }, { cause: error });
    }
    await rest(restMs, site.signal);
  }
}

/**
 * One try. Its wait is bounded three times: by lock_wait_timeout on the server, by a watchdog that kills the waiting statement
 * (several waits may add up), and by the signal. On every way out the waiting connection is killed on the server, not only
 * closed here.
 */
async function tryLock(
  site: LockSite,
  method: LockingMethod,
  limitMs: number,
): Promise<Omit<HeldLock, 'waitedMs' | 'tries'> | null> {
  const connection = await site.open();
  connection.onAbort = site.kill;
  const startedMs = systemClock.monotonicMs();
  const watchdog = setTimeout(() => {
    site.kill(connection.threadId);
    connection.destroy(
      new AppError('mysql.lock-timeout', { waitedMs: Math.round(systemClock.monotonicMs() - startedMs) }),
    );
  }, limitMs + 500);
  try {
    await limitIdleness(connection, longestHoldSeconds);
    await limitLockWait(connection, limitMs);
    for (const statement of acquire(method, site.tables)) await connection.query(statement, { signal: site.signal });
  } catch (error) {
    connection.destroy();
    if (isRefusal(error)) return null;
    throw error;
  } finally {
    clearTimeout(watchdog);
  }
  const grantedMs = systemClock.monotonicMs();
  return {
    connection,
    async release() {
      await connection.query(release[method]);
      const heldMs = Math.round(systemClock.monotonicMs() - grantedMs);
      connection.close();
      return heldMs;
    },
    drop() {
      connection.destroy();
    },
  };
}

/**
 * Locks tables that no transaction isolates, READ LOCAL, before commits are let in again. False when that is not allowed or does not
 * succeed at once (the global lock is held meanwhile); then the connection is gone.
 */
export async function lockForReading(connection: MysqlConnection, tables: readonly TableSchema[]): Promise<boolean> {
  try {
    await limitLockWait(connection, 1000);
    await limitIdleness(connection, 120);
    await connection.query(`LOCK TABLES ${lockList(tables, 'READ LOCAL')}`);
    return true;
  } catch (error) {
    connection.destroy();
    if (isRefusal(error) || isAppErrorOf(error, 'mysql.lock-timeout')) return false;
    throw error;
  }
}

function acquire(method: LockingMethod, tables: readonly TableSchema[]): string[] {
  switch (method) {
    case 'backup-stage':
      return ['BACKUP STAGE START', 'BACKUP STAGE BLOCK_DDL', 'BACKUP STAGE BLOCK_COMMIT'];
    case 'global-read-lock':
      // The first one waits for running statements without holding writers back, so that the second is short.
      return ['FLUSH NO_WRITE_TO_BINLOG TABLES', 'FLUSH TABLES WITH READ LOCK'];
    case 'table-locks':
      return [`LOCK TABLES ${lockList(tables, 'READ')}`];
  }
}

/** Sorted, so that two backups of one server cannot wait for each other. */
function lockList(tables: readonly TableSchema[], kind: 'READ' | 'READ LOCAL'): string {
  const names = tables.map((table) => quoteTable(table.database, table.name)).sort();
  return names.map((name) => `${name} ${kind}`).join(', ');
}

/** Not allowed, or not known to this server. Waiting too long and losing the line are something else. */
function isRefusal(error: unknown): boolean {
  return isAppErrorOf(error, 'mysql.no-privilege', 'mysql.query-failed');
}
