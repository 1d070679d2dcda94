import { systemClock, type Clock } from '../../platform/clock.ts';
import { blobMissing, defaultMaxBytes, requireBlobName, tooLarge } from '../blob-names.ts';
import { isBlobName, type BlobStat, type BlobStore, type PutOptions } from '../blob-store.ts';

export interface MemoryBlob {
  readonly bytes: Buffer;
  readonly modifiedAtMs: number;
}

export interface MemoryBlobStoreOptions {
  /** The objects; hand the same map to two stores to have two workstations on one repository. */
  readonly blobs?: Map<string, MemoryBlob>;
  readonly clock?: Clock;
}

/** A store for tests and dry runs: nothing outlives the process. Bytes are copied in and out. */
export class MemoryBlobStore implements BlobStore {
  readonly kind: BlobStore['kind'] = 'memory';
  readonly #blobs: Map<string, MemoryBlob>;
  readonly #clock: Clock;

  constructor({ blobs = new Map(), clock = systemClock }: MemoryBlobStoreOptions = {}) {
    this.#blobs = blobs;
    this.#clock = clock;
  }

  async put(name: string, bytes: Uint8Array, { mode, signal }: PutOptions): Promise<{ readonly written: boolean }> {
    await this.#begin(name, signal);
    if (mode === 'create' && this.#blobs.has(name)) return { written: false };
    this.#blobs.set(name, { bytes: Buffer.from(bytes), modifiedAtMs: this.#clock.nowMs() });
    return { written: true };
  }

  async flush(names: Iterable<string>, signal: AbortSignal): Promise<void> {
    for (const name of names) {
      await this.#begin(name, signal);
      if (!this.#blobs.has(name)) throw blobMissing(name);
    }
  }

  async get(name: string, options: { readonly signal: AbortSignal; readonly maxBytes?: number }): Promise<Buffer> {
    await this.#begin(name, options.signal);
    const blob = this.#blobs.get(name);
    if (blob === undefined) throw blobMissing(name);
    const maxBytes = options.maxBytes ?? defaultMaxBytes;
    if (blob.bytes.length > maxBytes) throw tooLarge(name, maxBytes);
    return Buffer.from(blob.bytes);
  }

  async stat(name: string, signal: AbortSignal): Promise<BlobStat | undefined> {
    await this.#begin(name, signal);
    const blob = this.#blobs.get(name);
    return blob && { name, sizeBytes: blob.bytes.length, modifiedAtMs: blob.modifiedAtMs };
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<BlobStat> {
    for (const [name, { bytes, modifiedAtMs }] of [...this.#blobs]) {
      await Promise.resolve();
      signal.throwIfAborted();
      if (name.startsWith(prefix) && isBlobName(name)) yield { name, sizeBytes: bytes.length, modifiedAtMs };
    }
    signal.throwIfAborted();
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    await this.#begin(name, signal);
    this.#blobs.delete(name);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** One turn of the loop, as a real store would take, so that callers cannot come to depend on synchronous writes. */
  async #begin(name: string, signal: AbortSignal): Promise<void> {
    requireBlobName(name);
    await Promise.resolve();
    signal.throwIfAborted();
  }
}
