import { describeBlobStore } from '../testing/describe-blob-store.ts';
import { everyHostIsLocal, startTestS3, storeOn, testBucket } from '../testing/s3-rig.ts';

describeBlobStore('s3 (path style, guarded by HEAD)', async () => {
  const fake = await startTestS3();
  const plant = (name: string, bytes: Uint8Array): Promise<void> =>
    fake.objects.put(testBucket, name, { bytes: Buffer.from(bytes), modifiedAtMs: 0 });
  return { store: storeOn(fake), plant, dispose: () => fake.close() };
});

describeBlobStore('s3 (virtual host, prefix, guarded by If-None-Match, list v1)', async () => {
  const fake = await startTestS3({ quirks: { noPathStyle: true, noListV2: true, rejectAwsChunked: true } });
  const plant = (name: string, bytes: Uint8Array): Promise<void> =>
    fake.objects.put(testBucket, `shop/one/${name}`, { bytes: Buffer.from(bytes), modifiedAtMs: 0 });
  const store = storeOn(fake, {
    provider: 'aws-s3',
    region: 'cn-north-1',
    endpoint: `http://s3.localhost:${fake.port}`,
    lookup: everyHostIsLocal,
    prefix: '/shop/one/',
  });
  return { store, plant, dispose: () => fake.close() };
});
