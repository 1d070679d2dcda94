import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The server's half of AWS Signature Version 4, header form, as far as a private stand-in needs it.
 *
 * Source: "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)", Amazon S3 API Reference.
 * Does not know: presigned URLs, SigV4A, and the per-chunk signatures of `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`.
 */

export interface SignedRequest {
  readonly method: string;
  /** Path as it came over the wire, still percent-encoded, without the query. */
  readonly rawPath: string;
  /** Query as it came over the wire, without `?`. */
  readonly rawQuery: string;
  /** Lower-case names, as Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** `undefined` means the signature holds. The codes are the ones S3 answers. */
export type SignatureFault =
  | 'AccessDenied'
  | 'AuthorizationHeaderMalformed'
  | 'InvalidAccessKeyId'
  | 'RequestTimeTooSkewed'
  | 'SignatureDoesNotMatch';

/** Requests whose clock is further away than this are refused. */
export const allowedSkewMs = 15 * 60 * 1000;

const headerShape =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]*)\/s3\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;
const timeShape = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** Checks who signed, when, and what. The payload hash is part of what is signed; comparing it with the body is the caller's. */
export function checkSignature(
  request: SignedRequest,
  keys: readonly AccessKey[],
  nowMs: number,
): SignatureFault | undefined {
  const authorization = single(request.headers['authorization']);
  if (authorization === undefined) return 'AccessDenied';
  const parts = headerShape.exec(authorization);
  if (parts === null) return 'AuthorizationHeaderMalformed';
  const [, accessKeyId = '', day = '', region = '', signedHeaders = '', signature = ''] = parts;

  const key = keys.find((known) => known.accessKeyId === accessKeyId);
  if (key === undefined) return 'InvalidAccessKeyId';

  const stamp = single(request.headers['x-amz-date']) ?? '';
  const signedAtMs = parseStamp(stamp);
  if (signedAtMs === undefined || !stamp.startsWith(day)) return 'AccessDenied';
  if (Math.abs(nowMs - signedAtMs) > allowedSkewMs) return 'RequestTimeTooSkewed';

  const names = signedHeaders.split(';');
  // S3 insists that the host and every x-amz-* header that was sent are signed.
  const mustBeSigned = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  if (!mustBeSigned.every((name) => names.includes(name))) return 'AccessDenied';

  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonicalRequest(request, names))].join('\n');
  const expected = hmac(signingKey(key.secretAccessKey, day, region), toSign);
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? undefined : 'SignatureDoesNotMatch';
}

function canonicalRequest(request: SignedRequest, names: readonly string[]): string {
  const headers = names.map((name) => `${name}:${canonicalValue(request.headers[name])}\n`).join('');
  const payload = single(request.headers['x-amz-content-sha256']) ?? 'UNSIGNED-PAYLOAD';
  return [request.method, request.rawPath, canonicalQuery(request.rawQuery), headers, names.join(';'), payload].join(
    '\n',
  );
}

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === '') return '';
  return rawQuery
    .split('&')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .join('&');
}

function canonicalValue(value: string | readonly string[] | undefined): string {
  const text = Array.isArray(value) ? value.join(',') : ((value as string | undefined) ?? '');
  return text.trim().replace(/ +/g, ' ');
}

function signingKey(secret: string, day: string, region: string): Buffer {
  return ['aws4_request', 's3', region].reduceRight<Buffer>(
    (key, part) => hmac(key, part),
    hmac(Buffer.from(`AWS4${secret}`), day),
  );
}

function parseStamp(stamp: string): number | undefined {
  const parts = timeShape.exec(stamp);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
