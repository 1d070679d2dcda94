import { afterEach, describe, expect, it } from 'vitest';
import { cloudProvider, cloudProviderIds, needsCloudEndpoint } from '../../../../shared/model/cloud-providers.ts';
import type { FakeS3Options, FakeS3Quirks, FakeS3Server } from '../../demo/fake-s3/fake-s3-server.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { never } from '../testing/describe-blob-store.ts';
import {
  everyHostIsLocal,
  pathStyleRefused,
  startTestS3,
  testBucket,
  testBucketAt,
  testKey,
} from '../testing/s3-rig.ts';
import { probeS3, s3ProbeStepIds, type S3Findings, type S3ProbeStep } from './probe-s3.ts';
import type { S3StoreOptions } from './s3-blob-store.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Probed {
  readonly fake: FakeS3Server;
  readonly steps: S3ProbeStep[];
  readonly outcome: Promise<S3Findings>;
}

async function probe(
  fakeOptions: Partial<FakeS3Options> = {},
  storeOptions: Partial<S3StoreOptions> = {},
  { wantsLock = false, clock = systemClock }: { readonly wantsLock?: boolean; readonly clock?: Clock } = {},
): Promise<Probed> {
  const fake = await startTestS3(fakeOptions);
  closing.push(() => fake.close());
  const steps: S3ProbeStep[] = [];
  const options: S3StoreOptions = {
    provider: 'custom',
    endpoint: fake.endpoint,
    bucket: testBucket,
    credentials: testKey,
    maxAttempts: 1,
    lookup: everyHostIsLocal,
    ...storeOptions,
  };
  const outcome = probeS3(options, { wantsLock, signal: never, clock, onStep: (step) => steps.push(step) });
  // A refusal is looked at by the test; until then it is nobody's.
  outcome.catch(() => undefined);
  return { fake, steps, outcome };
}

const factsOf = (steps: readonly S3ProbeStep[], id: string) => steps.find((step) => step.id === id)?.facts;
const everything = async (fake: FakeS3Server): Promise<string[]> =>
  (await fake.objects.list(testBucket)).map(({ key }) => key);

describe('the probe of a bucket', () => {
  it.each(cloudProviderIds)('holds at %s as its fake stands for it, and leaves nothing behind', async (provider) => {
    const { defaultRegion, regions } = cloudProvider(provider);
    const region = defaultRegion === '' ? (regions[0]?.[0] ?? '') : defaultRegion;
    const bucket = testBucketAt(provider);
    const fake = await startTestS3({ provider, region, buckets: [bucket] });
    closing.push(() => fake.close());
    const steps: S3ProbeStep[] = [];
    const endpoint = needsCloudEndpoint(provider) ? fake.endpoint : `http://s3.localhost:${fake.port}`;
    const options = { provider, region, bucket, endpoint, credentials: testKey, lookup: everyHostIsLocal };
    await probeS3(options, { wantsLock: false, signal: never, clock: systemClock, onStep: (step) => steps.push(step) });
    expect(steps.map(({ id }) => id)).toEqual(s3ProbeStepIds);
    expect(await fake.objects.list(bucket)).toEqual([]);
  });

  it('touches nothing outside its own folder', async () => {
    const fake = await startTestS3();
    closing.push(() => fake.close());
    const mine = { bytes: Buffer.from('mine'), modifiedAtMs: 0 };
    for (const key of ['shop/chunks/ab/x', 'shop/probe-not/x', 'probe/outside'])
      await fake.objects.put(testBucket, key, mine);
    const options = { provider: 'custom', endpoint: fake.endpoint, bucket: testBucket, prefix: 'shop' } as const;
    await probeS3(
      { ...options, credentials: testKey },
      { wantsLock: false, signal: never, clock: systemClock, onStep: () => undefined },
    );
    expect(await everything(fake)).toEqual(['probe/outside', 'shop/chunks/ab/x', 'shop/probe-not/x']);
  });

  const guards: readonly (readonly [FakeS3Quirks['ifNoneMatch'], string, string])[] = [
    ['honoured', 'refused', 'if-none-match'],
    ['ignored', 'ignored', 'head-first'],
    ['not-implemented', 'unsupported', 'head-first'],
    ['not-modified', 'unsupported', 'head-first'],
  ];
  it.each(guards)('finds out that If-None-Match is %s', async (ifNoneMatch = 'honoured', condition, createGuard) => {
    const { steps, outcome } = await probe({ quirks: { ifNoneMatch } });
    expect(await outcome).toMatchObject({ createGuard });
    expect(factsOf(steps, 'create')).toEqual({ condition });
  });

  it('pages its list one by one, and falls back to the old call where the new one is missing or loops', async () => {
    const { steps, outcome } = await probe();
    await outcome;
    expect(factsOf(steps, 'list')).toMatchObject({ version: 2, pages: 2 });
    for (const quirks of [{ noListV2: true }, { endlessListV2: true }]) {
      const old = await probe({ quirks });
      expect(await old.outcome).toMatchObject({ listVersion: 1 });
      expect(factsOf(old.steps, 'list')).toMatchObject({ version: 1, pages: 2 });
    }
    const { outcome: endless } = await probe({ quirks: { endlessList: true } });
    await expect(endless).rejects.toMatchObject({ facts: { step: 'list', because: 'list-loop' } });
  });

  it('says when the service compares no MD5 and ignores ranges', async () => {
    const { steps, outcome } = await probe({ quirks: { ignoresMd5: true, ignoresRange: true } });
    await outcome;
    expect(factsOf(steps, 'list')).toMatchObject({ md5: 'unchecked' });
    expect(factsOf(steps, 'range')).toEqual({ range: 'ignored' });
  });

  it('finds the addressing of a service that nobody knows, and keeps to what the table says of the others', async () => {
    const quirks = { pathStyle: pathStyleRefused };
    const fake = await startTestS3({ quirks });
    closing.push(() => fake.close());
    const options = { bucket: testBucket, credentials: testKey, lookup: everyHostIsLocal, maxAttempts: 1 };
    const onHost = { ...options, endpoint: `http://s3.localhost:${fake.port}` };
    const run = { wantsLock: false, signal: never, clock: systemClock, onStep: () => undefined };
    expect(await probeS3({ ...onHost, provider: 'custom' }, run)).toMatchObject({ addressing: 'virtual-host' });
    await expect(probeS3({ ...onHost, provider: 'wasabi', region: 'us-east-1' }, run)).rejects.toMatchObject({
      facts: { step: 'put', because: 'address-style', provider: 'wasabi' },
    });
  });

  it('says that deleted objects live on as versions, and deletes its own for good', async () => {
    const { fake, steps, outcome } = await probe({ objectLock: true });
    expect(await outcome).toMatchObject({ lock: true });
    expect(factsOf(steps, 'remove')).toEqual({ versions: 'on' });
    expect(fake.versions.all()).toEqual([]);
  });
});

describe('what the probe says when a bucket refuses', () => {
  const wrong: readonly (readonly [string, Partial<FakeS3Options>, Partial<S3StoreOptions>, object])[] = [
    [
      'an unknown key',
      {},
      { credentials: { ...testKey, accessKeyId: 'AKIDOTHER' } },
      { because: 'key-unknown', step: 'put' },
    ],
    ['a wrong secret', {}, { credentials: { ...testKey, secretAccessKey: 'x' } }, { because: 'secret-wrong' }],
    ['no such bucket', {}, { bucket: 'other' }, { because: 'bucket-missing' }],
    [
      'another region',
      { region: 'eu-west-1', quirks: { checksRegion: true } },
      { region: 'us-west-2' },
      { because: 'wrong-region-named', rightRegion: 'eu-west-1' },
    ],
    [
      'a key that may only read',
      { quirks: { denied: ['PutObject', 'DeleteObject'] } },
      {},
      { because: 'read-only-key' },
    ],
    [
      'a bucket of another account',
      { quirks: { denied: ['PutObject', 'GetObject', 'ListObjectsV2', 'DeleteObject'] } },
      {},
      { because: 'foreign-bucket' },
    ],
    [
      'no right to read',
      { quirks: { denied: ['GetObject', 'HeadObject'] } },
      {},
      { because: 'no-right-get', step: 'stat' },
    ],
    ['no right to list', { quirks: { denied: ['ListObjectsV2'] } }, {}, { because: 'no-right-list', step: 'list' }],
    [
      'no right to delete',
      { quirks: { denied: ['DeleteObject'] } },
      {},
      { because: 'no-right-remove', step: 'remove' },
    ],
    ['a new account of OSS', { quirks: { ownDomainOnly: true } }, {}, { because: 'own-domain-needed', step: 'put' }],
  ];
  it.each(wrong)('names %s', async (_what, fakeOptions, storeOptions, facts) => {
    const { fake, outcome } = await probe(fakeOptions, storeOptions);
    await expect(outcome).rejects.toMatchObject({ facts });
    if (!(fakeOptions.quirks?.denied ?? []).includes('DeleteObject')) expect(await everything(fake)).toEqual([]);
  });

  it('gets through to a new account of OSS by a domain of its own', async () => {
    const domain = 'backup.example.test';
    const fake = await startTestS3({
      provider: 'aliyun-oss',
      quirks: { ownDomainOnly: true },
      customHosts: { [domain]: testBucket },
    });
    closing.push(() => fake.close());
    const place = { provider: 'aliyun-oss', region: 'cn-hangzhou', bucket: testBucket, credentials: testKey } as const;
    const options = { ...place, customDomain: `http://${domain}:${fake.port}`, lookup: everyHostIsLocal };
    const run = { wantsLock: false, signal: never, clock: systemClock, onStep: () => undefined };
    expect(await probeS3(options, run)).toMatchObject({ createGuard: 'head-first' });
  });

  it.each([
    [3_600_000, 'clock-ahead', 60],
    [-7_200_000, 'clock-behind', 120],
  ])('measures a clock that is %i ms off, whether the service minds or not', async (offMs, because, minutes) => {
    const clock: Clock = { nowMs: () => systemClock.nowMs() + offMs, monotonicMs: () => systemClock.monotonicMs() };
    // Requests are signed by the machine's own clock, so this service does not mind.
    const lenient = await probe({}, {}, { clock });
    await expect(lenient.outcome).rejects.toMatchObject({
      code: 'backend.clock-skew',
      facts: { step: 'clock', because, minutes },
    });
    const theirs: Clock = { nowMs: () => systemClock.nowMs() - offMs, monotonicMs: () => systemClock.monotonicMs() };
    const strict = await probe({ clock: theirs });
    await expect(strict.outcome).rejects.toMatchObject({
      code: 'backend.clock-skew',
      facts: { step: 'put', because, minutes },
    });
  });
});

describe('the proof of a lock', () => {
  const wanted = { wantsLock: true };

  it('locks, cannot delete, extends, and leaves one hidden version until its minutes are over', async () => {
    const { fake, steps, outcome } = await probe({ objectLock: true }, { provider: 'minio' }, wanted);
    expect(await outcome).toMatchObject({ lock: true });
    expect(factsOf(steps, 'lock')).toMatchObject({ lock: 'proven' });
    expect(await everything(fake)).toEqual([]);
    expect(fake.versions.all().filter(({ isMarker }) => !isMarker)).toHaveLength(1);
  });

  it('sweeps what a former probe had to leave, once it is old and free', async () => {
    const first = await probe({ objectLock: true }, { provider: 'minio' }, wanted);
    await first.outcome;
    let aheadMs = 3_600_000;
    const later: Clock = { nowMs: () => systemClock.nowMs() + aheadMs, monotonicMs: () => systemClock.monotonicMs() };
    first.fake.setClock(later);
    const options: S3StoreOptions = {
      provider: 'minio',
      endpoint: first.fake.endpoint,
      bucket: testBucket,
      credentials: testKey,
    };
    const run = { wantsLock: false, signal: never, clock: later, onStep: () => undefined };
    // The first request is refused for its time, which teaches the SDK the time there.
    await expect(probeS3(options, run)).resolves.toMatchObject({ lock: true });
    expect(first.fake.versions.all()).toEqual([]);
    aheadMs = 0;
  });

  const refusals: readonly (readonly [string, Partial<FakeS3Options>, string])[] = [
    ['the bucket was made without it', {}, 'lock-off'],
    ['the wish is forgotten', { objectLock: true, quirks: { forgetsLocks: true } }, 'lock-ignored'],
    ['it cannot be extended', { objectLock: true, quirks: { retention: 'ignored' } }, 'lock-ignored'],
    ['extending destroys the object', { objectLock: true, quirks: { retention: 'destroys' } }, 'lock-destroys'],
    ['the key may not lock', { objectLock: true, quirks: { denied: ['PutObjectRetention'] } }, 'lock-no-right'],
  ];
  it.each(refusals)('is refused when %s', async (_what, fakeOptions, because) => {
    const { outcome } = await probe(fakeOptions, { provider: 'minio' }, wanted);
    await expect(outcome).rejects.toMatchObject({ facts: { step: 'lock', because, provider: 'minio' } });
  });

  it.each([
    ['aliyun-oss', 'lock-console-only'],
    ['ucloud-us3', 'lock-none'],
  ] as const)('is not even tried at %s', async (provider, because) => {
    const { fake, outcome } = await probe({ objectLock: true }, { provider, region: 'cn-bj' }, wanted);
    await expect(outcome).rejects.toMatchObject({ facts: { because, provider } });
    expect(fake.requestCount()).toBe(0);
  });
});
