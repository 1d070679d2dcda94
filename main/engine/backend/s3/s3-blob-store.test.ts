import { cloudProvider, cloudProviderIds, needsCloudEndpoint } from '../../../../shared/model/cloud-providers.ts';
import { describeBlobStore } from '../testing/describe-blob-store.ts';
import { everyHostIsLocal, startTestS3, storeOn, testBucket, testBucketAt } from '../testing/s3-rig.ts';

/** Against the fake of every cloud, with what the table of clouds says of it: none makes a request that is known to fail there. */
for (const provider of cloudProviderIds) {
  describeBlobStore(`s3 as at ${provider}`, async () => {
    const { defaultRegion, regions } = cloudProvider(provider);
    const region = defaultRegion === '' ? (regions[0]?.[0] ?? '') : defaultRegion;
    const bucket = testBucketAt(provider);
    const fake = await startTestS3({ provider, region, buckets: [bucket] });
    const plant = (name: string, bytes: Uint8Array): Promise<void> =>
      fake.objects.put(bucket, name, { bytes: Buffer.from(bytes), modifiedAtMs: 0 });
    const endpoint = needsCloudEndpoint(provider) ? fake.endpoint : `http://s3.localhost:${fake.port}`;
    const store = storeOn(fake, { provider, region, bucket, endpoint, lookup: everyHostIsLocal });
    return { store, plant, dispose: () => fake.close() };
  });
}

describeBlobStore('s3 under a prefix', async () => {
  const fake = await startTestS3();
  const plant = (name: string, bytes: Uint8Array): Promise<void> =>
    fake.objects.put(testBucket, `shop/one/${name}`, { bytes: Buffer.from(bytes), modifiedAtMs: 0 });
  return { store: storeOn(fake, { prefix: '/shop/one/' }), plant, dispose: () => fake.close() };
});

describeBlobStore('s3 in a bucket that keeps versions and locks', async () => {
  const fake = await startTestS3({ objectLock: true });
  const plant = (name: string, bytes: Uint8Array): Promise<void> =>
    fake.objects.put(testBucket, name, { bytes: Buffer.from(bytes), modifiedAtMs: 0 });
  return { store: storeOn(fake), plant, dispose: () => fake.close() };
});
