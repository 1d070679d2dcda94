import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, type Clock } from '../../platform/clock.ts';
import {
  bucketsAnswer,
  checkBody,
  decodeAwsChunked,
  deletedAnswer,
  faultAnswer,
  listAnswer,
  readDeleteKeys,
  readListQuery,
  S3Fault,
  type Answer,
} from './fake-s3-answers.ts';
import { FakeObjectsInFolder, FakeObjectsInMemory, md5Hex, type FakeObjects } from './fake-objects.ts';
import { readCall, type FakeCall } from './fake-s3-call.ts';
import type { FakeRefusal, FakeS3Fault, FakeS3Options, FakeS3Quirks, FakeS3Server } from './fake-s3-options.ts';
import { FakeVersions } from './fake-versions.ts';
import { providerQuirks } from './provider-quirks.ts';
import { checkSignature } from './sigv4-check.ts';

export type { FakeS3Fault, FakeS3Options, FakeS3Quirks, FakeS3Request, FakeS3Server } from './fake-s3-options.ts';

/**
 * A FAKE S3 server for tests and for `shouhu demo`. It listens on 127.0.0.1 only and is no place for real data.
 *
 * What it is for: a strict partner over real HTTP. It checks Signature V4 with the payload hash and the clock,
 * Content-MD5 and CRC32, speaks path and virtual-host addressing, pages its listings, and can behave as badly as clouds
 * have been seen to (`FakeS3Quirks`, `provider-quirks.ts`); with `objectLock` it keeps versions and locks. Not there: multipart, legal
 * holds, default retention, ACLs, TLS, several ranges. Passing against this fake proves how we speak, not that a given cloud agrees.
 */

const maxBodyBytes = 256 * 1024 * 1024;

export async function startFakeS3(options: FakeS3Options): Promise<FakeS3Server> {
  const objects = options.folder === undefined ? new FakeObjectsInMemory() : new FakeObjectsInFolder(options.folder);
  for (const bucket of options.buckets ?? []) await objects.createBucket(bucket);
  const quirks: FakeS3Quirks = {
    ...(options.provider === undefined ? {} : providerQuirks[options.provider]),
    ...options.quirks,
  };
  const counts = new Map<string, number>();
  const versions = new FakeVersions(options.objectLock === true);
  const fake = new Fake(options, objects, versions, quirks, counts);
  const server = createServer((request, response) => void fake.serve(request, response));
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    quirks,
    objects,
    versions,
    setClock: (clock) => fake.setClock(clock),
    requestCount: (operation) =>
      operation === undefined ? [...counts.values()].reduce((a, b) => a + b, 0) : (counts.get(operation) ?? 0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class Fake {
  readonly #options: FakeS3Options;
  readonly #objects: FakeObjects;
  readonly #versions: FakeVersions;
  readonly #quirks: FakeS3Quirks;
  readonly #counts: Map<string, number>;
  #clock: Clock;
  #requests = 0;
  #lastPut: Promise<unknown> = Promise.resolve();

  constructor(
    options: FakeS3Options,
    objects: FakeObjects,
    versions: FakeVersions,
    quirks: FakeS3Quirks,
    counts: Map<string, number>,
  ) {
    this.#options = options;
    this.#objects = objects;
    this.#versions = versions;
    this.#quirks = quirks;
    this.#counts = counts;
    this.#clock = options.clock ?? systemClock;
  }

  setClock(clock: Clock): void {
    this.#clock = clock;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = `FAKE${++this.#requests}`;
    const call = readCall(request, this.#options);
    this.#counts.set(call.operation, (this.#counts.get(call.operation) ?? 0) + 1);
    const { operation, bucket, key } = call;
    const strike = this.#quirks.fault?.({ number: this.#requests, operation, bucket, key });
    try {
      if (strike?.kind === 'drop' && strike.when === 'before') return void request.socket.destroy();
      if (strike?.kind === 'reset-upload') return void request.socket.resetAndDestroy();
      const body = await readBody(request);
      if (this.#quirks.latencyMs !== undefined) await sleep(this.#quirks.latencyMs);
      const answer = await this.#answer(call, request, body, strike);
      if (strike?.kind === 'drop') return void request.socket.destroy();
      this.#send(call, response, requestId, answer, strike);
    } catch (error) {
      if (request.destroyed && !request.complete) return;
      const fault = error instanceof S3Fault ? error : new S3Fault(500, 'InternalError');
      this.#send(call, response, requestId, faultAnswer(fault, requestId), undefined);
    }
  }

  async #answer(
    call: FakeCall,
    request: IncomingMessage,
    body: Buffer,
    strike: FakeS3Fault | undefined,
  ): Promise<Answer> {
    const { headers } = call;
    const quirks = this.#quirks;
    this.#checkSignature(request);
    if (strike?.kind === 'refuse') throw new S3Fault(strike.status, strike.code);
    if (quirks.refuse !== undefined) throw refusal(quirks.refuse);
    if (quirks.slowDownEvery !== undefined && this.#requests % quirks.slowDownEvery === 0) {
      throw new S3Fault(503, 'SlowDown');
    }
    if (quirks.pathStyle !== undefined && call.isPathStyle) throw refusal(quirks.pathStyle);
    if (quirks.ownDomainOnly === true && !call.isOwnDomain) {
      throw new S3Fault(400, 'PublicEndpointForbidden', { EC: '0048-00000401' });
    }
    this.#checkRegion(headers);
    if (quirks.denied?.includes(call.operation) === true) throw new S3Fault(403, 'AccessDenied');
    const names = Object.keys(headers);
    if (quirks.checksumHeaders !== undefined && names.some((name) => /^x-amz-(sdk-)?checksum-/.test(name))) {
      throw refusal(quirks.checksumHeaders);
    }
    const unknown = names.find((name) => quirks.unknownHeaders?.test(name));
    if (unknown !== undefined) throw new S3Fault(400, 'InvalidArgument', {}, `Unsupported header '${unknown}'`);
    const isChunked = (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
    if (isChunked && quirks.awsChunked !== undefined) throw refusal(quirks.awsChunked);
    const content = isChunked ? decodeAwsChunked(body) : body;
    checkBody(content, headers, quirks.ignoresMd5);
    return this.#run(call, content, strike?.kind === 'stale-list' ? strike.hides : () => false);
  }

  #checkRegion(headers: FakeCall['headers']): void {
    const right = this.#options.region ?? 'us-east-1';
    const signed = /Credential=[^/]+\/\d{8}\/([^/]*)\//.exec(headers['authorization'] ?? '')?.[1];
    if (this.#quirks.checksRegion === true && signed !== right) {
      const message = `The authorization header is malformed; the region '${signed}' is wrong; expecting '${right}'`;
      throw new S3Fault(400, 'AuthorizationHeaderMalformed', { Region: right }, message);
    }
  }

  #checkSignature(request: IncomingMessage): void {
    const nowMs = this.#clock.nowMs();
    const [rawPath = '', rawQuery = ''] = (request.url ?? '/').split('?', 2);
    const signed = { method: request.method ?? 'GET', rawPath, rawQuery, headers: request.headers };
    const fault =
      this.#quirks.alwaysSkewed === true
        ? 'RequestTimeTooSkewed'
        : checkSignature(signed, this.#options.accessKeys, nowMs);
    if (fault === undefined) return;
    const extra = fault === 'RequestTimeTooSkewed' ? { ServerTime: new Date(nowMs).toISOString() } : {};
    throw new S3Fault(fault === 'AuthorizationHeaderMalformed' ? 400 : 403, fault, extra);
  }

  async #run(call: FakeCall, body: Buffer, isHidden: (key: string) => boolean): Promise<Answer> {
    const { bucket, key, operation } = call;
    if (operation === 'ListBuckets') return bucketsAnswer(await this.#objects.buckets());
    if (operation === 'CreateBucket') return this.#createBucket(bucket);
    if (this.#quirks.bucketNames?.test(bucket) === false) throw new S3Fault(400, 'InvalidBucketName');
    if (!(await this.#objects.buckets()).includes(bucket)) throw new S3Fault(404, 'NoSuchBucket');
    switch (operation) {
      case 'HeadBucket':
        return { status: 200 };
      case 'PutObject':
        return this.#put(call, body);
      case 'GetObject':
      case 'HeadObject':
        return this.#get(call);
      case 'DeleteObject':
        await this.#refuseImmutable(bucket, key);
        await this.#objects.remove(bucket, key);
        return { status: 204, headers: this.#versions.bury(bucket, key, this.#clock.nowMs()) };
      case 'DeleteVersion': {
        const wasCurrent = this.#versions.remove(bucket, key, call.query.get('versionId') ?? '', this.#clock.nowMs());
        if (wasCurrent) await this.#objects.remove(bucket, key);
        return { status: 204 };
      }
      case 'PutObjectRetention':
        return this.#retain(call, body);
      case 'GetObjectRetention':
        return this.#versions.retentionAnswer(bucket, key);
      case 'GetBucketVersioning':
        return this.#versions.versioningAnswer();
      case 'GetObjectLockConfiguration':
        return this.#versions.lockConfigurationAnswer();
      case 'ListObjectVersions':
        return this.#versions.listAnswer(bucket, call.query.get('prefix') ?? '');
      case 'DeleteObjects': {
        if (call.headers['content-md5'] === undefined && call.headers['x-amz-checksum-crc32'] === undefined) {
          throw new S3Fault(400, 'InvalidRequest');
        }
        const keys = readDeleteKeys(body);
        for (const each of keys) {
          await this.#refuseImmutable(bucket, each);
          await this.#objects.remove(bucket, each);
        }
        return deletedAnswer(keys);
      }
      case 'ListObjects':
      case 'ListObjectsV2': {
        if (operation === 'ListObjectsV2' && this.#quirks.noListV2 === true) throw new S3Fault(501, 'NotImplemented');
        const query = readListQuery(bucket, call.query);
        const listed = (await this.#objects.list(bucket)).filter((object) => !isHidden(object.key));
        const isEndless = this.#quirks.endlessList === true || (query.isV2 && this.#quirks.endlessListV2 === true);
        return listAnswer(listed, query, isEndless);
      }
      default:
        throw new S3Fault(501, 'NotImplemented');
    }
  }

  async #createBucket(bucket: string): Promise<Answer> {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) throw new S3Fault(400, 'InvalidBucketName');
    if ((await this.#objects.buckets()).includes(bucket)) throw new S3Fault(409, 'BucketAlreadyOwnedByYou');
    await this.#objects.createBucket(bucket);
    return { status: 200 };
  }

  /** One write at a time, so that of racing conditional writers exactly one wins. */
  #put(call: FakeCall, bytes: Buffer): Promise<Answer> {
    const mine = this.#lastPut.then(() => this.#putAlone(call, bytes));
    this.#lastPut = mine.catch(() => undefined);
    return mine;
  }

  async #putAlone({ bucket, key, headers }: FakeCall, bytes: Buffer): Promise<Answer> {
    if (headers['if-none-match'] === '*') {
      const behaviour = this.#quirks.ifNoneMatch ?? 'honoured';
      if (behaviour === 'not-implemented') throw new S3Fault(501, 'NotImplemented');
      if (behaviour === 'conflict') throw new S3Fault(409, 'ConditionalRequestConflict');
      const isThere = (await this.#objects.get(bucket, key)) !== undefined;
      if (behaviour === 'honoured' && isThere) throw new S3Fault(412, 'PreconditionFailed');
      if (behaviour === 'not-modified' && isThere) throw new S3Fault(304, 'NotModified');
    }
    await this.#refuseImmutable(bucket, key);
    const nowMs = this.#clock.nowMs();
    const version = this.#versions.add(bucket, key, headers, nowMs, this.#quirks.forgetsLocks === true);
    await this.#objects.put(bucket, key, { bytes, modifiedAtMs: nowMs });
    return { status: 200, headers: { etag: this.#etag(bytes), ...version } };
  }

  async #refuseImmutable(bucket: string, key: string): Promise<void> {
    if (this.#quirks.worm?.(key) !== true) return;
    if ((await this.#objects.get(bucket, key)) !== undefined) throw new S3Fault(409, 'FileImmutable', { Key: key });
  }

  async #retain({ bucket, key, headers }: FakeCall, body: Buffer): Promise<Answer> {
    const found = await this.#objects.get(bucket, key);
    if (found === undefined) throw new S3Fault(404, 'NoSuchKey', { Key: key });
    const behaviour = this.#quirks.retention ?? 'kept';
    if (behaviour === 'kept') this.#versions.retain(bucket, key, headers, body.toString(), this.#clock.nowMs());
    if (behaviour === 'destroys')
      await this.#objects.put(bucket, key, { bytes: body, modifiedAtMs: this.#clock.nowMs() });
    return { status: 200 };
  }

  async #get({ bucket, key, headers }: FakeCall): Promise<Answer> {
    const found = await this.#objects.get(bucket, key);
    if (found === undefined) throw new S3Fault(404, 'NoSuchKey', { Key: key });
    const { bytes, modifiedAtMs } = found;
    const range = this.#quirks.ignoresRange === true ? null : /^bytes=(\d+)-(\d+)$/.exec(headers['range'] ?? '');
    const described = {
      etag: this.#etag(bytes),
      'last-modified': new Date(modifiedAtMs).toUTCString(),
      ...this.#versions.headersOf(bucket, key),
    };
    if (range === null) return { status: 200, headers: described, body: bytes };
    const from = Number(range[1]);
    if (bytes.length <= from) throw new S3Fault(416, 'InvalidRange');
    const part = bytes.subarray(from, Number(range[2]) + 1);
    const span = { 'content-range': `bytes ${from}-${from + part.length - 1}/${bytes.length}` };
    return { status: 206, headers: { ...described, ...span }, body: part };
  }

  #etag(bytes: Buffer): string {
    const md5 = md5Hex(bytes);
    return this.#quirks.opaqueEtags === true ? `"${md5Hex(Buffer.from(md5))}"` : `"${md5}"`;
  }

  #send(
    call: FakeCall,
    response: ServerResponse,
    requestId: string,
    answer: Answer,
    strike: FakeS3Fault | undefined,
  ): void {
    const body = answer.body ?? Buffer.alloc(0);
    const isGet = call.operation === 'GetObject' && answer.status === 200;
    const wanted = strike?.kind === 'damage-body' ? strike.how : (this.#quirks.getBody ?? 'whole');
    const damage = isGet && body.length > 1 ? wanted : 'whole';
    const half = body.subarray(0, body.length >> 1);
    const sent = damage === 'truncated' ? half : body;
    response.sendDate = false;
    response.writeHead(answer.status, {
      ...answer.headers,
      date: new Date(this.#clock.nowMs()).toUTCString(),
      'x-amz-request-id': requestId,
      ...(answer.status === 204 ? {} : { 'content-length': String(sent.length) }),
    });
    if (call.method === 'HEAD') response.end();
    else if (damage === 'reset') response.write(half, () => response.socket?.resetAndDestroy());
    else if (damage === 'stalled') response.write(half);
    else if (damage === 'closed-early') response.write(half, () => response.socket?.end());
    else response.end(sent);
  }
}

function refusal({ status, code, message }: FakeRefusal): S3Fault {
  return new S3Fault(status, code, {}, message);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    sizeBytes += part.length;
    if (sizeBytes > maxBodyBytes) throw new S3Fault(400, 'EntityTooLarge');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
