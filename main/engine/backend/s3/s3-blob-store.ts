import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { cloudProvider, type CloudProviderId } from '../../../../shared/model/cloud-providers.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { defaultMaxBytes, requireBlobName } from '../blob-names.ts';
import { isBlobName, type BlobStat, type BlobStore, type ContentDigests, type PutOptions } from '../blob-store.ts';
import { TryWindow } from '../retry/try-window.ts';
import { EtagJudge } from './etag-judge.ts';
import { ListPatience } from './list-patience.ts';
import { readBody } from './read-body.ts';
import {
  bucketParameter,
  createS3Client,
  defaultIdleTimeoutMs,
  signContentHash,
  type S3ClientOptions,
} from './s3-client.ts';
import { s3CodeOf, s3Error, s3StatusOf, type S3ErrorContext } from './s3-errors.ts';
import { lockEndMs } from './object-lock.ts';
import { ServerClock } from './server-clock.ts';
import { S3Pages, type ListTimes } from './s3-pages.ts';

export interface S3StoreOptions extends S3ClientOptions {
  readonly bucket: string;
  /** Objects live under `<prefix>/`; empty or absent: the whole bucket. */
  readonly prefix?: string;
  /** What the probe found out, in place of the table's careful choice. */
  readonly createGuard?: 'if-none-match' | 'head-first' | undefined;
  readonly listVersion?: 1 | 2 | undefined;
  /** Objects that are locked against deletion, absent: none. */
  readonly lock?: ObjectLock;
  readonly clock?: Clock;
}

export interface ObjectLock {
  /** What is put is locked for so many days and a margin (`object-lock.ts`); null: others lock here, so a removal looks first. */
  readonly days: number | null;
  readonly covers: (name: string) => boolean;
}

type Operation = S3ErrorContext['operation'];

/** One object on its way. */
interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Undefined: computed when it comes to sending. */
  readonly digests: ContentDigests | undefined;
  readonly signal: AbortSignal;
}

/** A slow line is allowed this many bytes per millisecond (16 KiB/s) before a request counts as stuck. */
const slowestBytesPerMs = 16;
const baseRequestTimeoutMs = 60_000;
/** For so long after a proof that the bucket is there, a bare 404 to a HEAD is believed to mean the object. */
const bucketProofMs = 60_000;

/**
 * A store in a bucket, through any S3 service in `shared/model/cloud-providers.ts`.
 *
 * One object is one `PutObject` with its length and Content-MD5, so a 200 means the service holds these bytes. A
 * `create` asks the service not to overwrite where it is known to listen, and looks first where it is not; two writers who
 * race on such a service both write, which is harmless for names made from content.
 *
 * With `lock` every object it covers is locked with the request that puts it, mode COMPLIANCE, by the service's clock, and removing one
 * that is still locked is refused: a plain DELETE would only hide it behind a marker and look like success.
 *
 * Retries: one request is one try, so that `retry/` around it, which waits longer each time and can be cancelled, is the only one that counts
 * (six tries in all; the SDK's own would multiply them). A refused clock is tried once more here, because the SDK learns the time from the
 * refusal. Errors: see `BlobStore` and `s3-errors.ts`.
 */
export class S3BlobStore implements BlobStore {
  readonly kind = 's3';
  readonly #client: S3Client;
  readonly #provider: CloudProviderId;
  readonly #bucket: string;
  /** What the SDK is given for `Bucket`; a URL with a custom domain. */
  readonly #bucketParameter: string;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #etags = new EtagJudge();
  readonly #pages: S3Pages;
  readonly #idleTimeoutMs: number;
  readonly #lock: ObjectLock | undefined;
  readonly #serverClock: ServerClock;
  #looksFirst: boolean;
  #sendsIfNoneMatch = true;
  #bucketSeenAtMs = Number.NEGATIVE_INFINITY;

  /** No request is made. Throws `usage.bad-argument` with facts {argument} for settings that cannot work. */
  constructor(options: S3StoreOptions) {
    const provider = cloudProvider(options.provider);
    const prefix = (options.prefix ?? '').replace(/^\/+|\/+$/g, '');
    if (prefix !== '' && !isBlobName(prefix)) throw new AppError('usage.bad-argument', { argument: 'prefix' });
    this.#client = createS3Client({ maxAttempts: 1, ...options });
    this.#provider = options.provider;
    this.#bucket = options.bucket;
    this.#bucketParameter = bucketParameter(options.bucket, options.customDomain);
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#clock = options.clock ?? systemClock;
    this.#serverClock = new ServerClock(this.#client, this.#clock);
    this.#lock = options.lock;
    this.#looksFirst = (options.createGuard ?? provider.createGuard) === 'head-first';
    this.#pages = new S3Pages(this.#client, this.#bucketParameter, options.listVersion ?? provider.listVersion);
    this.#idleTimeoutMs = options.idleTimeoutMs ?? defaultIdleTimeoutMs;
  }

  async put(name: string, bytes: Uint8Array, options: PutOptions): Promise<{ readonly written: boolean }> {
    const { mode, digests, signal, harmlessLate } = options;
    this.#refuseTooLarge(name, bytes);
    const upload: Upload = { name, bytes, digests, signal };
    const ask = async () => {
      if (mode === 'create') return this.#create(upload);
      await this.#upload(upload, false);
      return true;
    };
    const window = harmlessLate === true ? undefined : new TryWindow(this.#clock);
    return { written: await this.#run('put', name, signal, ask, window) };
  }

  /** Before a byte is sent: after hours of sending the service would only say `EntityTooLarge`, and try after try. */
  #refuseTooLarge(name: string, { length: sizeBytes }: Uint8Array): void {
    const { maxPutBytes } = cloudProvider(this.#provider);
    if (sizeBytes <= maxPutBytes) return;
    const facts = { because: 'too-large', reason: 'over-put-limit', name, sizeBytes, maxPutBytes };
    throw new AppError('backend.rejected', { ...facts, bucket: this.#bucket, provider: this.#provider });
  }

  get(name: string, options: { readonly signal: AbortSignal; readonly maxBytes?: number }): Promise<Buffer> {
    const { signal, maxBytes = defaultMaxBytes } = options;
    return this.#run('get', name, signal, async () => {
      const first = await this.#download(name, maxBytes, signal);
      if (first !== 'damaged') return first;
      // Damaged on the way, or on the service's disks: one more look tells which.
      const second = await this.#download(name, maxBytes, signal);
      if (second !== 'damaged') return second;
      throw new AppError('backend.rejected', { reason: 'etag-mismatch', name, bucket: this.#bucket });
    });
  }

  stat(name: string, signal: AbortSignal): Promise<BlobStat | undefined> {
    return this.#run('stat', name, signal, () => this.#find(name, signal));
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<BlobStat> {
    const patience = new ListPatience();
    let from: string | undefined;
    do {
      const position = from;
      const page = await this.#run('list', undefined, signal, () =>
        this.#pages.page(this.#prefix + prefix, position, this.#times(signal)),
      );
      for (const { key, sizeBytes, modifiedAtMs } of page.keys) {
        const name = key.slice(this.#prefix.length);
        if (!key.startsWith(this.#prefix + prefix) || !isBlobName(name)) continue;
        yield { name, sizeBytes, modifiedAtMs };
        signal.throwIfAborted();
      }
      if (page.next !== undefined) patience.take(page);
      from = page.next;
    } while (from !== undefined);
  }

  remove(name: string, signal: AbortSignal): Promise<void> {
    const window = new TryWindow(this.#clock);
    const ask = async () => {
      if (this.#lock?.covers(name) === true) await this.#refuseLocked(name, signal);
      if (!window.isOpen()) throw tooLate(name);
      try {
        await this.#client.send(new DeleteObjectCommand(this.#target(name)), this.#times(signal));
      } catch (error) {
        if (s3CodeOf(error) !== 'NoSuchKey') throw error;
      }
    };
    return this.#run('remove', name, signal, ask, window);
  }

  /** A PUT that was answered is durable. */
  flush(_names: Iterable<string>, signal: AbortSignal): Promise<void> {
    return signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
  }

  close(): Promise<void> {
    this.#client.destroy();
    return Promise.resolve();
  }

  /** Every request goes through here: names, abort, the second try after a refused clock, and the translation of errors. */
  async #run<T>(
    operation: Operation,
    name: string | undefined,
    signal: AbortSignal,
    ask: () => Promise<T>,
    window?: TryWindow,
  ): Promise<T> {
    if (name !== undefined) requireBlobName(name);
    signal.throwIfAborted();
    const context = { operation, bucket: this.#bucket, name };
    try {
      const answer = await ask().catch((error: unknown) => {
        signal.throwIfAborted();
        if (s3Error(error, context).code !== 'backend.clock-skew') throw error;
        // Not the clock: the computer slept over its request. Signed anew, it would do now what was asked for then.
        if (window?.isOpen() === false) throw tooLate(name);
        return ask();
      });
      this.#bucketSeenAtMs = this.#clock.monotonicMs();
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (s3CodeOf(error) === 'NoSuchKey') this.#bucketSeenAtMs = this.#clock.monotonicMs();
      const refusal = s3Error(error, context);
      // The console's own locks, on writing over as on deleting: OSS answers FileImmutable.
      if (name !== undefined && refusal.facts['because'] === 'locked')
        throw new AppError('backend.locked', { name }, { cause: error });
      throw refusal;
    }
  }

  /** Whether it wrote. Never sends more than one body unless the service changed its mind about the condition. */
  async #create(upload: Upload): Promise<boolean> {
    const { name, signal } = upload;
    if (this.#looksFirst && (await this.#find(name, signal)) !== undefined) return false;
    if (this.#sendsIfNoneMatch) {
      try {
        await this.#upload(upload, true);
        return true;
      } catch (error) {
        const status = s3StatusOf(error);
        if (status === 501) {
          this.#sendsIfNoneMatch = false;
          this.#looksFirst = true;
        } else if (!isRefusedAsPresent(error)) throw error;
        // 409 may be another writer who then fails, and 304 or 412 a careless service: only a look makes sure.
        if ((await this.#find(name, signal)) !== undefined) return false;
      }
    }
    await this.#upload(upload, false);
    return true;
  }

  async #refuseLocked(name: string, signal: AbortSignal): Promise<void> {
    const look = () => this.#client.send(new HeadObjectCommand(this.#target(name)), this.#times(signal));
    const missing = (error: unknown): undefined => {
      if (s3StatusOf(error) !== 404) throw error;
    };
    // A refused clock is a bare 403 to a HEAD: asked once more, the SDK knows the time.
    const head = await look().catch((error: unknown) =>
      s3StatusOf(error) === 403 ? look().catch(missing) : missing(error),
    );
    const untilMs = head?.ObjectLockRetainUntilDate?.getTime() ?? 0;
    const nowMs = this.#serverClock.nowMs() ?? this.#clock.nowMs();
    if (untilMs > nowMs) throw new AppError('backend.locked', { name, untilIso: new Date(untilMs).toISOString() });
    if (head?.ObjectLockLegalHoldStatus === 'ON') throw new AppError('backend.locked', { name });
  }

  /** The lock that goes with a PUT. Set by the service's clock, so before its first answer one is asked for. */
  async #lockFor(
    name: string,
    signal: AbortSignal,
  ): Promise<Pick<PutObjectCommandInput, 'ObjectLockMode' | 'ObjectLockRetainUntilDate'>> {
    const lock = this.#lock;
    if (lock?.days == null || !lock.covers(name)) return {};
    if (this.#serverClock.nowMs() === undefined) await this.#find(name, signal);
    const nowMs = this.#serverClock.nowMs();
    if (nowMs === undefined) throw new AppError('backend.rejected', { reason: 'no-date', name, bucket: this.#bucket });
    return { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date(lockEndMs(nowMs, lock.days)) };
  }

  /** Sends the bytes and compares the ETag; a body that arrived damaged is sent once more, over the damaged one. */
  async #upload({ name, bytes, signal, ...given }: Upload, isConditional: boolean): Promise<void> {
    const digests = given.digests ?? digestsOf(bytes);
    const lock = await this.#lockFor(name, signal);
    const send = async (condition: { IfNoneMatch?: string }): Promise<boolean> => {
      signal.throwIfAborted();
      const body = {
        Body: bytes,
        ContentLength: bytes.length,
        ContentMD5: Buffer.from(digests.md5Hex, 'hex').toString('base64'),
      };
      const command = new PutObjectCommand({ ...this.#target(name), ...body, ...lock, ...condition });
      signContentHash(command, digests.sha256Hex);
      const answer = await this.#client.send(command, this.#times(signal, bytes.length));
      return this.#etags.isStored(answer, digests.md5Hex);
    };
    if (await send(isConditional ? { IfNoneMatch: '*' } : {})) return;
    if (await send({})) return;
    throw new AppError('backend.rejected', { reason: 'etag-mismatch', name, bucket: this.#bucket });
  }

  async #download(name: string, maxBytes: number, signal: AbortSignal): Promise<Buffer | 'damaged'> {
    // Nobody knows the size yet: the answer's headers must come within the base time, its body is watched for silence.
    const answer = await this.#client.send(new GetObjectCommand(this.#target(name)), this.#times(signal));
    const body = answer.Body as Readable;
    const expectedBytes = answer.ContentLength;
    const idleTimeoutMs = this.#idleTimeoutMs;
    const bytes = await readBody(body, { name, maxBytes, expectedBytes, idleTimeoutMs, signal });
    return this.#etags.isWhole(answer, bytes) ? bytes : 'damaged';
  }

  /**
   * Size and time, or undefined. A HEAD that fails says only a number: a 403 may be a wrong key or clock, a 404 a
   * missing bucket. So the question is put again as a GET of one byte, which has room for a code, except for a 404 in
   * a bucket that was there a moment ago: looking before writing must stay one cheap request.
   */
  async #find(name: string, signal: AbortSignal): Promise<BlobStat | undefined> {
    try {
      const head = await this.#client.send(new HeadObjectCommand(this.#target(name)), this.#times(signal));
      return { name, sizeBytes: head.ContentLength ?? 0, modifiedAtMs: head.LastModified?.getTime() ?? 0 };
    } catch (error) {
      const status = s3StatusOf(error);
      const isBare = s3CodeOf(error) === undefined && (status === 400 || status === 403 || status === 404);
      if (!isBare) throw error;
      const isFresh = this.#clock.monotonicMs() - this.#bucketSeenAtMs < bucketProofMs;
      if (status === 404 && isFresh) return undefined;
    }
    return this.#findByGet(name, signal);
  }

  async #findByGet(name: string, signal: AbortSignal): Promise<BlobStat | undefined> {
    try {
      const command = new GetObjectCommand({ ...this.#target(name), Range: 'bytes=0-0' });
      const answer = await this.#client.send(command, this.#times(signal));
      (answer.Body as Readable).destroy();
      const total = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
      const sizeBytes = total === undefined ? (answer.ContentLength ?? 0) : Number(total);
      return { name, sizeBytes, modifiedAtMs: answer.LastModified?.getTime() ?? 0 };
    } catch (error) {
      if (s3CodeOf(error) === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  #target(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucketParameter, Key: this.#prefix + name };
  }

  #times(signal: AbortSignal, bodyBytes = 0): ListTimes {
    return { abortSignal: signal, requestTimeout: baseRequestTimeoutMs + Math.ceil(bodyBytes / slowestBytesPerMs) };
  }
}

function digestsOf(bytes: Uint8Array): ContentDigests {
  return { md5Hex: hash('md5', bytes, 'hex'), sha256Hex: hash('sha256', bytes, 'hex') };
}

/** The answers that mean "there is one already": RFC 9110, OSS, an Amazon race, and old MinIO's 304. */
function isRefusedAsPresent(error: unknown): boolean {
  const status = s3StatusOf(error);
  const code = s3CodeOf(error);
  const isRace = status === 409 && (code === 'ConditionalRequestConflict' || code === 'FileAlreadyExists');
  return status === 412 || status === 304 || isRace;
}

/** For the wrapper in `retry/`, which knows when a call began and ends it. */
function tooLate(name: string | undefined): AppError {
  return new AppError('backend.unreachable', { reason: 'slept', ...(name === undefined ? {} : { name }) });
}
