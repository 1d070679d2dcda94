import { hash } from 'node:crypto';
import type { EncodedRows, RowDigests } from '../encoded-rows.ts';
import type { RowLayout } from '../layout.ts';
import { LedgerAccumulator } from '../ledger.ts';
import { combineDigests, DigestAccumulator, type RowFields } from '../row-digest.ts';
import { escapeLetter } from '../row-text.ts';
import { mostBlocks, mostColumns, places, rowModule, slotsOf, waitingBytes, wants } from './row-functions.ts';
import { blockBytes } from './sha256-lanes.ts';

/**
 * `encodeRows` in WebAssembly for the common case: several times faster, because four rows are hashed at once and nothing is
 * called per value. It is put together at start from `row-functions.ts`; there is no binary to trust. What it does not
 * know (batches and tables that are large, long columns, tables without a key) and what is not well formed is left to
 * the encoder in TypeScript, which is the definition.
 *
 * Nothing secret hangs on this SHA-256: digests prove equality, and the server computes the same ones with its own. It is
 * compared with node:crypto before it is used; where WebAssembly or its vectors are missing, nothing changes but the speed.
 */

/** Batches are of two MiB; a larger one holds rows so long that there is nothing to gain. */
const mostBytes = 4 * 1024 * 1024;
/** The most a field grows as text: `\N` and a tab for one octet. */
const growth = 3;
/** Sixteen octets are read and written at a time, past the end of what counts. */
const slackBytes = 64;
const pageBytes = 65_536;
const lanes = 4;

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Exports {
  readonly memory: Memory;
  readonly hash4: (at: number, stride: number, blocks: number) => void;
  readonly encode: (at: number, end: number, open: number, sealed: number) => number;
}
/** The part of the global that is used here; the type library of the engine does not know it. */
interface WebAssemblyGlobal {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

/** Null: not one for this encoder. */
export function digestRowsInWasm(
  layout: RowLayout,
  source: Buffer,
  usedBytes: number,
  rows: number,
): RowDigests | null {
  if (usedBytes > mostBytes || !isSimple(layout)) return null;
  return soundEncoder()?.digest(layout, source, usedBytes, rows) ?? null;
}

/** Null: not one for this encoder. */
export function encodeRowsInWasm(
  layout: RowLayout,
  source: Buffer,
  usedBytes: number,
  rows: number,
): EncodedRows | null {
  if (usedBytes > mostBytes || !isSimple(layout)) return null;
  return soundEncoder()?.encode(layout, source, usedBytes, rows) ?? null;
}

function isSimple({ columnCount, long, withSum, sealedDigest, open }: RowLayout): boolean {
  return (
    !withSum &&
    columnCount <= mostColumns &&
    open.length > 0 &&
    !long.includes(1) &&
    new Set(sealedDigest).size === sealedDigest.length
  );
}

/** A compiled `WebAssembly.Module`, which can be handed to a thread. */
export type RowModule = object;

let compiled: RowModule | null | undefined;

/**
 * Compiled once in a process and held for as long as it runs. V8 gives threads that compile the same bytes one piece of code between
 * them, and takes it away when the last one ends: where another begins at that moment, the process died of a check of V8 ("jit_page",
 * Node 24). Null: there is no WebAssembly, or one without vectors.
 */
export function compiledRowModule(): RowModule | null {
  if (compiled === undefined) {
    try {
      const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyGlobal };
      compiled = new WebAssembly.Module(rowModule());
    } catch {
      compiled = null;
    }
  }
  return compiled;
}

/** In a thread: what the process has compiled. */
export function useRowModule(module: RowModule | null): void {
  compiled = module;
}

let encoder: RowEncoder | null | undefined;

function soundEncoder(): RowEncoder | null {
  if (encoder === undefined) {
    const module = compiledRowModule();
    // Without it the encoder in TypeScript does it all.
    const made = module === null ? null : new RowEncoder(module);
    encoder = made?.isSound() === true ? made : null;
  }
  return encoder;
}

class RowEncoder {
  readonly #exports: Exports;
  #bytes: Buffer = Buffer.alloc(0);
  #words = new Int32Array();
  /** The row in work, as the accumulators in TypeScript see it. */
  #row: RowFields = { bytes: Buffer.alloc(0), starts: new Int32Array(), lengths: new Int32Array() };
  #longRows: readonly DigestAccumulator[] = [];
  #ledgers: readonly LedgerAccumulator[] = [];

  constructor(module: RowModule) {
    const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyGlobal };
    this.#exports = new WebAssembly.Instance(module).exports as Exports;
    this.#view();
    this.#bytes.set(escapeLetter, places.letters);
  }

  encode(layout: RowLayout, source: Buffer, usedBytes: number, rows: number): EncodedRows | null {
    const hasSealed = layout.secret.length > 0;
    const openAt = places.input + usedBytes + slackBytes;
    const sealedAt = openAt + usedBytes * growth + slackBytes;
    this.#reserve(sealedAt + (hasSealed ? usedBytes * growth : 0) + slackBytes);
    this.#ledgers = layout.ledgers.map((ledger) => new LedgerAccumulator(ledger));
    this.#prepare(layout, true);
    source.copy(this.#bytes, places.input, 0, usedBytes);
    const openEnd = this.#run(usedBytes, openAt, sealedAt);
    if (openEnd === 0 || this.#number(places.rows) !== rows) return null;
    return {
      rows,
      openText: this.#copy(openAt, openEnd),
      sealedText: hasSealed ? this.#copy(sealedAt, this.#number(places.sealedEnd)) : null,
      ...this.#digests(hasSealed),
      ledgers: this.#ledgers.map((ledger) => ledger.partial()),
    };
  }

  /** The same without text and sums of money. */
  digest(layout: RowLayout, source: Buffer, usedBytes: number, rows: number): RowDigests | null {
    const end = places.input + usedBytes + slackBytes;
    this.#reserve(end + slackBytes);
    this.#prepare(layout, false);
    source.copy(this.#bytes, places.input, 0, usedBytes);
    const isWhole = this.#run(usedBytes, end, end) !== 0;
    if (!isWhole || this.#number(places.rows) !== rows) return null;
    return this.#digests(layout.secret.length > 0);
  }

  /** Runs over all rows, and does for single ones what is not done in WebAssembly: the end of the open text, or 0. */
  #run(usedBytes: number, openAt: number, sealedAt: number): number {
    const end = places.input + usedBytes;
    let open = openAt;
    let sealed = sealedAt;
    let at: number = places.input;
    do {
      open = this.#exports.encode(at, end, open, sealed);
      if (open === 0) return 0;
      const wanted = this.#number(places.wanted);
      wants.longRow.forEach((bit, group) => {
        if ((wanted & bit) !== 0) this.#longRows[group]?.add(this.#row);
      });
      if ((wanted & wants.ledgers) !== 0) for (const ledger of this.#ledgers) ledger.add(this.#row);
      sealed = this.#number(places.sealedEnd);
      at = this.#number(places.next);
    } while (at < end);
    return open;
  }

  #digests(hasSealed: boolean): RowDigests {
    return {
      openDigest: this.#digest(0),
      openSum: null,
      sealedDigest: hasSealed ? this.#digest(1) : null,
      sealedSum: null,
    };
  }

  /** Messages of every length up to four blocks against node:crypto, in groups of one to four. */
  isSound(): boolean {
    for (let length = 0; length <= 4 * blockBytes; length += 3) {
      const blocks = (length + 9 + blockBytes - 1) >>> 6;
      let expected = 0n;
      for (let lane = 0; lane < lanes; lane++) {
        const message = Buffer.alloc(length, length * lanes + lane);
        const padded = Buffer.alloc(blocks * blockBytes);
        message.copy(padded);
        padded[length] = 0x80;
        padded.writeUInt32BE(length * 8, padded.length - 4);
        padded.copy(this.#bytes, slotsOf(0, blocks) + lane * padded.length);
        expected ^= BigInt(`0x${hash('sha256', message, 'hex').slice(0, 32)}`);
      }
      this.#bytes.fill(0, places.xor, places.xor + 64);
      this.#exports.hash4(slotsOf(0, blocks), blocks * blockBytes, blocks);
      this.#addResult(0, lanes);
      if (BigInt(`0x${this.#xorText(0)}`) !== expected) return false;
    }
    return true;
  }

  #prepare(layout: RowLayout, withText: boolean): void {
    const { secret } = layout;
    const sealedDigest = secret.length === 0 ? [] : layout.sealedDigest;
    const accumulator = (columns: readonly number[]) => new DigestAccumulator(columns, layout.long, false);
    this.#longRows = [accumulator(layout.open), ...(secret.length === 0 ? [] : [accumulator(sealedDigest)])];
    const bytes = this.#bytes;
    bytes.fill(0, places.xor, places.letters);
    bytes.fill(0, places.waiting, places.waiting + 2 * waitingBytes);
    const lists = [
      [layout.open, places.openCount, places.openColumns],
      [secret, places.secretCount, places.secretColumns],
      [sealedDigest, places.sealedDigestCount, places.sealedDigestColumns],
    ] as const;
    bytes.writeInt32LE(0, places.rows);
    bytes.writeInt32LE(layout.columnCount, places.columnCount);
    bytes.writeInt32LE(withText ? layout.ledgers.length : 0, places.hasLedgers);
    bytes.writeInt32LE(withText ? 1 : 0, places.writesText);
    for (const [columns, countAt, listAt] of lists) {
      bytes.writeInt32LE(columns.length, countAt);
      columns.forEach((column, n) => bytes.writeInt32LE(column * 4, listAt + n * 4));
    }
  }

  /** Hashes what still waits for company and gives the group's digest as 32 hex digits. */
  #digest(group: number): string {
    for (let blocks = 1; blocks <= mostBlocks; blocks++) {
      const count = this.#bytes[places.waiting + group * waitingBytes + blocks] as number;
      if (count === 0) continue;
      this.#exports.hash4(slotsOf(group, blocks), blocks * blockBytes, blocks);
      this.#addResult(group, count);
    }
    return combineDigests(this.#xorText(group), this.#longRows[group]?.digest() ?? '0');
  }

  /** Takes the first `count` lanes of the last result. */
  #addResult(group: number, count: number): void {
    const from = places.result / 4;
    const to = (places.xor + group * 64) / 4;
    for (let i = 0; i < 4; i++)
      for (let lane = 0; lane < count; lane++)
        this.#words[to + i * lanes + lane] =
          (this.#words[to + i * lanes + lane] as number) ^ (this.#words[from + i * lanes + lane] as number);
  }

  #xorText(group: number): string {
    let text = '';
    for (let i = 0; i < 4; i++) {
      const at = (places.xor + group * 64) / 4 + i * lanes;
      const word = this.#words.subarray(at, at + lanes).reduce((all, lane) => all ^ lane, 0);
      text += (word >>> 0).toString(16).padStart(8, '0');
    }
    return text;
  }

  #number(at: number): number {
    return this.#words[at / 4] as number;
  }

  #copy(from: number, to: number): Buffer<ArrayBuffer> {
    const own = Buffer.allocUnsafeSlow(to - from);
    this.#bytes.copy(own, 0, from, to);
    return own;
  }

  #reserve(sizeBytes: number): void {
    const missing = sizeBytes - this.#bytes.length;
    if (missing <= 0) return;
    this.#exports.memory.grow(Math.ceil(missing / pageBytes));
    this.#view();
  }

  /** Growing the memory ends all views of it. */
  #view(): void {
    const { buffer } = this.#exports.memory;
    this.#bytes = Buffer.from(buffer);
    this.#words = new Int32Array(buffer);
    this.#row = {
      bytes: this.#bytes,
      starts: new Int32Array(buffer, places.starts, mostColumns),
      lengths: new Int32Array(buffer, places.lengths, mostColumns),
    };
  }
}
