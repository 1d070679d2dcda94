import { describe, expect, it } from 'vitest';
import {
  cloudProvider,
  cloudProviderId,
  cloudProviderIds,
  type CloudProviderId,
} from '../../../../shared/model/cloud-providers.ts';
import { cloudErrorText } from '../../../../shared/i18n/cloud-sentences.ts';
import { addressOf } from './providers.ts';
import { bucketParameter } from './s3-client.ts';

describe('addressOf', () => {
  const known: readonly (readonly [CloudProviderId, string, string])[] = [
    ['aws-s3', 'eu-west-1', 'https://s3.eu-west-1.amazonaws.com'],
    ['aws-s3', 'cn-north-1', 'https://s3.cn-north-1.amazonaws.com.cn'],
    ['aliyun-oss', 'cn-hangzhou', 'https://s3.oss-cn-hangzhou.aliyuncs.com'],
    ['tencent-cos', 'ap-guangzhou', 'https://cos.ap-guangzhou.myqcloud.com'],
    ['huawei-obs', 'cn-north-4', 'https://obs.cn-north-4.myhuaweicloud.com'],
    ['backblaze-b2', 'us-west-004', 'https://s3.us-west-004.backblazeb2.com'],
    ['wasabi', 'us-east-1', 'https://s3.us-east-1.wasabisys.com'],
    ['qiniu-kodo', 'cn-east-1', 'https://s3.cn-east-1.qiniucs.com'],
    ['ucloud-us3', 'cn-bj', 'https://s3-cn-bj.ufileos.com'],
  ];
  it.each(known)('finds %s in %s', (provider, region, endpoint) => {
    expect(addressOf({ provider, region })).toEqual({ endpoint, region });
  });

  it('signs for "auto" at Cloudflare, whose address holds the account', () => {
    const endpoint = 'https://abc123.r2.cloudflarestorage.com';
    expect(addressOf({ provider: 'cloudflare-r2', endpoint })).toEqual({ endpoint, region: 'auto' });
  });

  it('takes the user’s address for self-hosted services and custom domains', () => {
    expect(addressOf({ provider: 'minio', endpoint: 'http://10.0.0.5:9000/' })).toEqual({
      endpoint: 'http://10.0.0.5:9000',
      region: 'us-east-1',
    });
    expect(
      addressOf({ provider: 'aliyun-oss', region: 'cn-hangzhou', endpoint: 'https://backup.example.com' }).endpoint,
    ).toBe('https://backup.example.com');
  });

  const wrong: readonly (readonly [string, Parameters<typeof addressOf>[0]])[] = [
    ['region', { provider: 'aws-s3' }],
    ['region', { provider: 'aws-s3', region: 'evil.example.com/' }],
    ['region', { provider: 'tencent-cos', region: '' }],
    ['endpoint', { provider: 'cloudflare-r2' }],
    ['endpoint', { provider: 'custom' }],
    ['endpoint', { provider: 'custom', endpoint: 's3.example.com' }],
    ['endpoint', { provider: 'custom', endpoint: 'file:///etc' }],
    ['endpoint', { provider: 'custom', endpoint: 'https://user:secret@s3.example.com' }],
  ];
  it.each(wrong)('refuses a wrong %s in %j', (argument, place) => {
    expect(() => addressOf(place)).toThrow(
      expect.objectContaining({ code: 'usage.bad-argument', facts: { argument } }) as Error,
    );
  });
});

describe('the name of a bucket', () => {
  it.each(['b', 'my bucket', '备份', '../x', 'a/b', ''])(
    '%j is refused before anything is sent, in words',
    (bucket) => {
      expect(() => bucketParameter(bucket, undefined)).toThrow(
        expect.objectContaining({
          code: 'usage.bad-argument',
          facts: { argument: 'bucket', because: 'bucket-name' },
        }) as Error,
      );
      expect(cloudErrorText({ because: 'bucket-name' }, 'zh')?.message).toContain('存储桶的名字');
    },
  );

  it('is itself where no domain stands for it', () => {
    expect(bucketParameter('backup-1250000000', undefined)).toBe('backup-1250000000');
    expect(bucketParameter('backup', 'https://backup.example.com/')).toBe('https://backup.example.com');
  });
});

describe('the table of clouds', () => {
  it.each(cloudProviderIds)('knows for %s its names, its address or an example of one, and its regions', (id) => {
    const row = cloudProvider(id);
    expect(row.name.zh).not.toBe('');
    expect(row.name.en).not.toBe('');
    if (row.endpoint === undefined) {
      expect(row.endpointExample).toMatch(/^https:\/\//);
      return;
    }
    expect(row.regions.length).toBeGreaterThan(0);
    expect(new Set(row.regions.map(([region]) => region)).size).toBe(row.regions.length);
    for (const [region, zh, en] of row.regions) {
      expect(addressOf({ provider: id, region }).endpoint).toContain(region);
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en).toMatch(/^[ -~ã]+$/);
    }
  });

  it('still knows the ids of the first releases, and no others', () => {
    expect(['aws', 'ceph', 'minio', 'nowhere', 'toString'].map(cloudProviderId)).toEqual([
      'aws-s3',
      'ceph-rgw',
      'minio',
      undefined,
      undefined,
    ]);
  });
});
