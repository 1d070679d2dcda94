const slabBytes = 256 * 1024;

/**
 * What a listing has given so far, in as many bytes as the names have letters: it is needed only when the listing breaks off, and of
 * 200,000 objects a set of strings would be 25 MB of memory that nobody asks.
 */
export class ListedNames {
  readonly #most: number;
  #slabs: Buffer[] = [];
  #used = slabBytes;
  #size = 0;

  /** @param most names; beyond that nothing is kept any more, and `isFull` says so */
  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#size > this.#most;
  }

  /** A name that a store may hold: ASCII, at most 200 characters, no newline. */
  add(name: string): void {
    this.#size += 1;
    if (this.isFull) {
      this.#slabs = [];
      return;
    }
    const text = `${name}\n`;
    if (this.#used + text.length > slabBytes) {
      this.#slabs.push(Buffer.alloc(slabBytes));
      this.#used = 0;
    }
    this.#used += this.#slabs.at(-1)?.write(text, this.#used, 'latin1') ?? 0;
  }

  toSet(): ReadonlySet<string> {
    const names = this.#slabs.flatMap((slab) => {
      const end = slab.indexOf(0);
      return slab.toString('latin1', 0, end < 0 ? slabBytes : end).split('\n');
    });
    return new Set(names.filter((name) => name !== ''));
  }
}
