import type { BlobStat, BlobStore, PutOptions } from '../blob-store.ts';

/** Hears what a store has. Never called for what failed. */
export interface StoreWatch {
  /** A listing that begins now; null when nobody cares for these names. */
  listing(prefix: string): ListingWatch | null;
  /** `isNew` is false for what the store had already. */
  wrote(name: string, sizeBytes: number, isNew: boolean): void;
  removed(name: string): void;
  /** A good moment to write down what was heard: objects were made durable, or the store is closed. */
  settle(): void;
}

/** Hears one listing while it is read: of 200,000 objects nobody keeps them all. */
export interface ListingWatch {
  saw(blob: BlobStat): void;
  /** It was read to its end. Never called for one that broke off. */
  ended(): void;
}

/** Tells a watch what was listed, written and removed; changes nothing. */
export class WatchedBlobStore implements BlobStore {
  readonly kind: BlobStore['kind'];
  readonly #inner: BlobStore;
  readonly #watch: StoreWatch;

  constructor(inner: BlobStore, watch: StoreWatch) {
    this.kind = inner.kind;
    this.#inner = inner;
    this.#watch = watch;
  }

  async put(name: string, bytes: Uint8Array, options: PutOptions): Promise<{ readonly written: boolean }> {
    const outcome = await this.#inner.put(name, bytes, options);
    // Also what was there before: a second try may find what the first one wrote.
    this.#watch.wrote(name, bytes.length, outcome.written);
    return outcome;
  }

  async flush(names: Iterable<string>, signal: AbortSignal): Promise<void> {
    await this.#inner.flush(names, signal);
    this.#watch.settle();
  }

  get(name: string, options: { readonly signal: AbortSignal; readonly maxBytes?: number }): Promise<Buffer> {
    return this.#inner.get(name, options);
  }

  stat(name: string, signal: AbortSignal): Promise<BlobStat | undefined> {
    return this.#inner.stat(name, signal);
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<BlobStat> {
    const listing = this.#watch.listing(prefix);
    for await (const blob of this.#inner.list(prefix, signal)) {
      listing?.saw(blob);
      yield blob;
    }
    listing?.ended();
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    await this.#inner.remove(name, signal);
    this.#watch.removed(name);
  }

  async close(): Promise<void> {
    this.#watch.settle();
    await this.#inner.close();
  }
}
