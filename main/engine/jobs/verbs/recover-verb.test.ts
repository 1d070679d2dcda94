import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobProgress } from '../../../../shared/model/job.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { testBucket, testKey, startTestS3 } from '../../backend/testing/s3-rig.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { withTempDir } from '../../platform/temp-dir.ts';
import { Repository, type NewKeyring } from '../../repository/index.ts';
import { dumpToFolder, writeShop } from '../../repository/testing/a-shop.ts';
import { aKeyring, testPassphrase } from '../../repository/testing/keys.ts';
import { openEngine, type Engine } from '../engine.ts';

const never = new AbortController().signal;
const nights = 230;
const secret = { kind: 'passphrase', passphrase: testPassphrase } as const;

/** A timeline that takes several batches and many readers at once, of two shops. */
describe('recover', () => {
  let keyring: NewKeyring;
  const blobs = new Map<string, MemoryBlob>();
  const names: string[] = [];
  beforeAll(async () => {
    keyring = await aKeyring();
    const store = new MemoryBlobStore({ blobs });
    await Repository.create(store, keyring.header, never);
    const repository = await Repository.open(store, keyring.mainKeys, never);
    const { manifest, name: first } = await writeShop(repository, never);
    await repository.removeManifest(first, never);
    for (let night = 0; night < nights; night++) {
      const { name } = await repository.putManifest(nightOf(manifest, night), never);
      names.push(name);
    }
  });
  const engines: Engine[] = [];
  afterAll(async () => {
    for (const engine of engines) await engine.close();
  });

  /** Night 7 alone is of another shop, and the shop has another name since night 100. */
  function nightOf(manifest: Manifest, night: number): Manifest {
    const at = new Date(Date.parse('2026-01-01T00:00:00Z') + night * 24 * 3600 * 1000).toISOString();
    const id = `6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b${String(night).padStart(4, '0')}`;
    const other = { id: '1b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10', name: '另一家店', preset: null };
    const own = { ...manifest.source, name: night < 100 ? '旧名' : '新名' };
    return { ...manifest, id, at, startedAt: at, finishedAt: at, source: night === 7 ? other : own };
  }

  async function bareEngine(dir: string, onProgress: (progress: JobProgress) => void = () => undefined) {
    // Time flies whenever somebody looks: so no notice is held back for having come too soon.
    let monotonicMs = 0;
    const clock: Clock = { nowMs: () => systemClock.nowMs(), monotonicMs: () => (monotonicMs += 1000) };
    const engine = await openEngine({ homeDir: join(dir, 'home'), language: 'zh', onProgress, clock });
    engines.push(engine);
    return engine;
  }

  it('brings the whole timeline and every shop back from a disk, and says how far it is', async () => {
    await withTempDir('recover', async (dir) => {
      await dumpToFolder(blobs, join(dir, 'copy'));
      const seen: JobProgress[] = [];
      const engine = await bareEngine(dir, (progress) => seen.push(progress));

      const from = { kind: 'disk', path: join(dir, 'copy') } as const;
      expect(await engine.call('recover.run', { from, secret })).toMatchObject({
        snapshots: nights,
        destination: 'recovered',
        sources: ['新名', '另一家店'],
      });

      const { snapshots } = await engine.call('snapshots.list', { source: null, atDestination: null });
      expect(snapshots.map(({ id }) => id).sort()).toEqual(
        Array.from({ length: nights }, (_, night) => nightOf({ source: {} } as Manifest, night).id).sort(),
      );
      expect(seen.at(-1)).toMatchObject({ phase: 'timeline', totalItems: nights });
      expect(seen.at(-1)!.doneItems).toBeGreaterThan(0);
      // Sealed columns are found in the newest snapshot: the next backup has to seal them again.
      const { sources } = await engine.call('source.list', {});
      expect(sources.map(({ secretColumns }) => secretColumns)).toEqual([['cards.secret'], ['cards.secret']]);
    });
  });

  it('leaves out a manifest that is damaged in any byte, and no other', async () => {
    await withTempDir('recover', async (dir) => {
      const copy = join(dir, 'copy');
      await dumpToFolder(blobs, copy);
      // Magic, version (which makes it look newer), kind, ciphertext, last byte; a file that was cut; an empty one.
      const damages: ((bytes: Buffer) => Buffer)[] = [0, 4, 5, 40, -1].map((at) => (bytes) => flipped(bytes, at));
      damages.push((bytes) => bytes.subarray(0, 20));
      damages.push(() => Buffer.alloc(0));
      for (const [index, damage] of damages.entries()) {
        const file = join(copy, ...names[index * 30]!.split('/'));
        await writeFile(file, damage(await readFile(file)));
      }
      const engine = await bareEngine(dir);

      const from = { kind: 'disk', path: copy } as const;
      const { snapshots } = await engine.call('recover.run', { from, secret });

      expect(snapshots).toBe(nights - damages.length);
      await engine
        .call('verify.run', { destination: 'recovered', readPercent: 100, healFrom: null })
        .then((report) =>
          expect(report.damaged.map(({ object }) => object).sort()).toEqual(
            damages.map((_, index) => names[index * 30]!).sort(),
          ),
        );
    });
  });

  it('brings it back from a bucket', async () => {
    const s3 = await startTestS3();
    try {
      for (const [name, { bytes, modifiedAtMs }] of blobs)
        await s3.objects.put(testBucket, `shop/${name}`, { bytes, modifiedAtMs });
      await withTempDir('recover', async (dir) => {
        const engine = await bareEngine(dir);
        const { accessKeyId: accessKey, secretAccessKey: secretKey } = testKey;
        const place = { provider: 'custom', bucket: testBucket, region: null, endpoint: s3.endpoint, prefix: 'shop' };
        const from = { kind: 's3', ...place, accessKey, secretKey } as const;
        expect(await engine.call('recover.run', { from, secret })).toMatchObject({ snapshots: nights });
      });
    } finally {
      await s3.close();
    }
  });

  it('can be cancelled, and a second run brings the whole timeline', async () => {
    await withTempDir('recover', async (dir) => {
      const copy = join(dir, 'copy');
      await dumpToFolder(blobs, copy);
      expect(await readdir(join(copy, 'manifests'))).toHaveLength(nights);
      const cancel = new AbortController();
      const engine = await bareEngine(dir, ({ phase }) => {
        if (phase === 'timeline') cancel.abort();
      });
      const from = { kind: 'disk', path: copy } as const;
      await expect(engine.call('recover.run', { from, secret }, { signal: cancel.signal })).rejects.toMatchObject({
        code: 'cancelled',
      });

      expect(await engine.call('recover.run', { from, secret })).toMatchObject({ snapshots: nights });
    });
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  const index = at < 0 ? changed.length + at : at;
  changed[index] = (changed[index] ?? 0) ^ 0x02;
  return changed;
}
