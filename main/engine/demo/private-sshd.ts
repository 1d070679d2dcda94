import { access, chmod, constants, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import ssh2 from 'ssh2';
import { startBoundChild, type BoundChild } from '../platform/bound-child.ts';
import { freeLoopbackPort } from '../platform/free-port.ts';
import { pollUntil } from '../platform/poll.ts';
import { descendantsOf } from '../platform/process-tree.ts';
import { hostKeyOf, newSshKey, startEmbeddedSshServer, type EmbeddedSshServer } from './embedded-ssh-server.ts';

/**
 * The SSH side of a private shop: a real sshd on a loopback port with a host key and a client key of its own, or the
 * embedded server where the machine has no sshd (or one that lets nobody in, which a first login finds out).
 *
 * Everything it writes is in a folder of its own below `dir`, which is gone after `stop()`.
 */
export interface PrivateSshd {
  readonly kind: 'sshd' | 'embedded';
  readonly host: string;
  readonly port: number;
  /** Of the key in use now. */
  readonly hostKeyFingerprint: string;
  readonly hostKeyAlgorithm: string;
  readonly user: string;
  readonly clientKeyPath: string;
  readonly clientKeyPem: string;
  /** On the same port, as after a reinstallation (or with somebody in the middle). Cuts all connections. */
  restartWithNewHostKey(): Promise<void>;
  /** Cuts all connections without a word; new ones are welcome. */
  dropConnections(): Promise<void>;
  stop(): Promise<void>;
}

export interface PrivateSshdOptions {
  readonly dir: string;
  /** The user this process runs as, by default. A real sshd that is not root's can let in no other. */
  readonly user?: string;
  /** `sshd` fails where there is none, instead of falling back. */
  readonly kind?: 'auto' | 'sshd' | 'embedded';
  /** Covers the whole life of the server: an abort after the start stops it. */
  readonly signal?: AbortSignal;
}

interface Running {
  drop(): Promise<void>;
  stop(): Promise<void>;
}

interface Place {
  readonly dir: string;
  readonly user: string;
  port: number;
  readonly clientKey: { private: string; public: string };
}

export async function startPrivateSshd(options: PrivateSshdOptions): Promise<PrivateSshd> {
  options.signal?.throwIfAborted();
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  const dir = await mkdtemp(join(options.dir, 'sshd-'));
  const place: Place = {
    dir,
    user: options.user ?? userInfo().username,
    port: await freeLoopbackPort(),
    clientKey: newSshKey(),
  };
  const clientKeyPath = join(dir, 'client_key');
  let hostKeyPem = newSshKey().private;
  let kind: 'sshd' | 'embedded' = 'embedded';
  let running: Running | undefined;
  const stop = async () => {
    await running?.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await writeFile(clientKeyPath, place.clientKey.private, { mode: 0o600 });
    const sshdPath = options.kind === 'embedded' ? undefined : await findSshd();
    if (sshdPath !== undefined)
      running = await onFreePort(place, () => startReal(sshdPath, place, hostKeyPem, options.signal));
    if (running === undefined && options.kind === 'sshd') throw new Error(`sshd: ${await lastLogLines(dir)}`);
    kind = running === undefined ? 'embedded' : 'sshd';
    running ??= await onFreePort(place, () => startEmbedded(place, hostKeyPem));
    options.signal?.throwIfAborted();
    options.signal?.addEventListener('abort', () => void stop().catch(() => undefined), { once: true });
    const path = sshdPath ?? '';
    return {
      kind,
      host: '127.0.0.1',
      port: place.port,
      get hostKeyFingerprint() {
        return hostKeyOf(hostKeyPem).fingerprint;
      },
      get hostKeyAlgorithm() {
        return hostKeyOf(hostKeyPem).algorithm;
      },
      user: place.user,
      clientKeyPath,
      clientKeyPem: place.clientKey.private,
      restartWithNewHostKey: async () => {
        await running?.stop();
        hostKeyPem = newSshKey().private;
        running = kind === 'sshd' ? await startReal(path, place, hostKeyPem) : await startEmbedded(place, hostKeyPem);
        if (running === undefined) throw new Error(`sshd did not come back: ${await lastLogLines(dir)}`);
      },
      dropConnections: async () => running?.drop(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const mostPorts = 3;

/** A port can be taken between choosing and using it; then another one is tried. */
async function onFreePort(place: Place, start: () => Promise<Running | undefined>): Promise<Running | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    let error: unknown;
    const running = await start().catch((failure: unknown) => {
      error = failure;
      return undefined;
    });
    const isTaken = /address already in use|EADDRINUSE/i.test(`${String(error)} ${await lastLogLines(place.dir)}`);
    if (running === undefined && isTaken && attempt < mostPorts) {
      await rm(join(place.dir, 'sshd.log'), { force: true });
      place.port = await freeLoopbackPort();
      continue;
    }
    if (error !== undefined) throw error instanceof Error ? error : new Error('sshd did not start', { cause: error });
    return running;
  }
}

/** The path of the machine's sshd, which must be called by it. */
export async function findSshd(): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', ...onPath]) {
    const path = join(folder, 'sshd');
    const isRunnable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isRunnable) return path;
  }
  return undefined;
}

async function startEmbedded(place: Place, hostKeyPem: string): Promise<Running> {
  const server: EmbeddedSshServer = await startEmbeddedSshServer({
    user: place.user,
    port: place.port,
    hostKeys: [hostKeyPem],
    authorizedKey: place.clientKey.public,
  });
  return {
    drop: () => {
      server.dropConnections();
      return Promise.resolve();
    },
    stop: () => server.stop(),
  };
}

/** Undefined when the machine's sshd does not work for us: the log says why. */
async function startReal(
  sshdPath: string,
  place: Place,
  hostKeyPem: string,
  signal?: AbortSignal,
): Promise<Running | undefined> {
  const { dir } = place;
  const config = join(dir, 'sshd.conf');
  await writeFile(join(dir, 'host_key'), hostKeyPem, { mode: 0o600 });
  await writeFile(join(dir, 'authorized_keys'), `${place.clientKey.public}\n`, { mode: 0o600 });
  await chmod(join(dir, 'host_key'), 0o600);
  await writeFile(config, sshdConfig(place), { mode: 0o600 });
  // A root sshd wants the folder its package makes at boot.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 }).catch(() => undefined);
  const child = await startBoundChild(sshdPath, ['-D', '-e', '-f', config], { logFile: join(dir, 'sshd.log') });
  const drop = async () => {
    for (const pid of await descendantsOf(child.pid)) killQuietly(pid);
  };
  const stop = async () => {
    const sessions = await descendantsOf(child.pid);
    await child.stop(5000);
    sessions.forEach(killQuietly);
  };
  try {
    const isUsable = await pollUntil(() => tryLogin(child, place), { timeoutMs: 30_000, everyMs: 50, signal });
    if (isUsable === true) return { drop, stop };
    await stop();
    return undefined;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** True: works. False: never will. Undefined: not yet. */
function tryLogin(child: BoundChild, place: Place): Promise<boolean | undefined> {
  if (child.hasEnded()) return Promise.resolve(false);
  return new Promise((resolve) => {
    const client = new ssh2.Client();
    client.on('ready', () => {
      resolve(true);
      client.end();
    });
    client.on('error', (error) => {
      resolve(error.level === 'client-authentication' ? false : undefined);
    });
    client.on('close', () => resolve(undefined));
    client.connect({
      host: '127.0.0.1',
      port: place.port,
      username: place.user,
      privateKey: place.clientKey.private,
      readyTimeout: 5000,
    });
  });
}

function sshdConfig({ dir, port, user }: Place): string {
  return [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${join(dir, 'host_key')}`,
    `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
    `PidFile ${join(dir, 'sshd.pid')}`,
    `AllowUsers ${user}`,
    'PermitRootLogin prohibit-password',
    'PubkeyAuthentication yes',
    'PasswordAuthentication no',
    // The older of two names: every version knows it.
    'ChallengeResponseAuthentication no',
    'UsePAM no',
    // The folder is in a place that others may write to; the key files themselves are 0600.
    'StrictModes no',
    'UseDNS no',
    'AllowTcpForwarding yes',
    'AllowAgentForwarding no',
    'X11Forwarding no',
    'MaxStartups 100',
    'MaxSessions 100',
    'Subsystem sftp internal-sftp',
    'LogLevel VERBOSE',
    '',
  ].join('\n');
}

async function lastLogLines(dir: string): Promise<string> {
  const log = await readFile(join(dir, 'sshd.log'), 'utf8').catch(() => 'no sshd on this machine');
  return log.trim().split('\n').slice(-3).join(' · ');
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended between the listing and the signal.
  }
}
