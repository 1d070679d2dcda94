import { AppError, type ErrorCode, type ErrorFacts } from '../../../../shared/errors/app-error.ts';
import { blobMissing } from '../blob-names.ts';

/**
 * Turns what the SDK and the network throw into the catalog.
 *
 * Facts: `reason` (the service's or Node's code), `status`, `requestId`, `name`, `bucket`. Messages of services are
 * left in `cause`: they quote access keys and whole requests.
 *
 * Sources: vendors' error lists and issue threads for the codes; rclone for which of them are worth a retry.
 */

export interface S3ErrorContext {
  readonly operation: 'put' | 'get' | 'stat' | 'list' | 'remove';
  readonly bucket: string;
  readonly name?: string | undefined;
}

const byCode: Readonly<Record<string, ErrorCode>> = {
  NoSuchBucket: 'backend.bucket-missing',
  InvalidBucketName: 'backend.bucket-missing',
  PermanentRedirect: 'backend.bucket-missing',
  AuthorizationHeaderMalformed: 'backend.bucket-missing',
  IllegalLocationConstraintException: 'backend.bucket-missing',

  InvalidAccessKeyId: 'backend.access-denied',
  SignatureDoesNotMatch: 'backend.access-denied',
  AccessDenied: 'backend.access-denied',
  AllAccessDisabled: 'backend.access-denied',
  AccountProblem: 'backend.access-denied',
  AccountNotActivated: 'backend.access-denied',
  AuthenticationLockout: 'backend.access-denied',
  InvalidToken: 'backend.access-denied',
  ExpiredToken: 'backend.access-denied',

  RequestTimeTooSkewed: 'backend.clock-skew',
  RequestExpired: 'backend.clock-skew',

  SlowDown: 'backend.throttled',
  ServiceUnavailable: 'backend.throttled',
  TooManyRequests: 'backend.throttled',
  RequestLimitExceeded: 'backend.throttled',
  Throttling: 'backend.throttled',
  ThrottlingException: 'backend.throttled',

  InternalError: 'backend.unreachable',
  RequestTimeout: 'backend.unreachable',
  // The body was damaged on the way: the same request may well succeed.
  BadDigest: 'backend.unreachable',
  IncompleteBody: 'backend.unreachable',

  QuotaExceeded: 'backend.disk-full',
  XMinioStorageFull: 'backend.disk-full',
  XMinioAdminBucketQuotaExceeded: 'backend.disk-full',

  // 403, but nothing about keys: this service wants the bucket in the host name.
  SecondLevelDomainForbidden: 'backend.rejected',
  PathStyleDomainForbidden: 'backend.rejected',
  VirtualHostDomainRequired: 'backend.rejected',
  InvalidObjectState: 'backend.rejected',
};

const networkCodes = new Set(
  (
    'ENOTFOUND EAI_AGAIN ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT ESOCKETTIMEDOUT EHOSTUNREACH ' +
    'ENETUNREACH ENETDOWN EHOSTDOWN ERR_STREAM_PREMATURE_CLOSE'
  ).split(' '),
);
/** The other side is no S3 service we may talk to: a certificate we do not trust, or no HTTP at all. */
const foreignCode = /^(HPE_|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_TLS_|ERR_SSL_)/;
const shape = /^[A-Za-z0-9._:-]{1,100}$/;

/** What an SDK error says, as far as it says anything. */
interface Spoken {
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly message: string;
}

/** The service's own error code, or undefined when it gave none (a HEAD has no body) or the network failed. */
export function s3CodeOf(error: unknown): string | undefined {
  return spoken(error).code;
}

export function s3StatusOf(error: unknown): number | undefined {
  return spoken(error).status;
}

/** `error` as an AppError; AppErrors pass unchanged. Abort reasons must be sorted out by the caller first. */
export function s3Error(error: unknown, context: S3ErrorContext): AppError {
  if (error instanceof AppError) return error;
  const said = spoken(error);
  const isGone =
    said.code === 'NoSuchKey' || said.code === 'NoSuchVersion' || (said.code === undefined && said.status === 404);
  if (isGone && context.name !== undefined && (context.operation === 'get' || context.operation === 'stat')) {
    return blobMissing(context.name, error);
  }
  return new AppError(codeFor(said, error), factsOf(said, error, context), { cause: error });
}

function codeFor(said: Spoken, error: unknown): ErrorCode {
  const { code, status, message } = said;
  if (isSkew(said)) return 'backend.clock-skew';
  const known = code === undefined ? undefined : byCode[code];
  if (known !== undefined) return known;
  if (status !== undefined) return byStatus(status);
  const network = networkCode(error);
  if (network !== undefined) return foreignCode.test(network) ? 'backend.rejected' : 'backend.unreachable';
  if (error instanceof Error && error.name === 'TimeoutError') return 'backend.unreachable';
  if (/socket hang up|aborted|network/i.test(message)) return 'backend.unreachable';
  // Neither the service nor the network: an answer the SDK could not read, or a bug of ours.
  return isUnreadable(error) ? 'backend.rejected' : 'unexpected';
}

function byStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'backend.access-denied';
  if (status === 301 || status === 307) return 'backend.bucket-missing';
  if (status === 429 || status === 503) return 'backend.throttled';
  if (status === 507) return 'backend.disk-full';
  if (status === 501 || status < 500) return 'backend.rejected';
  return 'backend.unreachable';
}

/** OBS answers AccessDenied and OSS an EC number; only their words tell that it is about time. */
function isSkew({ status, message }: Spoken): boolean {
  return status === 403 && /0002-0000050[14]|not yet valid|no longer valid|request has expired/i.test(message);
}

/** The SDK hangs the answer on errors that came while reading it. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Error && '$response' in error;
}

function factsOf(said: Spoken, error: unknown, { bucket, name, operation }: S3ErrorContext): ErrorFacts {
  const reason = said.code ?? networkCode(error) ?? (error instanceof Error ? error.name : undefined);
  return {
    operation,
    bucket,
    ...(name === undefined ? {} : { name }),
    ...(reason !== undefined && shape.test(reason) ? { reason } : {}),
    ...(said.status === undefined ? {} : { status: said.status }),
    ...(said.requestId !== undefined && shape.test(said.requestId) ? { requestId: said.requestId } : {}),
  };
}

function spoken(error: unknown): Spoken {
  const { name, Code, message, $metadata } = error as {
    readonly name?: unknown;
    readonly Code?: unknown;
    readonly message?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  };
  const status = $metadata?.httpStatusCode;
  const given = typeof Code === 'string' ? Code : typeof name === 'string' ? name : undefined;
  // Without a body the SDK makes a name up from the status: "NotFound", "403", "UnknownError".
  const isMadeUp =
    status === undefined || given === undefined || /^(\d+|NotFound|UnknownError|Unknown|Error)$/.test(given);
  return {
    code: isMadeUp ? undefined : given,
    status,
    requestId: $metadata?.requestId,
    message: typeof message === 'string' ? message : '',
  };
}

/** Node's code, looked for through the wrappers the SDK and happy eyeballs put around it. */
function networkCode(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 4) return undefined;
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'string' && (networkCodes.has(code) || foreignCode.test(code))) return code;
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  return networkCode(inner, depth + 1);
}
