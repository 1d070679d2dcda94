import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { s3Error } from './s3-errors.ts';

const context = { operation: 'put', bucket: 'shop', name: 'chunks/ab/x' } as const;

describe('s3Error', () => {
  it('reads the clock out of words where the code does not say it', () => {
    expect(s3Error(service('AccessDenied', 403, 'Request is not yet valid'), context).code).toBe('backend.clock-skew');
    expect(s3Error(service('AccessDenied', 403, 'EC 0002-00000504'), context).code).toBe('backend.clock-skew');
  });

  it('takes a missing key at a PUT for a wrong address, not for a missing object', () => {
    expect(s3Error(service('NoSuchKey', 404), context).code).toBe('backend.rejected');
    expect(s3Error(service('NoSuchKey', 404), { ...context, operation: 'get' }).code).toBe('backend.blob-missing');
  });

  it.each([
    ['ECONNREFUSED', 'backend.unreachable'],
    ['ENOTFOUND', 'backend.unreachable'],
    ['ETIMEDOUT', 'backend.unreachable'],
    ['CERT_HAS_EXPIRED', 'backend.rejected'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'backend.rejected'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'backend.rejected'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'backend.rejected'],
    ['HPE_INVALID_CONSTANT', 'backend.rejected'],
  ])('%s is %s, also inside other errors', (code, expected) => {
    const network = Object.assign(new Error(code), { code });
    for (const error of [network, new Error('failed', { cause: network }), new AggregateError([network])]) {
      expect(s3Error(error, context)).toMatchObject({ code: expected, facts: { reason: code } });
    }
  });

  it('keeps messages and odd codes out of the facts', () => {
    const error = service('Odd <code> AKIDSECRET', 400, 'AWSAccessKeyId AKIDSECRET');
    expect(s3Error(error, context).facts).toEqual({ ...context, status: 400, requestId: 'R1' });
  });

  it('lets coded errors pass and calls what nobody knows unexpected', () => {
    const coded = new AppError('backend.throttled');
    expect(s3Error(coded, context)).toBe(coded);
    expect(s3Error(new TypeError('x is not a function'), context).code).toBe('unexpected');
    expect(s3Error(Object.assign(new Error('not XML'), { $response: {} }), context).code).toBe('backend.rejected');
  });
});

function service(name: string, httpStatusCode: number, message = ''): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode, requestId: 'R1' } });
}
