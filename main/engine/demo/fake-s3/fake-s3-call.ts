import type { IncomingMessage } from 'node:http';
import type { FakeS3Options } from './fake-s3-options.ts';

/** One request as the fake understands it. */
export interface FakeCall {
  readonly method: string;
  readonly operation: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly isPathStyle: boolean;
  /** The host stands for the bucket (`customHosts`). */
  readonly isOwnDomain: boolean;
}

/** Sub-resources that no code here understands: they must not be taken for plain object or list requests. */
const unknownSubresources = [
  'acl',
  'legal-hold',
  'lifecycle',
  'location',
  'policy',
  'restore',
  'tagging',
  'uploadId',
  'uploads',
];
/** Those of a server with versions and locks; any other server answers 501 to them. */
const versionOperations: Readonly<Record<string, string>> = {
  'PUT retention': 'PutObjectRetention',
  'GET retention': 'GetObjectRetention',
  'GET object-lock': 'GetObjectLockConfiguration',
  'GET versioning': 'GetBucketVersioning',
  'GET versions': 'ListObjectVersions',
  'DELETE versionId': 'DeleteVersion',
};

/** Reads method, bucket, key and operation out of a request in path or virtual-host form. */
export function readCall(request: IncomingMessage, options: FakeS3Options): FakeCall {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://fake');
  const path = decodeURIComponent(pathname.slice(1));
  const hostBucket = bucketOfHost(request.headers.host ?? '', options);
  const isPathStyle = hostBucket === undefined;
  const slash = path.indexOf('/');
  const [pathBucket, pathKey] = slash < 0 ? [path, ''] : [path.slice(0, slash), path.slice(slash + 1)];
  const bucket = hostBucket ?? pathBucket;
  const key = isPathStyle ? pathKey : path;
  const method = request.method ?? 'GET';
  const operation = operationOf(method, bucket, key, query);
  const headers = request.headers as Record<string, string | undefined>;
  const isOwnDomain = options.customHosts?.[(request.headers.host ?? '').replace(/:\d+$/, '')] !== undefined;
  return { method, operation, bucket, key, query, headers, isPathStyle, isOwnDomain };
}

function bucketOfHost(hostHeader: string, options: FakeS3Options): string | undefined {
  const host = hostHeader.replace(/:\d+$/, '');
  const suffix = `.${options.baseHost ?? 's3.localhost'}`;
  return options.customHosts?.[host] ?? (host.endsWith(suffix) ? host.slice(0, -suffix.length) : undefined);
}

function operationOf(method: string, bucket: string, key: string, query: URLSearchParams): string {
  if (unknownSubresources.some((name) => query.has(name))) return 'Unknown';
  for (const name of ['retention', 'object-lock', 'versioning', 'versions', 'versionId'])
    if (query.has(name)) return versionOperations[`${method} ${name}`] ?? 'Unknown';
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : 'Unknown';
  if (key === '') {
    if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2';
    if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
    return (
      new Map([
        ['GET', 'ListObjects'],
        ['PUT', 'CreateBucket'],
        ['HEAD', 'HeadBucket'],
      ]).get(method) ?? 'Unknown'
    );
  }
  const byMethod = new Map([
    ['GET', 'GetObject'],
    ['PUT', 'PutObject'],
    ['HEAD', 'HeadObject'],
    ['DELETE', 'DeleteObject'],
  ]);
  return byMethod.get(method) ?? 'Unknown';
}
