import { HeadObjectCommand, PutObjectRetentionCommand, type S3Client } from '@aws-sdk/client-s3';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { systemClock } from '../../platform/clock.ts';
import { lockEndMs } from './object-lock.ts';
import type { S3StoreOptions } from './s3-blob-store.ts';
import { bucketParameter, createS3Client } from './s3-client.ts';
import { s3Error, s3StatusOf } from './s3-errors.ts';
import { ServerClock } from './server-clock.ts';

const requestTimeoutMs = 60_000;

export interface LockedObject {
  readonly sizeBytes: number;
  /** When its lock ends; undefined: it has none. */
  readonly untilMs: number | undefined;
}

/**
 * Looks at the locks of objects and extends them. `PutObjectRetention` has been seen to replace an object by the request, so this is only
 * made for buckets where the probe has proven it on a throwaway object, and the size is compared each time all the same.
 *
 * Times are the service's. Errors: AppErrors of `s3-errors.ts`, or the signal's reason.
 */
export class S3Locks {
  readonly #client: S3Client;
  readonly #clock: ServerClock;
  readonly #bucket: string;
  readonly #options: S3StoreOptions;
  readonly #prefix: string;

  constructor(options: S3StoreOptions) {
    this.#options = options;
    this.#bucket = bucketParameter(options.bucket, options.customDomain);
    const prefix = (options.prefix ?? '').replace(/^\/+|\/+$/g, '');
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#client = createS3Client(options);
    this.#clock = new ServerClock(this.#client, options.clock ?? systemClock);
  }

  /** Undefined when the object is not there. */
  async look(name: string, signal: AbortSignal): Promise<LockedObject | undefined> {
    const ask = () => this.#client.send(new HeadObjectCommand(this.#target(name)), times(signal));
    try {
      // A refused clock is asked about once more: the SDK has learnt the time from the refusal, which to a HEAD is a bare 403.
      const answer = await ask().catch((error: unknown) => {
        signal.throwIfAborted();
        if (s3StatusOf(error) !== 403) throw error;
        return ask();
      });
      const isHeld = answer.ObjectLockMode === 'COMPLIANCE';
      const untilMs = isHeld ? answer.ObjectLockRetainUntilDate?.getTime() : undefined;
      return { sizeBytes: answer.ContentLength ?? 0, untilMs };
    } catch (error) {
      signal.throwIfAborted();
      if (s3StatusOf(error) === 404) return undefined;
      throw s3Error(error, { operation: 'stat', bucket: this.#options.bucket, name });
    }
  }

  /** The service's time; known after the first `look`. */
  nowMs(): number {
    const nowMs = this.#clock.nowMs();
    if (nowMs === undefined)
      throw new AppError('backend.rejected', { reason: 'no-date', bucket: this.#options.bucket });
    return nowMs;
  }

  /**
   * Extends the lock to `days` and its margin from now; gives its new end. `found` is what a look has just seen. Errors:
   * `backend.rejected` with `because` lock-ignored, or lock-destroys when the object is not what it was.
   */
  async extend(name: string, days: number, found: LockedObject, signal: AbortSignal): Promise<number> {
    const untilMs = lockEndMs(this.nowMs(), days);
    const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(untilMs) } as const;
    try {
      await this.#client.send(new PutObjectRetentionCommand({ ...this.#target(name), Retention }), times(signal));
    } catch (error) {
      signal.throwIfAborted();
      throw s3Error(error, { operation: 'put', bucket: this.#options.bucket, name });
    }
    const after = await this.look(name, signal);
    if (after?.sizeBytes !== found.sizeBytes) throw this.#refusal('lock-destroys', name);
    if (after.untilMs === undefined || after.untilMs < untilMs - 1000) throw this.#refusal('lock-ignored', name);
    return after.untilMs;
  }

  close(): void {
    this.#client.destroy();
  }

  #refusal(because: 'lock-destroys' | 'lock-ignored', name: string): AppError {
    return new AppError('backend.rejected', { because, name, bucket: this.#options.bucket });
  }

  #target(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + name };
  }
}

function times(signal: AbortSignal): { readonly abortSignal: AbortSignal; readonly requestTimeout: number } {
  return { abortSignal: signal, requestTimeout: requestTimeoutMs };
}
