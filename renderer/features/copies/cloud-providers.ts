import type { Language } from '../../../shared/ipc/contract.ts';

/** Ids are the engine's; names are the companies' own. `custom` needs an endpoint. */
export const cloudProviders = [
  { id: 'aliyun-oss', zh: '阿里云 OSS', en: 'Alibaba Cloud OSS', region: 'cn-hangzhou' },
  { id: 'tencent-cos', zh: '腾讯云 COS', en: 'Tencent Cloud COS', region: 'ap-guangzhou' },
  { id: 'huawei-obs', zh: '华为云 OBS', en: 'Huawei Cloud OBS', region: 'cn-east-3' },
  { id: 'qiniu-kodo', zh: '七牛云 Kodo', en: 'Qiniu Kodo', region: 'cn-east-1' },
  { id: 'ucloud-us3', zh: '优刻得 US3', en: 'UCloud US3', region: 'cn-bj' },
  { id: 'aws-s3', zh: '亚马逊 S3', en: 'Amazon S3', region: 'ap-northeast-1' },
  { id: 'cloudflare-r2', zh: 'Cloudflare R2', en: 'Cloudflare R2', region: 'auto' },
  { id: 'backblaze-b2', zh: 'Backblaze B2', en: 'Backblaze B2', region: 'us-west-004' },
  { id: 'wasabi', zh: 'Wasabi', en: 'Wasabi', region: 'us-east-1' },
  { id: 'minio', zh: 'MinIO（自建）', en: 'MinIO (self-hosted)', region: 'us-east-1' },
  { id: 'ceph-rgw', zh: 'Ceph 对象网关', en: 'Ceph RGW', region: 'us-east-1' },
] as const;

/** Providers whose address nobody can guess from the region. */
const needEndpoint: readonly string[] = ['cloudflare-r2', 'minio', 'ceph-rgw', 'custom'];
export const needsEndpoint = (provider: string): boolean => needEndpoint.includes(provider);

export function providerName(id: string, language: Language): string {
  return cloudProviders.find((one) => one.id === id)?.[language] ?? id;
}
