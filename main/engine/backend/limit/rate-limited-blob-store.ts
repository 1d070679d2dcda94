import type { BlobStat, BlobStore, PutOptions } from '../blob-store.ts';
import type { ByteBudget } from './byte-budget.ts';

/** Holds back each `put` until the budget allows its bytes; everything else passes at once. Knows no retry: wrap it in one. */
export class RateLimitedBlobStore implements BlobStore {
  readonly kind: BlobStore['kind'];
  readonly #inner: BlobStore;
  readonly #budget: ByteBudget;

  constructor(inner: BlobStore, budget: ByteBudget) {
    this.kind = inner.kind;
    this.#inner = inner;
    this.#budget = budget;
  }

  async put(name: string, bytes: Uint8Array, options: PutOptions): Promise<{ readonly written: boolean }> {
    await this.#budget.take(bytes.length, options.signal);
    return this.#inner.put(name, bytes, options);
  }

  flush(names: Iterable<string>, signal: AbortSignal): Promise<void> {
    return this.#inner.flush(names, signal);
  }

  get(name: string, options: { readonly signal: AbortSignal; readonly maxBytes?: number }): Promise<Buffer> {
    return this.#inner.get(name, options);
  }

  stat(name: string, signal: AbortSignal): Promise<BlobStat | undefined> {
    return this.#inner.stat(name, signal);
  }

  list(prefix: string, signal: AbortSignal): AsyncIterable<BlobStat> {
    return this.#inner.list(prefix, signal);
  }

  remove(name: string, signal: AbortSignal): Promise<void> {
    return this.#inner.remove(name, signal);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
