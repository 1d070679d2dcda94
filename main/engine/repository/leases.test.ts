import { describe, expect, it } from 'vitest';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { acquireLease, type LeaseKind } from './leases.ts';
import { aKeyring, TestClock } from './testing/keys.ts';

const never = new AbortController().signal;
const { mainKeys } = await aKeyring();
const minuteMs = 60_000;

function aPlace() {
  const blobs = new Map<string, MemoryBlob>();
  const clock = new TestClock();
  const store = new MemoryBlobStore({ blobs, clock });
  const take = (kind: LeaseKind, holder = 'backup of shop') =>
    acquireLease(store, mainKeys, { kind, holder, host: 'pc-1', clock, signal: never, ttlMs: 10 * minuteMs });
  return { blobs, clock, take };
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
    await expect(pruning.heartbeat(never)).rejects.toMatchObject({ code: 'repository.leased' });
    expect(pruning.lost.aborted).toBe(true);
    await expect(pruning.heartbeat(never)).rejects.toMatchObject({ code: 'repository.leased' });

    const writer = await take('writer');
    clock.advance(11 * minuteMs);
    await writer.heartbeat(never);
    clock.advance(11 * minuteMs);
    await take('exclusive', 'prune');
    await expect(writer.heartbeat(never)).rejects.toMatchObject({
      code: 'repository.leased',
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

  it('step back when two start at the same moment', async () => {
    const { take, blobs } = aPlace();
    const outcomes = await Promise.allSettled([take('exclusive', 'a'), take('exclusive', 'b')]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect(blobs.size).toBe(outcomes.filter(({ status }) => status === 'fulfilled').length);
  });
});
