import type { LookupFunction } from 'node:net';
import type { CloudProviderId } from '../../../../shared/model/cloud-providers.ts';
import { startFakeS3, type FakeS3Options, type FakeS3Server } from '../../demo/fake-s3/fake-s3-server.ts';
import { S3BlobStore, type S3StoreOptions } from '../s3/s3-blob-store.ts';

export const testKey = { accessKeyId: 'AKIDTEST', secretAccessKey: 'test-secret-not-real' };
export const testBucket = 'shop-backup';

/** Refusals that several clouds have in common. */
export const pathStyleRefused = { status: 403, code: 'SecondLevelDomainForbidden' };
export const chunkedRefused = { status: 501, code: 'NotImplemented' };
export const checksumRefused = { status: 400, code: 'InvalidArgument' };

/** A fake S3 server with one bucket. The fake itself lives in `demo/`, because `shouhu demo` runs on it too. */
export function startTestS3(options: Partial<FakeS3Options> = {}): Promise<FakeS3Server> {
  return startFakeS3({ accessKeys: [testKey], buckets: [testBucket], ...options });
}

/** A store on the fake: one try per request, so that tests see each failure and wait for none. */
export function storeOn(fake: FakeS3Server, options: Partial<S3StoreOptions> = {}): S3BlobStore {
  return new S3BlobStore({
    provider: 'custom',
    endpoint: fake.endpoint,
    bucket: testBucket,
    credentials: testKey,
    maxAttempts: 1,
    ...options,
  });
}

/** A name service that knows one address: every host is this machine. */
export const everyHostIsLocal: LookupFunction = (_host, options, done) => {
  if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
};

/** A bucket's name as this cloud wants it. */
export function testBucketAt(provider: CloudProviderId): string {
  return provider === 'tencent-cos' ? `${testBucket}-1250000000` : testBucket;
}
