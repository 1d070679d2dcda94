import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Clock } from '../../platform/clock.ts';
import { readBody } from './read-body.ts';
import { bucketParameter, createS3Client } from './s3-client.ts';
import { s3CodeOf, s3Error, s3StatusOf, type S3ErrorContext } from './s3-errors.ts';
import { S3Pages } from './s3-pages.ts';
import type { S3StoreOptions } from './s3-blob-store.ts';
import { ServerClock } from './server-clock.ts';

const requestTimeoutMs = 30_000;
const maxProbeBytes = 1024 * 1024;
/** Two objects make two pages, or three with an empty last one. */
const maxPages = 6;
/** Nothing younger is swept: another computer may be probing now. */
const sweepAfterMs = 30 * 60_000;

export interface ProbeHead {
  readonly sizeBytes: number;
  readonly versionId: string | undefined;
  readonly lockMode: string | undefined;
  readonly lockUntilMs: number | undefined;
}

/**
 * A bucket as the probe sees it: single requests with their bare answers, under `<prefix>/probe/` only. Errors: AppErrors of
 * `s3-errors.ts`, or the signal's reason.
 */
export class ProbeBucket {
  readonly client: S3Client;
  readonly clock: ServerClock;
  readonly #options: S3StoreOptions;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #signal: AbortSignal;

  constructor(options: S3StoreOptions, clock: Clock, signal: AbortSignal) {
    this.#options = options;
    this.#bucket = bucketParameter(options.bucket, options.customDomain);
    const prefix = (options.prefix ?? '').replace(/^\/+|\/+$/g, '');
    this.#prefix = `${prefix === '' ? '' : `${prefix}/`}probe/`;
    this.client = createS3Client(options);
    this.clock = new ServerClock(this.client, clock);
    this.#signal = signal;
  }

  /** Gives the version's id, where the bucket keeps versions. */
  async put(
    name: string,
    bytes: Uint8Array,
    extra: { readonly md5?: Uint8Array; readonly ifNoneMatch?: true; readonly lockUntilMs?: number } = {},
  ): Promise<string | undefined> {
    const md5 = extra.md5 ?? createHash('md5').update(bytes).digest();
    const command = new PutObjectCommand({
      ...this.#target(name),
      Body: bytes,
      ContentLength: bytes.length,
      ContentMD5: Buffer.from(md5).toString('base64'),
      ...(extra.ifNoneMatch === true ? { IfNoneMatch: '*' } : {}),
      ...(extra.lockUntilMs === undefined
        ? {}
        : { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date(extra.lockUntilMs) }),
    });
    return (await this.#ask('put', name, () => this.client.send(command, this.#times()))).VersionId;
  }

  /** Undefined when it is not there. A bare 403 to the HEAD is asked again as a GET, which has room for a code. */
  async head(name: string): Promise<ProbeHead | undefined> {
    const target = this.#target(name);
    try {
      const answer = await this.client.send(new HeadObjectCommand(target), this.#times());
      return {
        sizeBytes: answer.ContentLength ?? 0,
        versionId: answer.VersionId,
        lockMode: answer.ObjectLockMode,
        lockUntilMs: answer.ObjectLockRetainUntilDate?.getTime(),
      };
    } catch (error) {
      this.#signal.throwIfAborted();
      if (s3StatusOf(error) === 404) return undefined;
      if (s3CodeOf(error) === undefined && s3StatusOf(error) === 403) await this.get(name);
      throw s3Error(error, this.#context('stat', name));
    }
  }

  get(name: string, range?: string): Promise<Buffer> {
    return this.#ask('get', name, async () => {
      const command = new GetObjectCommand({ ...this.#target(name), ...(range === undefined ? {} : { Range: range }) });
      const answer = await this.client.send(command, this.#times());
      const limits = { maxBytes: maxProbeBytes, expectedBytes: answer.ContentLength, idleTimeoutMs: requestTimeoutMs };
      return readBody(answer.Body as Readable, { name, ...limits, signal: this.#signal });
    });
  }

  /** Names under the probe's folder that begin with `start`, one a page, so that two of them prove the paging. */
  async list(
    start: string,
    version: 1 | 2,
  ): Promise<{ readonly names: string[]; readonly pages: number; readonly version: 1 | 2 }> {
    const pages = new S3Pages(this.client, this.#bucket, version, 1);
    const names: string[] = [];
    let from: string | undefined;
    let count = 0;
    do {
      const position = from;
      const page = await this.#ask('list', undefined, () => pages.page(this.#prefix + start, position, this.#times()));
      for (const { key } of page.keys) names.push(key.slice(this.#prefix.length));
      from = page.next;
      count += 1;
    } while (from !== undefined && count < maxPages);
    if (from !== undefined) throw new AppError('backend.rejected', { reason: 'list-loop', because: 'list-loop' });
    return { names, pages: count, version: pages.version };
  }

  /** Gives the id of the delete marker, where the bucket keeps versions. */
  async remove(name: string, versionId?: string): Promise<string | undefined> {
    const command = new DeleteObjectCommand({
      ...this.#target(name),
      ...(versionId === undefined ? {} : { VersionId: versionId }),
    });
    return (await this.#ask('remove', name, () => this.client.send(command, this.#times()))).VersionId;
  }

  async extendLock(name: string, untilMs: number): Promise<void> {
    const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(untilMs) } as const;
    const command = new PutObjectRetentionCommand({ ...this.#target(name), Retention });
    await this.#ask('put', name, () => this.client.send(command, this.#times()));
  }

  /** Whether deleted objects live on as old versions. `unknown`: the key may not ask, or the service has no such question. */
  async versioning(): Promise<'on' | 'off' | 'unknown'> {
    try {
      const { Status } = await this.client.send(
        new GetBucketVersioningCommand({ Bucket: this.#bucket }),
        this.#times(),
      );
      return Status === 'Enabled' ? 'on' : 'off';
    } catch {
      this.#signal.throwIfAborted();
      return 'unknown';
    }
  }

  async lockSetting(): Promise<{ readonly lock: 'on' | 'off' | 'unknown'; readonly defaultDays?: number }> {
    try {
      const command = new GetObjectLockConfigurationCommand({ Bucket: this.#bucket });
      const { ObjectLockConfiguration: found } = await this.client.send(command, this.#times());
      const days = found?.Rule?.DefaultRetention?.Days;
      const lock = found?.ObjectLockEnabled === 'Enabled' ? 'on' : 'off';
      return days === undefined ? { lock } : { lock, defaultDays: days };
    } catch (error) {
      this.#signal.throwIfAborted();
      return { lock: s3CodeOf(error) === 'ObjectLockConfigurationNotFoundError' ? 'off' : 'unknown' };
    }
  }

  /** Old versions that former probes had to leave because they were locked. Nothing here is worth failing for. */
  async sweep(): Promise<void> {
    try {
      const command = new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: this.#prefix, MaxKeys: 100 });
      const { Versions = [], DeleteMarkers = [] } = await this.client.send(command, this.#times());
      const before = (this.clock.nowMs() ?? 0) - sweepAfterMs;
      for (const { Key = '', VersionId, LastModified } of [...Versions, ...DeleteMarkers]) {
        if (!Key.startsWith(this.#prefix) || VersionId === undefined || !(Number(LastModified) < before)) continue;
        await this.remove(Key.slice(this.#prefix.length), VersionId).catch(() => undefined);
      }
    } catch {
      this.#signal.throwIfAborted();
    }
  }

  close(): void {
    this.client.destroy();
  }

  async #ask<T>(operation: S3ErrorContext['operation'], name: string | undefined, ask: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      this.#signal.throwIfAborted();
      throw s3Error(error, this.#context(operation, name));
    }
  }

  #context(operation: S3ErrorContext['operation'], name: string | undefined): S3ErrorContext {
    return { operation, bucket: this.#options.bucket, name: name === undefined ? undefined : `probe/${name}` };
  }

  #target(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + name };
  }

  #times(): { readonly abortSignal: AbortSignal; readonly requestTimeout: number } {
    return { abortSignal: this.#signal, requestTimeout: requestTimeoutMs };
  }
}
