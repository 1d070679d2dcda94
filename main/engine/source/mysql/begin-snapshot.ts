import { AppError } from '../../../../shared/errors/app-error.ts';
import { connectMysql } from './connect.ts';
import type { MysqlConnection } from './connection.ts';
import { requireVisibility } from './privileges.ts';
import { listDatabases } from './schema/list-databases.ts';
import { missingDefiners } from './schema/missing-definers.ts';
import { firstDifference, readSchema } from './schema/read-schema.ts';
import { clockAheadOf } from './server-clock.ts';
import { readServerFacts } from './server-facts.ts';
import { runningThreads } from './server-load.ts';
import { leaveBinlog, limitStatements, lowerPriority } from './session.ts';
import { OpenSnapshot } from './snapshot.ts';
import { methodsFor, startTogether } from './start-together.ts';
import { TableHolds } from './table-holds.ts';
import type { MysqlSnapshot, MysqlTarget, SnapshotOptions } from './types.ts';

/** A question about the schema that takes longer has hit a stuck server. */
const metadataLimitMs = 120_000;
/** DDL between describing the schema and opening the transactions: describe and open again. */
const mostAttempts = 3;
/** A visitor of the shop waits no longer than this for a table that only a lock keeps still. */
const defaultTableLockMs = 30_000;

/**
 * Takes one consistent picture of a server over `readers` connections and keeps it open until `close`.
 *
 * The schema is read before the lock, so that the lock is held only while transactions begin, and again after it: two equal
 * readings around the snapshot prove that it is the schema of the snapshot.
 *
 * Errors: those of `connectMysql`; `mysql.database-missing`, `mysql.database-empty` {database}; `mysql.no-privilege` when
 * anything of the databases would be invisible (a single table that may not be read is named in the snapshot instead);
 * `mysql.lock-timeout` {waitedMs}; `mysql.schema-moved` {table} when DDL keeps running; `mysql.unsupported`; the signal's reason.
 * On every error all connections are closed.
 */
export async function beginSnapshot(target: MysqlTarget, options: SnapshotOptions): Promise<MysqlSnapshot> {
  const { signal, lockWaitMs, isSecret } = options;
  const opened = new Set<MysqlConnection>();
  let isGivenUp = false;
  const open = async (rawResults: boolean): Promise<MysqlConnection> => {
    const connection = await connectMysql(target, { signal, lockWaitMs, rawResults });
    opened.add(connection);
    // One of several that were being opened has failed meanwhile: nobody is left to close this one.
    if (isGivenUp) connection.destroy();
    return connection;
  };
  try {
    const control = await open(false);
    const server = await readServerFacts(control);
    await limitStatements(control, metadataLimitMs);
    // Before the lock: whoever waits behind it would count as the shop's normal load.
    const running = await runningThreads(control);
    const othersRunningAtStart = running === null ? null : Math.max(0, running - 1);
    const names = await listDatabases(control, server, options.databases);
    if (names.length === 0) throw new AppError('mysql.database-empty', { database: '*' });
    await requireVisibility(control, server, names);
    const orphanedObjects = await missingDefiners(control, names);
    const kill = killOver(control);
    const openReader = async () => {
      const reader = await open(true);
      reader.onAbort = kill;
      await leaveBinlog(reader, server.flavour);
      return reader;
    };
    const readers = await Promise.all(Array.from({ length: Math.max(1, options.readers) }, openReader));
    const emptyAllowed = options.databases === undefined;
    const describe = () => readSchema(control, server, names, isSecret, { emptyAllowed });
    let before = await describe();
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const started = await startTogether(
        {
          server,
          control,
          readers,
          open: () => open(false),
          openRaw: openReader,
          kill,
          tables: before.tables.map((table) => table.schema),
          lockWaitMs,
          signal,
        },
        options.methods ?? methodsFor(server),
      );
      const [reader] = started.readers;
      const [picture, clockAheadMs] = await Promise.all([
        describe(),
        // Beside what is to be waited for anyway, and not under the lock.
        reader === undefined ? null : clockAheadOf(reader),
        ...started.readers.map(async (reader) => {
          await TableHolds.prepare(reader);
          await lowerPriority(reader, server.flavour);
        }),
      ]);
      const moved = firstDifference(before, picture);
      if (moved === null) {
        return new OpenSnapshot({
          server,
          control,
          started,
          clockAheadMs,
          picture,
          orphanedObjects,
          othersRunningAtStart,
          opened,
          kill,
          tableLockMs: options.tableLockMs ?? defaultTableLockMs,
        });
      }
      if (attempt === mostAttempts) throw new AppError('mysql.schema-moved', { table: moved });
      started.tableReader?.destroy();
      before = picture;
    }
  } catch (error) {
    isGivenUp = true;
    for (const connection of opened) connection.destroy();
    throw error;
  }
}

/** An account may always end its own connections. Best effort: what cannot be killed ends with its closed socket. */
function killOver(control: MysqlConnection): (threadId: number) => void {
  return (threadId) => {
    control.query(`KILL ${threadId}`).catch(() => undefined);
  };
}
