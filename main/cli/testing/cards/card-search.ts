import type { Card } from './make-cards.ts';

/** One piece of a card as it looks in one encoding. */
interface Window {
  readonly bytes: Buffer;
  readonly card: number;
  readonly encoding: string;
}

export interface FoundCard {
  readonly card: number;
  readonly encoding: string;
  readonly at: number;
}

/** A piece of so many characters is looked for; they begin at every fourth one, so that a card that was cut is found as well. */
const windowLetters = 12;
const windowHan = 8;
const stride = 4;
const tableBits = 26;
/** What every window has at least. */
const keyBytes = 8;

/**
 * Finds any of thousands of cards in any bytes, in one pass: plain, in base64 and base64url wherever it begins, in hex, URL-encoded, in UTF-16 of both orders, and
 * as JSON and MySQL escape what is no ASCII. Eight octets of each piece are in a table; what meets one is compared as a whole.
 */
export class CardSearch {
  readonly #mayBegin = new Uint8Array(2 ** (tableBits - 3));
  readonly #windows = new Map<number, Window[]>();
  windows = 0;

  constructor(cards: readonly Card[]) {
    for (const [card, { cores }] of cards.entries())
      for (const core of cores)
        for (const [encoding, text] of windowsOf(core)) this.#add({ bytes: text, card, encoding });
  }

  #add(window: Window): void {
    const { bytes } = window;
    if (bytes.length < keyBytes) throw new RangeError(`too short to be told from chance: ${bytes.length} octets`);
    const hash = hashOf(bytes.readInt32LE(0), bytes.readInt32LE(4));
    const known = this.#windows.get(hash);
    if (known === undefined) this.#windows.set(hash, [window]);
    else known.push(window);
    const bit = hash >>> (32 - tableBits);
    this.#mayBegin[bit >>> 3] = (this.#mayBegin[bit >>> 3] ?? 0) | (1 << (bit & 7));
    this.windows += 1;
  }

  /** The first few. */
  find(bytes: Uint8Array, most = 5): FoundCard[] {
    const found: FoundCard[] = [];
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let low = 0;
    let high = 0;
    for (let end = 0; end < bytes.length; end++) {
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) | ((bytes[end] ?? 0) << 24);
      if (end < keyBytes - 1) continue;
      const hash = hashOf(low, high);
      const bit = hash >>> (32 - tableBits);
      if (((this.#mayBegin[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) continue;
      const at = end - keyBytes + 1;
      const met = this.#windows.get(hash)?.find((each) => isThere(buffer, at, each.bytes));
      if (met === undefined) continue;
      found.push({ card: met.card, encoding: met.encoding, at });
      if (found.length === most) break;
    }
    return found;
  }
}

function isThere(buffer: Buffer, at: number, wanted: Buffer): boolean {
  return at + wanted.length <= buffer.length && buffer.compare(wanted, 0, wanted.length, at, at + wanted.length) === 0;
}

function hashOf(low: number, high: number): number {
  let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae3d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** All pieces of one core in all encodings. */
export function* windowsOf(core: string): Generator<readonly [string, Buffer]> {
  const isAscii = /^[\x20-\x7e]*$/.test(core);
  const letters = isAscii ? windowLetters : windowHan;
  const last = Math.max(0, core.length - letters);
  for (let at = 0; at <= last; at = at === last ? last + 1 : Math.min(at + stride, last)) {
    const piece = core.slice(at, at + letters);
    for (const [name, encode] of encodings) yield [name, encode(piece)];
    if (isAscii) continue;
    for (const [name, encode] of ofForeignText) yield [name, encode(piece)];
  }
}

type Encoding = readonly [string, (piece: string) => Buffer];

const hexOf = (piece: string) => Buffer.from(piece).toString('hex');

const base64At =
  (skew: number, toUrl: boolean) =>
  (piece: string): Buffer => {
    const text = Buffer.concat([Buffer.alloc(skew), Buffer.from(piece)]).toString('base64');
    // Characters at both ends also hold bits of what stands beside the card.
    const whole = Math.floor(((skew + Buffer.byteLength(piece)) * 8) / 6);
    const own = text.slice(Math.ceil((skew * 8) / 6), whole);
    return Buffer.from(toUrl ? own.replaceAll('+', '-').replaceAll('/', '_') : own);
  };

const encodings: readonly Encoding[] = [
  ['plain', (piece) => Buffer.from(piece)],
  ['hex', (piece) => Buffer.from(hexOf(piece))],
  ['HEX', (piece) => Buffer.from(hexOf(piece).toUpperCase())],
  ...[0, 1, 2].map((skew): Encoding => [`base64+${skew}`, base64At(skew, false)]),
  ['utf-16le', (piece) => Buffer.from(piece, 'utf16le')],
  ['utf-16be', (piece) => Buffer.from(piece, 'utf16le').swap16()],
];

const percent = (piece: string) => hexOf(piece).replace(/../g, '%$&');

/** As letters and digits these are the plain text again. */
const ofForeignText: readonly Encoding[] = [
  ...[0, 1, 2].map((skew): Encoding => [`base64url+${skew}`, base64At(skew, true)]),
  ['url', (piece) => Buffer.from(percent(piece).toUpperCase())],
  ['url-lower', (piece) => Buffer.from(percent(piece))],
  [
    'json',
    (piece) => Buffer.from(piece.replace(/./gs, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)),
  ],
  ['mysql', (piece) => Buffer.from(hexOf(piece).toUpperCase().replace(/../g, '\\x$&'))],
];
