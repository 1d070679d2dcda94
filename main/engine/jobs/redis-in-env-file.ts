import { parseEnv } from 'node:util';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { RedisItem } from '../../../shared/model/redis-settings.ts';
import { FileRefusal, type RemoteFiles } from '../source/files/index.ts';

/** Where a site says that its Redis is. */
export interface RedisInEnv {
  readonly host: string;
  readonly port: number;
  readonly user: string | null;
  readonly password: string | null;
  /** Of its cache; null: it does not say, and the program's own number holds. */
  readonly cacheDatabase: number | null;
}

/** A settings file of a site has a few kilobytes. */
const mostBytes = 256 * 1024;

/**
 * Address and password from a site's `.env`, as Laravel names them (`REDIS_HOST` …). What it says is believed as little as what an owner types: it is tried before it is
 * saved. Errors: `redis.env-unreadable` {path, reason}, `redis.env-without` {path}.
 */
export async function redisInEnvFile(files: RemoteFiles, path: string): Promise<RedisInEnv> {
  const found = redisInEnv(await smallFile(files, path));
  if (found === null) throw new AppError('redis.env-without', { path });
  return found;
}

async function smallFile(files: RemoteFiles, path: string): Promise<string> {
  const name = Buffer.from(path);
  try {
    const { kind, size } = await files.look(name);
    if (kind !== 'file') throw new FileRefusal('special');
    if (size > mostBytes) throw new FileRefusal('too-large');
    return Buffer.concat(await Array.fromAsync(files.read(name, size))).toString('utf8');
  } catch (error) {
    if (!(error instanceof FileRefusal)) throw error;
    throw new AppError('redis.env-unreadable', { path, reason: error.reason }, { cause: error });
  }
}

/** Null: nothing there speaks of Redis. */
export function redisInEnv(text: string): RedisInEnv | null {
  const env = parseEnv(text);
  // Laravel writes a missing value as the word.
  const value = (name: string) => {
    const said = env[name]?.trim() ?? '';
    return said === '' || said.toLowerCase() === 'null' ? null : said;
  };
  const number = (name: string, most: number) => {
    const said = value(name);
    const is = said !== null && /^\d{1,5}$/.test(said) ? Number(said) : null;
    return is === null || is > most ? null : is;
  };
  const host = value('REDIS_HOST');
  const password = value('REDIS_PASSWORD');
  if (host === null && password === null && value('REDIS_PORT') === null) return null;
  return {
    host: host ?? '127.0.0.1',
    port: number('REDIS_PORT', 65_535) ?? 6379,
    user: value('REDIS_USERNAME'),
    password,
    cacheDatabase: number('REDIS_CACHE_DB', 255),
  };
}

/** The cache is 1 where Laravel was not told otherwise, and so are the presets. */
export function inCacheDatabase(items: readonly RedisItem[], cacheDatabase: number | null): RedisItem[] {
  return items.map((item) =>
    cacheDatabase === null || item.database !== 1 ? item : { ...item, database: cacheDatabase },
  );
}
