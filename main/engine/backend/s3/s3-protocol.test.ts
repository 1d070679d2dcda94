import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { FakeS3Options, FakeS3Server } from '../../demo/fake-s3/fake-s3-server.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { everyByte, names, never, text } from '../testing/describe-blob-store.ts';
import {
  checksumRefused,
  chunkedRefused,
  everyHostIsLocal,
  pathStyleRefused,
  startTestS3,
  storeOn,
  testBucket,
  testKey,
} from '../testing/s3-rig.ts';
import { RetryingBlobStore } from '../retry/retrying-blob-store.ts';
import { S3BlobStore, type S3StoreOptions } from './s3-blob-store.ts';

const create = { mode: 'create', signal: never } as const;
const replace = { mode: 'replace', signal: never } as const;
const bytes = everyByte(3000);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function rig(
  fakeOptions: Partial<FakeS3Options> = {},
  storeOptions: Partial<S3StoreOptions> = {},
): Promise<{ fake: FakeS3Server; store: S3BlobStore }> {
  const fake = await startTestS3(fakeOptions);
  const store = storeOn(fake, storeOptions);
  closing.push(
    () => store.close(),
    () => fake.close(),
  );
  return { fake, store };
}

describe('an S3 put', () => {
  it('sends the hashes that the caller has, and the service compares both with what arrives', async () => {
    const { fake, store } = await rig();
    const digests = {
      md5Hex: createHash('md5').update(bytes).digest('hex'),
      sha256Hex: createHash('sha256').update(bytes).digest('hex'),
    };
    await store.put('a', bytes, { ...create, digests });
    expect((await fake.objects.get(testBucket, 'a'))?.bytes.equals(bytes)).toBe(true);
    for (const wrong of [{ md5Hex: '0'.repeat(32) }, { sha256Hex: '0'.repeat(64) }])
      await expect(store.put('b', bytes, { ...create, digests: { ...digests, ...wrong } })).rejects.toBeInstanceOf(
        Error,
      );
    expect(await store.stat('b', never)).toBeUndefined();
  });
});

describe('an S3 create', () => {
  it('is one request where the service is known to honour If-None-Match', async () => {
    const { fake, store } = await rig({}, { provider: 'aws-s3', region: 'eu-west-1', addressing: 'path' });
    await store.put('a', bytes, create);
    expect(await store.put('a', Buffer.from('other'), create)).toEqual({ written: false });
    expect(fake.requestCount('PutObject')).toBe(2);
    expect((await fake.objects.get(testBucket, 'a'))?.bytes.equals(bytes)).toBe(true);
  });

  it('looks first where the service may ignore If-None-Match', async () => {
    const { fake, store } = await rig({ quirks: { ifNoneMatch: 'ignored' } });
    await store.put('a', bytes, create);
    expect(await store.put('a', Buffer.from('other'), create)).toEqual({ written: false });
    expect(fake.requestCount('PutObject')).toBe(1);
    expect((await store.get('a', { signal: never })).equals(bytes)).toBe(true);
  });

  it('stops sending the condition to a service that answers 501 to it', async () => {
    const { fake, store } = await rig(
      { quirks: { ifNoneMatch: 'not-implemented' } },
      { provider: 'aws-s3', region: 'eu-west-1', addressing: 'path' },
    );
    expect(await store.put('a', bytes, create)).toEqual({ written: true });
    expect(await store.put('a', Buffer.from('other'), create)).toEqual({ written: false });
    expect(await store.put('b', bytes, create)).toEqual({ written: true });
    expect(fake.requestCount('PutObject')).toBe(3);
  });

  it('writes without the condition after a 409 that left no object behind', async () => {
    const { store } = await rig({ quirks: { ifNoneMatch: 'conflict' } });
    expect(await store.put('a', bytes, create)).toEqual({ written: true });
    expect((await store.get('a', { signal: never })).equals(bytes)).toBe(true);
  });

  it('lets exactly one of eight racing writers win where the service honours the condition', async () => {
    const { store } = await rig({}, { provider: 'aws-s3', region: 'eu-west-1', addressing: 'path' });
    const writers = Array.from({ length: 8 }, (_, n) => store.put('shouhu.json', Buffer.from(`header ${n}`), create));
    const written = (await Promise.all(writers)).map((outcome) => outcome.written);
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(await text(store, 'shouhu.json')).toBe(`header ${written.indexOf(true)}`);
  });
});

describe('an S3 write', () => {
  it('sends no checksum header and no chunked body off Amazon', async () => {
    const { store } = await rig({ quirks: { checksumHeaders: checksumRefused, awsChunked: chunkedRefused } });
    await store.put('a', everyByte(3_000_000), replace);
    await store.put('b', bytes, create);
    expect(await store.stat('a', never)).toMatchObject({ sizeBytes: 3_000_000 });
    expect(await names(store, '')).toEqual(['a', 'b']);
    await store.remove('a', never);
  });

  it('goes to a custom domain that stands for the bucket', async () => {
    const domain = 'backup.example.test';
    const fake = await startTestS3({ customHosts: { [domain]: testBucket }, quirks: { pathStyle: pathStyleRefused } });
    const store = storeOn(fake, {
      provider: 'aliyun-oss',
      region: 'cn-hangzhou',
      customDomain: `http://${domain}:${fake.port}`,
      lookup: everyHostIsLocal,
    });
    closing.push(
      () => store.close(),
      () => fake.close(),
    );
    await store.put('chunks/ab/x', bytes, create);
    expect(await names(store, 'chunks/')).toEqual(['chunks/ab/x']);
    expect((await fake.objects.get(testBucket, 'chunks/ab/x'))?.bytes.equals(bytes)).toBe(true);
  });

  it('is sent again by the SDK when the service says SlowDown once', async () => {
    const { fake, store } = await rig({ quirks: { slowDownEvery: 2 } }, { maxAttempts: 2 });
    await store.put('a', bytes, replace);
    await store.put('b', bytes, replace);
    expect(fake.requestCount('PutObject')).toBe(3);
  });
});

describe('a store that tries again', () => {
  it('asks six times in all, not six times as often as the SDK would', async () => {
    const fake = await startTestS3({ quirks: { refuse: { status: 503, code: 'SlowDown' } } });
    const place = { provider: 'custom', endpoint: fake.endpoint, bucket: testBucket, credentials: testKey } as const;
    const waits: number[] = [];
    const sleep = (delayMs: number): Promise<void> => {
      waits.push(delayMs);
      return Promise.resolve();
    };
    const store = new RetryingBlobStore(new S3BlobStore(place), { sleep });
    closing.push(
      () => store.close(),
      () => fake.close(),
    );
    await expect(store.put('a', bytes, replace)).rejects.toMatchObject({ code: 'backend.throttled' });
    expect([fake.requestCount('PutObject'), waits.length]).toEqual([6, 5]);
  });
});

describe('an S3 read', () => {
  it.each(['reset', 'closed-early'] as const)('is unreachable, never short, when the body is %s', async (getBody) => {
    const { fake, store } = await rig();
    await store.put('a', bytes, create);
    fake.quirks.getBody = getBody;
    await expect(store.get('a', { signal: never })).rejects.toMatchObject({ code: 'backend.unreachable' });
    fake.quirks.getBody = 'whole';
    expect((await store.get('a', { signal: never })).equals(bytes)).toBe(true);
  });

  it('is refused when the ETag tells that bytes are missing, after a second look', async () => {
    const { fake, store } = await rig();
    await store.put('a', bytes, create);
    fake.quirks.getBody = 'truncated';
    const before = fake.requestCount('GetObject');
    await expect(store.get('a', { signal: never })).rejects.toMatchObject({
      code: 'backend.rejected',
      facts: { reason: 'etag-mismatch', name: 'a' },
    });
    expect(fake.requestCount('GetObject') - before).toBe(2);
  });

  it('believes no ETag of a service whose ETags are not MD5', async () => {
    const { store } = await rig({ quirks: { opaqueEtags: true } });
    await store.put('a', bytes, create);
    await store.put('a', bytes, replace);
    expect((await store.get('a', { signal: never })).equals(bytes)).toBe(true);
  });

  it('gives up a body that falls silent', async () => {
    const { fake, store } = await rig({}, { idleTimeoutMs: 30 });
    await store.put('a', bytes, create);
    fake.quirks.getBody = 'stalled';
    await expect(store.get('a', { signal: never })).rejects.toMatchObject({
      code: 'backend.unreachable',
      facts: { reason: 'idle', name: 'a' },
    });
  });

  it('can be cancelled while a body is under way', async () => {
    const { fake, store } = await rig();
    await store.put('a', bytes, create);
    fake.quirks.getBody = 'stalled';
    const stop = new AbortController();
    const reason = new Error('user pressed Stop');
    const reading = store.get('a', { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 20);
    await expect(reading).rejects.toBe(reason);
  });
});

describe('an S3 look', () => {
  it('costs one HEAD for each missing object once the bucket is known', async () => {
    const { fake, store } = await rig();
    for (const name of ['a', 'b', 'c']) expect(await store.stat(name, never)).toBeUndefined();
    expect(fake.requestCount('HeadObject')).toBe(3);
    expect(fake.requestCount('GetObject')).toBe(1);
  });

  it('asks again about the bucket when the last proof is a minute old', async () => {
    let nowMs = 0;
    const clock: Clock = { nowMs: () => systemClock.nowMs(), monotonicMs: () => nowMs };
    const { fake, store } = await rig({}, { clock });
    await store.stat('a', never);
    nowMs = 61_000;
    await store.stat('b', never);
    expect(fake.requestCount('GetObject')).toBe(2);
  });
});

describe('an S3 listing', () => {
  it('pages in the old way where ListObjectsV2 is not implemented', async () => {
    const { fake, store } = await rig({ quirks: { noListV2: true } });
    for (let n = 0; n < 2001; n++) await plant(fake, `chunks/${n}`);
    expect(await names(store, 'chunks/')).toHaveLength(2001);
    await names(store, '');
    expect([fake.requestCount('ListObjectsV2'), fake.requestCount('ListObjects')]).toEqual([1, 6]);
  });

  it('is refused when the service gives the same page for ever', async () => {
    const { fake, store } = await rig({ quirks: { endlessList: true } });
    await plant(fake, 'a');
    await expect(names(store, '')).rejects.toMatchObject({
      code: 'backend.rejected',
      facts: { reason: 'list-loop' },
    });
  });
});

describe('S3 failures', () => {
  const refusals = [
    ['AccessDenied', 403, 'backend.access-denied'],
    ['SecondLevelDomainForbidden', 403, 'backend.rejected'],
    ['PermanentRedirect', 301, 'backend.bucket-missing'],
    ['SlowDown', 503, 'backend.throttled'],
    ['TooManyRequests', 429, 'backend.throttled'],
    ['InternalError', 500, 'backend.unreachable'],
    ['QuotaExceeded', 403, 'backend.disk-full'],
    ['MethodNotAllowed', 405, 'backend.rejected'],
    ['NotImplemented', 501, 'backend.rejected'],
  ] as const;

  it.each(refusals)('%s (%i) is %s in every operation', async (code, status, expected) => {
    const { store } = await rig({ quirks: { refuse: { code, status } } });
    const failure = { code: expected, facts: { bucket: testBucket } };
    await expect(store.put('a', bytes, replace)).rejects.toMatchObject({ ...failure, facts: { reason: code, status } });
    await expect(store.put('a', bytes, create)).rejects.toMatchObject(failure);
    await expect(store.get('a', { signal: never })).rejects.toMatchObject({ ...failure, facts: { reason: code } });
    await expect(store.stat('a', never)).rejects.toMatchObject(failure);
    await expect(names(store, '')).rejects.toMatchObject(failure);
    await expect(store.remove('a', never)).rejects.toMatchObject(failure);
  });

  it('learns what a bare 403 to a HEAD means', async () => {
    const { store } = await rig({}, { credentials: { ...testKey, accessKeyId: 'AKIDOTHER' } });
    await expect(store.stat('a', never)).rejects.toMatchObject({
      code: 'backend.access-denied',
      facts: { reason: 'InvalidAccessKeyId', status: 403, name: 'a' },
    });
  });

  it('tells a wrong secret, without the key in the facts', async () => {
    const { store } = await rig({}, { credentials: { ...testKey, secretAccessKey: 'wrong-secret' } });
    const error: unknown = await store.put('a', bytes, replace).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'backend.access-denied', facts: { reason: 'SignatureDoesNotMatch' } });
    expect(JSON.stringify((error as { facts: unknown }).facts)).not.toMatch(/wrong-secret|AKIDTEST/);
  });

  it('tells a missing bucket from a missing object, also in a look', async () => {
    const { store } = await rig({}, { bucket: 'no-such-bucket' });
    const failure = { code: 'backend.bucket-missing', facts: { bucket: 'no-such-bucket' } };
    await expect(store.stat('a', never)).rejects.toMatchObject(failure);
    await expect(store.get('a', { signal: never })).rejects.toMatchObject(failure);
    await expect(store.put('a', bytes, create)).rejects.toMatchObject(failure);
    await expect(names(store, '')).rejects.toMatchObject(failure);
    await expect(store.remove('a', never)).rejects.toMatchObject(failure);
  });

  it('recovers from a wrong clock by asking a second time', async () => {
    const clock: Clock = { nowMs: () => systemClock.nowMs() + 3_600_000, monotonicMs: () => systemClock.monotonicMs() };
    const { fake, store } = await rig({ clock });
    await store.put('a', bytes, replace);
    expect(fake.requestCount('PutObject')).toBe(2);
    await store.put('b', bytes, replace);
    expect(fake.requestCount('PutObject')).toBe(3);
  });

  it('is no wrong clock when the computer slept over its request, which is not sent anew', async () => {
    let nowMs = systemClock.nowMs();
    const asleep: Clock = { nowMs: () => (nowMs += 3_600_000), monotonicMs: () => systemClock.monotonicMs() };
    const { fake, store } = await rig({ quirks: { alwaysSkewed: true } }, { clock: asleep });
    const slept = { code: 'backend.unreachable', facts: { reason: 'slept' } };
    await expect(store.put('a', bytes, replace)).rejects.toMatchObject(slept);
    expect(fake.requestCount()).toBe(1);
    await expect(store.remove('a', never)).rejects.toMatchObject(slept);
    expect(fake.requestCount()).toBe(1);
    await expect(store.put('a', bytes, { ...create, harmlessLate: true })).rejects.toMatchObject({
      code: 'backend.clock-skew',
    });
  });

  it('is clock-skew when the second time is refused as well', async () => {
    const { fake, store } = await rig({ quirks: { alwaysSkewed: true } });
    await expect(store.put('a', bytes, replace)).rejects.toMatchObject({ code: 'backend.clock-skew' });
    expect(fake.requestCount()).toBe(2);
    await expect(store.stat('a', never)).rejects.toMatchObject({ code: 'backend.clock-skew' });
  });

  it('is unreachable when nobody listens, and when the name is unknown', async () => {
    const { fake, store } = await rig();
    await fake.close();
    await expect(store.put('a', bytes, create)).rejects.toMatchObject({ code: 'backend.unreachable' });
    const { store: lost } = await rig(
      {},
      {
        endpoint: 'http://nowhere.invalid',
        lookup: (_host, _options, done) => done(Object.assign(new Error('unknown host'), { code: 'ENOTFOUND' }), ''),
      },
    );
    await expect(lost.get('a', { signal: never })).rejects.toMatchObject({
      code: 'backend.unreachable',
      facts: { reason: 'ENOTFOUND' },
    });
  });
});

it('swaps the SDK’s forced CRC32 for an MD5 in a control operation', async () => {
  const { DeleteObjectsCommand } = await import('@aws-sdk/client-s3');
  const { createS3Client } = await import('./s3-client.ts');
  const fake = await startTestS3({ quirks: { checksumHeaders: checksumRefused } });
  const client = createS3Client({ provider: 'custom', endpoint: fake.endpoint, credentials: testKey, maxAttempts: 1 });
  closing.push(() => fake.close());
  await plant(fake, 'a');
  await client.send(new DeleteObjectsCommand({ Bucket: testBucket, Delete: { Objects: [{ Key: 'a' }] } }));
  client.destroy();
  expect(await fake.objects.get(testBucket, 'a')).toBeUndefined();
});

function plant(fake: FakeS3Server, name: string): Promise<void> {
  return fake.objects.put(testBucket, name, {
    bytes: Buffer.from(createHash('md5').update(name).digest()),
    modifiedAtMs: 0,
  });
}

describe('an S3 lock', () => {
  const covers = (name: string): boolean => name.startsWith('chunks/');

  it('travels with what it covers, under the service’s clock and not this computer’s', async () => {
    const serverMs = Date.UTC(2026, 0, 1);
    const there: Clock = { nowMs: () => serverMs, monotonicMs: () => systemClock.monotonicMs() };
    const { fake, store } = await rig({ objectLock: true, clock: there }, { lock: { days: 30, covers } });
    await store.put('chunks/a', bytes, create);
    await store.put('lease', bytes, replace);
    const dayMs = 86_400_000;
    const endMs = fake.versions.lockEnd(testBucket, 'chunks/a');
    expect(Math.abs(endMs - (serverMs + 60 * dayMs))).toBeLessThan(60_000);
    expect(fake.versions.lockEnd(testBucket, 'lease')).toBe(0);
  });

  it('is sent with a hash in either way of checksums', async () => {
    for (const provider of ['aws-s3', 'minio'] as const) {
      const place = { provider, region: 'us-east-1', addressing: 'path' } as const;
      const { fake, store } = await rig({ objectLock: true }, { ...place, lock: { days: 7, covers } });
      await store.put('chunks/a', bytes, create);
      expect(fake.versions.lockEnd(testBucket, 'chunks/a')).toBeGreaterThan(0);
    }
  });

  it.each([30, null])(
    'keeps what is locked from being removed (%s days of our own), and lets it go afterwards',
    async (days) => {
      const { fake, store } = await rig({ objectLock: true }, { lock: { days: 30, covers } });
      await store.put('chunks/a', bytes, create);
      await store.put('lease', bytes, replace);
      const remover = storeOn(fake, { lock: { days, covers } });
      closing.push(() => remover.close());
      const untilIso = new Date(fake.versions.lockEnd(testBucket, 'chunks/a')).toISOString();
      await expect(remover.remove('chunks/a', never)).rejects.toMatchObject({
        code: 'backend.locked',
        facts: { name: 'chunks/a', untilIso },
      });
      expect(fake.requestCount('DeleteObject')).toBe(0);
      await remover.remove('lease', never);
      await remover.remove('chunks/never-there', never);
      fake.setClock({ nowMs: () => systemClock.nowMs() + 61 * 86_400_000, monotonicMs: () => 0 });
      await remover.remove('chunks/a', never);
      expect(await names(remover, '')).toEqual([]);
    },
  );

  it('of the cloud’s own console is a lock as well', async () => {
    const { store } = await rig({ quirks: { refuse: { status: 409, code: 'FileImmutable' } } });
    await expect(store.remove('chunks/a', never)).rejects.toMatchObject({
      code: 'backend.locked',
      facts: { name: 'chunks/a' },
    });
  });
});

describe('an object beyond what the cloud takes at once', () => {
  // Never touched, so that it takes no memory.
  const huge = Buffer.allocUnsafeSlow(2 ** 30 + 1);

  it.each([
    ['replacing', replace],
    ['creating', create],
  ] as const)('is refused when %s, before anything is asked or sent', async (_what, options) => {
    const { fake, store } = await rig({}, { provider: 'custom' });
    await expect(store.put('chunks/big', huge, options)).rejects.toMatchObject({
      code: 'backend.rejected',
      facts: { because: 'too-large', sizeBytes: 2 ** 30 + 1, maxPutBytes: 2 ** 30 },
    });
    expect(fake.requestCount()).toBe(0);
  });
});
