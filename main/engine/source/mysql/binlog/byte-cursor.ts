/**
 * Reads little-endian numbers and texts out of a binlog event. Whatever would reach beyond the end is a `RangeError`: events come from a
 * server or a copy and are believed in nothing.
 */
export class ByteCursor {
  readonly #bytes: Buffer;
  #at: number;
  readonly #end: number;

  /** Reads `bytes[from, to)`; by default all of it. Nothing is copied. */
  constructor(bytes: Buffer, from = 0, to = bytes.length) {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = Math.min(to, bytes.length);
  }

  /** Offset in the buffer of what is read next. */
  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  skip(count: number): void {
    this.#take(count);
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  u16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }

  u24(): number {
    return this.#bytes.readUIntLE(this.#take(3), 3);
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  u48(): number {
    return this.#bytes.readUIntLE(this.#take(6), 6);
  }

  u64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8));
  }

  /** A view; copy what outlives the event. */
  bytes(count: number): Buffer {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  rest(): Buffer {
    return this.bytes(this.left);
  }

  /** One octet that counts, then so many octets. */
  shortBytes(): Buffer {
    return this.bytes(this.u8());
  }

  /** A length-encoded integer of the protocol: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_dt_integers.html */
  lengthEncoded(): number {
    const first = this.u8();
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.u16();
    if (first === 0xfd) return this.u24();
    if (first !== 0xfe) throw new RangeError('not a length-encoded integer');
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('a length beyond every buffer');
    return Number(value);
  }

  #take(count: number): number {
    if (count < 0 || count > this.left) throw new RangeError('the event ends before its content');
    const at = this.#at;
    this.#at += count;
    return at;
  }
}
