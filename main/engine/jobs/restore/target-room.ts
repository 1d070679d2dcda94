import { hostname } from 'node:os';
import { isAbsolute } from 'node:path';
import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { TargetRoom } from '../../restore/target/check-target.ts';
import type { LoadSession } from '../../source/mysql/load/index.ts';
import { roomAt } from '../cold/room.ts';
import type { ServerSession } from '../source-session.ts';

/**
 * How much room the data folder of a server has, from whoever can tell: MariaDB's DISKS plugin where it is loaded, `df` over the tunnel's SSH, or this computer, when the server runs on it. That
 * it is the same machine is believed only when both say the same host name and the folder is there: behind a published port of a container it is not.
 * Never guessed: null where nobody can tell.
 */
export async function targetRoom(
  session: LoadSession,
  { target, ask }: Pick<ServerSession, 'target' | 'ask'>,
  signal: AbortSignal,
): Promise<TargetRoom> {
  const [row] = await session.rows('SELECT @@datadir AS dir, @@hostname AS host', signal);
  const [path, host] = [row?.get('dir') ?? '', row?.get('host') ?? ''];
  const freeBytes =
    (await roomByPlugin(session, path, signal)) ??
    (isLoopback(target.host) && isPlainPath(path)
      ? ask === null
        ? await roomHere(path, host)
        : await roomByDf(ask, path, host)
      : null);
  return { freeBytes, path, holdsLog: await holdsLog(session, path, signal) };
}

/** https://mariadb.com/docs/server/reference/system-tables/information-schema/information-schema-tables/information-schema-disks-table: kilobytes; asks for FILE. */
async function roomByPlugin(session: LoadSession, path: string, signal: AbortSignal): Promise<number | null> {
  try {
    const rows = await session.rows(
      'SELECT Path AS path, Available AS available FROM information_schema.DISKS',
      signal,
    );
    const holds = (mount: string) => path.startsWith(mount.endsWith('/') ? mount : `${mount}/`);
    const [nearest] = rows
      .filter((row) => holds(row.get('path') ?? ''))
      .sort((a, b) => (b.get('path') ?? '').length - (a.get('path') ?? '').length);
    return nearest === undefined ? null : Number(nearest.get('available')) * 1024;
  } catch (error) {
    // No such plugin, or not for this account.
    if (isAppErrorOf(error, 'mysql.query-failed', 'mysql.no-privilege')) return null;
    throw error;
  }
}

/** An account may keep its changes out of the log, but not on a server that is somebody's. */
async function holdsLog(session: LoadSession, path: string, signal: AbortSignal): Promise<boolean> {
  const [row] = await session.rows("SHOW GLOBAL VARIABLES LIKE 'log_bin_basename'", signal);
  const basename = row?.get('value') ?? '';
  return basename !== '' && path !== '' && (basename.startsWith(path) || !isAbsolute(basename));
}

async function roomHere(path: string, host: string): Promise<number | null> {
  if (host !== hostname()) return null;
  return freeBytesAt(path);
}

/** Of this computer. Null where nobody can tell, or where there is no such folder, or none for us to see. */
export async function freeBytesAt(path: string): Promise<number | null> {
  try {
    return (await roomAt(path))?.freeBytes ?? null;
  } catch {
    return null;
  }
}

/** POSIX `df -P`: the fourth column of the second line is what is available, in kilobytes with -k. */
async function roomByDf(ask: NonNullable<ServerSession['ask']>, path: string, host: string): Promise<number | null> {
  const text = await ask(`uname -n && df -P -k -- '${path.replaceAll("'", `'\\''`)}'`);
  const [name = '', , line = ''] = (text ?? '').split('\n');
  const kilobytes = /^.+\s\d+\s+\d+\s+(\d+)\s+\d+%\s+\//.exec(line)?.[1];
  return name.trim() === host && kilobytes !== undefined ? Number(kilobytes) * 1024 : null;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** It comes from the server, and goes into a command. */
function isPlainPath(path: string): boolean {
  return isAbsolute(path) && path.length < 1024 && !/[\p{Cc}]/u.test(path);
}
