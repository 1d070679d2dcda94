import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Coordinate, ServerFacts, TableSchema } from '../../../../shared/model/database.ts';
import { systemClock } from '../../platform/clock.ts';
import type { MysqlConnection } from './connection.ts';
import { gtidOfPosition, noCoordinate, readBinlogSnapshot, readCoordinate } from './coordinate.ts';
import { lockForReading, takeLock, type LockingMethod, type LockSite } from './lock.ts';
import { isAtLeast } from './server-facts.ts';
import type { LockMethod, SnapshotLock } from './types.ts';
import { refuseWarnings } from './warnings.ts';

export interface StartSite extends LockSite {
  readonly server: ServerFacts;
  /** For questions that must not disturb the readers. */
  readonly control: MysqlConnection;
  readonly readers: readonly MysqlConnection[];
  readonly openRaw: () => Promise<MysqlConnection>;
}

export interface Started {
  readonly lock: SnapshotLock;
  readonly coordinate: Coordinate;
  readonly isCoordinateExact: boolean;
  /** The workstation's clock when the transactions had begun, under the lock where there is one. */
  readonly atMs: number;
  readonly readers: readonly MysqlConnection[];
  /** Holds the locks on non-transactional tables, or null. */
  readonly tableReader: MysqlConnection | null;
  /** When these locks were granted, on the monotonic clock. */
  readonly tablesLockedMs: number;
  readonly unisolated: readonly TableSchema[];
}

/** How long readers may try to meet without a lock: on a busy server each try is a small chance. */
const meetingLimitMs = 5000;
const fewestMeetings = 25;
/** Between tries, so that the tries themselves do not keep the server busy. */
const meetingPauseMs = 5;

/** What this server has, best first. */
export function methodsFor(server: ServerFacts): LockMethod[] {
  if (server.flavour === 'mysql') return ['global-read-lock', 'table-locks', 'single-connection'];
  const stages: LockMethod[] = isAtLeast(server, 'mariadb', 10, 4, 1) ? ['backup-stage'] : [];
  return [...stages, 'global-read-lock', 'binlog-snapshot', 'table-locks', 'single-connection'];
}

/**
 * Opens a transaction on every reader so that all of them see one state, by the first method that is allowed; which one that
 * is, is found by trying, because grants say little about managed servers.
 * Errors: those of `takeLock`; `mysql.no-privilege` when no method at all is left (only with a list given by the caller).
 */
export async function startTogether(site: StartSite, methods: readonly LockMethod[]): Promise<Started> {
  for (const method of methods) {
    const started = await startBy(site, method);
    if (started !== null) return started;
  }
  throw new AppError('mysql.no-privilege', { privilege: 'RELOAD', statement: methods.join(', ') });
}

function startBy(site: StartSite, method: LockMethod): Promise<Started | null> {
  switch (method) {
    case 'backup-stage':
    case 'global-read-lock':
    case 'table-locks':
      return startLocked(site, method);
    case 'binlog-snapshot':
      return startLockFree(site);
    case 'single-connection':
      return startAlone(site);
  }
}

async function startLocked(site: StartSite, method: LockingMethod): Promise<Started | null> {
  const loose = site.tables.filter((table) => !table.transactional);
  // Opened before the lock: a handshake over a far line takes longer than everything that happens under it.
  const tableReader = loose.length === 0 ? null : await site.openRaw();
  let lock;
  try {
    lock = await takeLock(site, method);
  } catch (error) {
    tableReader?.destroy();
    throw error;
  }
  if (lock === null) {
    tableReader?.close();
    return null;
  }
  try {
    await Promise.all(site.readers.map((reader) => startTransaction(reader, site.signal)));
    const atMs = systemClock.nowMs();
    const coordinate = await lockedCoordinate(site, lock.connection);
    const isLocked = tableReader !== null && (await lockForReading(tableReader, loose));
    const tablesLockedMs = systemClock.monotonicMs();
    const heldMs = await lock.release();
    return {
      lock: { method, waitedMs: lock.waitedMs, heldMs, tries: lock.tries },
      coordinate,
      isCoordinateExact: coordinate.file !== null,
      atMs,
      readers: site.readers,
      tableReader: isLocked ? tableReader : null,
      tablesLockedMs,
      unisolated: isLocked ? [] : loose,
    };
  } catch (error) {
    lock.drop();
    tableReader?.destroy();
    throw error;
  }
}

/** An account that may lock but not look at the binlog: on MariaDB the transactions themselves know. */
async function lockedCoordinate(site: StartSite, locker: MysqlConnection): Promise<Coordinate> {
  const coordinate = await readCoordinate(locker, site.server);
  const [reader] = site.readers;
  if (coordinate.file !== null || site.server.flavour !== 'mariadb' || reader === undefined) return coordinate;
  const own = await readBinlogSnapshot(reader);
  return own === null ? coordinate : { ...own, gtid: await gtidOfPosition(locker, own) };
}

/**
 * MariaDB: every transaction knows the exact binlog position of its snapshot, so equal positions prove equal snapshots.
 * Writers with sql_log_bin=0 leave no trace there. Null when the binlog is off or the server is too busy to meet.
 */
async function startLockFree(site: StartSite): Promise<Started | null> {
  const startedMs = systemClock.monotonicMs();
  const elapsedMs = () => systemClock.monotonicMs() - startedMs;
  for (let meeting = 1; meeting <= fewestMeetings || elapsedMs() < meetingLimitMs; meeting += 1) {
    // All anew each time: one that waits for the others is behind as soon as anybody commits.
    await Promise.all(site.readers.map((reader) => startTransaction(reader, site.signal)));
    const met = await commonPosition(site.readers);
    if (met === 'unknown') return null;
    if (met !== 'apart') {
      return {
        lock: { method: 'binlog-snapshot', waitedMs: Math.round(elapsedMs()), heldMs: 0, tries: meeting },
        coordinate: { ...met, gtid: await gtidOfPosition(site.control, met) },
        isCoordinateExact: true,
        atMs: systemClock.nowMs(),
        readers: site.readers,
        tableReader: null,
        tablesLockedMs: 0,
        unisolated: site.tables.filter((table) => !table.transactional),
      };
    }
    await new Promise((resolve) => setTimeout(resolve, meetingPauseMs));
  }
  return null;
}

/**
 * The binlog position that all open transactions share.
 *
 * The server answers through variables that all sessions share, so two sessions asking at the same moment can get each other's
 * answer (met in a test with 3 writers: once in a few hundred snapshots two different ones seemed equal). Therefore one reader asks
 * at a time, and all of them twice: somebody else's monitoring would have to hit the same microseconds twice with the same value.
 */
async function commonPosition(readers: readonly MysqlConnection[]): Promise<Coordinate | 'apart' | 'unknown'> {
  let common: Coordinate | null = null;
  for (const reader of [...readers, ...readers]) {
    const position = await readBinlogSnapshot(reader);
    if (position === null) return 'unknown';
    common ??= position;
    if (position.file !== common.file || position.position !== common.position) return 'apart';
  }
  return common ?? 'unknown';
}

/** One snapshot is always consistent in itself. Its coordinate is read before it begins, and transactions may commit in between. */
async function startAlone(site: StartSite): Promise<Started> {
  const [reader, ...surplus] = site.readers;
  if (reader === undefined) throw new Error('a snapshot needs a reader');
  for (const other of surplus) other.close();
  const coordinate = await readCoordinate(site.control, site.server).catch((error: unknown) => {
    // Nothing depends on it: this coordinate only helps a person to find the place.
    if (site.control.isOpen) return noCoordinate;
    throw error;
  });
  await startTransaction(reader, site.signal);
  return {
    lock: { method: 'single-connection', waitedMs: 0, heldMs: 0, tries: 1 },
    coordinate,
    isCoordinateExact: false,
    atMs: systemClock.nowMs(),
    readers: [reader],
    tableReader: null,
    tablesLockedMs: 0,
    unisolated: site.tables.filter((table) => !table.transactional),
  };
}

/** A warning here means that the server ignored CONSISTENT SNAPSHOT. */
async function startTransaction(reader: MysqlConnection, signal: AbortSignal): Promise<void> {
  const { result } = await reader.ask('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY', { signal });
  await refuseWarnings(reader, result, { database: '', table: '' }, signal);
}
