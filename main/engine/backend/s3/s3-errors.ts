import { AppError, type ErrorFacts } from '../../../../shared/errors/app-error.ts';
import { blobMissing } from '../blob-names.ts';
import { meaningOfAnswer, meaningOfNetwork, meaningOfStatus, type Meaning } from './s3-answers.ts';

/**
 * Turns what the SDK and the network throw into the catalog, by the table in `s3-answers.ts`.
 *
 * Facts: `reason` (the service's or Node's code), `because` (what it means, see `shared/errors/cloud-causes.ts`), `status`, `requestId`,
 * `name`, `bucket`, `rightRegion` where the service named it. Messages of services are left in `cause`: they quote access keys and whole
 * requests.
 */

export interface S3ErrorContext {
  readonly operation: 'put' | 'get' | 'stat' | 'list' | 'remove';
  readonly bucket: string;
  readonly name?: string | undefined;
}

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
  const meaning = meaningFor(said, error, context);
  return new AppError(meaning.code, factsOf(said, error, context, meaning), { cause: error });
}

function meaningFor(said: Spoken, error: unknown, { operation }: S3ErrorContext): Meaning {
  const { code, status, message } = said;
  if (status !== undefined) {
    const meaning = meaningOfAnswer({ code, status, message, operation }) ?? meaningOfStatus(status);
    if (meaning.because === 'wrong-region' && rightRegionOf(error) !== undefined)
      return { ...meaning, because: 'wrong-region-named' };
    return meaning;
  }
  const network = networkCode(error);
  if (network !== undefined) return meaningOfNetwork(network);
  if (error instanceof Error && error.name === 'TimeoutError')
    return { code: 'backend.unreachable', because: 'too-slow' };
  if (/socket hang up|aborted|network/i.test(message)) return { code: 'backend.unreachable', because: 'network-cut' };
  // Neither the service nor the network: an answer the SDK could not read, or a bug of ours.
  return isUnreadable(error) ? { code: 'backend.rejected', because: 'not-s3' } : { code: 'unexpected' };
}

/**
 * Where the bucket is, as the service says it: Amazon in a field or header of the refusal, OSS as the host it wants. A name goes into
 * sentences and maybe into a host name, so nothing but letters, digits and dashes.
 */
function rightRegionOf(error: unknown): string | undefined {
  const { Region, Endpoint, $response } = error as {
    readonly Region?: unknown;
    readonly Endpoint?: unknown;
    readonly $response?: { readonly headers?: Readonly<Record<string, unknown>> };
  };
  const host =
    typeof Endpoint === 'string'
      ? /(?:^|\.)(?:s3\.)?oss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$/.exec(Endpoint)?.[1]
      : undefined;
  const named = [Region, $response?.headers?.['x-amz-bucket-region'], host];
  return named.find(
    (region): region is string => typeof region === 'string' && /^[a-z0-9][a-z0-9-]{1,40}$/.test(region),
  );
}

/** The SDK hangs the answer on errors that came while reading it. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Error && '$response' in error;
}

function factsOf(
  said: Spoken,
  error: unknown,
  { bucket, name, operation }: S3ErrorContext,
  { because }: Meaning,
): ErrorFacts {
  const reason = said.code ?? networkCode(error) ?? (error instanceof Error ? error.name : undefined);
  return {
    operation,
    bucket,
    ...(name === undefined ? {} : { name }),
    ...(reason !== undefined && shape.test(reason) ? { reason } : {}),
    ...(because === undefined ? {} : { because }),
    ...(because === 'wrong-region-named' ? { rightRegion: rightRegionOf(error) ?? '' } : {}),
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
