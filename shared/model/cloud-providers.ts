import { cloudRegions, type CloudRegion } from './cloud-regions.ts';

/**
 * What is known of each S3 service, as data, for the engine and the page alike. A new service is a new row.
 *
 * Sources: vendors' documentation, issue threads and rclone's provider table, gathered in November 2026; only Ceph was measured.
 * `createGuard` and `listVersion` are therefore the careful choice wherever a service was not proven; the probe that runs when a
 * bucket is added may find out better, and its finding is kept with the destination.
 */
export interface CloudProvider {
  readonly name: { readonly zh: string; readonly en: string };
  /** `{region}` is filled in; absent: the user gives the address. */
  readonly endpoint?: string;
  /** What such an address looks like, where the user gives it. */
  readonly endpointExample?: string;
  /** How the bucket is named: in the host, or in the path. Most Chinese clouds refuse paths. */
  readonly addressing: 'virtual-host' | 'path';
  /** `when-required` keeps CRC32 headers and trailers off, which everyone but Amazon has stumbled over. */
  readonly checksums: 'when-supported' | 'when-required';
  /** What is signed when no region was chosen; empty: one must be chosen. */
  readonly defaultRegion: string;
  readonly regions: readonly CloudRegion[];
  /**
   * `if-none-match`: the service refuses to overwrite when asked, so a create is one request. `head-first`: not known to,
   * or known to ignore it silently, so the store looks before it writes.
   */
  readonly createGuard: 'if-none-match' | 'head-first';
  /** 1 where ListObjectsV2 is missing or was seen to loop. */
  readonly listVersion: 1 | 2;
  /**
   * `s3-headers`: the lock travels with each object, through the S3 interface. `console-only`: the cloud can lock, but only in its own
   * console, step by step (`shared/i18n/cloud-guides.*.ts`). `none`: it cannot. `probe`: not documented for S3; a test object tells.
   */
  readonly lock: 's3-headers' | 'console-only' | 'none' | 'probe';
  /** A domain of the user's own may stand for the bucket (CNAME). */
  readonly customDomain: boolean;
  /** The largest object that one PUT takes, bytes. */
  readonly maxPutBytes: number;
  /** Cloud-specific shape of bucket names, shown as an example. */
  readonly bucketExample?: string;
}

const gib = 1024 ** 3;

export const cloudProviders = {
  'aliyun-oss': {
    name: { zh: '阿里云 OSS', en: 'Alibaba Cloud OSS' },
    endpoint: 'https://s3.oss-{region}.aliyuncs.com',
    addressing: 'virtual-host',
    checksums: 'when-required',
    defaultRegion: '',
    regions: cloudRegions['aliyun-oss'],
    // x-oss-forbid-overwrite is native; nobody has said that it works under an S3 signature.
    createGuard: 'head-first',
    listVersion: 2,
    // No lock and no versioning operation in OSS's list of S3 operations; BucketWorm is set in the console.
    lock: 'console-only',
    customDomain: true,
    maxPutBytes: 5 * gib,
  },
  'tencent-cos': {
    name: { zh: '腾讯云 COS', en: 'Tencent Cloud COS' },
    endpoint: 'https://cos.{region}.myqcloud.com',
    addressing: 'virtual-host',
    checksums: 'when-required',
    defaultRegion: '',
    regions: cloudRegions['tencent-cos'],
    createGuard: 'head-first',
    listVersion: 1,
    lock: 'console-only',
    customDomain: true,
    maxPutBytes: 5 * gib,
    bucketExample: 'backup-1250000000',
  },
  'huawei-obs': {
    name: { zh: '华为云 OBS', en: 'Huawei Cloud OBS' },
    endpoint: 'https://obs.{region}.myhuaweicloud.com',
    addressing: 'virtual-host',
    checksums: 'when-required',
    defaultRegion: '',
    regions: cloudRegions['huawei-obs'],
    createGuard: 'head-first',
    // ListObjectsV2 was seen to loop for ever on a parallel file system (rclone asks in the old way).
    listVersion: 1,
    // Its own header takes epoch milliseconds, not the date that S3 clients send.
    lock: 'console-only',
    customDomain: true,
    maxPutBytes: 5 * gib,
  },
  'qiniu-kodo': {
    name: { zh: '七牛云 Kodo', en: 'Qiniu Kodo' },
    endpoint: 'https://s3.{region}.qiniucs.com',
    addressing: 'path',
    checksums: 'when-required',
    defaultRegion: '',
    regions: cloudRegions['qiniu-kodo'],
    createGuard: 'head-first',
    listVersion: 2,
    lock: 'probe',
    customDomain: false,
    maxPutBytes: 5 * gib,
  },
  'ucloud-us3': {
    name: { zh: '优刻得 US3', en: 'UCloud US3' },
    endpoint: 'https://s3-{region}.ufileos.com',
    // HTTPS with the bucket in the host works in seven regions only; with the path in all.
    addressing: 'path',
    checksums: 'when-required',
    defaultRegion: '',
    regions: cloudRegions['ucloud-us3'],
    createGuard: 'head-first',
    listVersion: 1,
    lock: 'none',
    customDomain: false,
    maxPutBytes: gib,
  },
  'aws-s3': {
    name: { zh: '亚马逊 S3', en: 'Amazon S3' },
    endpoint: 'https://s3.{region}.amazonaws.com',
    addressing: 'virtual-host',
    checksums: 'when-supported',
    defaultRegion: '',
    regions: cloudRegions['aws-s3'],
    createGuard: 'if-none-match',
    listVersion: 2,
    lock: 's3-headers',
    customDomain: false,
    maxPutBytes: 5 * gib,
  },
  'cloudflare-r2': {
    name: { zh: 'Cloudflare R2', en: 'Cloudflare R2' },
    // The host begins with the account's id, so the user gives it.
    endpointExample: 'https://<ACCOUNT-ID>.r2.cloudflarestorage.com',
    addressing: 'path',
    checksums: 'when-required',
    defaultRegion: 'auto',
    regions: [],
    createGuard: 'if-none-match',
    listVersion: 2,
    lock: 'console-only',
    customDomain: false,
    maxPutBytes: 5 * gib,
  },
  'backblaze-b2': {
    name: { zh: 'Backblaze B2', en: 'Backblaze B2' },
    endpoint: 'https://s3.{region}.backblazeb2.com',
    addressing: 'virtual-host',
    checksums: 'when-required',
    defaultRegion: '',
    regions: cloudRegions['backblaze-b2'],
    createGuard: 'head-first',
    listVersion: 2,
    lock: 's3-headers',
    customDomain: false,
    maxPutBytes: 5 * gib,
  },
  wasabi: {
    name: { zh: 'Wasabi', en: 'Wasabi' },
    endpoint: 'https://s3.{region}.wasabisys.com',
    addressing: 'path',
    checksums: 'when-required',
    defaultRegion: '',
    regions: cloudRegions.wasabi,
    createGuard: 'head-first',
    listVersion: 2,
    lock: 's3-headers',
    customDomain: false,
    maxPutBytes: 5 * gib,
  },
  minio: {
    name: { zh: 'MinIO（自建）', en: 'MinIO (self-hosted)' },
    endpointExample: 'https://nas.example.com:9000',
    addressing: 'path',
    checksums: 'when-required',
    defaultRegion: 'us-east-1',
    regions: [],
    // Older builds ignore If-None-Match or answer 304 to it.
    createGuard: 'head-first',
    listVersion: 2,
    lock: 's3-headers',
    customDomain: false,
    maxPutBytes: 5 * gib,
  },
  'ceph-rgw': {
    name: { zh: 'Ceph 对象网关', en: 'Ceph RGW' },
    endpointExample: 'https://rgw.example.com',
    addressing: 'path',
    checksums: 'when-required',
    defaultRegion: 'us-east-1',
    regions: [],
    // 20.2 honours If-None-Match; older gateways ignore it silently.
    createGuard: 'head-first',
    listVersion: 2,
    lock: 's3-headers',
    customDomain: false,
    maxPutBytes: 5 * gib,
  },
  custom: {
    name: { zh: '其他 S3 兼容服务', en: 'Other S3-compatible service' },
    endpointExample: 'https://s3.example.com',
    addressing: 'path',
    checksums: 'when-required',
    defaultRegion: 'us-east-1',
    regions: [],
    createGuard: 'head-first',
    listVersion: 2,
    lock: 'probe',
    customDomain: true,
    maxPutBytes: gib,
  },
} as const satisfies Record<string, CloudProvider>;

export type CloudProviderId = keyof typeof cloudProviders;
export const cloudProviderIds = Object.keys(cloudProviders) as CloudProviderId[];

/** Ids of the first releases, still in people's settings. */
const formerIds: Readonly<Record<string, CloudProviderId>> = { aws: 'aws-s3', ceph: 'ceph-rgw' };

export function cloudProviderId(id: string): CloudProviderId | undefined {
  if (Object.hasOwn(cloudProviders, id)) return id as CloudProviderId;
  return Object.hasOwn(formerIds, id) ? formerIds[id] : undefined;
}

export function cloudProvider(id: CloudProviderId): CloudProvider {
  return cloudProviders[id];
}

/** The company's own name, or the id of a service that this version does not know. */
export function cloudProviderName(id: string, language: 'zh' | 'en'): string {
  const known = cloudProviderId(id);
  return known === undefined ? id : cloudProvider(known).name[language];
}

/** Whether nobody can guess the address from the region. */
export function needsCloudEndpoint(id: CloudProviderId): boolean {
  return cloudProvider(id).endpoint === undefined;
}

/** Whether a place must be chosen: the address, or the signature, is made with it. */
export function needsCloudRegion(id: CloudProviderId): boolean {
  return cloudProvider(id).defaultRegion === '';
}

/** The longest lock that may be asked for: nobody, not even the cloud's support, can end it early. */
export const maxLockDays = 365;
