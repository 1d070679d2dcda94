import { access, constants, readdir, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { runCommand } from '../platform/run-command.ts';

export type ServerFlavour = 'mariadb' | 'mysql';

/** A database server program on this machine that can be run privately. */
export interface ServerBinaries {
  readonly flavour: ServerFlavour;
  /** `10.11.19`, without suffixes. */
  readonly version: string;
  readonly serverPath: string;
  /** MariaDB's program that fills a data folder; MySQL fills its own. */
  readonly installDbPath: string | null;
}

const isWindows = process.platform === 'win32';
const exe = isWindows ? '.exe' : '';
const installDbNames = ['mariadb-install-db', 'mysql_install_db', 'mariadb-install-db.exe', 'mysql_install_db.exe'];

/**
 * Looks on the PATH and where packages, Homebrew, the 宝塔 panel, XAMPP and the Windows installers put servers. Newest first,
 * MariaDB before MySQL; a MariaDB without its install program is left out.
 */
export async function findServerBinaries(signal?: AbortSignal): Promise<ServerBinaries[]> {
  const found = new Map<string, ServerBinaries>();
  for (const folder of await foldersToLook()) {
    for (const name of ['mariadbd', 'mysqld']) {
      const path = join(folder, name + exe);
      if (!(await isRunnable(path))) continue;
      const real = await realpath(path);
      if (found.has(real)) continue;
      const binaries = await identify(path, signal);
      if (binaries !== undefined) found.set(real, binaries);
    }
  }
  return [...found.values()].sort(mariadbAndNewestFirst);
}

/**
 * The server to use for `kind`, or `sandbox.no-server` with where it was looked for and what to do on this system. With `auto` one of
 * the flavour `preferred` comes first where there is one.
 */
export async function chooseServer(
  kind: ServerFlavour | 'auto',
  signal?: AbortSignal,
  preferred?: ServerFlavour,
): Promise<ServerBinaries> {
  const all = await findServerBinaries(signal);
  const fitting = all.filter((each) => kind === 'auto' || each.flavour === kind);
  const chosen = fitting.find((each) => each.flavour === preferred) ?? fitting[0];
  if (chosen !== undefined) return chosen;
  const looked = (await foldersToLook()).join(delimiter);
  throw new AppError('sandbox.no-server', { looked, kind, hint: installHint(kind, process.platform) });
}

/** The server at `serverPath`, or `sandbox.no-server` when that is no server program (MariaDB: or has no install program beside it). */
export async function serverAt(serverPath: string, signal?: AbortSignal): Promise<ServerBinaries> {
  const binaries = await identify(serverPath, signal);
  if (binaries !== undefined) return binaries;
  throw new AppError('sandbox.no-server', { looked: serverPath, kind: 'auto', hint: '' });
}

export function installHint(kind: ServerFlavour | 'auto', platform: NodeJS.Platform): string {
  const isMysql = kind === 'mysql';
  if (platform === 'darwin') return isMysql ? 'brew install mysql' : 'brew install mariadb';
  if (platform === 'win32') return isMysql ? 'winget install Oracle.MySQL' : 'winget install MariaDB.Server';
  return isMysql ? 'apt-get install mysql-server-core' : 'apt-get install mariadb-server-core mariadb-client-core';
}

/** `/usr/sbin/mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu …` */
export function parseVersion(text: string): { flavour: ServerFlavour; version: string } | undefined {
  const version = /Ver (\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (version === undefined) return undefined;
  return { flavour: /mariadb/i.test(text) ? 'mariadb' : 'mysql', version };
}

/** Negative when `a` is older than `b`; both as `10.11.19`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let part = 0; part < 3; part += 1) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function mariadbAndNewestFirst(a: ServerBinaries, b: ServerBinaries): number {
  if (a.flavour !== b.flavour) return a.flavour === 'mariadb' ? -1 : 1;
  return compareVersions(b.version, a.version);
}

async function identify(serverPath: string, signal: AbortSignal | undefined): Promise<ServerBinaries | undefined> {
  const options = { timeoutMs: 10_000, ...(signal === undefined ? {} : { signal }) };
  const answer = await runCommand(serverPath, ['--no-defaults', '--version'], options).catch(() => undefined);
  signal?.throwIfAborted();
  const parsed = answer?.exitCode === 0 ? parseVersion(answer.stdout) : undefined;
  if (parsed === undefined) return undefined; // Present but broken, or a wrapper that is no server.
  if (parsed.flavour === 'mysql') return { ...parsed, serverPath, installDbPath: null };
  const installDbPath = await findInstallDb(serverPath);
  return installDbPath === undefined ? undefined : { ...parsed, serverPath, installDbPath };
}

async function findInstallDb(serverPath: string): Promise<string | undefined> {
  const here = dirname(serverPath);
  const base = dirname(here);
  const folders = [here, join(base, 'bin'), join(base, 'scripts'), '/usr/bin'];
  for (const folder of folders) {
    for (const name of installDbNames) {
      const path = join(folder, name);
      if (await isRunnable(path)) return path;
    }
  }
  return undefined;
}

async function foldersToLook(): Promise<string[]> {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const fixed = isWindows ? await windowsFolders() : await unixFolders();
  return [...new Set([...onPath, ...fixed])];
}

async function unixFolders(): Promise<string[]> {
  const homebrew = await Promise.all(
    ['/opt/homebrew/opt', '/usr/local/opt'].map((folder) => subfolders(folder, /^(mariadb|mysql)/, 'bin')),
  );
  return [
    ...['/usr/sbin', '/usr/libexec', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/usr/local/libexec'],
    ...['/opt/homebrew/bin', ...homebrew.flat(), '/usr/local/mysql/bin', '/usr/local/mariadb/bin'],
    '/www/server/mysql/bin',
  ];
}

async function windowsFolders(): Promise<string[]> {
  const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'ProgramW6432'].flatMap((name) => process.env[name] ?? []);
  const mariadb = await Promise.all(roots.map((root) => subfolders(root, /^MariaDB /, 'bin')));
  const mysql = await Promise.all(roots.map((root) => subfolders(join(root, 'MySQL'), /^MySQL Server/, 'bin')));
  return [...mariadb.flat(), ...mysql.flat(), 'C:\\xampp\\mysql\\bin'];
}

async function subfolders(parent: string, name: RegExp, child: string): Promise<string[]> {
  const names = await readdir(parent).catch(() => []);
  return names.filter((each) => name.test(each)).map((each) => join(parent, each, child));
}

async function isRunnable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
