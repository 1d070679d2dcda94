import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { RetryingBlobStore } from '../backend/retry/retrying-blob-store.ts';
import { FaultyBlobStore, type Fault } from '../backend/testing/faulty-blob-store.ts';
import { pruneRepository, type Repository } from './index.ts';
import { addSnapshot, openTimeline } from './testing/a-timeline.ts';
import { aKeyring, TestClock } from './testing/keys.ts';

/** What two computers do to one bucket while the lid of the first is closed with a request on its way. */

const never = new AbortController().signal;
const keyring = await aKeyring();
const hourMs = 3_600_000;
const lost = new AppError('backend.unreachable', { reason: 'ECONNRESET' });
const night = { at: '2026-11-01T02:00:00.000Z', tables: [['a', 'b']] };
const nextNight = { at: '2026-11-02T02:00:00.000Z', tables: [['a', 'c']] };

async function aBucket() {
  const clock = new TestClock();
  const blobs = new Map<string, MemoryBlob>();
  const bare = new MemoryBlobStore({ blobs, clock });
  const other = await openTimeline(bare, keyring, never);
  const old = await addSnapshot(other, night, never);
  await addSnapshot(other, nextNight, never);
  const manifest = await other.getManifest(old, never);
  clock.advance(10 * 24 * hourMs);
  /** The first computer; `whileAsleep` runs during the two hours that its first wait takes. */
  const laptop = (fault: Fault, whileAsleep: () => Promise<void>) => {
    const sleep = async () => {
      clock.advance(2 * hourMs);
      await whileAsleep();
    };
    return openTimeline(new RetryingBlobStore(new FaultyBlobStore(bare, [fault]), { sleep, clock }), keyring, never);
  };
  const prune = (repository: Repository, going: readonly string[]) =>
    pruneRepository(repository, {
      digest: () => null,
      choose: () => new Set(going),
      dryRun: false,
      holder: 'prune',
      host: 'pc',
      clock,
      concurrency: 1,
      signal: never,
    });
  const lease = (repository: Repository) =>
    repository.acquireLease({ kind: 'writer', holder: 'copy', host: 'pc', clock, signal: never });
  /** Chunks that some manifest names and that are not there. */
  const lacking = async () => {
    const repository = await openTimeline(bare, keyring, never);
    const lacks: string[] = [];
    for (const name of await repository.listManifests(never))
      for await (const id of repository.objectsOf(await repository.getManifest(name, never), never))
        if (!(await repository.knownIds(never)).has(id)) lacks.push(id);
    return lacks;
  };
  const reopen = () => openTimeline(bare, keyring, never);
  return { clock, blobs, bare, old, manifest, laptop, prune, lease, lacking, reopen };
}

describe('a computer that slept in the middle of a request', () => {
  it('does not remove what another computer relies on by now', async () => {
    const { laptop, prune, lease, old, manifest, lacking, reopen } = await aBucket();
    const fault = { on: 'remove', name: /^chunks\//, effect: { kind: 'fail', when: 'before', error: lost } } as const;
    const sleeper = await laptop(fault, async () => {
      const writer = await reopen();
      const held = await lease(writer);
      await writer.putManifest(manifest, never);
      await held.release(never);
    });
    await expect(prune(sleeper, [old])).rejects.toBe(lost);
    expect(await (await reopen()).listManifests(never)).toContain(old);
    expect(await lacking()).toEqual([]);
  });

  it('does not publish a snapshot whose chunks were pruned meanwhile', async () => {
    const { bare, laptop, prune, lease, old, manifest, lacking, reopen } = await aBucket();
    // An earlier prune removed the manifest and died: nobody names its chunks, until somebody does.
    await bare.remove(old, never);
    const fault = { on: 'put', name: /^manifests\//, effect: { kind: 'fail', when: 'before', error: lost } } as const;
    const sleeper = await laptop(fault, async () => {
      expect((await prune(await reopen(), [])).objectsRemoved).toBeGreaterThan(0);
    });
    await lease(sleeper);
    await expect(sleeper.putManifest(manifest, never)).rejects.toBe(lost);
    expect(await (await reopen()).listManifests(never)).not.toContain(old);
    expect(await lacking()).toEqual([]);
  });
});

describe('a manifest that lands after the end of the lease', () => {
  const slow = (run: () => Promise<void>, error?: AppError): Fault[] => [
    { on: 'put', name: /^manifests\//, effect: { kind: 'call', when: 'before', run } },
    ...(error === undefined
      ? []
      : [{ on: 'put', name: /^manifests\//, effect: { kind: 'fail', when: 'after', error } } as const]),
  ];

  it.each([
    ['the answer tells that it landed', undefined, 'repository.missing-object'],
    ['the answer is lost', lost, 'backend.unreachable'],
  ])('is taken back when it names what is gone, %s', async (_, error, code) => {
    const { clock, bare, prune, lease, old, manifest, lacking, reopen } = await aBucket();
    await bare.remove(old, never);
    const run = async () => {
      clock.advance(2 * hourMs);
      await prune(await reopen(), []);
    };
    const sleeper = await openTimeline(new FaultyBlobStore(bare, slow(run, error)), keyring, never);
    await lease(sleeper);
    await expect(sleeper.putManifest(manifest, never)).rejects.toMatchObject({ code });
    expect(await (await reopen()).listManifests(never)).not.toContain(old);
    expect(await lacking()).toEqual([]);
  });

  it('is taken back while somebody prunes, though the caller was stopped by that', async () => {
    const { clock, bare, lease, old, manifest, reopen } = await aBucket();
    await bare.remove(old, never);
    const run = async () => {
      clock.advance(2 * hourMs);
      await (await reopen()).acquireLease({ kind: 'exclusive', holder: 'prune', host: 'pc-2', clock, signal: never });
    };
    const sleeper = await openTimeline(new FaultyBlobStore(bare, slow(run)), keyring, never);
    await lease(sleeper);
    await expect(sleeper.putManifest(manifest, never)).rejects.toMatchObject({
      code: 'repository.lease-lost',
      facts: { holder: 'prune', host: 'pc-2' },
    });
    expect(await (await reopen()).listManifests(never)).not.toContain(old);
  });

  it('stays when all of it is there', async () => {
    const { clock, bare, lease, old, manifest, lacking, reopen } = await aBucket();
    await bare.remove(old, never);
    const run = () => {
      clock.advance(2 * hourMs);
      return Promise.resolve();
    };
    const sleeper = await openTimeline(new FaultyBlobStore(bare, slow(run)), keyring, never);
    await lease(sleeper);
    expect(await sleeper.putManifest(manifest, never)).toMatchObject({ name: old });
    expect(await (await reopen()).listManifests(never)).toContain(old);
    expect(await lacking()).toEqual([]);
  });

  it('stays when it was there before', async () => {
    const { clock, blobs, bare, lease, old, manifest, reopen } = await aBucket();
    const run = () => {
      clock.advance(2 * hourMs);
      for (const name of blobs.keys()) if (name.startsWith('chunks/')) blobs.delete(name);
      return Promise.resolve();
    };
    const sleeper = await openTimeline(new FaultyBlobStore(bare, slow(run)), keyring, never);
    await lease(sleeper);
    await expect(sleeper.putManifest(manifest, never)).rejects.toMatchObject({ code: 'repository.missing-object' });
    expect(await (await reopen()).listManifests(never)).toContain(old);
  });
});
