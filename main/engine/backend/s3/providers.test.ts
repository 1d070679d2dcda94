import { describe, expect, it } from 'vitest';
import { addressOf, s3Provider, s3Providers, type S3ProviderId } from './providers.ts';

describe('addressOf', () => {
  const known: readonly (readonly [S3ProviderId, string, string])[] = [
    ['aws', 'eu-west-1', 'https://s3.eu-west-1.amazonaws.com'],
    ['aws', 'cn-north-1', 'https://s3.cn-north-1.amazonaws.com.cn'],
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

  it('puts the account into the host for Cloudflare and signs for "auto"', () => {
    expect(addressOf({ provider: 'cloudflare-r2', account: 'abc123' })).toEqual({
      endpoint: 'https://abc123.r2.cloudflarestorage.com',
      region: 'auto',
    });
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
    ['region', { provider: 'aws' }],
    ['region', { provider: 'aws', region: 'evil.example.com/' }],
    ['region', { provider: 'tencent-cos', region: '' }],
    ['account', { provider: 'cloudflare-r2' }],
    ['account', { provider: 'cloudflare-r2', account: 'a.evil.example' }],
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

it('has a Chinese and an English label, and an address or a field for one, for each provider', () => {
  for (const id of Object.keys(s3Providers) as S3ProviderId[]) {
    const row = s3Provider(id);
    expect(row.label.zh).not.toBe('');
    expect(row.label.en).not.toBe('');
    expect(row.endpoint !== undefined || row.needs === 'endpoint').toBe(true);
  }
});
