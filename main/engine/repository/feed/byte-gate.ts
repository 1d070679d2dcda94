/**
 * Lets work in while what it holds in memory stays under a limit. One piece that is larger than the limit is let in when nothing
 * else is held: it has to be held by somebody. First come, first served.
 */
export class ByteGate {
  readonly #limitBytes: number;
  readonly #waiting: { readonly sizeBytes: number; readonly enter: () => void }[] = [];
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Resolves when so many bytes may be held. Every `enter` is followed by one `leave` of as many. */
  enter(sizeBytes: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#hasRoom(sizeBytes)) {
      this.#heldBytes += sizeBytes;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push({ sizeBytes, enter: resolve }));
  }

  leave(sizeBytes: number): void {
    this.#heldBytes -= sizeBytes;
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoom(next.sizeBytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#heldBytes += next.sizeBytes;
      next.enter();
    }
  }

  /** What was let in turned out to be of another size. Nobody is sent out again: the next ones wait longer. */
  correct(fromBytes: number, toBytes: number): void {
    this.leave(fromBytes - toBytes);
  }

  #hasRoom(sizeBytes: number): boolean {
    return this.#heldBytes === 0 || this.#heldBytes + sizeBytes <= this.#limitBytes;
  }
}
