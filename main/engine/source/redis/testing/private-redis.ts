import { spawn, spawnSync } from 'node:child_process';
import { createConnection } from 'node:net';
import { Redis } from 'ioredis';
import { freeLoopbackPort } from '../../../platform/free-port.ts';
import { pollUntil } from '../../../platform/poll.ts';
import type { RedisTarget } from '../connect-redis.ts';

/** Behind the name of a suite: why it is skipped, or nothing. */
export const redisMissing =
  spawnSync('redis-server', ['--version']).error === undefined ? '' : ' (skipped: there is no redis-server here)';

export interface PrivateRedis {
  readonly target: RedisTarget;
  readonly admin: Redis;
  stop(): Promise<void>;
}

/** A Redis of the test's own on a free port, which keeps nothing on disk. */
export async function startPrivateRedis(options: {
  readonly dir: string;
  readonly password?: string;
}): Promise<PrivateRedis> {
  const { dir, password } = options;
  const port = await freeLoopbackPort();
  const secret = password === undefined ? [] : ['--requirepass', password];
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir];
  const child = spawn('redis-server', [...settings, ...secret], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const connect = () =>
    new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: '127.0.0.1', port }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  await pollUntil(async () => ((await connect()) ? true : undefined), { timeoutMs: 20_000, everyMs: 20 });
  const admin = new Redis({ host: '127.0.0.1', port, db: 1, ...(password === undefined ? {} : { password }) });
  const target: RedisTarget = {
    host: '127.0.0.1',
    port,
    user: null,
    password: password ?? null,
    database: 1,
  };
  return {
    target,
    admin,
    stop: async () => {
      admin.disconnect();
      child.kill('SIGKILL');
      await ended;
    },
  };
}
