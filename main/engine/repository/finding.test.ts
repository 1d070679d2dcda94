import { expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { findingOf } from './finding.ts';

it.each([
  ['backend.blob-missing', {}, 'missing'],
  ['repository.damaged', { reason: 'tag' }, 'tag'],
  ['backend.io', { reason: 'EIO' }, 'unreadable'],
  ['backend.rejected', { reason: 'etag-mismatch' }, 'unreadable'],
  ['backend.rejected', { reason: 'too-large' }, 'unreadable'],
  ['backend.rejected', { reason: 'InvalidObjectState', because: 'archived' }, 'unreadable'],
] as const)('%s %o is a finding about one object', (code, facts, reason) => {
  expect(findingOf(new AppError(code, facts))).toBe(reason);
});

it.each([
  ['backend.rejected', { reason: 'ERR_TLS_CERT_ALTNAME_INVALID', because: 'certificate-name' }],
  ['backend.rejected', { because: 'not-s3' }],
  ['backend.rejected', { because: 'address-style' }],
  ['backend.rejected', { status: 418 }],
  ['backend.unreachable', {}],
  ['backend.access-denied', {}],
  ['backend.clock-skew', {}],
] as const)('%s %o speaks of the place, and is no finding', (code, facts) => {
  expect(findingOf(new AppError(code, facts))).toBeNull();
});
