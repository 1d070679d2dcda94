import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { startTestS3, testBucket, testKey } from '../../backend/testing/s3-rig.ts';
import type { FakeS3Server } from '../../demo/fake-s3/fake-s3-server.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { Repository, type NewKeyring } from '../../repository/index.ts';
import { dumpToFolder, writeShop } from '../../repository/testing/a-shop.ts';
import { aKeyring, testPassphrase } from '../../repository/testing/keys.ts';
import { openEngine, type Engine } from '../engine.ts';
import { SettingsFile } from '../home/settings-file.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;
const days = 30;

let keyring: NewKeyring;
const blobs = new Map<string, MemoryBlob>();
beforeAll(async () => {
  keyring = await aKeyring();
  const store = new MemoryBlobStore({ blobs });
  await Repository.create(store, keyring.header, never);
  await writeShop(await Repository.open(store, keyring.mainKeys, never), never);
});

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A home with one snapshot on a disk and an empty bucket, which can lock objects unless `objectLock` is false. Time is moved for both sides at once. */
async function rig(
  objectLock = true,
): Promise<{ engine: Engine; fake: FakeS3Server; clock: Clock; wait: (waitDays: number) => void }> {
  let aheadMs = 0;
  const clock: Clock = { nowMs: () => systemClock.nowMs() + aheadMs, monotonicMs: () => systemClock.monotonicMs() };
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-locks-'));
  closing.push(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  await dumpToFolder(blobs, join(dir, 'disk'));
  const fake = await startTestS3({ objectLock, clock });
  closing.push(() => fake.close());
  const engine = await openEngine({ homeDir: join(dir, 'home'), language: 'en', clock });
  closing.push(() => engine.close());
  const secret = { kind: 'passphrase', passphrase: testPassphrase } as const;
  await engine.call('recover.run', { from: { kind: 'disk', path: join(dir, 'disk') }, secret });
  return { engine, fake, clock, wait: (waitDays) => void (aheadMs += waitDays * dayMs) };
}

function addCloud(engine: Engine, fake: FakeS3Server, lockDays: number | null) {
  return engine.call('destination.add', {
    kind: 's3',
    name: 'cloud',
    place: null,
    provider: 'minio',
    bucket: testBucket,
    region: null,
    endpoint: fake.endpoint,
    prefix: 'shop',
    lockDays,
    accessKey: testKey.accessKeyId,
    secretKey: testKey.secretAccessKey,
  });
}

const copy = (engine: Engine) => engine.call('copy.run', { snapshot: 'all', from: 'recovered', to: 'cloud' });

/** Days from now until the lock of each object ends, without the prefix; 0: no lock. */
async function locks(fake: FakeS3Server, clock: Clock): Promise<Record<string, number>> {
  const listed = await fake.objects.list(testBucket);
  return Object.fromEntries(
    listed.map(({ key }) => {
      const endMs = fake.versions.lockEnd(testBucket, key);
      return [key.slice('shop/'.length), endMs === 0 ? 0 : Math.round((endMs - clock.nowMs()) / dayMs)];
    }),
  );
}

const isLocked = (name: string): boolean => name === 'shouhu.json' || /^(chunks|manifests)\//.test(name);

describe('a bucket that locks', () => {
  it('has every chunk and manifest locked with the PUT, and the header that opens them; nothing that is renewed', async () => {
    const { engine, fake, clock } = await rig();
    const { destination } = await addCloud(engine, fake, days);
    expect(destination).toMatchObject({ name: 'cloud', lockDays: days });
    await copy(engine);
    const found = await locks(fake, clock);
    const names = Object.keys(found);
    expect(names.filter(isLocked).length).toBeGreaterThan(3);
    for (const name of names) expect([name, found[name]]).toEqual([name, isLocked(name) ? 60 : 0]);
    expect(names).toEqual(expect.arrayContaining(['shouhu.json', 'README.txt']));
    // One, by the probe, on its throwaway object: what was put with its lock needs no second request.
    expect(fake.requestCount('PutObjectRetention')).toBe(1);
  });

  it('is asked about an object once in its life, and extends only what runs short', async () => {
    const { engine, fake, clock, wait } = await rig();
    await addCloud(engine, fake, days);
    await copy(engine);
    const objects = Object.keys(await locks(fake, clock)).filter(isLocked).length;
    const extensions = () => fake.requestCount('PutObjectRetention') - 1;

    const before = fake.requestCount('HeadObject');
    wait(10);
    await copy(engine);
    expect(extensions()).toBe(0);
    expect(fake.requestCount('HeadObject') - before).toBeLessThan(objects);

    wait(10);
    await copy(engine);
    // The header is looked at every time, and waits until it must.
    expect(extensions()).toBe(objects - 1);
    for (const [name, left] of Object.entries(await locks(fake, clock)))
      if (isLocked(name)) expect([name, left]).toEqual([name, name === 'shouhu.json' ? 40 : 60]);

    wait(50);
    await copy(engine);
    expect(extensions()).toBe(2 * objects - 1);
    expect((await locks(fake, clock))['shouhu.json']).toBe(60);
  });

  it('locks what another writer has put without a lock', async () => {
    const { engine, fake, clock } = await rig();
    await addCloud(engine, fake, null);
    await copy(engine);
    expect(Object.values(await locks(fake, clock)).every((left) => left === 0)).toBe(true);
    await engine.call('destination.remove', { name: 'cloud' });
    await addCloud(engine, fake, days);
    await copy(engine);
    for (const [name, left] of Object.entries(await locks(fake, clock))) if (isLocked(name)) expect(left).toBe(60);
  });

  it('has its lock switched on while it is in use, once that is proven on a test file', async () => {
    const { engine, fake, clock } = await rig();
    await addCloud(engine, fake, null);
    await copy(engine);
    const wish = { name: 'cloud', retention: {}, pin: [], unpin: [], lockDays: days };
    const { destination, steps } = await engine.call('destination.set', wish);
    expect(destination).toMatchObject({ lockDays: days });
    expect(steps?.find(({ id }) => id === 'lock')).toMatchObject({ ok: true, facts: { lock: 'proven' } });
    expect(fake.requestCount('PutObjectRetention')).toBe(1);
    await copy(engine);
    for (const [name, left] of Object.entries(await locks(fake, clock))) if (isLocked(name)) expect(left).toBe(60);
  });

  it('has it switched on again after a recovery, which cannot know for how many days it was', async () => {
    const { engine, fake } = await rig();
    await addCloud(engine, fake, days);
    await copy(engine);
    const dir = await mkdtemp(join(tmpdir(), 'shouhu-locks-'));
    closing.push(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    const other = await openEngine({ homeDir: join(dir, 'home'), language: 'en' });
    closing.push(() => other.close());
    const { accessKeyId: accessKey, secretAccessKey: secretKey } = testKey;
    const place = { provider: 'minio', bucket: testBucket, region: null, endpoint: fake.endpoint, prefix: 'shop' };
    const secret = { kind: 'passphrase', passphrase: testPassphrase } as const;
    const from = { kind: 's3', ...place, accessKey, secretKey } as const;
    expect(await other.call('recover.run', { from, secret })).toMatchObject({
      lockedUntil: expect.any(String) as string,
    });
    const known = async () => (await other.call('destination.list', {})).destinations[0];
    expect(await known()).not.toHaveProperty('lockDays');
    await other.call('destination.set', { name: 'recovered', retention: {}, pin: [], unpin: [], lockDays: days });
    expect(await known()).toMatchObject({ name: 'recovered', lockDays: days });
  });

  it('is refused a lock that it does not keep, and so is a disk; nothing is changed then', async () => {
    const { engine, fake } = await rig(false);
    await addCloud(engine, fake, null);
    const wish = { retention: {}, pin: [], unpin: [], lockDays: days };
    await expect(engine.call('destination.set', { name: 'cloud', ...wish })).rejects.toMatchObject({
      code: 'backend.rejected',
      facts: { because: 'lock-off' },
    });
    await expect(engine.call('destination.set', { name: 'recovered', ...wish })).rejects.toMatchObject({
      code: 'usage.bad-argument',
    });
    const { destinations } = await engine.call('destination.list', {});
    for (const destination of destinations) expect(destination).not.toHaveProperty('lockDays');
  });

  it('locks a header again that another computer has replaced without a lock', async () => {
    const { engine, fake, clock } = await rig();
    await addCloud(engine, fake, days);
    await copy(engine);
    const key = 'shop/shouhu.json';
    const header = await fake.objects.get(testBucket, key);
    await fake.objects.put(testBucket, key, header!);
    fake.versions.add(testBucket, key, {}, clock.nowMs(), false);
    expect((await locks(fake, clock))['shouhu.json']).toBe(0);
    await copy(engine);
    expect((await locks(fake, clock))['shouhu.json']).toBe(60);
  });

  it('keeps the old header beside a new one, and says for how long a former passphrase still opens it', async () => {
    const { engine, fake, clock } = await rig();
    await addCloud(engine, fake, days);
    await copy(engine);
    const change = {
      key: 'main',
      current: { passphrase: testPassphrase },
      newPassphrase: 'four quiet green boats',
    } as const;
    const { copies } = await engine.call('key.changePassphrase', change);
    expect(copies).toEqual(
      expect.arrayContaining([{ destination: 'cloud', state: 'renewed', errorCode: null, oldForDays: 60 }]),
    );
    const ends = fake.versions.of(testBucket, 'shop/shouhu.json').map(({ untilMs }) => untilMs);
    expect(ends.map((endMs) => Math.round((endMs - clock.nowMs()) / dayMs))).toEqual([60, 60]);
  });

  it('calls a copy broken, and not merely unlocked, when what was put is gone', async () => {
    const { engine, fake } = await rig();
    await addCloud(engine, fake, days);
    let victim = '';
    fake.quirks.fault = ({ operation, key }) => {
      // After the run's own listings, before its looks: as a thief, or a lifecycle rule, would.
      if (operation !== 'HeadObject' || victim !== '' || !key.includes('/manifests/')) return undefined;
      if (fake.versions.lockEnd(testBucket, key) === 0) return undefined;
      victim = key;
      void fake.objects.remove(testBucket, key);
      return undefined;
    };
    await expect(copy(engine)).rejects.toMatchObject({
      code: 'repository.missing-object',
      facts: { object: expect.stringContaining('manifests/') as string },
    });
    const { copies } = await engine.call('snapshot.show', { snapshot: 'latest' });
    expect(copies.find(({ destination }) => destination === 'cloud')).toMatchObject({ intact: false });
  });

  it('keeps the copy and says so when it can no longer be locked', async () => {
    const { engine, fake, wait } = await rig();
    await addCloud(engine, fake, days);
    await copy(engine);
    wait(40);
    fake.quirks.denied = ['PutObjectRetention'];
    await expect(copy(engine)).rejects.toMatchObject({
      code: 'copy.unlocked',
      facts: { destination: 'cloud', first: 'backend.access-denied' },
    });
    const { snapshots } = await engine.call('snapshots.list', { source: null, atDestination: 'cloud' });
    expect(snapshots).toHaveLength(1);
    fake.quirks.denied = [];
    await copy(engine);
  });

  it('stops at the first object that extending destroys', async () => {
    const { engine, fake, wait } = await rig();
    await addCloud(engine, fake, days);
    await copy(engine);
    wait(40);
    fake.quirks.retention = 'destroys';
    const before = fake.requestCount('PutObjectRetention');
    await expect(copy(engine)).rejects.toMatchObject({ facts: { because: 'lock-destroys' } });
    // As many as were under way together, and not one more.
    expect(fake.requestCount('PutObjectRetention') - before).toBeLessThanOrEqual(8);
  });

  it('is refused where the bucket was made without a lock, before anything is written', async () => {
    const { engine } = await rig();
    const plain = await startTestS3();
    closing.push(() => plain.close());
    await expect(addCloud(engine, plain, days)).rejects.toMatchObject({
      code: 'backend.rejected',
      facts: { step: 'lock', because: 'lock-off', provider: 'minio' },
    });
    expect(await plain.objects.list(testBucket)).toEqual([]);
  });
});

it('a recovered home knows that its bucket locks, says so, and hides nothing behind a marker', async () => {
  const { engine, fake, clock } = await rig();
  await addCloud(engine, fake, days);
  await copy(engine);
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-locks-bare-'));
  closing.push(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const bare = await openEngine({ homeDir: dir, language: 'en', clock });
  closing.push(() => bare.close());
  const place = { provider: 'minio', bucket: testBucket, region: null, endpoint: fake.endpoint, prefix: 'shop' };
  const keys = { accessKey: testKey.accessKeyId, secretKey: testKey.secretAccessKey };
  const { lockedUntil } = await bare.call('recover.run', {
    from: { kind: 's3', ...place, ...keys },
    secret: { kind: 'passphrase', passphrase: testPassphrase },
  });
  expect(Math.round((Date.parse(lockedUntil ?? '') - clock.nowMs()) / dayMs)).toBe(60);
  const { destinations } = await new SettingsFile(dir).read();
  expect(destinations[0]).toMatchObject({ name: 'recovered', found: { lock: true } });
});

describe('a bucket that its owner locked as a whole in the console', () => {
  const key = {
    key: 'main',
    current: { passphrase: testPassphrase },
    newPassphrase: 'four quiet green boats',
  } as const;

  it('is added, filled again and again and tested, and a new passphrase reaches it when the time is over', async () => {
    const { engine, fake } = await rig(false);
    let isOver = false;
    fake.quirks.worm = () => !isOver;
    const { steps } = await addCloud(engine, fake, null);
    expect(steps.find(({ id }) => id === 'remove')).toMatchObject({ ok: true, facts: { kept: 'locked' } });
    await copy(engine);
    await copy(engine);
    expect((await engine.call('destination.test', { name: 'cloud' })).steps.every(({ ok }) => ok)).toBe(true);
    const all = { destination: 'cloud', readPercent: 100, healFrom: null };
    expect(await engine.call('verify.run', all)).toMatchObject({ damaged: [], missing: [] });

    expect((await engine.call('key.changePassphrase', key)).copies).toEqual(
      expect.arrayContaining([{ destination: 'cloud', state: 'owed', errorCode: 'backend.locked' }]),
    );
    expect((await engine.call('key.list', {})).behind).toEqual([{ destination: 'cloud', reason: 'owed' }]);
    isOver = true;
    await copy(engine);
    expect((await engine.call('key.list', {})).behind).toEqual([]);
  });

  it('cannot be healed, and says what is damaged instead of stopping there', async () => {
    const { engine, fake } = await rig(false);
    await addCloud(engine, fake, null);
    await copy(engine);
    const rotten = (await fake.objects.list(testBucket)).find(({ key: name }) => name.includes('/chunks/'))!.key;
    const { bytes, modifiedAtMs } = (await fake.objects.get(testBucket, rotten))!;
    await fake.objects.put(testBucket, rotten, { bytes: Buffer.from(bytes).fill(1, 40, 50), modifiedAtMs });
    fake.quirks.worm = () => true;
    const result = await engine.call('verify.run', { destination: 'cloud', readPercent: 100, healFrom: 'recovered' });
    expect(result).toMatchObject({ damaged: [{ object: rotten.slice(-64) }], healed: [] });
  });
});
