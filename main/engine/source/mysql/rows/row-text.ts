/**
 * The text that `LOAD DATA … CHARACTER SET binary FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n'` reads:
 * a tab between fields, a newline after each row, NULL as the whole field `\N`. Seven octets are escaped, each by itself,
 * whatever the character set of the column, because the text is loaded as binary (mysql-shell text_dump_writer.cc).
 */
export const tab = 0x09;
export const newline = 0x0a;
export const backslash = 0x5c;
export const nullMark = 0x4e;

/** Octet → the letter written after a backslash, 0 where the octet stands for itself. */
export const escapeLetter = new Uint8Array(256);
/** The letter after a backslash → octet. Any other letter stands for itself, as the server reads it. */
export const unescapedOctet = Uint8Array.from({ length: 256 }, (_, octet) => octet);

for (const [octet, letter] of [
  [0x00, '0'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0d, 'r'],
  [0x1a, 'Z'],
  [0x5c, '\\'],
] as const) {
  escapeLetter[octet] = letter.charCodeAt(0);
  unescapedOctet[letter.charCodeAt(0)] = octet;
}

/** Below this a byte loop beats a call into the engine's memcpy. */
const shortRun = 48;

/** Text under construction; grows by doubling and hands out its memory at the end. */
export class TextWriter {
  #bytes: Buffer<ArrayBuffer>;
  #used = 0;

  /** @param sizeBytes expected size; a good guess saves copies */
  constructor(sizeBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(sizeBytes, 256));
  }

  /** Appends one field (length -1: NULL) and the octet that ends it. */
  field(source: Buffer, start: number, length: number, end: number): void {
    // NULL has no length and still takes two octets and the one that ends it.
    const most = Math.max(length, 1) * 2 + 1;
    if (this.#used + most > this.#bytes.length) this.#grow(most);
    const target = this.#bytes;
    let at = this.#used;
    if (length < 0) {
      target[at++] = backslash;
      target[at++] = nullMark;
    } else if (length <= shortRun) {
      for (let i = start; i < start + length; i++) {
        const octet = source[i] as number;
        const letter = escapeLetter[octet] as number;
        if (letter !== 0) {
          target[at++] = backslash;
          target[at++] = letter;
        } else target[at++] = octet;
      }
    } else {
      at = escapeLong(source, start, length, target, at);
    }
    target[at++] = end;
    this.#used = at;
  }

  /** Appends bytes that are already in the text form. */
  raw(source: Buffer, start: number, end: number): void {
    if (this.#used + end - start > this.#bytes.length) this.#grow(end - start);
    const target = this.#bytes;
    let at = this.#used;
    if (end - start <= shortRun) for (let i = start; i < end; i++) target[at++] = source[i] as number;
    else at += source.copy(target, at, start, end);
    this.#used = at;
  }

  octet(value: number): void {
    if (this.#used === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#used++] = value;
  }

  get usedBytes(): number {
    return this.#used;
  }

  /** The text so far. Its memory belongs to the caller: do not write again. */
  finish(): Buffer<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#used);
  }

  #grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#used + more));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}

/** Copies runs of clean octets in bulk; a field with nothing to escape is one copy. */
function escapeLong(source: Buffer, start: number, length: number, target: Buffer, to: number): number {
  const end = start + length;
  let at = to;
  let from = start;
  for (let i = start; i <= end; i++) {
    const letter = i === end ? 0 : (escapeLetter[source[i] as number] as number);
    if (letter === 0 && i < end) continue;
    if (i - from > shortRun) at += source.copy(target, at, from, i);
    else for (let k = from; k < i; k++) target[at++] = source[k] as number;
    if (i === end) break;
    target[at++] = backslash;
    target[at++] = letter;
    from = i + 1;
  }
  return at;
}
