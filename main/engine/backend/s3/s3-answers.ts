import type { ErrorCode } from '../../../../shared/errors/app-error.ts';
import type { CloudCause } from '../../../../shared/errors/cloud-causes.ts';

/**
 * What the answers of S3 services mean. A row is a code that a service sends, or words of its message where the code does not tell.
 *
 * Sources: the vendors' error lists, and issue threads where a list is silent; rclone for which of them are worth a retry. Codes of the
 * table that no operation of ours can meet today (making buckets, parts) are kept so that they have a sentence when they come.
 */
export interface Meaning {
  readonly code: ErrorCode;
  readonly because?: CloudCause;
}

export interface S3Answer {
  readonly code: string | undefined;
  readonly status: number;
  readonly message: string;
  readonly operation: string;
}

const denied = (because: CloudCause): Meaning => ({ code: 'backend.access-denied', because });
const missing = (because: CloudCause): Meaning => ({ code: 'backend.bucket-missing', because });
const rejected = (because: CloudCause): Meaning => ({ code: 'backend.rejected', because });
const busy: Meaning = { code: 'backend.throttled', because: 'busy' };
const again = (because: CloudCause): Meaning => ({ code: 'backend.unreachable', because });
const skewed: Meaning = { code: 'backend.clock-skew', because: 'clock' };
const full: Meaning = { code: 'backend.disk-full', because: 'quota' };

const byCode: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: missing('bucket-missing'),
  InvalidBucketName: missing('bucket-name'),
  PermanentRedirect: missing('wrong-region'),
  AuthorizationHeaderMalformed: missing('wrong-region'),
  IllegalLocationConstraintException: missing('wrong-region'),
  BucketAlreadyExists: rejected('bucket-taken'),
  BucketAlreadyOwnedByYou: rejected('bucket-owned'),

  InvalidAccessKeyId: denied('key-unknown'),
  SignatureDoesNotMatch: denied('secret-wrong'),
  AccessDenied: denied('no-right'),
  AllAccessDisabled: denied('account'),
  InvalidToken: denied('token-expired'),
  ExpiredToken: denied('token-expired'),
  // Wasabi.
  AccountProblem: denied('account'),
  AccountNotActivated: denied('account'),
  AuthenticationLockout: denied('lockout'),
  // OSS: overdue or suspended account.
  UserDisable: denied('account'),
  // OBS.
  InArrearOrInsufficientBalance: denied('account'),

  RequestTimeTooSkewed: skewed,
  RequestExpired: skewed,

  SlowDown: busy,
  ServiceUnavailable: busy,
  TooManyRequests: busy,
  RequestLimitExceeded: busy,
  Throttling: busy,
  ThrottlingException: busy,
  InternalError: again('busy'),
  RequestTimeout: again('busy'),
  // The body was damaged on the way: the same request may well succeed.
  BadDigest: again('damaged-on-the-way'),
  IncompleteBody: again('damaged-on-the-way'),

  QuotaExceeded: full,
  XMinioStorageFull: full,
  XMinioAdminBucketQuotaExceeded: full,

  // 403, but nothing about keys: this service wants the bucket in the host name.
  SecondLevelDomainForbidden: rejected('address-style'),
  PathStyleDomainForbidden: rejected('address-style'),
  VirtualHostDomainRequired: rejected('address-style'),
  // OSS EC 0048-00000401: new users need a domain of their own in mainland China (help.aliyun.com, access via custom domain names).
  PublicEndpointForbidden: rejected('own-domain-needed'),
  XAmzContentSHA256Mismatch: rejected('upload-style'),

  InvalidObjectState: rejected('archived'),
  RestoreAlreadyInProgress: rejected('thawing'),
  FileAlreadyExists: rejected('object-exists'),
  PreconditionFailed: rejected('object-exists'),
  ConditionalRequestConflict: rejected('object-exists'),
  FileImmutable: rejected('locked'),
  ObjectLocked: rejected('locked'),
  EntityTooSmall: rejected('part-size'),
  InvalidPart: rejected('part-size'),
  EntityTooLarge: rejected('too-large'),
  MethodNotAllowed: rejected('region-lacks'),
};

/** Rows that need more than the code. The first that fits counts; the services' words are only ever matched, never repeated. */
const byWords: readonly (readonly [(answer: S3Answer) => boolean, Meaning])[] = [
  // OBS answers AccessDenied and OSS an EC number; only their words tell that it is about time.
  [({ status, message }) => status === 403 && skewWords.test(message), skewed],
  [({ message }) => /0002-000000(31|33)/.test(message), denied('s3-not-enabled')],
  [({ message }) => message.includes('0048-00000401'), rejected('own-domain-needed')],
  // OSS: 403 AccessDenied for a bucket of another region.
  [({ message }) => /must be addressed using the specified endpoint/i.test(message), missing('wrong-region')],
  [({ status, message }) => status === 403 && /cap exceeded/i.test(message), denied('cap-reached')],
  [({ status, message }) => status < 500 && /virtual.?host(ed)? style/i.test(message), rejected('address-style')],
  [({ status, message }) => (status === 400 || status === 501) && uploadWords.test(message), rejected('upload-style')],
  // OBS: a path-style PUT is a missing key, although HEAD of the bucket held.
  [({ code, operation }) => code === 'NoSuchKey' && operation === 'put', rejected('address-style')],
];
const skewWords = /0002-0000050[14]|not yet valid|no longer valid|request has expired/i;
const uploadWords = /aws-?chunked|MultiChunkedEncoding|STREAMING-|x-amz-(sdk-)?checksum/i;

/** What a service's answer means; undefined when neither code nor words are known. */
export function meaningOfAnswer(answer: S3Answer): Meaning | undefined {
  const spoken = byWords.find(([fits]) => fits(answer));
  if (spoken !== undefined) return spoken[1];
  return answer.code !== undefined && Object.hasOwn(byCode, answer.code) ? byCode[answer.code] : undefined;
}

/** What a bare number means. */
export function meaningOfStatus(status: number): Meaning {
  if (status === 401 || status === 403) return denied('no-right');
  if (status === 301 || status === 307) return missing('wrong-region');
  if (status === 429 || status === 503) return busy;
  if (status === 507) return full;
  if (status === 405) return rejected('region-lacks');
  if (status === 501 || status < 500) return { code: 'backend.rejected' };
  return again('busy');
}

/** What Node's code means: the network, or another side that is no S3 service we may talk to. */
export function meaningOfNetwork(code: string): Meaning {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return again('host-unknown');
  if (code === 'ECONNREFUSED') return again('nobody-listens');
  if (code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') return again('too-slow');
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return rejected('certificate-expired');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return rejected('certificate-name');
  if (/^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_)/.test(code)) return rejected('certificate-untrusted');
  if (/^(HPE_|ERR_SSL_|ERR_TLS_|EPROTO)/.test(code)) return rejected('not-s3');
  return again('network-cut');
}
