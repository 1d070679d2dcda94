import { describe, expect, it } from 'vitest';
import type { BlobStore } from '../backend/blob-store.ts';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { startTestS3, storeOn, testBucket } from '../backend/testing/s3-rig.ts';
import { Repository } from './index.ts';
import { acquireLease, type LeaseKind } from './leases.ts';
import { writeSnapshot } from './testing/a-snapshot.ts';
import { aKeyring, TestClock } from './testing/keys.ts';

const never = new AbortController().signal;
const keyring = aKeyring();
const { mainKeys } = await keyring;
const minuteMs = 60_000;

function aPlace() {
  const blobs = new Map<string, MemoryBlob>();
  const clock = new TestClock();
  const store = new MemoryBlobStore({ blobs, clock });
  /** `seen`: names that were read. */
  const take = (kind: LeaseKind, holder = 'backup of shop', seen: string[] = []) =>
    acquireLease(noting(store, seen), mainKeys, {
      kind,
      holder,
      host: 'pc-1',
      clock,
      signal: never,
      ttlMs: 10 * minuteMs,
    });
  return { blobs, clock, take };
}

function noting(store: BlobStore, seen: string[]): BlobStore {
  const get: BlobStore['get'] = (name, options) => {
    seen.push(name);
    return store.get(name, options);
  };
  return new Proxy(store, {
    get: (target, property) => {
      const value: unknown = property === 'get' ? get : Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('leases', () => {
  it('let several write at once', async () => {
    const { take, blobs } = aPlace();
    const leases = [await take('writer'), await take('writer')];
    expect(blobs.size).toBe(2);
    for (const lease of leases) await lease.release(never);
    expect(blobs.size).toBe(0);
  });

  it('let one prune alone, and say who is in the way and until when', async () => {
    const { take, blobs } = aPlace();
    const writer = await take('writer');
    await expect(take('exclusive', 'prune')).rejects.toMatchObject({
      code: 'repository.leased',
      facts: { holder: 'backup of shop', host: 'pc-1', untilIso: '2026-11-22T14:10:00.000Z' },
    });
    expect(blobs.size).toBe(1);
    await writer.release(never);
    const pruning = await take('exclusive', 'prune');
    await expect(take('writer')).rejects.toMatchObject({ code: 'repository.leased', facts: { holder: 'prune' } });
    await expect(take('exclusive')).rejects.toMatchObject({ code: 'repository.leased' });
    await pruning.release(never);
    await take('writer');
  });

  it('of the dead never block', async () => {
    const { take, clock } = aPlace();
    await take('exclusive', 'prune that died');
    clock.advance(10 * minuteMs);
    await take('writer');
  });

  it('live on by their heartbeat', async () => {
    const { take, clock } = aPlace();
    const pruning = await take('exclusive', 'prune');
    for (let beat = 0; beat < 5; beat++) {
      clock.advance(9 * minuteMs);
      await pruning.heartbeat(never);
    }
    expect(pruning.expiresAtMs()).toBe(clock.nowMs() + 10 * minuteMs);
    await expect(take('writer')).rejects.toMatchObject({ code: 'repository.leased' });
  });

  it('are lost by who slept through their end', async () => {
    const { take, clock } = aPlace();
    const pruning = await take('exclusive', 'prune');
    clock.advance(11 * minuteMs);
    await expect(pruning.heartbeat(never)).rejects.toMatchObject({ code: 'repository.lease-lost' });
    expect(pruning.lost.aborted).toBe(true);
    await expect(pruning.heartbeat(never)).rejects.toMatchObject({ code: 'repository.lease-lost' });

    const writer = await take('writer');
    clock.advance(11 * minuteMs);
    await writer.heartbeat(never);
    clock.advance(11 * minuteMs);
    await take('exclusive', 'prune');
    await expect(writer.heartbeat(never)).rejects.toMatchObject({
      code: 'repository.lease-lost',
      facts: { holder: 'prune' },
    });
    expect(writer.lost.aborted).toBe(true);
  });

  it('cannot be forged, changed, renamed or made to last for ever', async () => {
    const { take, blobs, clock } = aPlace();
    await take('exclusive', 'prune');
    const [name, blob] = [...blobs][0]!;
    const spoiled = {
      'leases/11111111-1111-4111-8111-111111111111.json': blob.bytes,
      [name]: Buffer.from(blob.bytes.toString('utf8').replace('T14:10', 'T23:10')),
      'leases/22222222-2222-4222-8222-222222222222.json': Buffer.from('not json'),
      'leases/33333333-3333-4333-8333-333333333333.json': Buffer.alloc(1024 * 1024, 0x20),
      'leases/../x.json': blob.bytes,
    };
    blobs.clear();
    for (const [at, bytes] of Object.entries(spoiled)) blobs.set(at, { bytes, modifiedAtMs: 0 });
    await (await take('exclusive')).release(never);
    // Two days back, this signed lease would still seem to hold for two days: a clock was wrong.
    blobs.clear();
    blobs.set(name, blob);
    clock.advance(-2 * 24 * 60 * minuteMs);
    await take('exclusive');
  });

  it('that the store wrote more than a day ago are not even read', async () => {
    const { take, blobs, clock } = aPlace();
    const bytes = Buffer.from('{}');
    for (let n = 0; n < 300; n++)
      blobs.set(`leases/00000000-0000-4000-8000-${String(n).padStart(12, '0')}.json`, { bytes, modifiedAtMs: n + 1 });
    blobs.set('leases/11111111-1111-4111-8111-111111111111.json', { bytes, modifiedAtMs: clock.nowMs() });
    const seen: string[] = [];
    await take('exclusive', 'prune', seen);
    expect(new Set(seen)).toEqual(new Set(['leases/11111111-1111-4111-8111-111111111111.json']));
  });

  it('step back when two start at the same moment', async () => {
    const { take, blobs } = aPlace();
    const outcomes = await Promise.allSettled([take('exclusive', 'a'), take('exclusive', 'b')]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect(blobs.size).toBe(outcomes.filter(({ status }) => status === 'fulfilled').length);
  });
});

/** A bucket that its owner locked as a whole in the console: nothing there can be replaced or removed. */
describe('leases in a bucket that lets nothing be written over', () => {
  async function aLockedPlace() {
    const clock = new TestClock();
    const fake = await startTestS3({ clock, quirks: { worm: () => true } });
    const store = storeOn(fake, { clock });
    await Repository.create(store, (await keyring).header, never);
    const open = () => Repository.open(store, mainKeys, never);
    const names = async () => (await fake.objects.list(testBucket)).filter(({ key }) => key.startsWith('leases/'));
    const close = async () => {
      await store.close();
      await fake.close();
    };
    return { clock, store, open, names, close };
  }

  it('are renewed under new names, so that an upload of hours is published, and stay few', async () => {
    const { clock, open, names, close } = await aLockedPlace();
    try {
      const repository = await open();
      const request = { kind: 'writer', holder: 'copy', host: 'pc-1', clock, signal: never } as const;
      let lapses = 0;
      const lease = await repository.acquireLease({ ...request, onLapse: () => (lapses += 1) });
      for (let minutes = 0; minutes < 180; minutes += 2.5) {
        clock.advance(2.5 * minuteMs);
        await lease.heartbeat(never);
        expect(lease.expiresAtMs()).toBeGreaterThan(clock.nowMs());
      }
      expect(lapses).toBe(0);
      expect((await names()).length).toBeLessThan(9);
      await writeSnapshot(repository, { objects: 1 });
      expect(await repository.listManifests(never)).toHaveLength(1);

      // It cannot be taken away, and holds for others until it ends by itself.
      await lease.release(never);
      const other = await open();
      const prune = { ...request, kind: 'exclusive', holder: 'prune' } as const;
      await expect(other.acquireLease(prune)).rejects.toMatchObject({ code: 'repository.leased' });
      await (await other.acquireLease(request)).release(never);
      clock.advance(61 * minuteMs);
      await (await other.acquireLease(prune)).release(never);
    } finally {
      await close();
    }
  });

  it('of a prune are renewed as well, and do not stand in their own way', async () => {
    const { clock, open, close } = await aLockedPlace();
    try {
      const request = { kind: 'exclusive', holder: 'prune', host: 'pc-1', clock, signal: never } as const;
      const lease = await (await open()).acquireLease(request);
      for (let beat = 0; beat < 5; beat++) {
        clock.advance(4 * minuteMs);
        await lease.heartbeat(never);
      }
      expect(lease.expiresAtMs()).toBe(clock.nowMs() + 10 * minuteMs);
      await expect((await open()).acquireLease({ ...request, kind: 'writer' })).rejects.toMatchObject({
        code: 'repository.leased',
        facts: { holder: 'prune' },
      });
    } finally {
      await close();
    }
  });
});
