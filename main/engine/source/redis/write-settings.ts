import type { Redis } from 'ioredis';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { RedisKey, RedisRecord, WrittenKey } from '../../../../shared/model/redis-settings.ts';
import type { Clock } from '../../platform/clock.ts';
import { readKey } from './read-settings.ts';
import { newId } from '../../platform/random.ts';

const mostTries = 20;

/**
 * Puts keys back. Each is built under a name of its own and takes its place in one step; one that is there is left, or with `replace` renamed to
 * `<name>:before_<utc>` in the same step, never dropped. What would have been forgotten by now is not written.
 */
export async function writeSettings(
  redis: Redis,
  { keys }: RedisRecord,
  options: {
    readonly replace: boolean;
    /** Write nothing, and say what would become of each. Absent: no. */
    readonly dryRun?: boolean;
    /** `20261122_1400`, for names of what is replaced. */
    readonly stamp: string;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<WrittenKey[]> {
  const written: WrittenKey[] = [];
  for (const key of keys) {
    options.signal.throwIfAborted();
    written.push(await writeKey(redis, key, options));
  }
  return written;
}

async function writeKey(
  redis: Redis,
  key: RedisKey,
  { replace, dryRun = false, stamp, clock }: Parameters<typeof writeSettings>[2],
): Promise<WrittenKey> {
  const name = Buffer.from(key.name, 'base64');
  const shown = name.toString('utf8');
  const outcome = (word: WrittenKey['outcome'], before: string | null = null) => ({
    name: shown,
    outcome: word,
    before,
  });
  const expiresAtMs = key.expiresAt === null ? null : Date.parse(key.expiresAt);
  if (expiresAtMs !== null && expiresAtMs <= clock.nowMs()) return outcome('expired');
  if (dryRun) {
    const there = await readKey(redis, name, clock);
    if (there === null) return outcome('written');
    return outcome(isSameContent(there, key) ? 'same' : replace ? 'replaced' : 'kept');
  }
  const building = Buffer.concat([name, Buffer.from(`:shouhu:${newId()}`)]);
  await build(redis, building, key, expiresAtMs);
  try {
    // In one step only where nothing is there.
    if ((await redis.renamenx(building, name)) === 1) return outcome('written');
    const there = await readKey(redis, name, clock);
    if (isSameContent(there, key)) return outcome('same');
    if (!replace) return outcome('kept');
    return outcome('replaced', await exchange(redis, name, building, stamp));
  } finally {
    await redis.del(building);
  }
}

function isSameContent(there: Awaited<ReturnType<typeof readKey>>, { content }: RedisKey): boolean {
  return there !== null && there !== 'left-out' && JSON.stringify(there.key.content) === JSON.stringify(content);
}

/** Both or none: whoever changes one of the names meanwhile makes this try again. */
async function exchange(redis: Redis, name: Buffer, building: Buffer, stamp: string): Promise<string> {
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const before = Buffer.concat([name, Buffer.from(`:before_${stamp}${tries === 1 ? '' : `_${tries}`}`)]);
    await redis.watch(name, before);
    const [isThere, isTaken] = [await redis.exists(name), await redis.exists(before)];
    if (isTaken === 1) {
      await redis.unwatch();
      continue;
    }
    const asking = redis.multi();
    if (isThere === 1) asking.rename(name, before);
    const answers = await asking.rename(building, name).exec();
    if (answers === null) continue;
    for (const [error] of answers) if (error !== null) throw error;
    return before.toString('utf8');
  }
  throw new AppError('redis.unreachable', { ...placeOf(redis), reason: 'busy' });
}

function placeOf(redis: Redis) {
  return { host: redis.options.host ?? '', port: redis.options.port ?? 0 };
}

async function build(redis: Redis, name: Buffer, { content }: RedisKey, expiresAtMs: number | null): Promise<void> {
  const octets = (text: string) => Buffer.from(text, 'base64');
  const building = redis.multi();
  if (content.type === 'string') building.set(name, octets(content.value));
  if (content.type === 'list') building.rpush(name, ...content.values.map(octets));
  if (content.type === 'set') building.sadd(name, ...content.members.map(octets));
  if (content.type === 'zset')
    building.zadd(name, ...content.members.flatMap(([member, score]) => [score, octets(member)]));
  if (content.type === 'hash')
    building.hset(name, ...content.fields.flatMap(([field, value]) => [octets(field), octets(value)]));
  if (expiresAtMs !== null) building.pexpireat(name, String(expiresAtMs));
  const answers = await building.exec();
  for (const [error] of answers ?? [[new Error('no answer')]]) if (error !== null) throw error;
}
