import type { HostKeyPin, SourceInput } from '../../../shared/model/source.ts';
import type { MainKeys } from '../repository/index.ts';
import { openRemoteFiles, type RemoteFiles } from '../source/files/index.ts';
import { measureLine, type MysqlTarget } from '../source/mysql/index.ts';
import { openTunnel, type HostKeyPolicy, type Tunnel, type TunnelAuth } from '../tunnel/index.ts';
import { openPassword, openSshAuth, type SshAuth } from './home/saved-secrets.ts';
import type { SavedSource } from './home/settings-file.ts';

/** How to reach a database server, with its secrets: what is given when a source is added, or what was saved. */
export interface ServerAccess {
  readonly mysql: SourceInput['mysql'];
  readonly ssh: SshAccess | null;
}
export interface SshAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly auth: SshAuth;
  readonly hostKeyPolicy: HostKeyPolicy;
}

/** An open way to a server. `target` goes to the MySQL side; `hostKey` is what the tunnel met. */
export interface ServerSession {
  readonly target: MysqlTarget;
  readonly hostKey: HostKeyPin | null;
  /** As of a tunnel; null: there is none. */
  readonly ask: Tunnel['ask'] | null;
  /** The server's files, on the same login; null: there is no tunnel. */
  readonly openFiles: ((signal: AbortSignal) => Promise<RemoteFiles>) | null;
  close(): Promise<void>;
}

export function accessOfSaved(keys: MainKeys, source: SavedSource): ServerAccess {
  const { ssh } = source;
  return {
    mysql: { ...source.mysql, password: openPassword(keys, source) },
    ssh:
      ssh === null
        ? null
        : {
            host: ssh.host,
            port: ssh.port,
            user: ssh.user,
            auth: openSshAuth(keys, source),
            hostKeyPolicy: ssh.hostKey === null ? { kind: 'ask' } : { kind: 'pinned', ...ssh.hostKey },
          },
  };
}

export function accessOfInput({ mysql, ssh }: Pick<SourceInput, 'mysql' | 'ssh'>): ServerAccess {
  if (ssh === null) return { mysql, ssh: null };
  const { host, port, user, auth, fingerprint, trustFirst } = ssh;
  const pinned: HostKeyPolicy | null = fingerprint === null ? null : { kind: 'pinned', fingerprint };
  return {
    mysql,
    ssh: { host, port, user, auth, hostKeyPolicy: pinned ?? (trustFirst ? { kind: 'trust-first' } : { kind: 'ask' }) },
  };
}

/**
 * Below this, rows cross the line faster when sshd deflates them. Twenty-four megabits: there it deflates some ten megabytes a second,
 * a quarter of one core of the shop's server. On a faster line that would hurt the shop more than it helps.
 */
const thinBytesPerSecond = 3_000_000;

/** Opens the tunnel when there is one. Errors: `tunnel.*`. The database is not contacted yet. */
export async function openServerSession(
  access: ServerAccess,
  signal: AbortSignal,
  compress = false,
): Promise<ServerSession> {
  const { mysql, ssh } = access;
  if (ssh === null) return { target: mysql, hostKey: null, ask: null, openFiles: null, close: () => Promise.resolve() };
  const tunnel: Tunnel = await openTunnel({ ...ssh, auth: tunnelAuth(ssh.auth), compress }, { signal });
  return {
    target: { ...mysql, openStream: (host, port) => tunnel.openStream(host, port) },
    hostKey: tunnel.hostKey,
    ask: (command) => tunnel.ask(command),
    openFiles: (opening) => openRemoteFiles(tunnel, opening),
    close: () => tunnel.close(),
  };
}

/** Runs `use` with an open session and closes it whatever happens. */
export async function withServerSession<T>(
  access: ServerAccess,
  signal: AbortSignal,
  use: (session: ServerSession) => Promise<T>,
): Promise<T> {
  return closing(await openServerSession(access, signal), use);
}

export interface ReadingSession extends ServerSession {
  /** What the line was measured to do, uncompressed; null: the server would not show it. */
  readonly lineBytesPerSecond: number | null;
}

/** The same for reading whole tables: where the line turns out to be thin, the tunnel compresses. Errors: also those of `measureLine`. */
export async function withReadingSession<T>(
  access: ServerAccess,
  signal: AbortSignal,
  use: (session: ReadingSession) => Promise<T>,
): Promise<T> {
  const session = await openServerSession(access, signal);
  const lineBytesPerSecond = await measureLine(session.target, signal).catch(async (error: unknown) => {
    await session.close();
    throw error;
  });
  const isThin = lineBytesPerSecond !== null && lineBytesPerSecond < thinBytesPerSecond;
  if (access.ssh === null || !isThin) return closing(session, (open) => use({ ...open, lineBytesPerSecond }));
  await session.close();
  return closing(await openServerSession(access, signal, true), (open) => use({ ...open, lineBytesPerSecond }));
}

async function closing<T>(session: ServerSession, use: (session: ServerSession) => Promise<T>): Promise<T> {
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

function tunnelAuth(auth: SshAuth): TunnelAuth {
  if (auth.kind !== 'key') return auth;
  return { kind: 'key', privateKeyPem: auth.privateKeyPem, passphrase: auth.keyPassphrase ?? undefined };
}
