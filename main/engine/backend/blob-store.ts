/**
 * Where repository objects rest: a folder, a bucket, or memory in tests.
 *
 * A store keeps whole objects under flat names such as `chunks/ab/<64 hex>`. It knows nothing of chunks, manifests
 * or encryption; those live in `repository/`, which is the only caller.
 *
 * Names: 1 to 200 characters of `[A-Za-z0-9._/-]`, no empty, `.` or `..` segment. A store refuses any other name, also
 * one that a hostile listing returns (it is skipped), so a name can never leave the store's folder or prefix.
 *
 * Units: sizes are bytes; times are milliseconds since the Unix epoch.
 *
 * Errors: every method rejects with `AppError` only, or with the signal's own reason when aborted; after an abort
 * nothing more is written. Common codes:
 * - `backend.blob-missing` (permanent) facts {name}: no such object.
 * - `backend.unreachable`, `backend.throttled` (transient): the wrapper in `retry/` may try again.
 * - `backend.absent`: the disk or folder is not there (unplugged, unmounted). Never to be read as "empty".
 * - `backend.disk-full`, `backend.read-only`, `backend.permission`, `backend.access-denied`, `backend.bucket-missing`,
 *   `backend.clock-skew`, `backend.rejected`, `backend.io`.
 *
 * New stores must pass `describeBlobStore` in `testing/`.
 */
export interface BlobStore {
  readonly kind: 'disk' | 's3' | 'memory';

  /**
   * Makes `bytes` durable under `name` before it resolves; a reader sees the old content, the new content or none,
   * never a part. With `mode: 'create'` an existing object is kept as it is and the call resolves (immutable objects);
   * with `mode: 'replace'` it is replaced atomically (header, leases). Resolves to whether bytes were written.
   *
   * With `durable: 'at-flush'` a pulled plug may take the name away until `flush` was called for it; what has the name is whole
   * all the same. An existing object may have been put like that by another writer: who relies on it flushes it too.
   *
   * Error: `backend.locked` {name} where the owner has locked the whole place and what is there cannot be replaced.
   */
  put(name: string, bytes: Uint8Array, options: PutOptions): Promise<{ readonly written: boolean }>;

  /** Makes objects that were put to be durable at the flush so. A folder that has lost one: `backend.blob-missing`. */
  flush(names: Iterable<string>, signal: AbortSignal): Promise<void>;

  /** The whole object. Never a short read. At most `maxBytes` (a hostile store cannot exhaust memory), else `backend.rejected`. */
  get(name: string, options: { readonly signal: AbortSignal; readonly maxBytes?: number }): Promise<Buffer>;

  /** Size and time of one object, or undefined when it is not there. */
  stat(name: string, signal: AbortSignal): Promise<BlobStat | undefined>;

  /** Objects whose names start with `prefix`, in no particular order; one that was put before the call is always among them. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<BlobStat>;

  /**
   * Removes the object; a missing name is not an error, so an interrupted prune can run again. On a disk a pulled plug may bring it back
   * until a name of the same folder was flushed. Error: `backend.locked` {name, untilIso} for an object under object lock.
   */
  remove(name: string, signal: AbortSignal): Promise<void>;

  /** Releases sockets and handles. The store is not used afterwards. */
  close(): Promise<void>;
}

export interface PutOptions {
  readonly mode: 'create' | 'replace';
  /** Default: `at-once`. */
  readonly durable?: 'at-once' | 'at-flush';
  /** A try may also begin hours after the call, on a computer that slept: for what is named by its content. Default: no. */
  readonly harmlessLate?: boolean;
  /** Of exactly these bytes, by a caller who has them; a store that sends hashes along computes what is not given. */
  readonly digests?: ContentDigests | undefined;
  readonly signal: AbortSignal;
}

/** 32 and 64 hex digits. */
export interface ContentDigests {
  readonly md5Hex: string;
  readonly sha256Hex: string;
}

export interface BlobStat {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

const nameShape = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

/** True for names a store may hold; see the rules above. */
export function isBlobName(name: string): boolean {
  return name.length <= 200 && nameShape.test(name) && !name.split('/').some((part) => part === '.' || part === '..');
}
