import PQueue from 'p-queue';
import type { BlobStore, PutOptions } from '../backend/blob-store.ts';
import { chunkName, idOfChunkName } from './format.ts';
import { isLockedThere } from './leases.ts';
import { IdMarks, type KnownIds } from './id-marks.ts';

/**
 * A folder of the disk is flushed once for so many chunks instead of once for each. What a pulled plug takes away is put again by the
 * next run, so the number bounds what is done twice.
 */
const mostUnflushed = 2048;

/** `durable`: flushed by this object, so that a second snapshot that relies on it asks nothing of the disk. Only as good as the listing it was learnt beside. */
const mark = { present: 1, durable: 2 } as const;

/** The chunks of one store: one listing, kept up to date by our own writes. */
export class ChunkSet {
  readonly #store: BlobStore;
  #loading: Promise<void> | undefined;
  /** The listing once it is there, and what was put meanwhile. */
  #ids = new IdMarks();
  #isLoaded = false;
  /** Listed, but found unreadable, by this process or an earlier check: put again, they are written anew. */
  readonly #distrusted = new Set<string>();
  /** Put or relied on since the last flush: another writer's chunks in our listing may not be flushed either. */
  #unflushed = new Set<string>();
  readonly #flushes = new PQueue({ concurrency: 1 });

  constructor(store: BlobStore) {
    this.#store = store;
  }

  async ids(signal: AbortSignal): Promise<KnownIds> {
    while (!this.#isLoaded) {
      this.#loading ??= this.#list(signal).finally(() => {
        this.#loading = undefined;
      });
      await this.#loading;
    }
    return this.#ids.with(mark.present);
  }

  forget(): void {
    this.#ids = new IdMarks();
    this.#isLoaded = false;
  }

  /** Whether the content can be relied on to be there: listed, and not distrusted. */
  has(id: string): boolean {
    if (!this.#isLoaded) throw new Error('await knownIds() before has()');
    return this.#ids.has(id, mark.present) && !this.#distrusted.has(id);
  }

  /** Whole when it resolves; with `create` durable after `flush`, with `replace` at once. */
  async put(id: string, bytes: Uint8Array, { mode, digests, signal }: Omit<PutOptions, 'durable' | 'harmlessLate'>) {
    const name = chunkName(id);
    const isHealing = mode === 'replace' || this.#distrusted.has(id);
    if (this.#ids.has(id, mark.present) && !isHealing) {
      if (!this.#ids.has(id, mark.durable)) await this.#rememberToFlush(id, signal);
      return { written: false };
    }
    const putting = this.#store.put(name, bytes, {
      mode: isHealing ? 'replace' : 'create',
      // What takes the place of damaged bytes belongs to snapshots that exist already.
      durable: isHealing ? 'at-once' : 'at-flush',
      // At worst a chunk that nobody names: `putManifest` looks again before it names any.
      harmlessLate: true,
      digests,
      signal,
    });
    const outcome = mode === 'create' && isHealing ? await putting.catch(notIfLocked) : await putting;
    if (outcome === null) return { written: false };
    this.#ids.set(id, mark.present);
    this.#ids.clear(id, mark.durable);
    this.#distrusted.delete(id);
    if (mode === 'create') await this.#rememberToFlush(id, signal);
    return outcome;
  }

  /** A manifest will name this chunk of the listing, though nobody put it again: another writer may not have flushed it. */
  relyOn(id: string): void {
    if (!this.#ids.has(id, mark.durable)) this.#unflushed.add(id);
  }

  /** Makes every chunk durable that was put or is relied on. */
  flush(signal: AbortSignal): Promise<void> {
    // One at a time: a record must not be written while another flush still has the chunks it names in its hands.
    return this.#flushes.add(() => this.#flushNow(signal));
  }

  async #flushNow(signal: AbortSignal): Promise<void> {
    const ids = this.#unflushed;
    const known = this.#ids;
    this.#unflushed = new Set();
    try {
      await this.#store.flush([...ids].map(chunkName), signal);
      for (const id of ids) known.set(id, mark.durable);
    } catch (error) {
      for (const id of ids) this.#unflushed.add(id);
      throw error;
    }
  }

  /** What is stored under this name could not be read: it must not stand for the same content put again. */
  distrust(id: string): void {
    this.#distrusted.add(id);
  }

  isDistrusted(id: string): boolean {
    return this.#distrusted.has(id);
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    // Forgotten first: a put that comes meanwhile must not believe the object is still there.
    this.#ids.clear(id, mark.present | mark.durable);
    this.#unflushed.delete(id);
    await this.#store.remove(chunkName(id), signal);
  }

  async #rememberToFlush(id: string, signal: AbortSignal): Promise<void> {
    this.#unflushed.add(id);
    if (this.#unflushed.size >= mostUnflushed) await this.flush(signal);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const ids = this.#ids;
    for await (const { name } of this.#store.list('chunks/', signal)) {
      const id = idOfChunkName(name);
      if (id !== undefined) ids.set(id, mark.present);
    }
    // Forgotten meanwhile: half of this listing would pass for a whole one.
    if (ids === this.#ids) this.#isLoaded = true;
  }
}

/** Where nothing may be written over, damage stays, and distrusted: tonight's snapshot is kept all the same, and not called whole. */
function notIfLocked(error: unknown): null {
  if (!isLockedThere(error)) throw error;
  return null;
}
