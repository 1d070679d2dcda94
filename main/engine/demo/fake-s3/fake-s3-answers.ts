import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { md5Hex, type FakeListing } from './fake-objects.ts';

/** One answer, before quirks. `body` is sent with its length; a HEAD sends the length only. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Thrown inside the fake and sent as an S3 error document. */
export class S3Fault extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: Readonly<Record<string, string>>;

  constructor(status: number, code: string, extra: Readonly<Record<string, string>> = {}, message = `fake: ${code}`) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }
}

export function faultAnswer(fault: S3Fault, requestId: string): Answer {
  const extra = Object.entries(fault.extra)
    .map(([name, value]) => tag(name, value))
    .join('');
  const inner = tag('Code', fault.code) + tag('Message', fault.message) + extra + tag('RequestId', requestId);
  return xmlAnswer(`<Error>${inner}</Error>`, fault.status);
}

export function xmlAnswer(xml: string, status = 200): Answer {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`),
  };
}

export interface ListQuery {
  readonly bucket: string;
  readonly isV2: boolean;
  readonly prefix: string;
  readonly maxKeys: number;
  readonly isUrlEncoded: boolean;
  /** V2: `continuation-token` or `start-after`; V1: `marker`. Keys after this one are listed. */
  readonly after: string;
}

export function readListQuery(bucket: string, query: URLSearchParams): ListQuery {
  const isV2 = query.get('list-type') === '2';
  const token = query.get('continuation-token');
  const after = isV2
    ? token === null
      ? (query.get('start-after') ?? '')
      : Buffer.from(token, 'base64url').toString()
    : (query.get('marker') ?? '');
  return {
    bucket,
    isV2,
    prefix: query.get('prefix') ?? '',
    maxKeys: Math.min(Number(query.get('max-keys') ?? '1000'), 1000),
    isUrlEncoded: query.get('encoding-type') === 'url',
    after,
  };
}

/** One page. As on Amazon, `NextMarker` is not sent without a delimiter: a V1 client goes on from the last key. */
export function listAnswer(all: readonly FakeListing[], query: ListQuery, isEndless = false): Answer {
  const { isV2, prefix, maxKeys } = query;
  const after = isEndless ? '' : query.after;
  const text = (key: string): string => (query.isUrlEncoded ? encodeURIComponent(key) : key);
  const matching = all.filter(({ key }) => key.startsWith(prefix) && (after === '' || isAfter(key, after)));
  const page = matching.slice(0, maxKeys);
  const isTruncated = isEndless || matching.length > page.length;
  const last = page.at(-1)?.key ?? '';
  const contents = page.map(
    ({ key, sizeBytes, modifiedAtMs }) =>
      `<Contents>${tag('Key', text(key))}${tag('LastModified', new Date(modifiedAtMs).toISOString())}` +
      `${tag('Size', String(sizeBytes))}${tag('StorageClass', 'STANDARD')}</Contents>`,
  );
  const next = isV2 && isTruncated ? tag('NextContinuationToken', Buffer.from(last).toString('base64url')) : '';
  return xmlAnswer(
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
      tag('Name', query.bucket) +
      tag('Prefix', text(prefix)) +
      tag('MaxKeys', String(maxKeys)) +
      (query.isUrlEncoded ? tag('EncodingType', 'url') : '') +
      (isV2 ? tag('KeyCount', String(page.length)) : tag('Marker', text(after))) +
      tag('IsTruncated', String(isTruncated)) +
      next +
      contents.join('') +
      '</ListBucketResult>',
  );
}

/** Keys named in a DeleteObjects request. */
export function readDeleteKeys(body: Buffer): string[] {
  return [...body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => unescapeXml(key));
}

export function deletedAnswer(keys: readonly string[]): Answer {
  return xmlAnswer(
    `<DeleteResult>${keys.map((key) => `<Deleted>${tag('Key', key)}</Deleted>`).join('')}</DeleteResult>`,
  );
}

export function bucketsAnswer(buckets: readonly string[]): Answer {
  const items = buckets.map((name) => `<Bucket>${tag('Name', name)}</Bucket>`).join('');
  return xmlAnswer(`<ListAllMyBucketsResult><Buckets>${items}</Buckets></ListAllMyBucketsResult>`);
}

/**
 * Takes the framing off an `aws-chunked` body: `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n … 0\r\n<trailers>\r\n`.
 * Chunk signatures are not checked.
 */
export function decodeAwsChunked(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = body.indexOf('\r\n', at);
    const sizeBytes = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (lineEnd < 0 || !Number.isInteger(sizeBytes)) throw new S3Fault(400, 'IncompleteBody');
    if (sizeBytes === 0) return Buffer.concat(parts);
    const start = lineEnd + 2;
    if (start + sizeBytes > body.length) throw new S3Fault(400, 'IncompleteBody');
    parts.push(body.subarray(start, start + sizeBytes));
    at = start + sizeBytes + 2;
  }
}

/** Compares the body with whatever hashes the client sent along; each is optional on its own. */
export function checkBody(
  body: Buffer,
  headers: Readonly<Record<string, string | undefined>>,
  ignoresMd5 = false,
): void {
  const declared = headers['x-amz-content-sha256'] ?? '';
  if (/^[0-9a-f]{64}$/.test(declared) && declared !== createHash('sha256').update(body).digest('hex')) {
    throw new S3Fault(400, 'XAmzContentSHA256Mismatch');
  }
  const md5 = headers['content-md5'];
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) throw new S3Fault(400, 'InvalidDigest');
  if (!ignoresMd5 && md5 !== undefined && md5 !== Buffer.from(md5Hex(body), 'hex').toString('base64'))
    throw new S3Fault(400, 'BadDigest');
  const crc = headers['x-amz-checksum-crc32'];
  if (crc !== undefined && crc !== crc32Base64(body)) throw new S3Fault(400, 'BadDigest');
}

function crc32Base64(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

function isAfter(key: string, after: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
}

export function tag(name: string, text: string): string {
  return `<${name}>${text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')}</${name}>`;
}

function unescapeXml(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&');
}
