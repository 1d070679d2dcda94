import { expect, it } from 'vitest';
import { inCacheDatabase, redisInEnv } from './redis-in-env-file.ts';

it.each([
  ['REDIS_HOST=10.0.0.5\nREDIS_PASSWORD=null\nREDIS_PORT=6380\n', { host: '10.0.0.5', port: 6380, password: null }],
  ['APP_KEY=base64:x\nREDIS_PASSWORD="pass word # 1"\n', { host: '127.0.0.1', port: 6379, password: 'pass word # 1' }],
  ['REDIS_HOST=redis # in docker\nREDIS_PORT=99999\n', { host: 'redis', port: 6379 }],
  [
    "REDIS_USERNAME='shop'\r\nREDIS_PASSWORD='p'\r\nREDIS_CACHE_DB=3\r\n",
    { user: 'shop', password: 'p', cacheDatabase: 3 },
  ],
])('is read as Laravel reads it: %j', (text, wanted) => {
  expect(redisInEnv(text)).toMatchObject(wanted);
});

it.each(['', 'DB_PASSWORD=x\n', '\0\u001f<?php', 'REDIS_HOST=\nREDIS_PASSWORD=null\n'])(
  'says nothing of Redis: %j',
  (text) => {
    expect(redisInEnv(text)).toBeNull();
  },
);

it('moves only what is in the cache', () => {
  const items = [
    { id: 'settings', database: 1, keys: ['a'] },
    { id: 'queue', database: 0, keys: ['b'] },
  ];
  expect(inCacheDatabase(items, 4).map(({ database }) => database)).toEqual([4, 0]);
  expect(inCacheDatabase(items, null)).toEqual(items);
});
