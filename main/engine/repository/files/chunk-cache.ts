/** Payloads of chunks that files lie in, read once for neighbours and dropped oldest first. Several may ask for one at once. */
export class ChunkCache {
  readonly #read: (id: string) => Promise<Uint8Array>;
  readonly #mostBytes: number;
  readonly #held = new Map<string, { readonly payload: Promise<Uint8Array>; size: number }>();
  #bytes = 0;

  constructor(read: (id: string) => Promise<Uint8Array>, mostBytes: number) {
    this.#read = read;
    this.#mostBytes = mostBytes;
  }

  get(id: string): Promise<Uint8Array> {
    const known = this.#held.get(id);
    if (known !== undefined) {
      // The most recently used comes last.
      this.#held.delete(id);
      this.#held.set(id, known);
      return known.payload;
    }
    const held = { payload: this.#read(id), size: 0 };
    this.#held.set(id, held);
    held.payload.then(
      ({ length }) => {
        if (this.#held.get(id) !== held) return;
        held.size = length;
        this.#bytes += length;
        this.#makeRoom();
      },
      () => this.#held.delete(id),
    );
    return held.payload;
  }

  #makeRoom(): void {
    for (const [id, { size }] of this.#held) {
      if (this.#bytes <= this.#mostBytes) return;
      if (size === 0) continue;
      this.#held.delete(id);
      this.#bytes -= size;
    }
  }
}
