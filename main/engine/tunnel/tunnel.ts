import type { Duplex } from 'node:stream';
import type ssh2 from 'ssh2';
import { AppError } from '../../../shared/errors/app-error.ts';
import { prepareLogin, type Login, type TunnelAuth } from './credentials.ts';
import {
  algorithmsPreferring,
  normaliseFingerprint,
  otherFamilies,
  type HostKey,
  type HostKeyPolicy,
} from './host-key.ts';
import { connectSsh, reasonOf, type SshAttempt, type SshConnection } from './ssh-connect.ts';
import { TunnelStream } from './tunnel-stream.ts';

/**
 * A way to a server that only listens to itself: SSH, carrying any number of connections to `host:port` as seen from there.
 * It knows nothing of MySQL and keeps nothing: whoever opens it stores the host key.
 *
 * Units: milliseconds.
 *
 * Errors: `AppError` only.
 * - `tunnel.unreachable` {host, port, reason}: no connection, or no SSH at the other end. Also every time limit (reason `timeout`).
 * - `tunnel.host-key-unknown`, `tunnel.host-key-changed`: see `HostKeyPolicy`. Nothing was sent to that server.
 * - `tunnel.auth-failed` {user, host, method, accepted}, `tunnel.key-unreadable` {reason}, `tunnel.agent-missing` {reason}.
 * - `tunnel.forward-refused` {host, port, reason}: the tunnel stands, but its server cannot reach that address.
 * - `tunnel.service-refused` {service, reason}: the server does not offer this, or not to this account.
 * - `tunnel.lost` {host, port, reason}: it stood once. Every stream through it is destroyed with this error.
 * An aborted signal rejects with the signal's own reason.
 */
export interface Tunnel {
  /** The key the server proved, to be pinned. */
  readonly hostKey: HostKey;
  /** Resolves (never rejects) when the tunnel breaks by itself; stays pending after `close()`. */
  readonly lost: Promise<AppError>;
  readonly isOpen: boolean;
  /** A connection from the server to `host:port`. It may be given to a client in place of a socket. */
  openStream(host: string, port: number, signal?: AbortSignal): Promise<Duplex>;
  /**
   * A service of the SSH server itself (`sftp`), on this same login. Error: `tunnel.service-refused` {service, reason}, above all where the server has none.
   */
  openSubsystem(name: string, signal?: AbortSignal): Promise<Duplex>;
  /**
   * What a command of the server's shell writes, as it comes, as far as the account may run one; nothing is written to it. `ended` gives its exit code when
   * all was read, null when it was killed. Whoever gives the command quotes what is in it. Errors: as `openSubsystem`.
   */
  openCommand(command: string | Buffer, signal?: AbortSignal): Promise<RemoteCommand>;
  /**
   * What a command of the server's shell writes, as far as the account may run one; null: it may not, it failed, or it took too long.
   * For questions only. Whoever gives the command quotes what is in it.
   */
  ask(command: string): Promise<string | null>;
  /** Destroys all streams and says goodbye. May be called again. */
  close(): Promise<void>;
}

export interface RemoteCommand {
  readonly output: Duplex;
  /** Never rejects. */
  readonly ended: Promise<number | null>;
}

export interface TunnelConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly auth: TunnelAuth;
  readonly hostKeyPolicy: HostKeyPolicy;
  /** Deflates what passes, where the server allows it: three times as many rows over a thin line, and CPU time of the server. */
  readonly compress?: boolean;
}

export interface TunnelOptions {
  readonly signal?: AbortSignal | undefined;
  /** Decides about an unknown key under the policy `ask`; without it the key is refused. Never asked about a changed one. */
  readonly onHostKey?: ((key: HostKey) => boolean | Promise<boolean>) | undefined;
  /** Time to connect and log in, and time for the server to open one stream. */
  readonly timeoutMs?: number;
  /** A line that says nothing is given up after four of these. */
  readonly keepaliveIntervalMs?: number;
}

const defaultTimeoutMs = 20_000;
const defaultKeepaliveMs = 15_000;
const goodbyeMs = 1000;
const askMs = 10_000;
const mostAnswerChars = 64 * 1024;

/** The signal covers the opening only; afterwards `close()` ends the tunnel. */
export async function openTunnel(config: TunnelConfig, options: TunnelOptions = {}): Promise<Tunnel> {
  const { signal } = options;
  signal?.throwIfAborted();
  const login = await prepareLogin(config.user, config.auth, signal);
  const connection = await connectWithPolicy(config, options, login);
  return new SshTunnel(config, connection, options.timeoutMs ?? defaultTimeoutMs);
}

async function connectWithPolicy(config: TunnelConfig, options: TunnelOptions, login: Login): Promise<SshConnection> {
  const policy = config.hostKeyPolicy;
  const pinnedAlgorithm = policy.kind === 'pinned' ? policy.algorithm : undefined;
  const connect = (hostKeyAlgorithms: SshAttempt['hostKeyAlgorithms']) =>
    connectSsh(config, {
      login,
      hostKeyAlgorithms,
      judge: newJudge(config, options),
      timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
      keepaliveIntervalMs: options.keepaliveIntervalMs ?? defaultKeepaliveMs,
      signal: options.signal,
    });
  try {
    return await connect(algorithmsPreferring(pinnedAlgorithm));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'tunnel.host-key-changed' || pinnedAlgorithm !== undefined)
      throw error;
    // A fingerprint without its algorithm may belong to another of the server's keys: ask for each kind alone.
    for (const family of otherFamilies(String(error.facts['algorithm']))) {
      try {
        return await connect(family);
      } catch (other) {
        options.signal?.throwIfAborted();
        if (!isNoSuchKey(other)) throw other;
      }
    }
    throw error;
  }
}

/** That kind of key does not exist there, or is not the pinned one either. */
function isNoSuchKey(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  return error.code === 'tunnel.host-key-changed' || /no matching host key/i.test(String(error.facts['reason']));
}

/** A key that was accepted once is pinned for the connection's life: key exchanges repeat on long connections. */
function newJudge({ host, port, hostKeyPolicy: policy }: TunnelConfig, options: TunnelOptions): SshAttempt['judge'] {
  let expected = policy.kind === 'pinned' ? normaliseFingerprint(policy.fingerprint) : undefined;
  return async ({ fingerprint, algorithm }) => {
    if (expected === fingerprint) return undefined;
    if (expected !== undefined) {
      return new AppError('tunnel.host-key-changed', { host, port, expected, actual: fingerprint, algorithm });
    }
    const isTrusted = policy.kind === 'trust-first' || (await options.onHostKey?.({ fingerprint, algorithm })) === true;
    if (!isTrusted) return new AppError('tunnel.host-key-unknown', { host, port, fingerprint, algorithm });
    expected = fingerprint;
    return undefined;
  };
}

class SshTunnel implements Tunnel {
  readonly hostKey: HostKey;
  readonly lost: Promise<AppError>;
  readonly #config: TunnelConfig;
  readonly #client: ssh2.Client;
  readonly #socket: SshConnection['socket'];
  readonly #timeoutMs: number;
  readonly #streams = new Set<TunnelStream>();
  readonly #whenBroken = new Set<(error: AppError) => void>();
  #end: AppError | undefined;
  #lastError: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(config: TunnelConfig, connection: SshConnection, timeoutMs: number) {
    this.#config = config;
    this.#client = connection.client;
    this.#socket = connection.socket;
    this.#timeoutMs = timeoutMs;
    this.hostKey = connection.hostKey;
    this.lost = new Promise((resolve) => {
      const breakOff = () => {
        if (this.#end !== undefined) return;
        const error = this.#lostError(this.#lastError ?? 'closed');
        this.#finish(error);
        resolve(error);
      };
      this.#client.on('error', (error: Error) => {
        this.#lastError ??= reasonOf(error);
        breakOff();
      });
      this.#client.on('end', breakOff);
      this.#client.on('close', breakOff);
    });
    if (this.#socket.destroyed) this.#client.emit('close');
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  openStream(host: string, port: number, signal?: AbortSignal): Promise<Duplex> {
    return this.#openChannel(
      (opened) => this.#client.forwardOut('127.0.0.1', 0, host, port, opened),
      (reason, cause) => new AppError('tunnel.forward-refused', { host, port, reason }, { cause }),
      signal,
    );
  }

  openSubsystem(name: string, signal?: AbortSignal): Promise<Duplex> {
    return this.#openChannel((opened) => this.#client.subsys(name, opened), refusedService(name), signal);
  }

  async openCommand(command: string | Buffer, signal?: AbortSignal): Promise<RemoteCommand> {
    let ended: Promise<number | null> = Promise.resolve(null);
    const output = await this.#openChannel(
      (opened) =>
        // The types know text only; names in a command may be of any encoding.
        this.#client.exec(command as string, (error, channel) => {
          // The types promise a channel also beside an error.
          if (error === undefined) {
            let code: number | null = null;
            channel.stderr.resume();
            channel.on('exit', (exitCode: number | null) => (code = exitCode));
            ended = new Promise((resolve) => channel.on('close', () => resolve(code)));
          }
          opened(error, channel);
        }),
      refusedService('exec'),
      signal,
    );
    return { output, ended };
  }

  #openChannel(
    begin: (opened: (error: Error | undefined, channel: ssh2.ClientChannel) => void) => void,
    refused: (reason: string, cause?: Error) => AppError,
    signal: AbortSignal | undefined,
  ): Promise<TunnelStream> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#end !== undefined) throw this.#end;
      let isSettled = false;
      const settle = (): boolean => {
        if (isSettled) return false;
        isSettled = true;
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#whenBroken.delete(fail);
        return true;
      };
      const fail = (error: Error) => {
        if (settle()) reject(error);
      };
      const onAbort = () => fail(signal?.reason as Error);
      const timer = setTimeout(() => fail(refused('timeout')), this.#timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#whenBroken.add(fail);
      try {
        begin((error, channel) => {
          if (error !== undefined) {
            fail(this.#whyEnded() ?? refused(refusalReason(error), error));
          } else if (settle()) {
            resolve(this.#adopt(new TunnelStream(channel)));
          } else {
            new TunnelStream(channel).destroy(); // came too late for its caller
          }
        });
      } catch (error) {
        fail(this.#whyEnded() ?? this.#lostError(reasonOf(error as Error)));
      }
    });
  }

  ask(command: string): Promise<string | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), askMs);
      const answer = (text: string | null) => {
        clearTimeout(timer);
        resolve(text);
      };
      try {
        this.#client.exec(command, (error, channel) => {
          if (error !== undefined) {
            answer(null);
            return;
          }
          let text = '';
          channel.on('data', (piece: Buffer) => {
            if (text.length < mostAnswerChars) text += piece.toString('utf8');
          });
          channel.stderr.resume();
          channel.on('error', () => answer(null));
          channel.on('close', (code: number | null) => answer(code === 0 ? text : null));
        });
      } catch {
        // Not connected any more: whoever needs the tunnel hears of it.
        answer(null);
      }
    });
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#sayGoodbye());
  }

  #adopt(stream: TunnelStream): TunnelStream {
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    // A stream may break between two uses, when its user listens to nothing; its next use fails all the same.
    stream.on('error', () => undefined);
    return stream;
  }

  async #sayGoodbye(): Promise<void> {
    if (this.#end === undefined) this.#finish(this.#lostError('closed-here'));
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#socket.destroy(), goodbyeMs);
      this.#socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#client.end();
    });
  }

  #finish(error: AppError): void {
    this.#end = error;
    for (const fail of [...this.#whenBroken]) fail(error);
    for (const stream of [...this.#streams]) stream.destroy(error);
    if (error.facts['reason'] !== 'closed-here') this.#socket.destroy();
  }

  #whyEnded(): AppError | undefined {
    return this.#end;
  }

  #lostError(reason: string): AppError {
    return new AppError('tunnel.lost', { host: this.#config.host, port: this.#config.port, reason });
  }
}

function refusedService(service: string): (reason: string, cause?: Error) => AppError {
  return (reason, cause) => new AppError('tunnel.service-refused', { service, reason }, { cause });
}

/** RFC 4254 numbers its reasons; ssh2 hands them on. */
function refusalReason(error: Error & { reason?: unknown }): string {
  const reasons: Readonly<Record<string, string>> = { 1: 'prohibited', 2: 'connect-failed', 4: 'resource-shortage' };
  return reasons[String(error.reason)] ?? 'refused';
}
