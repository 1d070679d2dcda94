import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import { AbstractConnector, Redis } from 'ioredis';
import { AppError } from '../../../../shared/errors/app-error.ts';

/** How to reach a Redis: a connection to it as the tunnel gives one, and what it asks for. */
export interface RedisTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string | null;
  readonly password: string | null;
  readonly database: number;
  /** Absent: it is dialled from this computer. */
  readonly openStream?: ((host: string, port: number) => Promise<Duplex>) | undefined;
}

/** For one command's answer. A shop's Redis answers in milliseconds; one that does not is busy or is none. */
const answerMs = 15_000;

/**
 * A client on a connection that is there already. It does not connect again by itself and keeps no queue: what fails, fails once.
 *
 * Errors: `redis.unreachable` {host, port, reason}, `redis.refused` {host, port, reason}: `no-password`, `wrong-password`, `not-allowed`;
 * those of `openStream`.
 */
export async function withRedis<T>(
  target: RedisTarget,
  signal: AbortSignal,
  use: (redis: Redis) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { host, port, user, password, database } = target;
  const stream = await (target.openStream ?? dial)(host, port).catch((error: unknown) => {
    throw error instanceof AppError ? error : redisError(target, error);
  });
  const redis = new Redis({
    Connector: connectorTo(stream),
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password }),
    // Not dialled: they name the place in errors.
    host,
    port,
    db: database,
    lazyConnect: true,
    // Panels still install versions that do not know the newer one.
    protocol: 2,
    // INFO may be forbidden to the account; a server that is still loading says so to every command.
    enableReadyCheck: false,
    enableOfflineQueue: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    commandTimeout: answerMs,
    connectTimeout: answerMs,
  });
  let broken: Error | undefined;
  redis.on('error', (error: Error) => (broken ??= error));
  const onAbort = () => redis.disconnect();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await redis.connect();
    return await use(redis);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw redisError(target, broken ?? error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    redis.disconnect();
    stream.destroy();
  }
}

function dial(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, timeout: answerMs }, () => {
      socket.off('error', reject).setTimeout(0);
      resolve(socket);
    });
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error('timed out')));
  });
}

function connectorTo(stream: Duplex): new () => AbstractConnector {
  return class extends AbstractConnector {
    constructor() {
      super(0);
    }

    override connect(): Promise<never> {
      this.connecting = true;
      // It looks like a socket to whoever only writes and reads.
      const socket = Object.assign(stream, {
        setNoDelay: () => stream,
        setKeepAlive: () => stream,
        setTimeout: () => stream,
      });
      this.stream = socket as unknown as typeof this.stream;
      return Promise.resolve(socket as unknown as never);
    }
  };
}

const refusals = ['NOAUTH', 'WRONGPASS', 'NOPERM', 'ERR invalid password', 'ERR AUTH', 'ERR Client sent AUTH'];

/** Its words may quote what was sent, and stay in the cause. */
function redisError({ host, port, password }: RedisTarget, cause: unknown): AppError {
  const message = cause instanceof Error ? cause.message : '';
  if (!refusals.some((word) => message.startsWith(word)))
    return new AppError('redis.unreachable', { host, port, reason: reasonOf(cause) }, { cause });
  const isAboutPassword = !message.startsWith('NOPERM');
  const reason = isAboutPassword ? (password === null ? 'no-password' : 'wrong-password') : 'not-allowed';
  return new AppError('redis.refused', { host, port, reason }, { cause });
}

function reasonOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return code.toLowerCase();
  const message = cause instanceof Error ? cause.message : '';
  if (/timed? ?out/i.test(message)) return 'timeout';
  return /closed/i.test(message) ? 'closed' : 'protocol';
}
