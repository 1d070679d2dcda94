import type { CloudProviderId } from '../../../../shared/model/cloud-providers.ts';
import type { Clock } from '../../platform/clock.ts';
import type { FakeObjects } from './fake-objects.ts';
import type { FakeVersions } from './fake-versions.ts';
import type { AccessKey } from './sigv4-check.ts';

/** One request, as a fault may want to know it. `number` counts from 1 since the server was started. */
export interface FakeS3Request {
  readonly number: number;
  readonly operation: string;
  readonly bucket: string;
  readonly key: string;
}

/** What goes wrong with one request. */
export type FakeS3Fault =
  /** The connection ends without an answer; `after`: the request was done all the same. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  /** Refused with this answer, and not done. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  /** Reset while its body is still on the way; not done. */
  | { readonly kind: 'reset-upload' }
  /** Of a GET: see `getBody`. */
  | { readonly kind: 'damage-body'; readonly how: 'reset' | 'closed-early' | 'truncated' }
  /** Of a listing: it does not know these keys yet, as services without read-after-write listings. */
  | { readonly kind: 'stale-list'; readonly hides: (key: string) => boolean };

/** An answer that refuses. */
export interface FakeRefusal {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
}

/** Misbehaviour, read at every request, so a test may change it while the server runs. */
export interface FakeS3Quirks {
  /** The answer to `aws-chunked` bodies (COS, OSS). */
  awsChunked?: FakeRefusal;
  /** The answer to any `x-amz-checksum-*` or `x-amz-sdk-checksum-*` header (B2, R2 in early 2025). */
  checksumHeaders?: FakeRefusal;
  /** 400 InvalidArgument to headers whose names fit. */
  unknownHeaders?: RegExp;
  /** Overwrites although `If-None-Match: *` was sent (old Ceph, s3rver), or answers 304 (old MinIO), 501 or a 409 race to it. */
  ifNoneMatch?: 'honoured' | 'ignored' | 'not-implemented' | 'conflict' | 'not-modified';
  /** 503 SlowDown to every nth request, counted from the start of the server. */
  slowDownEvery?: number;
  /** GET bodies: connection reset half way, closed half way, half of the bytes and then silence, or half of them as if they were all. */
  getBody?: 'whole' | 'reset' | 'closed-early' | 'stalled' | 'truncated';
  /** Answers this to every request after the signature held. */
  refuse?: FakeRefusal;
  /** 403 AccessDenied to these operations: a key with fewer rights. */
  denied?: readonly string[];
  /** 501 to ListObjectsV2. */
  noListV2?: boolean;
  /** Answers the first page with the same token for ever. */
  endlessList?: boolean;
  /** The same for ListObjectsV2 only (OBS with a parallel file system). */
  endlessListV2?: boolean;
  /** ETags are not the MD5 of the content (Kodo, US3, server-side encryption with a key service). */
  opaqueEtags?: boolean;
  /** How far away it is: each answer waits so long, as many at a time as are asked. */
  latencyMs?: number;
  /** The answer to path-style requests (OSS, COS, OBS). */
  pathStyle?: FakeRefusal;
  /** 400 PublicEndpointForbidden unless the host is one of `customHosts` (new users of OSS in mainland China). */
  ownDomainOnly?: boolean;
  /** A body is not compared with its Content-MD5 (US3, moto). */
  ignoresMd5?: boolean;
  /** 400 AuthorizationHeaderMalformed, with the right region named, to a signature for another region than the bucket's. */
  checksRegion?: boolean;
  /** Names of buckets must fit, else 400 InvalidBucketName. */
  bucketNames?: RegExp;
  /** GET with a range answers the whole object. */
  ignoresRange?: boolean;
  /** PutObjectRetention: keeps the object; or puts the request's XML in its place (Swift 2.38, measured); or does nothing. */
  retention?: 'kept' | 'destroys' | 'ignored';
  /** Lock headers of a PUT are taken and forgotten. */
  forgetsLocks?: boolean;
  /**
   * 409 FileImmutable to whoever writes over, or deletes, an object that is there and whose key fits: a bucket that its owner locked as a
   * whole (OSS's retention policy), or by a prefix, in the console.
   */
  worm?: (key: string) => boolean;
  /** Refuses every request as skewed, whatever its time. */
  alwaysSkewed?: boolean;
  /** Asked at every request. */
  fault?: (request: FakeS3Request) => FakeS3Fault | undefined;
}

export interface FakeS3Options {
  readonly accessKeys: readonly AccessKey[];
  /** Buckets that are there from the start. */
  readonly buckets?: readonly string[];
  /** Imitates this cloud's peculiarities (`provider-quirks.ts`); `quirks` come on top. */
  readonly provider?: CloudProviderId;
  /** Where the buckets are, for `checksRegion`. Default `us-east-1`. */
  readonly region?: string;
  /** Buckets keep versions and know object lock, in memory only. */
  readonly objectLock?: boolean;
  /** Objects are kept in this folder; without it in memory. */
  readonly folder?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** `<bucket>.<baseHost>` is virtual-host addressing. Default `s3.localhost`. */
  readonly baseHost?: string;
  /** Whole host names that stand for a bucket (custom domains). */
  readonly customHosts?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly quirks?: FakeS3Quirks;
}

export interface FakeS3Server {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly port: number;
  readonly quirks: FakeS3Quirks;
  /** The objects themselves, behind the protocol: to plant, damage or look. */
  readonly objects: FakeObjects;
  /** Versions and locks, when the server was started with `objectLock`. */
  readonly versions: FakeVersions;
  /** Moves its time, for locks that end. */
  setClock(clock: Clock): void;
  /** How many requests came, by operation (`PutObject`, `HeadObject`, …), refused ones too. */
  requestCount(operation?: string): number;
  close(): Promise<void>;
}
