import { randomKeyBytes } from '../platform/random.ts';
import { isObjectId } from './format.ts';

const idBytes = 32;
const wordsPerId = idBytes / 4;

/**
 * Object ids, numbered from 0 in the order in which they were added. An id costs 32 bytes and a few of table, where a set of strings
 * costs some 150: a repository of 200,000 objects is 16 MB. The hash is seeded afresh, because names in a listing are the store's word.
 */
export class IdIndex {
  #ids = Buffer.alloc(1024 * idBytes);
  /** Open addressing; number + 1, 0 is empty. At most half full. */
  #slots = new Uint32Array(2048);
  #size = 0;
  readonly #factors = Int32Array.from({ length: wordsPerId }, () => randomKeyBytes(4).readInt32LE() | 1);
  readonly #wanted = Buffer.alloc(idBytes);

  get size(): number {
    return this.#size;
  }

  /** The id's number; the one it has when it was added before. */
  add(id: string): number {
    const slot = this.#slotOf(id);
    const known = this.#slots[slot] ?? 0;
    if (known > 0) return known - 1;
    if ((this.#size + 1) * 2 > this.#slots.length) {
      this.#grow();
      return this.add(id);
    }
    this.#wanted.copy(this.#ids, this.#size * idBytes);
    this.#size += 1;
    this.#slots[slot] = this.#size;
    return this.#size - 1;
  }

  /** The id's number, or undefined. */
  find(id: string): number | undefined {
    const known = this.#slots[this.#slotOf(id)] ?? 0;
    return known === 0 ? undefined : known - 1;
  }

  idAt(number: number): string {
    if (number < 0 || number >= this.#size) throw new RangeError('no such number');
    return this.#ids.toString('hex', number * idBytes, (number + 1) * idBytes);
  }

  #slotOf(id: string): number {
    if (!isObjectId(id)) throw new RangeError('not an object id');
    this.#wanted.write(id, 'hex');
    return this.#probe(this.#wanted, 0);
  }

  #probe(bytes: Buffer, at: number): number {
    const mask = this.#slots.length - 1;
    let hash = 0;
    for (let word = 0; word < wordsPerId; word++)
      hash = (hash + Math.imul(bytes.readInt32LE(at + word * 4), this.#factors[word] ?? 1)) | 0;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const known = this.#slots[slot] ?? 0;
      if (known === 0) return slot;
      const from = (known - 1) * idBytes;
      if (this.#ids.compare(bytes, at, at + idBytes, from, from + idBytes) === 0) return slot;
    }
  }

  #grow(): void {
    const ids = Buffer.alloc(this.#ids.length * 2);
    this.#ids.copy(ids, 0, 0, this.#size * idBytes);
    this.#ids = ids;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 0; number < this.#size; number++) this.#slots[this.#probe(ids, number * idBytes)] = number + 1;
  }
}
