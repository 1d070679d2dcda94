import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { BlobStore } from '../../backend/blob-store.ts';
import { DiskBlobStore } from '../../backend/disk/disk-blob-store.ts';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { FaultyBlobStore, type StoreOperation } from '../../backend/testing/faulty-blob-store.ts';
import { ModelDisk, modelRoot, ProcessKilled } from '../../backend/testing/model-disk/model-disk.ts';
import { seededRandom } from '../../backend/testing/model-disk/seeded-random.ts';
import { startTestS3, storeOn } from '../../backend/testing/s3-rig.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { withTempDir } from '../../platform/temp-dir.ts';
import { fc } from '../../platform/testing/seeded.ts';
import { pruneRepository, type Repository } from '../index.ts';
import { addSnapshot, openTimeline, readWholeTimeline } from '../testing/a-timeline.ts';
import { aKeyring, TestClock } from '../testing/keys.ts';

const never = new AbortController().signal;
const keyring = await aKeyring();
const dayMs = 24 * 3_600_000;
/** What was written just now is old enough: a HEAD tells whole seconds, a listing thousandths. */
const noGraceMs = -2_000;
const operations: readonly StoreOperation[] = ['put', 'flush', 'get', 'stat', 'list', 'remove'];

/** A store whose process dies at its n-th call, before or after it has done it: no later call does anything. */
function dyingStore(inner: BlobStore, atCall: number, when: 'before' | 'after') {
  let calls = 0;
  const faults = operations.flatMap((on) => [
    {
      on,
      nth: 'every' as const,
      effect: {
        kind: 'call' as const,
        when: 'before' as const,
        run: () => {
          calls += 1;
          if (calls > atCall || (calls === atCall && when === 'before')) throw new AppError('engine.stopped');
        },
      },
    },
    {
      on,
      nth: 'every' as const,
      effect: {
        kind: 'call' as const,
        when: 'after' as const,
        run: () => {
          if (calls >= atCall) throw new AppError('engine.stopped');
        },
      },
    },
  ]);
  return new FaultyBlobStore(inner, faults);
}

function prune(repository: Repository, going: readonly string[], clock: Clock, graceMs?: number, concurrency = 1) {
  return pruneRepository(repository, {
    digest: () => null,
    choose: (snapshots) => new Set(snapshots.map(({ name }) => name).filter((name) => going.includes(name))),
    dryRun: false,
    holder: 'prune',
    host: 'pc-1',
    clock,
    concurrency,
    ...(graceMs === undefined ? {} : { graceMs }),
    signal: never,
  });
}

async function namesOf(store: BlobStore, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of store.list(prefix, never)) names.push(name);
  return names.sort();
}

const timeline = [
  { at: '2026-11-01T02:00:00.000Z', tables: [['a'], ['b1', 'b2']] },
  { at: '2026-11-02T02:00:00.000Z', tables: [['a'], ['b2', 'b3']] },
  { at: '2026-11-03T02:00:00.000Z', tables: [['a'], ['b3', 'b4']] },
];

async function fill(store: BlobStore): Promise<string[]> {
  const repository = await openTimeline(store, keyring, never);
  const names: string[] = [];
  for (const snapshot of timeline) names.push(await addSnapshot(repository, snapshot, never));
  return names;
}

describe('a prune that is killed', () => {
  it.each(['before', 'after'] as const)(
    'at any call of the store, %s it, leaves every snapshot whole, and the next one completes',
    async (when) => {
      for (let atCall = 1; ; atCall++) {
        const clock = new TestClock();
        const store = new MemoryBlobStore({ clock });
        const names = await fill(store);
        clock.advance(10 * dayMs);
        const going = names.slice(0, 2);
        const dying = dyingStore(store, atCall, when);
        const outcome = await openTimeline(dying, keyring, never)
          .then((repository) => prune(repository, going, clock))
          .then(
            () => 'done',
            (error: unknown) => error,
          );
        const after = await openTimeline(store, keyring, never);
        const needed = await readWholeTimeline(after, never);
        expect(await after.listManifests(never)).toContain(names[2]);
        if (outcome === 'done') {
          expect(await namesOf(store, 'chunks/')).toHaveLength(needed.size);
          expect(atCall).toBeGreaterThan(20);
          return;
        }
        // The dead one's lease ends by itself.
        clock.advance(11 * 60_000);
        await prune(after, going, clock);
        expect(await after.listManifests(never)).toEqual(names.slice(2));
        expect(await namesOf(store, 'chunks/')).toHaveLength((await readWholeTimeline(after, never)).size);
      }
    },
  );

  it('on a real disk at each of its removals leaves a disk that restores', async () => {
    for (let nth = 1; ; nth++) {
      const isDone = await withTempDir('prune-kill', async (root) => {
        const store = await DiskBlobStore.open({ root });
        const names = await fill(store);
        for (const name of await namesOf(store, '')) await utimes(join(root, name), 1_700_000_000, 1_700_000_000);
        const faulty = new FaultyBlobStore(store);
        faulty.break({
          on: 'remove',
          name: /^(manifests|chunks)\//,
          nth,
          effect: { kind: 'fail', when: nth % 2 === 0 ? 'before' : 'after', error: new AppError('engine.stopped') },
        });
        const repository = await openTimeline(faulty, keyring, never);
        const outcome = await prune(repository, names.slice(0, 2), systemClock).then(
          () => 'done',
          () => 'killed',
        );
        const after = await openTimeline(store, keyring, never);
        await readWholeTimeline(after, never);
        if (outcome === 'killed') await prune(after, names.slice(0, 2), systemClock);
        expect(await after.listManifests(never)).toEqual(names.slice(2));
        expect(await namesOf(store, 'chunks/')).toHaveLength((await readWholeTimeline(after, never)).size);
        return outcome === 'done';
      });
      if (isDone) {
        expect(nth).toBe(7);
        return;
      }
    }
  });

  it('in a bucket at each of its removals leaves a bucket that restores', async () => {
    for (let nth = 1; ; nth++) {
      const fake = await startTestS3();
      try {
        const store = storeOn(fake);
        const names = await fill(store);
        const faulty = new FaultyBlobStore(store);
        faulty.break({
          on: 'remove',
          name: /^(manifests|chunks)\//,
          nth,
          effect: { kind: 'fail', when: nth % 2 === 0 ? 'before' : 'after', error: new AppError('engine.stopped') },
        });
        const repository = await openTimeline(faulty, keyring, never);
        const outcome = await prune(repository, names.slice(0, 2), systemClock, noGraceMs, 4).then(
          () => 'done',
          () => 'killed',
        );
        const after = await openTimeline(store, keyring, never);
        await readWholeTimeline(after, never);
        if (outcome === 'done') {
          expect(nth).toBe(7);
          return;
        }
        await prune(after, names.slice(0, 2), systemClock, noGraceMs);
        expect(await after.listManifests(never)).toEqual(names.slice(2));
        expect(await namesOf(store, 'chunks/')).toHaveLength((await readWholeTimeline(after, never)).size);
        await store.close();
      } finally {
        await fake.close();
      }
    }
  });
});

it('a prune that goes on for a dead one makes its removals durable before the first chunk goes', async () => {
  const clock = new TestClock();
  const disk = new ModelDisk(clock);
  const open = (files: ModelDisk) =>
    DiskBlobStore.open({
      root: join(modelRoot, 'disk'),
      createRoot: true,
      files: files.files,
      platform: 'linux',
      clock,
    });
  const names = await fill(await open(disk));
  clock.advance(10 * dayMs);
  const going = names.slice(0, 2);
  let removed = 0;
  disk.breakAt(({ kind, path }) => {
    const isSecond = kind === 'unlink' && path.includes('manifests') && ++removed === 2;
    return isSecond ? { when: 'after', error: new ProcessKilled(), forEver: true } : undefined;
  });
  await expect(prune(await openTimeline(await open(disk), keyring, never), going, clock)).rejects.toThrow();
  clock.advance(11 * 60_000);

  // The next one finds both manifests gone, and dies at its first chunk.
  disk.breakAt(({ kind, path }) =>
    kind === 'unlink' && path.includes('chunks')
      ? { when: 'after', error: new ProcessKilled(), forEver: true }
      : undefined,
  );
  await expect(prune(await openTimeline(await open(disk), keyring, never), going, clock)).rejects.toThrow();

  // The plug: of all that was not synced nothing is left, but the chunk went.
  for (const seed of Array.from({ length: 20 }, (_, n) => n)) {
    const after = await openTimeline(await open(disk.afterPowerCut('any', seededRandom(seed))), keyring, never);
    await readWholeTimeline(after, never);
    expect(await after.listManifests(never)).toEqual(names.slice(2));
  }
});

it('whatever goes, what stays needs exactly what is left', async () => {
  const snapshots = fc.array(fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }), { maxLength: 3 }), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(snapshots, fc.array(fc.nat(5)), fc.boolean(), async (drawn, going, parallel) => {
      const clock = new TestClock();
      const store = new MemoryBlobStore({ clock });
      const repository = await openTimeline(store, keyring, never);
      const names: string[] = [];
      for (const [index, tables] of drawn.entries()) {
        const at = `2026-11-0${index + 1}T02:00:00.000Z`;
        const texts = tables.map((table) => table.map((text) => `text ${text}`));
        names.push(await addSnapshot(repository, { at, tables: texts }, never));
      }
      clock.advance(10 * dayMs);
      const leaving = going.map((index) => names[index] ?? '').filter((name) => name !== '' && name !== names.at(-1));
      await prune(repository, leaving, clock, undefined, parallel ? 8 : 1);
      expect(await repository.listManifests(never)).toEqual(names.filter((name) => !leaving.includes(name)));
      const needed = await readWholeTimeline(await openTimeline(store, keyring, never), never);
      const left = (await namesOf(store, 'chunks/')).map((name) => name.slice('chunks/xx/'.length));
      expect(new Set(left)).toEqual(needed);
    }),
    { numRuns: 60 },
  );
});

it('two writers and a pruner at once never leave a snapshot that lacks something', async () => {
  const clock = new TestClock();
  const blobs = new Map<string, MemoryBlob>();
  // The memory store never leaves the microtasks: at each of these calls the others have their turn.
  const turns = (['put', 'remove', 'stat', 'list'] as const).map((on) => ({
    on,
    nth: 'every' as const,
    effect: { kind: 'call' as const, when: 'before' as const, run: () => setImmediate() },
  }));
  const open = () => openTimeline(new FaultyBlobStore(new MemoryBlobStore({ blobs, clock }), turns), keyring, never);
  await addSnapshot(await open(), { at: '2026-10-01T00:00:00.000Z', tables: [['0']] }, never);
  const ended = new Map<string, number>();
  const count = (outcome: string) => ended.set(outcome, (ended.get(outcome) ?? 0) + 1);
  let writing = 2;
  const underLease = async (work: (repository: Repository) => Promise<unknown>) => {
    const request = { kind: 'writer', holder: 'backup', host: 'pc', clock, signal: never } as const;
    try {
      const repository = await open();
      const lease = await repository.acquireLease(request);
      try {
        await work(repository);
        count('written');
      } finally {
        await lease.release(never);
      }
    } catch (error) {
      // It slept, somebody pruned, and it noticed.
      if (!isAppErrorOf(error, 'repository.leased', 'repository.lease-lost', 'repository.missing-object')) throw error;
      count(error.code);
    }
  };
  const write = async (writer: number) => {
    for (let night = 1; night <= 40; night++) {
      // Old texts come back: what the pruner has just taken away has to be written again.
      const texts = [`${night % 5}`, `${(night * writer) % 7}`];
      const at = new Date(Date.parse('2026-10-01T00:00:00.000Z') + night * dayMs).toISOString();
      await underLease((repository) => addSnapshot(repository, { at, tables: [texts] }, never));
      for (let turn = 0; turn < (night % 4) * writer; turn++) await setImmediate();
    }
    writing -= 1;
  };
  const tidy = async () => {
    while (writing > 0) {
      // Days go by in the middle of whatever the writers do: their leases end, as on a computer that was put to sleep.
      clock.advance(4 * dayMs);
      try {
        await pruneAllButNewest(await open(), clock);
        count('pruned');
      } catch (error) {
        if (!isAppErrorOf(error, 'repository.leased', 'repository.lease-lost', 'prune.changed-meanwhile')) throw error;
        count(`prune ${error.code}`);
      }
      // Only this loop removes anything, so what is listed now is there.
      await readWholeTimeline(await open(), never);
    }
  };
  await Promise.all([write(1), write(3), tidy()]);
  await readWholeTimeline(await open(), never);
  expect(ended.get('written')).toBeGreaterThan(0);
  expect(ended.get('pruned')).toBeGreaterThan(0);
  expect(ended.get('repository.leased')).toBeGreaterThan(0);
});

function pruneAllButNewest(repository: Repository, clock: Clock) {
  return pruneRepository(repository, {
    digest: () => null,
    choose: (snapshots, { isYoung }) =>
      new Set(
        snapshots
          .slice(0, -1)
          .filter((each) => !isYoung(each))
          .map(({ name }) => name),
      ),
    dryRun: false,
    holder: 'prune',
    host: 'pc-3',
    clock,
    signal: never,
  });
}
