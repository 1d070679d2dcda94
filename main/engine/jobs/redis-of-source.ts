import { toAppError } from '../../../shared/errors/app-error.ts';
import type { RedisItem } from '../../../shared/model/redis-settings.ts';
import type { SettingsReading } from '../backup/keep-settings.ts';
import { isoUtc, type Clock } from '../platform/clock.ts';
import { loadPresets } from '../presets/preset.ts';
import type { MainKeys } from '../repository/index.ts';
import type { MysqlTarget } from '../source/mysql/index.ts';
import { readSettings, withRedis, type RedisTarget } from '../source/redis/index.ts';
import { openRedisPassword } from './home/saved-secrets.ts';
import type { SavedRedis, SavedSource } from './home/settings-file.ts';
import { shopsOf } from './source-counts.ts';

/** The way to a source's Redis through the session that is open already: the same tunnel, or directly where there is none. */
export function redisTarget(
  keys: MainKeys,
  source: SavedSource & { readonly redis: SavedRedis },
  { openStream }: Pick<MysqlTarget, 'openStream'>,
): Omit<RedisTarget, 'database'> {
  const { host, port, user } = source.redis;
  return { host, port, user, password: openRedisPassword(keys, source), openStream };
}

/** Everything that is wanted of a source's Redis. What goes wrong is in the answer: a backup of the database does not end for it. */
export async function readRedis(
  target: Omit<RedisTarget, 'database'>,
  items: readonly RedisItem[],
  clock: Clock,
  signal: AbortSignal,
): Promise<SettingsReading> {
  try {
    const read = [];
    for (const item of items) {
      const at = isoUtc(clock.nowMs());
      const { record, bytes, leftOut } = await withRedis({ ...target, database: item.database }, signal, (redis) =>
        readSettings(redis, item, clock, signal),
      );
      read.push({ id: item.id, database: item.database, bytes, leftOut, at, record });
    }
    return { kind: 'read', items: read };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'unreadable', error: toAppError(error) };
  }
}

/** What the programs of a source's shops are known to keep there. */
export async function usualItems(source: SavedSource): Promise<RedisItem[]> {
  const presets = new Map((await loadPresets()).map((preset) => [preset.id, preset]));
  const found = shopsOf(source).flatMap(({ preset }) => presets.get(preset)?.outside ?? []);
  const items = found.flatMap((outside) =>
    outside.kind === 'redis' ? [{ id: outside.id, database: outside.database, keys: [...outside.keys] }] : [],
  );
  return items.filter(({ id }, index) => items.findIndex((each) => each.id === id) === index);
}
