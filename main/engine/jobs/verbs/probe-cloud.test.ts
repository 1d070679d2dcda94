import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { startTestS3, testBucket, testKey } from '../../backend/testing/s3-rig.ts';
import type { FakeS3Server } from '../../demo/fake-s3/fake-s3-server.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { Repository } from '../../repository/index.ts';
import { dumpToFolder, writeShop } from '../../repository/testing/a-shop.ts';
import { aKeyring, testPassphrase } from '../../repository/testing/keys.ts';
import { openEngine, type Engine } from '../engine.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A home with one snapshot on a disk and in a bucket. Time is moved for both sides at once. */
async function rig(): Promise<{ engine: Engine; fake: FakeS3Server; wait: (days: number) => void }> {
  let aheadMs = 0;
  const clock: Clock = { nowMs: () => systemClock.nowMs() + aheadMs, monotonicMs: () => systemClock.monotonicMs() };
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-probe-'));
  closing.push(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const blobs = new Map<string, MemoryBlob>();
  const store = new MemoryBlobStore({ blobs });
  const keyring = await aKeyring();
  await Repository.create(store, keyring.header, never);
  await writeShop(await Repository.open(store, keyring.mainKeys, never), never);
  await dumpToFolder(blobs, join(dir, 'disk'));
  const fake = await startTestS3({ clock });
  closing.push(() => fake.close());
  const engine = await openEngine({ homeDir: join(dir, 'home'), language: 'en', clock });
  closing.push(() => engine.close());
  const secret = { kind: 'passphrase', passphrase: testPassphrase } as const;
  await engine.call('recover.run', { from: { kind: 'disk', path: join(dir, 'disk') }, secret });
  await engine.call('destination.add', {
    kind: 's3',
    name: 'cloud',
    place: null,
    provider: 'minio',
    bucket: testBucket,
    region: null,
    endpoint: fake.endpoint,
    prefix: 'shop',
    accessKey: testKey.accessKeyId,
    secretKey: testKey.secretAccessKey,
  });
  await engine.call('copy.run', { snapshot: 'all', from: 'recovered', to: 'cloud' });
  return { engine, fake, wait: (days) => void (aheadMs += days * dayMs) };
}

const share = (engine: Engine) => engine.call('verify.due', { destinations: [] });

async function cloudItem(engine: Engine) {
  const { items } = await engine.call('checklist', { source: null });
  return items.find(({ id }) => id === 'two-clouds-encrypted');
}

it('tests a cloud with the daily share once a week, and not the disks', async () => {
  const { engine, wait } = await rig();
  // Adding it was a test.
  expect((await share(engine)).probes).toEqual([]);
  expect((await cloudItem(engine))?.evidence).toContainEqual(
    expect.objectContaining({ id: 'cloud-probed', facts: { destination: 'cloud' } }),
  );
  wait(6);
  expect((await share(engine)).probes).toEqual([]);
  wait(1);
  expect((await share(engine)).probes).toEqual([{ destination: 'cloud', ok: true, errorCode: null, facts: {} }]);
  expect((await share(engine)).probes).toEqual([]);
  const { entries } = await engine.call('audit', {});
  expect(entries.filter(({ action }) => action === 'destination.probe')).toHaveLength(2);
  // Without the share: nothing that is stored is read.
  wait(7);
  const alone = await engine.call('verify.due', { destinations: [], only: 'probe' });
  expect(alone).toMatchObject({ copies: [], unproven: [], probes: [{ destination: 'cloud', ok: true }] });
});

it('says what a cloud refuses now, goes on with the share, and asks again the next day until it holds', async () => {
  const { engine, fake, wait } = await rig();
  wait(7);
  fake.quirks.denied = ['DeleteObject'];
  const failed = await share(engine);
  expect(failed.probes).toMatchObject([
    { destination: 'cloud', ok: false, errorCode: 'backend.access-denied', facts: { because: 'no-right-remove' } },
  ]);
  expect(failed.copies.map(({ destination }) => destination).sort()).toEqual(['cloud', 'recovered']);
  expect((await cloudItem(engine))?.evidence.map(({ id }) => id)).toContain('cloud-probe-failed');
  wait(1);
  expect((await share(engine)).probes).toMatchObject([{ ok: false }]);
  delete fake.quirks.denied;
  wait(1);
  expect((await share(engine)).probes).toMatchObject([{ ok: true }]);
  expect((await cloudItem(engine))?.evidence.map(({ id }) => id)).toContain('cloud-probed');
});

it('takes no answer for no finding', async () => {
  const { engine, fake, wait } = await rig();
  wait(7);
  fake.quirks.fault = ({ operation, key }) =>
    operation === 'PutObject' && key.includes('probe/')
      ? { kind: 'refuse', status: 503, code: 'ServiceUnavailable' }
      : undefined;
  expect((await share(engine)).probes).toEqual([]);
  delete fake.quirks.fault;
  expect((await share(engine)).probes).toMatchObject([{ ok: true }]);
});
