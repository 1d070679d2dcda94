import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from './lock.mjs';

let home;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'shouhu-lock-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

it('lets one in at a time, and the next one after a failure too', async () => {
  const lock = join(home, 'lock');
  const inside = [];
  const work = (name, fails) => async () => {
    inside.push(`${name} in`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    inside.push(`${name} out`);
    if (fails) throw new Error(name);
  };
  const results = await Promise.allSettled([
    withLock(lock, work('first', true)),
    withLock(lock, work('second', false)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(inside).toEqual(['first in', 'first out', 'second in', 'second out']);
});

it('takes over from a process that has died', async () => {
  const lock = join(home, 'lock');
  await mkdir(lock);
  // Above the largest process id any system hands out.
  await writeFile(join(lock, 'pid'), '999999999');
  expect(await withLock(lock, async () => 'mine')).toBe('mine');
});
