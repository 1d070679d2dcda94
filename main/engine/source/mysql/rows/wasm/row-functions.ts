import {
  add,
  assembleModule,
  bitAnd,
  bitLeft,
  bitOr,
  bitRight,
  call,
  choose,
  divide,
  equal,
  get,
  giveBack,
  greater,
  i32,
  isZero,
  less,
  lessSigned,
  load16,
  load32,
  load8,
  loadVector,
  num,
  octetBits,
  octetsEqual,
  octetsLess,
  or,
  remainder,
  repeatWhile,
  seq,
  set,
  store32,
  store8,
  storeVector,
  subtract,
  times,
  trailingZeros,
  v128,
  vectorOf,
  when,
  xor,
  type Code,
  type FunctionCode,
} from './assembler.ts';
import { backslash, newline, nullMark, tab } from '../row-text.ts';
import { blockBytes, hash4, resultAt } from './sha256-lanes.ts';

/**
 * The functions of the row encoder in WebAssembly: find the fields of a row, write them as text, hash them. What they do is
 * defined by encode-rows.ts, which does the same in TypeScript; row-encoder.ts calls them.
 */

/** Groups of columns that are hashed. */
export const groups = 2;
/** Rows whose message may be longer are hashed by the caller; so a field's length has at most three digits. */
const longestMessage = 999;
export const mostBlocks = 16;
export const mostColumns = 512;
/** A field adds at most `123:` to a message, and the padding 9 octets. */
const perFieldBytes = 4;
const paddingBytes = 9;

/** Where things are in the memory. Addresses of columns are multiplied by 4 already. */
export const places = {
  result: resultAt,
  /** Per group 64 octets: XOR of the results of `hash4`. */
  xor: 64,
  /** Set by `encode`: end of the sealed text, number of rows, where the next row begins, what the caller is to do with the last row. */
  sealedEnd: 192,
  rows: 196,
  next: 200,
  wanted: 204,
  /** Per octet the letter of its escape, or 0. */
  letters: 256,
  /** Per group and number of blocks: messages that wait for company. */
  waiting: 512,
  columnCount: 640,
  openCount: 644,
  secretCount: 648,
  /** Columns of the sealed digest; 0: there is none. */
  sealedDigestCount: 652,
  hasLedgers: 656,
  /** 0: only digests are wanted. */
  writesText: 660,
  openColumns: 1024,
  secretColumns: 1024 + mostColumns * 4,
  sealedDigestColumns: 1024 + mostColumns * 8,
  starts: 1024 + mostColumns * 12,
  lengths: 1024 + mostColumns * 16,
  stage: 12_288,
  slots: 16_384,
  input: 131_072,
} as const;
/** Bits of `places.wanted`: a row is too long to be hashed here, as a message of group 0 or 1; ledgers read it. */
export const wants = { longRow: [1, 2], ledgers: 4 } as const;
export const waitingBytes = 32;
export const slotsBytes = mostBlocks * (mostBlocks + 1) * 2 * blockBytes;

/** Messages of one block come first, then those of two, and so on. */
export function slotsOf(group: number, blocks: number): number {
  return places.slots + group * slotsBytes + blocks * (blocks - 1) * 2 * blockBytes;
}

const [hash, split, text, digest, encode] = [0, 1, 2, 3, 4] as const;

export function rowModule(): Uint8Array<ArrayBuffer> {
  return assembleModule({
    functions: [hash4(), splitFunction(), textFunction(), digestFunction(), encodeFunction()],
    exports: [
      { name: 'hash4', index: hash },
      { name: 'encode', index: encode },
    ],
    pages: 2,
  });
}

/** Finds the fields of the row at [at, end): 1, or 0 when it is not well formed or a field is 16 MiB long. */
function splitFunction(): FunctionCode {
  const [at, end, column, last, length] = [0, 1, 2, 3, 4] as const;
  const wide = seq(
    when(
      equal(get(length), num(0xfc)),
      seq(set(length, load16(get(at))), set(at, add(get(at), num(2)))),
      seq(
        when(greater(get(length), num(0xfd)), giveBack(num(0))),
        set(length, bitOr(load16(get(at)), bitLeft(load8(get(at), 2), num(16)))),
        set(at, add(get(at), num(3))),
      ),
    ),
  );
  const field = seq(
    set(length, load8(get(at))),
    set(at, add(get(at), num(1))),
    when(
      equal(get(length), num(0xfb)),
      store32(get(column), num(-1), places.lengths),
      seq(
        when(greater(get(length), num(0xfb)), wide),
        store32(get(column), get(at), places.starts),
        store32(get(column), get(length), places.lengths),
        set(at, add(get(at), get(length))),
        when(greater(get(at), get(end)), giveBack(num(0))),
      ),
    ),
    set(column, add(get(column), num(4))),
  );
  return {
    parameters: [i32, i32],
    results: [i32],
    locals: [i32, i32, i32],
    body: seq(
      set(last, times(load32(num(places.columnCount)), num(4))),
      repeatWhile(less(get(column), get(last)), field),
      equal(get(at), get(end)),
    ),
  };
}

/** Writes `count` columns (addresses at `columns`) as one line to `out`; gives its end. */
function textFunction(): FunctionCode {
  const [columns, count, out, column, from, left, bits, octet, piece] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const isSpecial = or(
    octetsLess(get(piece), vectorOf(sixteen(0x20))),
    octetsEqual(get(piece), vectorOf(sixteen(backslash))),
  );
  const advance = (by: Code) =>
    seq(set(out, add(get(out), by)), set(from, add(get(from), by)), set(left, subtract(get(left), by)));
  // Sixteen octets at a time are copied up to the first that may need an escape; what is written behind is overwritten.
  const pieceOfValue = seq(
    set(piece, loadVector(get(from))),
    storeVector(get(out), get(piece)),
    set(bits, octetBits(isSpecial)),
    when(less(get(left), num(16)), set(bits, bitAnd(get(bits), subtract(bitLeft(num(1), get(left)), num(1))))),
    when(
      isZero(get(bits)),
      seq(set(octet, choose(less(get(left), num(16)), get(left), num(16))), advance(get(octet))),
      seq(
        set(bits, trailingZeros(get(bits))),
        advance(get(bits)),
        set(octet, load8(get(from))),
        set(bits, load8(get(octet), places.letters)),
        when(
          isZero(get(bits)),
          store8(get(out), get(octet)),
          seq(store8(get(out), num(backslash)), store8(get(out), get(bits), 1), set(out, add(get(out), num(1)))),
        ),
        advance(num(1)),
      ),
    ),
  );
  const field = seq(
    set(column, load32(get(columns))),
    set(left, load32(get(column), places.lengths)),
    when(
      lessSigned(get(left), num(0)),
      seq(store8(get(out), num(backslash)), store8(get(out), num(nullMark), 1), set(out, add(get(out), num(2)))),
      seq(set(from, load32(get(column), places.starts)), repeatWhile(get(left), pieceOfValue)),
    ),
    store8(get(out), num(tab)),
    set(out, add(get(out), num(1))),
    set(columns, add(get(columns), num(4))),
    set(count, subtract(get(count), num(1))),
  );
  return {
    parameters: [i32, i32, i32],
    results: [i32],
    locals: [i32, i32, i32, i32, i32, v128],
    body: seq(
      // A line of no columns is its newline; else the last tab becomes one.
      when(isZero(get(count)), set(out, add(get(out), num(1)))),
      repeatWhile(get(count), field),
      store8(subtract(get(out), num(1)), num(newline)),
      get(out),
    ),
  };
}

/** Adds the row's message over `count` columns to a group; `rowBytes` bounds its length. */
function digestFunction(): FunctionCode {
  const [columns, count, group, rowBytes, out, column, from, length, end, blocks, waiting, slot] = [
    ...([0, 1, 2, 3, 4, 5] as const),
    ...([6, 7, 8, 9, 10, 11] as const),
  ] as const;
  const digit = (value: Code) => seq(store8(get(out), add(num(0x30), value)), set(out, add(get(out), num(1))));
  const value = seq(
    when(greater(get(length), num(99)), digit(divide(get(length), num(100)))),
    when(greater(get(length), num(9)), digit(remainder(divide(get(length), num(10)), num(10)))),
    digit(remainder(get(length), num(10))),
    store8(get(out), num(0x3a)),
    set(out, add(get(out), num(1))),
    set(from, load32(get(column), places.starts)),
    set(end, add(get(out), get(length))),
    repeatWhile(
      less(get(out), get(end)),
      seq(
        storeVector(get(out), loadVector(get(from))),
        set(out, add(get(out), num(16))),
        set(from, add(get(from), num(16))),
      ),
    ),
    set(out, get(end)),
  );
  const field = seq(
    set(column, load32(get(columns))),
    set(length, load32(get(column), places.lengths)),
    when(lessSigned(get(length), num(0)), seq(store8(get(out), num(0x4e)), set(out, add(get(out), num(1)))), value),
    set(columns, add(get(columns), num(4))),
    set(count, subtract(get(count), num(1))),
  );
  const zero = vectorOf(sixteen(0));
  const bitLength = bitLeft(subtract(get(out), num(places.stage)), num(3));
  const pad = seq(
    store8(get(out), num(0x80)),
    ...[0, 1, 2, 3, 4].map((n) => storeVector(get(out), zero, 1 + n * 16)),
    set(blocks, bitRight(add(subtract(get(out), num(places.stage)), num(paddingBytes + blockBytes - 1)), num(6))),
    set(end, add(num(places.stage), bitLeft(get(blocks), num(6)))),
    // The length in bits fits into the last two octets, the higher one first.
    store8(subtract(get(end), num(2)), bitRight(bitLength, num(8))),
    store8(subtract(get(end), num(1)), bitLength),
  );
  const xorAt = add(num(places.xor), bitLeft(get(group), num(6)));
  const run = seq(
    store8(get(column), num(0)),
    call(hash, get(from), bitLeft(get(blocks), num(6)), get(blocks)),
    set(from, xorAt),
    ...[0, 1, 2, 3].map((i) =>
      storeVector(get(from), xor(loadVector(get(from), i * 16), loadVector(num(places.result), i * 16)), i * 16),
    ),
  );
  const place = seq(
    // Same sum as slotsOf().
    set(
      from,
      add(
        add(num(places.slots), times(get(group), num(slotsBytes))),
        times(times(get(blocks), subtract(get(blocks), num(1))), num(2 * blockBytes)),
      ),
    ),
    set(column, add(add(num(places.waiting), bitLeft(get(group), num(5))), get(blocks))),
    set(waiting, load8(get(column))),
    set(slot, add(get(from), times(get(waiting), bitLeft(get(blocks), num(6))))),
    set(out, num(places.stage)),
    repeatWhile(
      less(get(out), get(end)),
      seq(
        ...[0, 16, 32, 48].map((offset) => storeVector(get(slot), loadVector(get(out), offset), offset)),
        set(out, add(get(out), num(blockBytes))),
        set(slot, add(get(slot), num(blockBytes))),
      ),
    ),
    when(equal(get(waiting), num(3)), run, store8(get(column), add(get(waiting), num(1)))),
  );
  const bound = add(get(rowBytes), times(get(count), num(perFieldBytes)));
  return {
    parameters: [i32, i32, i32, i32],
    results: [],
    locals: [i32, i32, i32, i32, i32, i32, i32, i32],
    body: when(
      greater(bound, num(longestMessage)),
      want(add(get(group), num(1))),
      seq(set(out, num(places.stage)), repeatWhile(get(count), field), pad, place),
    ),
  };
}

/**
 * Encodes the rows at [at, end) up to the first that the caller has to look at: its fields are still in place, and `places.next` says
 * where to go on. Gives the end of the open text, or 0 when the bytes are not whole rows.
 */
function encodeFunction(): FunctionCode {
  const [at, end, open, sealed, rowEnd, rows, bytes] = [0, 1, 2, 3, 4, 5, 6] as const;
  const columns = (list: number, count: number) => [num(list), load32(num(count))] as const;
  const row = seq(
    when(greater(add(get(at), num(4)), get(end)), giveBack(num(0))),
    set(bytes, load32(get(at))),
    set(at, add(get(at), num(4))),
    // A length that points outside, or wraps around, is caught before it is used.
    when(greater(get(bytes), subtract(get(end), get(at))), giveBack(num(0))),
    set(rowEnd, add(get(at), get(bytes))),
    when(isZero(call(split, get(at), get(rowEnd))), giveBack(num(0))),
    when(
      load32(num(places.writesText)),
      set(open, call(text, ...columns(places.openColumns, places.openCount), get(open))),
    ),
    call(digest, ...columns(places.openColumns, places.openCount), num(0), get(bytes)),
    when(
      load32(num(places.sealedDigestCount)),
      seq(
        when(
          load32(num(places.writesText)),
          set(sealed, call(text, ...columns(places.secretColumns, places.secretCount), get(sealed))),
        ),
        call(digest, ...columns(places.sealedDigestColumns, places.sealedDigestCount), num(1), get(bytes)),
      ),
    ),
    when(load32(num(places.hasLedgers)), want(num(wants.ledgers))),
    set(rows, add(get(rows), num(1))),
    set(at, get(rowEnd)),
  );
  return {
    parameters: [i32, i32, i32, i32],
    results: [i32],
    locals: [i32, i32, i32],
    body: seq(
      store32(num(places.wanted), num(0)),
      repeatWhile(bitAnd(less(get(at), get(end)), isZero(load32(num(places.wanted)))), row),
      store32(num(places.sealedEnd), get(sealed)),
      store32(num(places.rows), add(load32(num(places.rows)), get(rows))),
      store32(num(places.next), get(at)),
      get(open),
    ),
  };
}

function want(bits: Code): Code {
  return store32(num(places.wanted), bitOr(load32(num(places.wanted)), bits));
}

function sixteen(octet: number): number[] {
  return Array.from({ length: 16 }, () => octet);
}
