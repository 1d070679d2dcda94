import { createHmac } from 'node:crypto';
import type { EncodingKeys } from '../keys/main-keys.ts';

/**
 * Cuts the bytes of a large file where its content says so, so that an insertion changes the chunks around it and no others: FastCDC with two
 * masks (Xia et al., 2016), of 32 bits. The gear table comes from the keys: sizes of chunks must not tell anybody without them which known file this is.
 * FORMAT.md §15 has the numbers; a reader needs none of them.
 */
export const cutSizes = { least: 512 * 1024, usual: 2 * 1024 * 1024, most: 8 * 1024 * 1024 } as const;

// 23 and 19 bits, the highest ones: those that the most bytes have had a part in.
const strictMask = 0xffff_fe00 | 0;
const looseMask = 0xffff_e000 | 0;

/** 256 numbers of 32 bits. */
export function gearOf({ idKey }: Pick<EncodingKeys, 'idKey'>): Int32Array {
  const blocks = Array.from({ length: 32 }, (_, number) =>
    createHmac('sha256', idKey).update('shouhu-v1 file-cut\n').update(Uint8Array.of(number)).digest(),
  );
  const bytes = Buffer.concat(blocks);
  return Int32Array.from({ length: 256 }, (_, index) => bytes.readInt32BE(index * 4));
}

/** Takes a file piece by piece and gives its chunks, each in memory of its own. */
export class FileCutter {
  readonly #gear: Int32Array;
  #chunk: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(cutSizes.usual);
  #length = 0;
  #hash = 0;

  constructor(gear: Int32Array) {
    this.#gear = gear;
  }

  *add(bytes: Uint8Array): Generator<Buffer<ArrayBuffer>, void, undefined> {
    for (let from = 0; from < bytes.length;) {
      const end = this.#findEnd(bytes, from);
      this.#append(bytes.subarray(from, Math.abs(end)));
      from = Math.abs(end);
      if (end > 0) yield this.#take();
    }
  }

  /** The rest, if any. */
  *end(): Generator<Buffer<ArrayBuffer>, void, undefined> {
    if (this.#length > 0) yield this.#take();
  }

  /** Where the chunk ends in `bytes`; negative: it does not end in them, and all of them are its own. */
  #findEnd(bytes: Uint8Array, from: number): number {
    const gear = this.#gear;
    let hash = this.#hash;
    let length = this.#length;
    let at = from;
    // Below the least size nothing is looked at; a window of 32 bytes has forgotten all of it anyway.
    const skipped = Math.min(bytes.length - at, Math.max(0, cutSizes.least - length));
    at += skipped;
    length += skipped;
    for (; at < bytes.length; at++) {
      hash = ((hash << 1) + (gear[bytes[at] ?? 0] ?? 0)) | 0;
      length += 1;
      const mask = length < cutSizes.usual ? strictMask : looseMask;
      if ((hash & mask) === 0 || length >= cutSizes.most) return at + 1;
    }
    this.#hash = hash;
    return -bytes.length;
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#chunk.length) {
      const wider = Buffer.allocUnsafeSlow(Math.min(cutSizes.most, Math.max(needed, this.#chunk.length * 2)));
      this.#chunk.copy(wider, 0, 0, this.#length);
      this.#chunk = wider;
    }
    this.#chunk.set(bytes, this.#length);
    this.#length = needed;
  }

  #take(): Buffer<ArrayBuffer> {
    const chunk = Buffer.allocUnsafeSlow(this.#length);
    this.#chunk.copy(chunk, 0, 0, this.#length);
    this.#length = 0;
    this.#hash = 0;
    return chunk;
  }
}
