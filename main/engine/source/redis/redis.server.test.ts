import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisItem, RedisRecord } from '../../../../shared/model/redis-settings.ts';
import { redisRecordSchema } from '../../../../shared/model/redis-settings.ts';
import { systemClock } from '../../platform/clock.ts';
import { readSettings, withRedis, writeSettings, type RedisTarget } from './index.ts';
import { redisMissing, startPrivateRedis, type PrivateRedis } from './testing/private-redis.ts';

const never = new AbortController().signal;
const password = 'p w-守护';
const everything: RedisItem = { id: 'settings', database: 1, keys: ['shop:*'] };
const at = (key: string) => Buffer.from(key).toString('base64');

describe.skipIf(redisMissing !== '')(`settings in a real Redis${redisMissing}`, () => {
  let dir: string;
  let redis: PrivateRedis;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-redis-'));
    redis = await startPrivateRedis({ dir, password });
  });
  afterAll(async () => {
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  });
  beforeEach(() => redis.admin.flushall());

  const read = (item: RedisItem = everything, target: RedisTarget = redis.target) =>
    withRedis({ ...target, database: item.database }, never, (client) =>
      readSettings(client, item, systemClock, never),
    );
  const write = (record: RedisRecord, replace = false) =>
    withRedis(redis.target, never, (client) =>
      writeSettings(client, record, {
        replace,
        stamp: '20261122_1400',
        clock: systemClock,
        signal: never,
      }),
    );
  const octets = Buffer.from([0, 255, 10, 13, 36, 0]);

  async function fill() {
    await redis.admin.set('shop:system-setting', Buffer.concat([Buffer.from('a:1:{s:5:"title";s:6:"小店";}'), octets]));
    await redis.admin.hset('shop:PENDING', { 订单1: '{"total":"9.90"}', 订单2: octets });
    await redis.admin.rpush('shop:list', 'b', 'a', octets, 'b');
    await redis.admin.sadd('shop:set', 'z', 'y', octets);
    await redis.admin.zadd('shop:zset', 1.5, 'x', '-inf', 'least', 3, octets);
    await redis.admin.set('shop:soon', 'gone in an hour', 'PX', 3_600_000);
    await redis.admin.set('other', 'not asked for');
  }

  it('come back byte for byte, of every type, with the time they have left', async () => {
    await fill();
    const { record, leftOut, bytes } = await read();
    expect(redisRecordSchema.parse(record)).toEqual(record);
    expect(leftOut).toBe(0);
    expect(bytes).toBeGreaterThan(100);
    expect(record.keys.map(({ content }) => content.type).sort()).toEqual([
      'hash',
      'list',
      'set',
      'string',
      'string',
      'zset',
    ]);
    const left = record.keys.map(({ name, expiresAt }) => [Buffer.from(name, 'base64').toString(), expiresAt] as const);
    expect(left.filter(([, expiresAt]) => expiresAt !== null).map(([name]) => name)).toEqual(['shop:soon']);

    await redis.admin.flushall();
    expect((await write(record)).map(({ outcome }) => outcome)).toEqual(Array(6).fill('written'));
    expect((await read()).record.keys.map(({ content }) => content)).toEqual(record.keys.map(({ content }) => content));
    const soon = await redis.admin.pttl('shop:soon');
    expect(soon).toBeGreaterThan(3_000_000);
    expect(soon).toBeLessThanOrEqual(3_600_000);
    expect(await redis.admin.dbsize()).toBe(6);
  });

  it('are the same record when they are read again', async () => {
    await fill();
    await redis.admin.del('shop:soon');
    expect((await read()).record).toEqual((await read()).record);
  });

  it('leave what is there, unless they may replace it: then that lies beside', async () => {
    await fill();
    const { record } = await read();
    await redis.admin.set('shop:system-setting', 'changed since');
    await redis.admin.del('shop:PENDING');
    const first = await write(record);
    expect(Object.fromEntries(first.map(({ name, outcome }) => [name, outcome]))).toMatchObject({
      'shop:system-setting': 'kept',
      'shop:PENDING': 'written',
      'shop:list': 'same',
    });
    expect(await redis.admin.get('shop:system-setting')).toBe('changed since');

    await redis.admin.set('shop:system-setting:before_20261122_1400', 'of another time');
    const second = await write(record, true);
    const replaced = second.find(({ name }) => name === 'shop:system-setting');
    expect(replaced).toMatchObject({ outcome: 'replaced', before: 'shop:system-setting:before_20261122_1400_2' });
    expect(await redis.admin.get(replaced!.before!)).toBe('changed since');
    expect(await redis.admin.get('shop:system-setting:before_20261122_1400')).toBe('of another time');
    expect((await redis.admin.getBuffer('shop:system-setting'))?.subarray(-6)).toEqual(octets);
    expect(await redis.admin.keys('*:shouhu:*')).toEqual([]);
  });

  it('that would have been forgotten by now are not written', async () => {
    const content = { type: 'string', value: at('old') } as const;
    const expiresAt = new Date(Date.now() - 1000).toISOString();
    const [written] = await write({ database: 1, keys: [{ name: at('shop:old'), expiresAt, content }] });
    expect(written).toMatchObject({ outcome: 'expired' });
    expect(await redis.admin.exists('shop:old')).toBe(0);
  });

  it('of a type that cannot be kept are counted, and none at all is an empty record', async () => {
    await redis.admin.xadd('shop:stream', '*', 'a', 'b');
    expect(await read()).toMatchObject({ leftOut: 1, record: { keys: [] } });
    await redis.admin.flushall();
    expect(await read()).toMatchObject({ leftOut: 0, bytes: 0, record: { database: 1, keys: [] } });
  });

  it('are refused when a pattern is too wide, and no key is read then', async () => {
    const pipeline = redis.admin.pipeline();
    for (let at = 0; at < 2_500; at += 1) pipeline.set(`shop:cache:${at}`, 'x');
    await pipeline.exec();
    await expect(read()).rejects.toMatchObject({ code: 'redis.too-much', facts: { item: 'settings' } });
    expect((await read({ ...everything, keys: ['shop:cache:17', 'shop:cache:24[0-4]9'] })).record.keys).toHaveLength(6);
  });

  it('behind a wrong password, a missing one, a closed port and what is no Redis say which it is', async () => {
    for (const wrong of ['nonsense', null])
      await expect(read(everything, { ...redis.target, password: wrong })).rejects.toMatchObject({
        code: 'redis.refused',
        facts: { reason: wrong === null ? 'no-password' : 'wrong-password' },
      });
    const silent = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    await expect(read(everything, { ...redis.target, port })).rejects.toMatchObject({
      code: 'redis.unreachable',
      facts: { port },
    });
    await new Promise((resolve) => silent.close(resolve));
    await expect(read(everything, { ...redis.target, port })).rejects.toMatchObject({
      code: 'redis.unreachable',
      facts: { port, reason: 'econnrefused' },
    });
  });

  it('stop at once when they are cancelled', async () => {
    await fill();
    const stop = new AbortController();
    const reading = withRedis(redis.target, stop.signal, async (client) => {
      stop.abort(new Error('enough'));
      return readSettings(client, everything, systemClock, stop.signal);
    });
    await expect(reading).rejects.toThrow('enough');
  });
});
