import type { Redis } from 'ioredis';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { RedisItem, RedisKey, RedisRecord, RedisValue } from '../../../../shared/model/redis-settings.ts';
import { isoUtc, type Clock } from '../../platform/clock.ts';

/** Settings are kilobytes. What is more is not settings: a pattern that is too wide. */
const mostKeys = 2_000;
const mostBytes = 32 * 1024 * 1024;
/** Keys that are looked at to find those that match; a cache may have millions. */
const mostLookedAt = 2_000_000;
const scanCount = 1_000;

export interface ReadSettings {
  readonly record: RedisRecord;
  readonly bytes: number;
  /** Keys of a type that is not kept: streams, modules. */
  readonly leftOut: number;
}

/**
 * Reads the keys of one item, each in one step with the time it has left. SCAN and never KEYS: Redis serves one command at a time, and the shop waits behind it. What
 * goes while it is read is not there.
 *
 * Errors: `redis.too-much` {item, keys, bytes}.
 */
export async function readSettings(
  redis: Redis,
  { id, database, keys: patterns }: RedisItem,
  clock: Clock,
  signal: AbortSignal,
): Promise<ReadSettings> {
  const names = new Map<string, Buffer>();
  for (const pattern of patterns)
    for await (const name of namesLike(redis, pattern, signal)) {
      names.set(name.toString('latin1'), name);
      if (names.size > mostKeys) throw new AppError('redis.too-much', { item: id, keys: names.size, bytes: 0 });
    }
  const keys: RedisKey[] = [];
  let bytes = 0;
  let leftOut = 0;
  for (const [, name] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    signal.throwIfAborted();
    const found = await readKey(redis, name, clock);
    if (found === 'left-out') leftOut += 1;
    if (found === null || found === 'left-out') continue;
    bytes += found.bytes;
    if (bytes > mostBytes) throw new AppError('redis.too-much', { item: id, keys: names.size, bytes });
    keys.push(found.key);
  }
  return { record: { database, keys }, bytes, leftOut };
}

async function* namesLike(redis: Redis, pattern: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  if (!/[*?[\]\\]/.test(pattern)) {
    yield Buffer.from(pattern);
    return;
  }
  let cursor = '0';
  for (let lookedAt = 0; lookedAt < mostLookedAt; lookedAt += scanCount) {
    signal.throwIfAborted();
    const [next, names] = await redis.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', scanCount);
    yield* names;
    cursor = next.toString();
    if (cursor === '0') return;
  }
  throw new AppError('redis.too-much', { item: pattern, keys: mostLookedAt, bytes: 0 });
}

/** One key by its exact name; null: there is none. */
export async function readKey(
  redis: Redis,
  name: Buffer,
  clock: Clock,
): Promise<{ readonly key: RedisKey; readonly bytes: number } | 'left-out' | null> {
  // Its type may change between the two: asked again, once.
  for (let tries = 0; tries < 2; tries += 1) {
    const type = await redis.type(name);
    if (type === 'none') return null;
    if (!isKept(type)) return 'left-out';
    const atMs = clock.nowMs();
    const read = await readTyped(redis, name, type);
    if (read === null) continue;
    const { content, leftMs, bytes } = read;
    const expiresAt = leftMs < 0 ? null : isoUtc(atMs + leftMs);
    return { key: { name: name.toString('base64'), expiresAt, content }, bytes: bytes + name.length };
  }
  return null;
}

type KeptType = RedisValue['type'];

function isKept(type: string): type is KeptType {
  return ['string', 'list', 'set', 'zset', 'hash'].includes(type);
}

/** Null: it has gone, or is of another type by now. */
async function readTyped(
  redis: Redis,
  name: Buffer,
  type: KeptType,
): Promise<{ readonly content: RedisValue; readonly leftMs: number; readonly bytes: number } | null> {
  const asking = redis.multi();
  if (type === 'string') asking.getBuffer(name);
  if (type === 'list') asking.lrangeBuffer(name, '0', '-1');
  if (type === 'set') asking.smembersBuffer(name);
  if (type === 'zset') asking.zrangeBuffer(name, '0', '-1', 'WITHSCORES');
  if (type === 'hash') asking.callBuffer('HGETALL', name);
  const answers = await asking.pttl(name).exec();
  const [error, value] = answers?.[0] ?? [new Error('no answer')];
  const leftMs = Number(answers?.[1]?.[1] ?? -2);
  if (error !== null || value === null || leftMs === -2) return null;
  const parts = (Array.isArray(value) ? value : [value]) as Buffer[];
  if (parts.length === 0) return null;
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const texts = parts.map((part) => part.toString('base64'));
  return { content: contentOf(type, texts, parts), leftMs, bytes };
}

function contentOf(type: KeptType, texts: readonly string[], parts: readonly Buffer[]): RedisValue {
  const [first = ''] = texts;
  if (type === 'string') return { type, value: first };
  if (type === 'list') return { type, values: [...texts] };
  // A set has no order: the same members are the same record.
  if (type === 'set') return { type, members: texts.toSorted() };
  const pairs = texts.flatMap((text, index): [string, number][] => (index % 2 === 0 ? [[text, index + 1]] : []));
  if (type === 'zset') return { type, members: pairs.map(([text, at]) => [text, parts[at]?.toString() ?? '0']) };
  const fields = pairs.map(([text, at]): [string, string] => [text, texts[at] ?? '']);
  return { type, fields: fields.toSorted(([a], [b]) => (a < b ? -1 : 1)) };
}
