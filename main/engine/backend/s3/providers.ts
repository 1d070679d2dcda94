import { AppError } from '../../../../shared/errors/app-error.ts';

/**
 * What is known of each S3 service, as data. A new service is a new row.
 *
 * Sources: vendors' documentation, issue threads and rclone's provider table, gathered in November 2026; only Ceph was
 * measured. `createGuard` and `listVersion` are therefore the careful choice wherever a service was not proven.
 */
export interface S3Provider {
  readonly label: { readonly zh: string; readonly en: string };
  /** `{region}` and `{account}` are filled in by `endpointFor`; undefined: the user gives the address. */
  readonly endpoint?: string;
  /** How the bucket is named: in the host, or in the path. Most Chinese clouds refuse paths. */
  readonly addressing: 'virtual-host' | 'path';
  /** `when-required` keeps CRC32 headers and trailers off, which everyone but Amazon has stumbled over. */
  readonly checksums: 'when-supported' | 'when-required';
  /** The region is signed; `isNeeded` means the user must choose one, else `signing` is used. */
  readonly region: { readonly isNeeded: boolean; readonly signing: string };
  /**
   * `if-none-match`: the service refuses to overwrite when asked, so a create is one request. `head-first`: not known to,
   * or known to ignore it silently, so the store looks before it writes.
   */
  readonly createGuard: 'if-none-match' | 'head-first';
  /** 1 where ListObjectsV2 is missing or was seen to loop. */
  readonly listVersion: 1 | 2;
  /** Something to fill in besides region, bucket and key. */
  readonly needs?: 'account' | 'endpoint';
  /** Cloud-specific shape of bucket names, shown as an example. */
  readonly bucketExample?: string;
}

const chosenRegion = { isNeeded: true, signing: '' } as const;
const anyRegion = { isNeeded: false, signing: 'us-east-1' } as const;

export const s3Providers = {
  aws: {
    label: { zh: '亚马逊 S3', en: 'Amazon S3' },
    endpoint: 'https://s3.{region}.amazonaws.com',
    addressing: 'virtual-host',
    checksums: 'when-supported',
    region: chosenRegion,
    createGuard: 'if-none-match',
    listVersion: 2,
  },
  'aliyun-oss': {
    label: { zh: '阿里云 OSS', en: 'Alibaba Cloud OSS' },
    endpoint: 'https://s3.oss-{region}.aliyuncs.com',
    addressing: 'virtual-host',
    checksums: 'when-required',
    region: chosenRegion,
    createGuard: 'head-first',
    listVersion: 2,
  },
  'tencent-cos': {
    label: { zh: '腾讯云 COS', en: 'Tencent Cloud COS' },
    endpoint: 'https://cos.{region}.myqcloud.com',
    addressing: 'virtual-host',
    checksums: 'when-required',
    region: chosenRegion,
    createGuard: 'head-first',
    listVersion: 1,
    bucketExample: 'backup-1250000000',
  },
  'huawei-obs': {
    label: { zh: '华为云 OBS', en: 'Huawei Cloud OBS' },
    endpoint: 'https://obs.{region}.myhuaweicloud.com',
    addressing: 'virtual-host',
    checksums: 'when-required',
    region: chosenRegion,
    createGuard: 'head-first',
    listVersion: 1,
  },
  'backblaze-b2': {
    label: { zh: 'Backblaze B2', en: 'Backblaze B2' },
    endpoint: 'https://s3.{region}.backblazeb2.com',
    addressing: 'virtual-host',
    checksums: 'when-required',
    region: chosenRegion,
    createGuard: 'head-first',
    listVersion: 2,
  },
  'cloudflare-r2': {
    label: { zh: 'Cloudflare R2', en: 'Cloudflare R2' },
    endpoint: 'https://{account}.r2.cloudflarestorage.com',
    addressing: 'path',
    checksums: 'when-required',
    region: { isNeeded: false, signing: 'auto' },
    createGuard: 'if-none-match',
    listVersion: 2,
    needs: 'account',
  },
  wasabi: {
    label: { zh: 'Wasabi', en: 'Wasabi' },
    endpoint: 'https://s3.{region}.wasabisys.com',
    addressing: 'path',
    checksums: 'when-required',
    region: chosenRegion,
    createGuard: 'head-first',
    listVersion: 2,
  },
  'qiniu-kodo': {
    label: { zh: '七牛云 Kodo', en: 'Qiniu Kodo' },
    endpoint: 'https://s3.{region}.qiniucs.com',
    addressing: 'path',
    checksums: 'when-required',
    region: chosenRegion,
    createGuard: 'head-first',
    listVersion: 2,
  },
  'ucloud-us3': {
    label: { zh: '优刻得 US3', en: 'UCloud US3' },
    endpoint: 'https://s3-{region}.ufileos.com',
    addressing: 'path',
    checksums: 'when-required',
    region: chosenRegion,
    createGuard: 'head-first',
    listVersion: 1,
  },
  minio: {
    label: { zh: 'MinIO（自建）', en: 'MinIO (self-hosted)' },
    addressing: 'path',
    checksums: 'when-required',
    region: anyRegion,
    createGuard: 'head-first',
    listVersion: 2,
    needs: 'endpoint',
  },
  ceph: {
    label: { zh: 'Ceph 对象网关', en: 'Ceph RGW' },
    addressing: 'path',
    checksums: 'when-required',
    region: anyRegion,
    createGuard: 'head-first',
    listVersion: 2,
    needs: 'endpoint',
  },
  custom: {
    label: { zh: '其他 S3 兼容服务', en: 'Other S3-compatible service' },
    addressing: 'path',
    checksums: 'when-required',
    region: anyRegion,
    createGuard: 'head-first',
    listVersion: 2,
    needs: 'endpoint',
  },
} as const satisfies Record<string, S3Provider>;

export type S3ProviderId = keyof typeof s3Providers;

export function s3Provider(id: S3ProviderId): S3Provider {
  return s3Providers[id];
}

export interface S3Place {
  readonly provider: S3ProviderId;
  readonly region?: string | undefined;
  /** Cloudflare's account id. */
  readonly account?: string | undefined;
  /** Overrides the table's address: internal networks, custom domains, self-hosted services. */
  readonly endpoint?: string | undefined;
}

export interface S3Address {
  readonly endpoint: string;
  readonly region: string;
}

/** The address and the region to sign with. Missing or odd parts are `usage.bad-argument` with facts {argument}. */
export function addressOf({ provider, region, account, endpoint }: S3Place): S3Address {
  const row = s3Provider(provider);
  const signing = filled('region', region) ?? row.region.signing;
  if (signing === '') throw badArgument('region');
  if (endpoint !== undefined && endpoint !== '') return { endpoint: checkedEndpoint(endpoint), region: signing };
  if (row.endpoint === undefined) throw badArgument('endpoint');
  const accountId = filled('account', account);
  if (row.needs === 'account' && accountId === undefined) throw badArgument('account');
  return {
    endpoint: chinaOf(row.endpoint, signing)
      .replace('{region}', signing)
      .replace('{account}', accountId ?? ''),
    region: signing,
  };
}

/** Amazon's two regions in mainland China have a top-level domain of their own. */
function chinaOf(template: string, region: string): string {
  return region.startsWith('cn-') && template.endsWith('.amazonaws.com') ? `${template}.cn` : template;
}

/** Undefined when empty; parts go into a host name, so nothing but letters, digits and dashes. */
function filled(argument: string, value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(value)) throw badArgument(argument);
  return value;
}

function checkedEndpoint(endpoint: string): string {
  const url = URL.parse(endpoint);
  const isWeb = url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
  if (!isWeb || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw badArgument('endpoint');
  }
  return endpoint.replace(/\/+$/, '');
}

function badArgument(argument: string): AppError {
  return new AppError('usage.bad-argument', { argument });
}
