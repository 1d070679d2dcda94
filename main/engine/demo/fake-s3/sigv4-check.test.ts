import { describe, expect, it } from 'vitest';
import { checkSignature, type SignedRequest } from './sigv4-check.ts';

/** The "GET Object" example of Amazon's own documentation of Signature Version 4 for S3. */
const amazonExample: SignedRequest = {
  method: 'GET',
  rawPath: '/test.txt',
  rawQuery: '',
  headers: {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-amz-date': '20130524T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
      'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,' +
      'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
};
const keys = [{ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }];
const thenMs = Date.UTC(2013, 4, 24);
const minuteMs = 60_000;

describe('checkSignature', () => {
  it('accepts Amazon’s own example', () => {
    expect(checkSignature(amazonExample, keys, thenMs)).toBeUndefined();
  });

  it('accepts Amazon’s example of a listing, with its query', () => {
    const listing: SignedRequest = {
      ...amazonExample,
      rawPath: '/',
      rawQuery: 'prefix=J&max-keys=2',
      headers: {
        host: 'examplebucket.s3.amazonaws.com',
        'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        'x-amz-date': '20130524T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
          'SignedHeaders=host;x-amz-content-sha256;x-amz-date,' +
          'Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      },
    };
    expect(checkSignature(listing, keys, thenMs)).toBeUndefined();
  });

  it.each([
    ['another path', { rawPath: '/other.txt' }],
    ['another method', { method: 'DELETE' }],
    ['another query', { rawQuery: 'versionId=1' }],
  ])('refuses %s', (_what, change) => {
    expect(checkSignature({ ...amazonExample, ...change }, keys, thenMs)).toBe('SignatureDoesNotMatch');
  });

  it.each([
    ['range', 'bytes=0-10', 'SignatureDoesNotMatch'],
    ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD', 'SignatureDoesNotMatch'],
    ['x-amz-acl', 'public-read', 'AccessDenied'],
    ['authorization', 'Basic abc', 'AuthorizationHeaderMalformed'],
    ['authorization', undefined, 'AccessDenied'],
  ])('refuses a changed %s header (%s)', (name, value, fault) => {
    const headers = { ...amazonExample.headers, [name]: value };
    expect(checkSignature({ ...amazonExample, headers }, keys, thenMs)).toBe(fault);
  });

  it('refuses unknown keys and wrong secrets', () => {
    expect(checkSignature(amazonExample, [], thenMs)).toBe('InvalidAccessKeyId');
    const wrong = keys.map((key) => ({ ...key, secretAccessKey: 'wrong' }));
    expect(checkSignature(amazonExample, wrong, thenMs)).toBe('SignatureDoesNotMatch');
  });

  it('allows fifteen minutes to either side and not more', () => {
    for (const side of [-1, 1]) {
      expect(checkSignature(amazonExample, keys, thenMs + side * 15 * minuteMs)).toBeUndefined();
      expect(checkSignature(amazonExample, keys, thenMs + side * 15 * minuteMs + side)).toBe('RequestTimeTooSkewed');
    }
  });
});
