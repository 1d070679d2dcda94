import { createConnection, type Connection } from 'mysql2';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { MysqlConnection, streamOf } from './connection.ts';
import { openLendingSocket } from './lending-socket.ts';
import { mapConnectError } from './map-error.ts';
import { prepareSession, useRawResults } from './session.ts';
import type { MysqlTarget } from './types.ts';

/**
 * Opens connections: over a tunnel's stream, a unix socket or TCP, without LOAD DATA LOCAL (a hostile server could ask for any
 * file), with the session of session.ts.
 *
 * Errors: `mysql.unreachable`, `mysql.auth-failed`, `mysql.connection-lost`, whatever `openStream` throws (`tunnel.*`),
 * the signal's reason.
 */
export interface ConnectOptions {
  readonly signal?: AbortSignal;
  /** From opening the socket to the end of the login. */
  readonly connectTimeoutMs?: number;
  /** Longest wait for another session's lock, for every statement of this session. */
  readonly lockWaitMs?: number;
  /** True: string columns arrive as stored bytes. False: as utf8mb4. */
  readonly rawResults?: boolean;
  /** Allows LOAD DATA LOCAL. For the loader only; the statement still has to bring its own stream. */
  readonly localFiles?: boolean;
}

const defaultConnectTimeoutMs = 20_000;
const defaultLockWaitMs = 30_000;

export async function connectMysql(target: MysqlTarget, options: ConnectOptions = {}): Promise<MysqlConnection> {
  const { host, port, user } = target;
  const { signal } = options;
  signal?.throwIfAborted();
  const timeoutMs = options.connectTimeoutMs ?? defaultConnectTimeoutMs;
  const driver = await openDriver(target, options.localFiles === true, timeoutMs);
  const connection = new MysqlConnection(driver, { host, port, user });
  try {
    await login(driver, target, signal);
    await prepareSession(connection, options.lockWaitMs ?? defaultLockWaitMs);
    if (options.rawResults === true) await useRawResults(connection);
    signal?.throwIfAborted();
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

async function openDriver(target: MysqlTarget, localFiles: boolean, timeoutMs: number): Promise<Connection> {
  const { host, port, user, password, socketPath, openStream } = target;
  const stream =
    openStream === undefined
      ? openLendingSocket(socketPath === undefined ? { host, port } : { path: socketPath })
      : await openStream(host, port);
  return createConnection({
    stream,
    user,
    password,
    charset: 'UTF8MB4_GENERAL_CI',
    connectTimeout: timeoutMs,
    multipleStatements: false,
    flags: localFiles ? [] : ['-LOCAL_FILES'],
  });
}

function login(driver: Connection, target: MysqlTarget, signal: AbortSignal | undefined): Promise<void> {
  const { host, port, user } = target;
  return new Promise((resolve, reject) => {
    const settle = (settleNow: () => void) => {
      signal?.removeEventListener('abort', onAbort);
      driver.off('connect', onConnect);
      driver.off('error', onError);
      stream.off('close', onClose);
      settleNow();
    };
    const fail = (error: unknown) => settle(() => reject(mapConnectError(error, { host, port, user })));
    const onConnect = () => settle(resolve);
    const onError = (error: unknown) => fail(error);
    // A tunnel that ends before the greeting emits no error of its own.
    const onClose = () => fail(new AppError('mysql.unreachable', { host, port, reason: 'closed' }));
    const onAbort = () => {
      const reason: unknown = signal?.reason;
      settle(() => reject(reason instanceof Error ? reason : new DOMException('aborted', 'AbortError')));
    };
    const stream = streamOf(driver);
    driver.on('connect', onConnect);
    driver.on('error', onError);
    stream.on('close', onClose);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
