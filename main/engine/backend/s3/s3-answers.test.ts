import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../../shared/errors/app-error.ts';
import type { CloudCause } from '../../../../shared/errors/cloud-causes.ts';
import { cloudErrorText } from '../../../../shared/i18n/cloud-sentences.ts';
import { s3Error, type S3ErrorContext } from './s3-errors.ts';

/** What a service answers: status, code, its words, and to which operation (default: a PUT). */
interface Answer {
  readonly status: number;
  readonly code: string;
  readonly words?: string;
  readonly operation?: S3ErrorContext['operation'];
}

const refused = (status: number, code: string, words = '', operation?: S3ErrorContext['operation']): Answer => ({
  ...{ status, code, words },
  ...(operation === undefined ? {} : { operation }),
});

/** One row for each refusal that clouds are known to give, and what a Chinese owner must read in it. */
const known: readonly (readonly [Answer, ErrorCode, CloudCause, RegExp])[] = [
  [refused(403, 'InvalidAccessKeyId'), 'backend.access-denied', 'key-unknown', /访问密钥 ID/],
  [refused(403, 'SignatureDoesNotMatch'), 'backend.access-denied', 'secret-wrong', /地域.*首尾不要有空格/s],
  [refused(403, 'RequestTimeTooSkewed'), 'backend.clock-skew', 'clock', /15 分钟.*自动设置时间/s],
  [refused(403, 'AccessDenied', 'EC 0002-00000501'), 'backend.clock-skew', 'clock', /自动设置时间/],
  [refused(403, 'AccessDenied', 'EC 0002-00000504'), 'backend.clock-skew', 'clock', /自动设置时间/],
  [refused(403, 'AccessDenied', 'Request is not yet valid'), 'backend.clock-skew', 'clock', /自动设置时间/],
  [refused(403, 'AccessDenied', 'Request is no longer valid'), 'backend.clock-skew', 'clock', /自动设置时间/],
  [refused(403, 'AccessDenied'), 'backend.access-denied', 'no-right', /权限.*防删除期/s],
  [refused(403, 'AccessDenied', 'EC 0002-00000031'), 'backend.access-denied', 's3-not-enabled', /开通.*联系阿里云/s],
  [refused(403, 'AccessDenied', 'EC 0002-00000033'), 'backend.access-denied', 's3-not-enabled', /开通.*联系阿里云/s],
  [refused(403, 'SecondLevelDomainForbidden'), 'backend.rejected', 'address-style', /域名前面/],
  [refused(403, 'PathStyleDomainForbidden'), 'backend.rejected', 'address-style', /域名前面/],
  [refused(400, 'VirtualHostDomainRequired'), 'backend.rejected', 'address-style', /域名前面/],
  [refused(404, 'NoSuchKey'), 'backend.rejected', 'address-style', /域名前面/],
  [
    refused(400, 'InvalidArgument', 'aws-chunked encoding is not supported with the specified value'),
    ...(['backend.rejected', 'upload-style', /上传方式/] as const),
  ],
  [
    refused(501, 'NotImplemented', 'Aws MultiChunkedEncoding STREAMING-UNSIGNED-PAYLOAD-TRAILER is not supported.'),
    ...(['backend.rejected', 'upload-style', /上传方式/] as const),
  ],
  [refused(400, 'XAmzContentSHA256Mismatch'), 'backend.rejected', 'upload-style', /上传方式/],
  [
    refused(400, 'InvalidArgument', "Unsupported header 'x-amz-checksum-crc32' received for this API call."),
    ...(['backend.rejected', 'upload-style', /上传方式/] as const),
  ],
  [refused(403, 'PublicEndpointForbidden'), 'backend.rejected', 'own-domain-needed', /自己的域名.*自定义域名/s],
  [refused(404, 'NoSuchBucket'), 'backend.bucket-missing', 'bucket-missing', /没有找到.*地域/s],
  [refused(301, 'PermanentRedirect'), 'backend.bucket-missing', 'wrong-region', /不在所选的地域/],
  [refused(400, 'AuthorizationHeaderMalformed'), 'backend.bucket-missing', 'wrong-region', /不在所选的地域/],
  [refused(409, 'BucketAlreadyExists'), 'backend.rejected', 'bucket-taken', /已经被别人占用/],
  [refused(409, 'BucketAlreadyOwnedByYou'), 'backend.rejected', 'bucket-owned', /你自己的存储桶/],
  [refused(409, 'FileAlreadyExists'), 'backend.rejected', 'object-exists', /没有覆盖/],
  [refused(412, 'PreconditionFailed'), 'backend.rejected', 'object-exists', /没有覆盖/],
  [refused(409, 'ConditionalRequestConflict'), 'backend.rejected', 'object-exists', /没有覆盖/],
  [refused(409, 'FileImmutable', '', 'remove'), 'backend.rejected', 'locked', /防删除期/],
  [refused(403, 'InvalidObjectState', '', 'get'), 'backend.rejected', 'archived', /归档.*解冻/s],
  [refused(409, 'RestoreAlreadyInProgress', '', 'get'), 'backend.rejected', 'thawing', /正在解冻/],
  [refused(503, 'SlowDown'), 'backend.throttled', 'busy', /正忙.*自动重试/s],
  [refused(429, 'TooManyRequests'), 'backend.throttled', 'busy', /正忙.*自动重试/s],
  [refused(500, 'InternalError'), 'backend.unreachable', 'busy', /正忙.*自动重试/s],
  [refused(400, 'RequestTimeout'), 'backend.unreachable', 'busy', /正忙.*自动重试/s],
  [refused(403, 'AccountProblem'), 'backend.access-denied', 'account', /欠费/],
  [refused(403, 'AccountNotActivated'), 'backend.access-denied', 'account', /没有激活/],
  [refused(403, 'AuthenticationLockout'), 'backend.access-denied', 'lockout', /等 5 分钟/],
  [
    refused(403, 'AccessDenied', 'Transaction cap exceeded, see the Caps & Alerts page to increase your cap.'),
    ...(['backend.access-denied', 'cap-reached', /上限/] as const),
  ],
  [refused(405, 'MethodNotAllowed'), 'backend.rejected', 'region-lacks', /不支持这项操作/],
  [refused(400, 'EntityTooSmall'), 'backend.rejected', 'part-size', /程序的问题/],
  [refused(400, 'InvalidPart'), 'backend.rejected', 'part-size', /程序的问题/],
];

const networks: readonly (readonly [string, ErrorCode, CloudCause, RegExp])[] = [
  ['ENOTFOUND', 'backend.unreachable', 'host-unknown', /域名找不到/],
  ['ECONNRESET', 'backend.unreachable', 'network-cut', /连接中断/],
  ['CERT_HAS_EXPIRED', 'backend.rejected', 'certificate-expired', /证书已经过期/],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'backend.rejected', 'certificate-untrusted', /公司代理/],
];

/** Chinese and English, message and remedy: what a person reads. */
function told(error: Error, operation: S3ErrorContext['operation']) {
  const { code, facts } = s3Error(error, { operation, bucket: 'shop', name: 'chunks/ab/x' });
  const [zh, en] = (['zh', 'en'] as const).map((language) => cloudErrorText(facts, language));
  return { code, because: facts['because'], zh: `${zh?.message}${zh?.remedy}`, en: `${en?.message} ${en?.remedy}` };
}

describe('what a cloud refuses', () => {
  it.each(known)('%j is %s because of %s, and says so', (answer, code, because, words) => {
    const { status: httpStatusCode, operation = 'put' } = answer;
    const error = Object.assign(new Error(answer.words), { name: answer.code, $metadata: { httpStatusCode } });
    const { zh, en, ...rest } = told(error, operation);
    expect(rest).toEqual({ code, because });
    expect(zh).toMatch(words);
    expect(en).toMatch(/^[A-Z][^\p{Script=Han}]+\.$/u);
  });

  it.each(networks)('%s is %s because of %s, and says so', (network, code, because, words) => {
    const { zh, en, ...rest } = told(Object.assign(new Error(network), { code: network }), 'get');
    expect(rest).toEqual({ code, because });
    expect(zh).toMatch(words);
    expect(en).toMatch(/^[A-Z][^\p{Script=Han}]+\.$/u);
  });
});
