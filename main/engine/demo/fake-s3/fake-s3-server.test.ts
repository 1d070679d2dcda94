import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { startFakeS3, type FakeS3Options, type FakeS3Server } from './fake-s3-server.ts';

const key = { accessKeyId: 'AKIDTEST', secretAccessKey: 'test-secret-not-real' };
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The stock SDK with its own defaults: the fake must get on with clients other than ours. */
async function rig(options: Partial<FakeS3Options> = {}): Promise<{ fake: FakeS3Server; client: S3Client }> {
  const fake = await startFakeS3({ accessKeys: [key], buckets: ['box'], ...options });
  const client = new S3Client({
    endpoint: fake.endpoint,
    region: 'us-east-1',
    credentials: key,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  closing.push(
    () => client.destroy(),
    () => fake.close(),
  );
  return { fake, client };
}

describe('the fake S3 server', () => {
  it('listens on this machine only', async () => {
    const { fake } = await rig();
    expect(fake.endpoint).toBe(`http://127.0.0.1:${fake.port}`);
  });

  it('makes, lists and knows buckets', async () => {
    const { client } = await rig();
    await client.send(new CreateBucketCommand({ Bucket: 'second' }));
    await client.send(new HeadBucketCommand({ Bucket: 'second' }));
    const { Buckets = [] } = await client.send(new ListBucketsCommand());
    expect(Buckets.map(({ Name }) => Name)).toEqual(['box', 'second']);
    await expect(client.send(new CreateBucketCommand({ Bucket: 'second' }))).rejects.toThrow('BucketAlreadyOwnedByYou');
  });

  it('checks the CRC32 that the SDK sends by default and takes aws-chunked bodies apart', async () => {
    const { fake, client } = await rig();
    await client.send(new PutObjectCommand({ Bucket: 'box', Key: 'plain', Body: 'plain body' }));
    const stream = Readable.from([Buffer.from('one '), Buffer.from('two')]);
    await client.send(new PutObjectCommand({ Bucket: 'box', Key: 'stream', Body: stream, ContentLength: 7 }));
    expect((await fake.objects.get('box', 'stream'))?.bytes.toString()).toBe('one two');
    fake.quirks.awsChunked = { status: 501, code: 'NotImplemented' };
    const again = Readable.from([Buffer.from('one two')]);
    await expect(
      client.send(new PutObjectCommand({ Bucket: 'box', Key: 'stream', Body: again, ContentLength: 7 })),
    ).rejects.toMatchObject({ name: 'NotImplemented' });
    fake.quirks.checksumHeaders = { status: 400, code: 'InvalidArgument' };
    await expect(client.send(new PutObjectCommand({ Bucket: 'box', Key: 'x', Body: 'x' }))).rejects.toThrow(
      'InvalidArgument',
    );
  });

  it('refuses a body that is not what its Content-MD5 says', async () => {
    const { fake, client } = await rig();
    const ContentMD5 = Buffer.alloc(16).toString('base64');
    await expect(client.send(new PutObjectCommand({ Bucket: 'box', Key: 'x', Body: 'x', ContentMD5 }))).rejects.toThrow(
      'BadDigest',
    );
    expect(await fake.objects.get('box', 'x')).toBeUndefined();
  });

  it('refuses unsigned requests and bodies other than the signed one', async () => {
    const { fake } = await rig();
    const response = await fetch(`${fake.endpoint}/box/x`);
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code>'),
    ]);
  });

  it('lists odd keys in the order of their bytes, page by page', async () => {
    const { client } = await rig();
    const keys = ['a b', 'a&b', 'a+b', 'a/b', '中文', '%41', '🔑'];
    for (const Key of keys) await client.send(new PutObjectCommand({ Bucket: 'box', Key, Body: Key }));
    const found: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket: 'box', MaxKeys: 2, ContinuationToken }));
      found.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(found).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('deletes many at once and counts requests', async () => {
    const { fake, client } = await rig();
    for (const Key of ['a', 'b', 'c']) await client.send(new PutObjectCommand({ Bucket: 'box', Key, Body: 'x' }));
    await client.send(new DeleteObjectsCommand({ Bucket: 'box', Delete: { Objects: [{ Key: 'a' }, { Key: 'b' }] } }));
    expect((await fake.objects.list('box')).map((object) => object.key)).toEqual(['c']);
    expect([fake.requestCount('PutObject'), fake.requestCount()]).toEqual([3, 4]);
  });

  it('refuses sub-resources it does not know instead of overwriting the object', async () => {
    const { fake, client } = await rig();
    await client.send(new PutObjectCommand({ Bucket: 'box', Key: 'x', Body: 'kept' }));
    const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(0) } as const;
    await expect(client.send(new PutObjectRetentionCommand({ Bucket: 'box', Key: 'x', Retention }))).rejects.toThrow(
      'NotImplemented',
    );
    expect((await fake.objects.get('box', 'x'))?.bytes.toString()).toBe('kept');
  });

  it('keeps objects in a folder as files that survive a restart and can be damaged by hand', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shouhu-fake-s3-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const first = await rig({ folder });
    await first.client.send(new PutObjectCommand({ Bucket: 'box', Key: 'chunks/ab/x', Body: 'whole' }));
    await first.fake.close();
    await writeFile(join(folder, 'box', 'chunks', 'ab', 'x'), 'rotten');
    const { client } = await rig({ folder, buckets: [] });
    const answer = await client.send(new GetObjectCommand({ Bucket: 'box', Key: 'chunks/ab/x' }));
    expect(await answer.Body?.transformToString()).toBe('rotten');
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'box' }));
    expect(Contents.map(({ Key, Size }) => [Key, Size])).toEqual([['chunks/ab/x', 6]]);
  });
});
