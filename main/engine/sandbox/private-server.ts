import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { AppError } from '../../../shared/errors/app-error.ts';
import { startBoundChild, type BoundChild } from '../platform/bound-child.ts';
import { freeLoopbackPort } from '../platform/free-port.ts';
import { createOwnedFolder, sweepOwnedFolders, type OwnedFolder } from '../platform/owned-folder.ts';
import { pollUntil } from '../platform/poll.ts';
import { randomKeyBytes } from '../platform/random.ts';
import { runCommand } from '../platform/run-command.ts';
import { chooseServer, serverAt, type ServerBinaries, type ServerFlavour } from './find-server.ts';
import { initialiseCommand, initStatements, serverArguments } from './server-arguments.ts';

/**
 * A throw-away database server: drills restore into it, and tests, the demo and the benchmarks run on it.
 *
 * It lives in a temporary folder of mode 0700 with a random password and, when `socketOnly`, without any network. Server and
 * folder go away with `stop()`, with the signal, when this process exits, and at the latest at the next start.
 * It knows nothing of snapshots; whoever restores into it connects like to any other server.
 *
 * Errors: `sandbox.no-server` (facts looked, kind, hint), `sandbox.start-failed` (facts reason: last lines of the server's log).
 * An aborted signal rejects with the signal's own reason.
 */
export interface PrivateServerOptions {
  readonly kind?: ServerFlavour | 'auto';
  /** With `auto`: this flavour where this computer has it, else the other one. */
  readonly preferred?: ServerFlavour;
  /** This server program and no other; then `kind` says nothing. */
  readonly serverPath?: string;
  /** Where the temporary folder is made; the system's own place by default. */
  readonly baseDir?: string;
  /** A free port of 127.0.0.1 by default. */
  readonly port?: number;
  /** No network. On Windows, which has no sockets for this, a port of 127.0.0.1 is used all the same. */
  readonly socketOnly?: boolean;
  readonly binlog?: boolean;
  readonly extraArgs?: readonly string[];
  readonly memoryMb?: number;
  /** `none`: fast, and worthless after a crash of the machine – right for tests and drills. */
  readonly durability?: 'none' | 'normal';
  readonly startTimeoutMs?: number;
  /** Covers the whole life of the server: an abort after the start stops it. */
  readonly signal?: AbortSignal;
}

export interface PrivateServer {
  readonly flavour: ServerFlavour;
  readonly version: string;
  /** Empty on Windows: use the port. */
  readonly socketPath: string;
  /** On 127.0.0.1; null when `socketOnly`. */
  readonly port: number | null;
  readonly user: string;
  readonly password: string;
  readonly dataDir: string;
  readonly pid: number;
  /** What a MySQL client needs, by socket where there is one. */
  readonly connection: ServerConnection;
  /** Ends the server and removes its folder. May be called again. */
  stop(): Promise<void>;
}

export type ServerConnection = { readonly user: string; readonly password: string } & (
  { readonly socketPath: string } | { readonly host: string; readonly port: number }
);

const folderPrefix = 'shouhu-server-';

/** Ends servers of killed processes below `parent` and removes their folders; the system's own place is swept with every start. */
export async function sweepPrivateServers(parent: string): Promise<void> {
  await sweepOwnedFolders(parent, folderPrefix);
}
const longestSocketPath = 100; // sun_path holds 104 bytes on macOS, 108 on Linux.
const stopGraceMs = 20_000;
const isWindows = process.platform === 'win32';

export async function startPrivateServer(options: PrivateServerOptions = {}): Promise<PrivateServer> {
  const { signal } = options;
  signal?.throwIfAborted();
  const parent = options.baseDir ?? tmpdir();
  await Promise.all([...new Set([parent, tmpdir()])].map(sweepPrivateServers));
  const binaries =
    options.serverPath === undefined
      ? await chooseServer(options.kind ?? 'auto', signal, options.preferred)
      : await serverAt(options.serverPath, signal);
  const folders = [await createOwnedFolder(parent, folderPrefix)];
  let child: BoundChild | undefined;
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= end(child, folders));
  try {
    const place = await prepare(binaries, folders, options);
    const started = await start(binaries, place, folders, options);
    child = started.child;
    const onAbort = () => {
      // The same promise reaches the owner, who calls stop() too and sees what went wrong.
      stop().catch(() => undefined);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    void child.ended.then(() => signal?.removeEventListener('abort', onAbort));
    signal?.throwIfAborted();
    return { ...started.facts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Place {
  readonly dir: string;
  readonly dataDir: string;
  readonly socketPath: string;
}

/** Fills the data folder. A long `baseDir` gets its socket in a folder of its own: socket paths are short by nature. */
async function prepare(
  binaries: ServerBinaries,
  folders: OwnedFolder[],
  { extraArgs = [], signal }: PrivateServerOptions,
): Promise<Place> {
  const dir = folders[0]?.path ?? '';
  let socketPath = isWindows ? '' : join(dir, 's.sock');
  if (Buffer.byteLength(socketPath) > longestSocketPath) {
    const short = await createOwnedFolder(tmpdir(), folderPrefix);
    folders.push(short);
    socketPath = join(short.path, 's.sock');
  }
  const dataDir = join(dir, 'data');
  await Promise.all([dataDir, join(dir, 'tmp'), join(dir, 'files')].map((each) => mkdir(each, { mode: 0o700 })));
  const [program, args] = initialiseCommand(binaries, dataDir, extraArgs);
  // A server that starts, this one too, removes all `#sql…` files from its temporary folder: in the system's own those of every other server,
  // the shop's included, which then fails or crashes (seen with MariaDB 10.11).
  const temp = join(dir, 'tmp');
  const env = { TMPDIR: temp, TEMP: temp, TMP: temp };
  const result = await runCommand(program, args, { cwd: dir, env, ...(signal === undefined ? {} : { signal }) });
  if (result.exitCode !== 0) throw startFailed(`${result.stdout}\n${result.stderr}`);
  return { dir, dataDir, socketPath };
}

interface Started {
  readonly child: BoundChild;
  readonly facts: Omit<PrivateServer, 'stop'>;
}

/** A port can be taken between choosing and using it; then another one is tried. */
async function start(
  binaries: ServerBinaries,
  place: Place,
  folders: readonly OwnedFolder[],
  options: PrivateServerOptions,
): Promise<Started> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(binaries, place, folders, options);
    } catch (error) {
      const isPortTaken =
        error instanceof AppError && /address already in use|errno: 98|errno: 48/i.test(String(error.facts['reason']));
      if (!isPortTaken || options.port !== undefined || attempt === 3) throw error;
    }
  }
}

async function startOnce(
  binaries: ServerBinaries,
  place: Place,
  folders: readonly OwnedFolder[],
  options: PrivateServerOptions,
): Promise<Started> {
  const port = options.socketOnly === true && !isWindows ? null : (options.port ?? (await freeLoopbackPort()));
  const password = randomKeyBytes(24).toString('base64url');
  const initFile = join(place.dir, 'init.sql');
  const logFile = join(place.dir, 'server.log');
  await rm(logFile, { force: true });
  await writeFile(initFile, initStatements(binaries, password), { mode: 0o600 });
  const args = serverArguments(
    binaries,
    {
      ...place,
      socketPath: isWindows ? null : place.socketPath,
      port,
      binlog: options.binlog ?? false,
      durability: options.durability ?? 'normal',
      memoryMb: options.memoryMb ?? 128,
      extraArgs: options.extraArgs ?? [],
    },
    initFile,
  );
  let child: BoundChild | undefined;
  try {
    child = await startBoundChild(binaries.serverPath, args, { logFile, cwd: place.dir });
    const { pid } = child;
    await Promise.all(folders.map((folder) => folder.recordServer(pid)));
    const login = { user: 'root', password };
    const connection: ServerConnection = isWindows
      ? { ...login, host: '127.0.0.1', port: port ?? 0 }
      : { ...login, socketPath: place.socketPath };
    await untilAnswering(child, connection, logFile, options);
    const { flavour, version } = binaries;
    const { socketPath, dataDir } = place;
    return { child, facts: { flavour, version, socketPath, port, ...login, dataDir, pid, connection } };
  } catch (error) {
    await child?.stop(0);
    throw error;
  } finally {
    await rm(initFile, { force: true });
  }
}

async function untilAnswering(
  child: BoundChild,
  connection: ServerConnection,
  logFile: string,
  options: PrivateServerOptions,
): Promise<void> {
  const answered = await pollUntil(
    async () => {
      if (child.hasEnded()) throw startFailed(await readFile(logFile, 'utf8').catch(() => ''));
      return (await ping(connection)) ? true : undefined;
    },
    { timeoutMs: options.startTimeoutMs ?? 90_000, everyMs: 40, signal: options.signal },
  );
  if (answered === undefined) throw startFailed(await readFile(logFile, 'utf8').catch(() => ''));
}

async function ping(connection: ServerConnection): Promise<boolean> {
  try {
    const client = await createConnection({ ...connection, connectTimeout: 5000 });
    try {
      await client.ping();
    } finally {
      client.destroy();
    }
    return true;
  } catch {
    return false; // Not up yet; whether it ever will be is decided by the child's end and the deadline.
  }
}

async function end(child: BoundChild | undefined, folders: readonly OwnedFolder[]): Promise<void> {
  await child?.stop(stopGraceMs);
  await Promise.all(folders.map((folder) => folder.remove()));
}

function startFailed(log: string): AppError {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /\berror\b|fatal|signal 11|cannot|can't|denied|failed/i.test(line));
  const reason = (telling.length > 0 ? telling : lines).slice(-5).join('\n').slice(-1500);
  // AppArmor and SELinux keep packaged servers inside their own folders.
  const isFenced = /errno: 13|permission denied/i.test(log);
  return new AppError('sandbox.start-failed', isFenced ? { reason, hint: 'permission-denied' } : { reason });
}
