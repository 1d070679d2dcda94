import { DeleteObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { describeBlobStore, everyByte, names, never } from '../testing/describe-blob-store.ts';
import { realS3Servers, startRealS3, type RealS3, type RunningS3 } from '../testing/real-s3.ts';
import { probeS3, s3ProbeStepIds, type S3ProbeStep } from './probe-s3.ts';
import { S3BlobStore, type S3StoreOptions } from './s3-blob-store.ts';
import { createS3Client } from './s3-client.ts';
import { S3Locks } from './s3-locks.ts';

/** What the fakes stand for, against servers that other people wrote. */
const running = new Map<RealS3, Promise<RunningS3>>();
const serverOf = (kind: RealS3): Promise<RunningS3> => {
  const started = running.get(kind) ?? startRealS3(kind);
  running.set(kind, started);
  return started;
};
afterAll(async () => {
  for (const server of running.values()) await (await server).stop();
});

const covers = (name: string): boolean => name.startsWith('chunks/');
const dayMs = 86_400_000;

async function probe(options: S3StoreOptions, wantsLock: boolean) {
  const steps: S3ProbeStep[] = [];
  const onStep = (step: S3ProbeStep): void => void steps.push(step);
  const found = await probeS3(options, { wantsLock, signal: never, clock: systemClock, onStep });
  return { steps, found, factsOf: (id: string) => steps.find((step) => step.id === id)?.facts };
}

for (const kind of realS3Servers()) {
  // Racing writers break moto's own server (500 and a page of HTML), so the store's whole suite runs against Ceph only.
  if (kind === 'radosgw') {
    describeBlobStore('s3 on a real radosgw', async () => {
      const server = await serverOf(kind);
      const options = await server.bucket(false);
      const plant = (name: string, bytes: Uint8Array): Promise<void> => server.plant(options, name, bytes);
      return { store: new S3BlobStore(options), plant };
    });
  }

  describe(`a real ${kind}`, () => {
    it('passes the probe, which leaves nothing behind', async () => {
      const options = await (await serverOf(kind)).bucket(false);
      const { steps, found, factsOf } = await probe(options, false);
      expect(steps.map(({ id }) => id)).toEqual(s3ProbeStepIds);
      expect(Math.abs(Number(factsOf('clock')?.['offSeconds']))).toBeLessThan(60);
      expect(factsOf('list')).toMatchObject({ pages: 2, md5: kind === 'moto' ? 'unchecked' : 'checked' });
      // Ceph's SQLite store writes over an object in silence, which is why the table of clouds does not trust it.
      const [condition, createGuard] = kind === 'moto' ? ['refused', 'if-none-match'] : ['ignored', 'head-first'];
      expect([factsOf('create'), found.createGuard]).toEqual([{ condition }, createGuard]);
      const store = new S3BlobStore(options);
      expect(await names(store, '')).toEqual([]);
      await store.close();
    });

    it('refuses a lock in a bucket that was made without one', async () => {
      const options = await (await serverOf(kind)).bucket(false);
      await expect(probe(options, true)).rejects.toMatchObject({ facts: { step: 'lock', because: 'lock-off' } });
    });

    it('proves a lock, and keeps what is locked from everybody', async () => {
      const options = await (await serverOf(kind)).bucket(true);
      const { found, factsOf } = await probe(options, true);
      expect(found).toMatchObject({ lock: true });
      expect([factsOf('lock'), factsOf('remove')]).toMatchObject([{ lock: 'proven' }, { versions: 'on' }]);

      const store = new S3BlobStore({ ...options, lock: { days: 30, covers } });
      const bytes = everyByte(100_000);
      await store.put('chunks/a', bytes, { mode: 'create', signal: never });
      await store.put('lease', bytes, { mode: 'replace', signal: never });
      const locks = new S3Locks(options);
      const found1 = await locks.look('chunks/a', never);
      expect(Math.abs((found1?.untilMs ?? 0) - (Date.now() + 60 * dayMs))).toBeLessThan(120_000);
      expect((await locks.look('lease', never))?.untilMs).toBeUndefined();
      await expect(store.remove('chunks/a', never)).rejects.toMatchObject({ code: 'backend.locked' });
      await store.remove('lease', never);

      // With the same keys, past our store: an attacker.
      const attacker = createS3Client(options);
      const target = { Bucket: options.bucket, Key: 'chunks/a' };
      const { VersionId } = await attacker.send(new HeadObjectCommand(target));
      await expect(attacker.send(new DeleteObjectCommand({ ...target, VersionId }))).rejects.toMatchObject({
        name: 'AccessDenied',
      });
      attacker.destroy();

      const untilMs = await locks.extend('chunks/a', 90, { sizeBytes: bytes.length, untilMs: undefined }, never);
      expect(Math.abs(untilMs - (Date.now() + 120 * dayMs))).toBeLessThan(120_000);
      expect(bytes.equals(await store.get('chunks/a', { signal: never }))).toBe(true);
      expect(await names(store, 'chunks/')).toEqual(['chunks/a']);
      locks.close();
      await store.close();
    });
  });
}

// moto checks no signature.
describe.skipIf(!realS3Servers().includes('radosgw'))('a real radosgw', () => {
  it('tells a wrong secret and an unknown bucket apart', async () => {
    const options = await (await serverOf('radosgw')).bucket(false);
    const wrong = { ...options, credentials: { ...options.credentials, secretAccessKey: 'wrong' } };
    await expect(probe(wrong, false)).rejects.toMatchObject({ facts: { step: 'put', because: 'secret-wrong' } });
    await expect(probe({ ...options, bucket: 'nowhere-at-all' }, false)).rejects.toMatchObject({
      facts: { because: 'bucket-missing' },
    });
  });
});
