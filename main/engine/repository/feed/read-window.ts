import type { ContentDigests } from '../../backend/blob-store.ts';
import { free } from '../../platform/free-memory.ts';

/** A checked object, with the hashes of its bytes when a copy will send them along. */
export interface WindowObject {
  readonly bytes: Uint8Array;
  readonly digests?: ContentDigests;
}

interface Held {
  readonly object: Promise<WindowObject>;
  sizeBytes: number;
  users: number;
  isKept: boolean;
  /** A use that failed may have left a write behind that still looks at the bytes: then they are left to the garbage collector. */
  isClean: boolean;
}

/**
 * Objects that were just read, so that several copies are fed from one read. Whoever comes while an object is being read, or
 * shortly after, shares it; whoever comes later has it read again. So the fastest copy never waits for the slowest, and what is
 * kept is bounded in bytes, oldest out first.
 */
export class ReadWindow {
  readonly #read: (id: string) => Promise<WindowObject>;
  readonly #keepBytes: number;
  /** Of the first in, the first out. */
  readonly #held = new Map<string, Held>();
  #keptBytes = 0;
  #heldBytes = 0;
  #mostHeldBytes = 0;

  constructor(read: (id: string) => Promise<WindowObject>, keepBytes: number) {
    this.#read = read;
    this.#keepBytes = keepBytes;
  }

  /** The most that was ever in memory at once, with what was in use. */
  get mostHeldBytes(): number {
    return this.#mostHeldBytes;
  }

  /** `keeps` says, after the use, whether somebody else may still come for this object. */
  async use<T>(id: string, use: (object: WindowObject) => Promise<T>, keeps: () => boolean): Promise<T> {
    const held = this.#held.get(id) ?? this.#begin(id);
    held.users += 1;
    try {
      return await use(await held.object);
    } catch (error) {
      held.isClean = false;
      throw error;
    } finally {
      held.users -= 1;
      if (held.users === 0 && held.isKept && !keeps()) this.#drop(id, held);
      if (held.users === 0 && !held.isKept) await this.#letGo(held);
    }
  }

  #begin(id: string): Held {
    const held: Held = { object: this.#read(id), sizeBytes: 0, users: 0, isKept: true, isClean: true };
    this.#held.set(id, held);
    held.object.then(
      ({ bytes: { length } }) => {
        held.sizeBytes = length;
        this.#keptBytes += length;
        this.#count(length);
        this.#makeRoom();
      },
      // Its users are told by the promise itself; the next one who comes tries anew.
      () => this.#drop(id, held),
    );
    return held;
  }

  #makeRoom(): void {
    for (const [id, held] of this.#held) {
      if (this.#keptBytes <= this.#keepBytes) return;
      if (held.sizeBytes === 0) continue;
      this.#drop(id, held);
      if (held.users === 0) void this.#letGo(held);
    }
  }

  async #letGo(held: Held): Promise<void> {
    this.#count(-held.sizeBytes);
    if (held.sizeBytes > 0 && held.isClean) free((await held.object).bytes);
  }

  #drop(id: string, held: Held): void {
    if (!held.isKept) return;
    held.isKept = false;
    this.#held.delete(id);
    this.#keptBytes -= held.sizeBytes;
  }

  #count(bytes: number): void {
    this.#heldBytes += bytes;
    this.#mostHeldBytes = Math.max(this.#mostHeldBytes, this.#heldBytes);
  }
}
