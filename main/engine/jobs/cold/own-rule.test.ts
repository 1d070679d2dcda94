import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeColdTemplate, startColdRig, type ColdRig, type ColdTemplate } from './testing/cold-rig.ts';

/**
 * What a round copies to a disk that keeps less than the place it is filled from. The disks are folders: nothing here is about mounting. One
 * timeline grows from test to test, because opening a home is slow on purpose.
 */
let template: ColdTemplate;
let rig: ColdRig;
const ids: string[] = [];
beforeAll(async () => {
  template = await makeColdTemplate();
  rig = await startColdRig(template);
  await nights(5);
});
afterAll(async () => {
  await rig.stop();
  await template.remove();
});

const dayMs = 24 * 3_600_000;

/** One snapshot a day. */
async function nights(count: number, chunks = 2): Promise<void> {
  for (let night = 0; night < count; night++) {
    rig.clock.advance(dayMs);
    ids.push(await rig.night(chunks, 500));
  }
}

async function disk(name: string): Promise<void> {
  await mkdir(rig.path(name));
  await rig.addCold(name, rig.path(name));
}

function keepDays(name: string, keepDaily: number, pin: string[] = []) {
  const retention = { keepAll: false, keepDaily, keepWeekly: 0, keepMonthly: 0 };
  return rig.engine.call('destination.set', { name, retention, pin, unpin: [] });
}

async function snapshotsOn(name: string): Promise<string[]> {
  const manifests = await readdir(join(rig.path(name), 'manifests'));
  return manifests.sort().map((manifest) => manifest.slice(manifest.indexOf('-') + 1));
}

it('a disk without a rule of its own gets everything', async () => {
  await disk('all');
  expect(await rig.run('all')).toMatchObject({ snapshots: ids, leftOut: 0 });
});

it('a disk with one gets what its rule keeps, is told how many it was spared, and loses nothing that it has', async () => {
  await disk('two');
  await keepDays('two', 2);
  const first = await rig.run('two');
  expect(first).toMatchObject({ snapshots: ids.slice(-2), leftOut: 3 });
  // Two chunks and a table record each: of the others not an object came either.
  expect(first.objectsCopied).toBe(6);
  await nights(1);
  expect(await rig.run('two')).toMatchObject({ snapshots: ids.slice(-1), leftOut: 3 });
  expect(await snapshotsOn('two')).toEqual(ids.slice(-3));
});

it('one that is pinned to the disk comes however old it is', async () => {
  await disk('pinned');
  await keepDays('pinned', 1, [ids[0] ?? '']);
  expect(await rig.run('pinned')).toMatchObject({ snapshots: [ids[0], ids.at(-1)], leftOut: ids.length - 2 });
});

it('what was tidied off a disk that travels is not brought back: its rule is remembered', async () => {
  await rig.run('all');
  const longAgo = new Date('2025-01-01T00:00:00Z');
  for (const entry of await readdir(rig.path('all'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), longAgo, longAgo);
  const keep = { keepDaily: 1, keepWeekly: 0, keepMonthly: 0 };
  const tidied = await rig.engine.call('prune.run', { destination: 'all', keep, dryRun: false, confirmShrink: null });
  expect(tidied.ruleSaved).toBe(true);
  const left = await snapshotsOn('all');
  expect(left).toContain(ids.at(-1));
  expect(left.length).toBeLessThan(ids.length);
  expect(await rig.run('all')).toMatchObject({ snapshots: [], objectsCopied: 0, leftOut: ids.length - left.length });
  expect(await snapshotsOn('all')).toEqual(left);
});

it('one that is plugged in while copies are made gets no more by that, and by name whatever a person asks for', async () => {
  await disk('copied');
  await keepDays('copied', 2);
  const copy = (snapshot: string) => rig.engine.call('copy.run', { snapshot, from: 'main', to: ['copied'] });
  expect(await copy('all')).toMatchObject({
    snapshots: ids.slice(-2),
    copies: [{ destination: 'copied', ok: true, leftOut: ids.length - 2 }],
  });
  const [first = ''] = ids;
  expect(await copy(first)).toMatchObject({ snapshots: [first], copies: [{ ok: true }] });
  expect(await snapshotsOn('copied')).toEqual([first, ...ids.slice(-2)]);
  // What is there stays looked after, whatever the rule says of it.
  expect(await copy('all')).toMatchObject({ snapshots: [first, ...ids.slice(-2)] });
});

it('of a shop that looks robbed everything is copied, whatever the rule says', async () => {
  await nights(1, 0);
  await disk('robbed');
  await keepDays('robbed', 1);
  expect(await rig.run('robbed')).toMatchObject({ snapshots: ids, leftOut: 0 });
});
