import { S3Client, type PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { cloudProvider } from '../../../../shared/model/cloud-providers.ts';
import { addressOf, checkedEndpoint, type S3Place } from './providers.ts';
import type { LookupFunction } from 'node:net';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3ClientOptions extends S3Place {
  readonly credentials: S3Credentials;
  /** Overrides the provider's. */
  readonly addressing?: 'virtual-host' | 'path' | undefined;
  /** A domain of the user's own that stands for the bucket (CNAME); replaces endpoint and addressing. */
  readonly customDomain?: string;
  /** Tries per request inside the SDK, the first included. Default 4. */
  readonly maxAttempts?: number;
  readonly connectTimeoutMs?: number;
  /** How long the body of an answer may be silent. Default 60 s. */
  readonly idleTimeoutMs?: number;
  readonly maxSockets?: number;
  /** Certificates to trust besides the well-known ones, for a self-hosted service. */
  readonly caPem?: string;
  /** Replaces the name service, for hosts that no name service knows. */
  readonly lookup?: LookupFunction;
}

export const defaultIdleTimeoutMs = 60_000;

/** What the SDK is given for `Bucket`. Throws `usage.bad-argument` {argument} for what can be neither a bucket nor an address. */
export function bucketParameter(bucket: string, customDomain: string | undefined): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,127}$/.test(bucket))
    throw new AppError('usage.bad-argument', { argument: 'bucket', because: 'bucket-name' });
  return customDomain === undefined ? bucket : checkedEndpoint(customDomain, 'customDomain');
}

/** The parts of an SDK request the middleware touches. */
interface OutgoingRequest {
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/**
 * The one way an S3 client is made. Each setting answers a failure seen with a real service:
 * - `WHEN_REQUIRED` off Amazon: OSS, COS, OBS, B2 and R2 have refused CRC32 headers and trailers.
 * - the MD5 step: control operations send CRC32 whatever the setting; it is swapped for Content-MD5 before signing.
 * - no `Expect: 100-continue`: without an answer to it the SDK waits 6 s for every body over 2 MiB.
 * Bodies must be buffers: a stream makes the SDK send `aws-chunked`, which those services refuse.
 */
export function createS3Client(options: S3ClientOptions): S3Client {
  const provider = cloudProvider(options.provider);
  const { customDomain } = options;
  const { endpoint, region } = addressOf(customDomain === undefined ? options : { ...options, endpoint: customDomain });
  const addressing = options.addressing ?? provider.addressing;
  const checksums = provider.checksums === 'when-supported' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  const connectTimeoutMs = options.connectTimeoutMs ?? 15_000;
  const agent = {
    keepAlive: true,
    maxSockets: options.maxSockets ?? 16,
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
  };
  const client = new S3Client({
    region,
    credentials: options.credentials,
    // With a domain of the user's own the bucket parameter is the whole address.
    ...(customDomain === undefined ? { endpoint, forcePathStyle: addressing === 'path' } : { bucketEndpoint: true }),
    maxAttempts: options.maxAttempts ?? 4,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: options.caPem === undefined ? agent : { ...agent, ca: options.caPem },
    },
  });
  if (checksums === 'WHEN_REQUIRED') swapChecksumsForMd5(client);
  return client;
}

/** Signs with a hash of the body that is known already: the SDK takes the header's value and does not hash once more. */
export function signContentHash(command: PutObjectCommand, sha256Hex: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as OutgoingRequest).headers['x-amz-content-sha256'] = sha256Hex;
      return next(args);
    },
    { step: 'build', name: 'knownContentHash' },
  );
}

function swapChecksumsForMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as OutgoingRequest;
      const checksums = Object.keys(request.headers).filter((name) => /^x-amz-(sdk-)?checksum-/i.test(name));
      for (const name of checksums) Reflect.deleteProperty(request.headers, name);
      if (checksums.length > 0) {
        const body = request.body as string | Uint8Array;
        request.headers['Content-MD5'] = createHash('md5').update(body).digest('base64');
      }
      return next(args);
    },
    // Last of the build step: after the SDK's checksums, which not every command has, and before the signature.
    { step: 'build', priority: 'low', name: 'md5Fallback' },
  );
}
