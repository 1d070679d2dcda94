import type { BlobStore } from '../backend/blob-store.ts';
import { chunkName, idOfChunkName } from './format.ts';

/** The chunks of one store: one listing, kept up to date by our own writes. */
export class ChunkSet {
  readonly #store: BlobStore;
  #loading: Promise<void> | undefined;
  /** The listing once it is there, and what was put meanwhile. */
  #ids = new Set<string>();
  #isLoaded = false;

  constructor(store: BlobStore) {
    this.#store = store;
  }

  async ids(signal: AbortSignal): Promise<ReadonlySet<string>> {
    if (this.#isLoaded) return this.#ids;
    this.#loading ??= this.#list(signal).finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
    return this.#ids;
  }

  forget(): void {
    this.#ids = new Set();
    this.#isLoaded = false;
  }

  has(id: string): boolean {
    if (!this.#isLoaded) throw new Error('await knownIds() before has()');
    return this.#ids.has(id);
  }

  async put(id: string, bytes: Uint8Array, mode: 'create' | 'replace', signal: AbortSignal) {
    const name = chunkName(id);
    if (mode === 'create' && this.#ids.has(id)) return { written: false };
    const outcome = await this.#store.put(name, bytes, { mode, signal });
    this.#ids.add(id);
    return outcome;
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    // Forgotten first: a put that comes meanwhile must not believe the object is still there.
    this.#ids.delete(id);
    await this.#store.remove(chunkName(id), signal);
  }

  async #list(signal: AbortSignal): Promise<void> {
    for await (const { name } of this.#store.list('chunks/', signal)) {
      const id = idOfChunkName(name);
      if (id !== undefined) this.#ids.add(id);
    }
    this.#isLoaded = true;
  }
}
