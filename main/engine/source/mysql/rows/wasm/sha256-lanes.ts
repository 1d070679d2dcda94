import {
  add,
  addLanes,
  and,
  get,
  i32,
  laneLeft,
  laneRight,
  loadVector,
  num,
  or,
  seq,
  set,
  shuffle,
  storeVector,
  subtract,
  v128,
  vectorOf,
  xor,
  type Code,
  type FunctionCode,
} from './assembler.ts';

/**
 * SHA-256 (FIPS 180-4) of four messages of the same number of blocks at once, one per 32-bit lane. The messages are padded
 * already. Parameters: address of the first message, distance to the next, number of blocks (at least 1). Word i of lane l of the
 * first four words of the results is left at `resultAt` + 16 i + 4 l.
 */
export const blockBytes = 64;
export const resultAt = 0;

const rounds = 64;
const [atLocal, strideLocal, blocksLocal] = [0, 1, 2] as const;
const state = (index: number) => 3 + (index & 7);
const chain = (index: number) => 11 + index;
const word = (index: number) => 19 + (index & 15);
const scratch = (index: number) => 35 + index;
const vectorLocals = 40;

export function hash4(): FunctionCode {
  const eight = Array.from({ length: 8 }, (_, index) => index);
  const oneBlock = seq(
    ...eight.map((i) => set(state(i), get(chain(i)))),
    ...[0, 1, 2, 3].map(loadWords),
    ...Array.from({ length: rounds }, (_, i) => round(i)),
    ...eight.map((i) => set(chain(i), addLanes(get(chain(i)), get(state(i))))),
    set(atLocal, add(get(atLocal), num(blockBytes))),
    set(blocksLocal, subtract(get(blocksLocal), num(1))),
  );
  return {
    parameters: [i32, i32, i32],
    results: [],
    locals: Array.from({ length: vectorLocals }, () => v128),
    body: seq(
      ...startValues.map((value, i) => set(chain(i), splat(value))),
      // A loop that is entered at least once: jump back while blocks are left.
      [0x03, 0x40],
      oneBlock,
      get(blocksLocal),
      [0x0d, 0, 0x0b],
      ...[0, 1, 2, 3].map((i) => storeVector(num(resultAt), get(chain(i)), i * 16)),
    ),
  };
}

/** The first 32 bits of the fractional parts of roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3), computed exactly. */
const primes = firstPrimes(rounds);
const roundConstants = primes.map((prime) => fractionOfRoot(prime, 3n));
const startValues = primes.slice(0, 8).map((prime) => fractionOfRoot(prime, 2n));

const rotate = (a: Code, bits: number): Code => or(laneRight(a, bits), laneLeft(a, 32 - bits));

function splat(value: number): Code {
  const octets = [value, value >>> 8, value >>> 16, value >>> 24].map((octet) => octet & 0xff);
  return vectorOf([...octets, ...octets, ...octets, ...octets]);
}

/** Words 4n … 4n+3 of each lane's block, turned from rows into columns, their octets reversed on the way. */
function loadWords(four: number): Code {
  const address = (lane: number): Code => (lane === 0 ? get(atLocal) : add(address(lane - 1), get(strideLocal)));
  const rows = [0, 1, 2, 3].map((lane) => loadVector(address(lane), four * 16));
  const reversed = (index: number) => [3, 2, 1, 0].map((octet) => index * 4 + octet);
  const low = [0, 4, 1, 5].flatMap(reversed);
  const high = [2, 6, 3, 7].flatMap(reversed);
  const first = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
  const second = first.map((octet) => octet + 8);
  const at = (index: number) => get(scratch(index));
  return seq(
    ...rows.map((row, lane) => set(scratch(lane), row)),
    set(scratch(4), shuffle(at(0), at(1), low)),
    set(scratch(5), shuffle(at(0), at(1), high)),
    set(scratch(6), shuffle(at(2), at(3), low)),
    set(scratch(7), shuffle(at(2), at(3), high)),
    set(word(four * 4), shuffle(at(4), at(6), first)),
    set(word(four * 4 + 1), shuffle(at(4), at(6), second)),
    set(word(four * 4 + 2), shuffle(at(5), at(7), first)),
    set(word(four * 4 + 3), shuffle(at(5), at(7), second)),
  );
}

/** One round. Instead of moving the eight words of state on, their names move. */
function round(i: number): Code {
  const [a, b, c, d, e, f, g, h] = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => get(state(index - i))) as [
    ...[Code, Code, Code, Code],
    ...[Code, Code, Code, Code],
  ];
  const before = (distance: number) => get(word(i - distance));
  const small0 = xor(xor(rotate(before(15), 7), rotate(before(15), 18)), laneRight(before(15), 3));
  const small1 = xor(xor(rotate(before(2), 17), rotate(before(2), 19)), laneRight(before(2), 10));
  const big0 = xor(xor(rotate(a, 2), rotate(a, 13)), rotate(a, 22));
  const big1 = xor(xor(rotate(e, 6), rotate(e, 11)), rotate(e, 25));
  const choice = xor(g, and(e, xor(f, g)));
  const majority = or(and(a, b), and(c, or(a, b)));
  return seq(
    i < 16 ? [] : set(word(i), addLanes(get(word(i)), small0, before(7), small1)),
    set(state(7 - i), addLanes(h, big1, choice, splat(roundConstants[i] ?? 0), get(word(i)))),
    set(state(3 - i), addLanes(d, h)),
    set(state(7 - i), addLanes(h, big0, majority)),
  );
}

function firstPrimes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let n = 2n; found.length < count; n++) if (found.every((prime) => n % prime !== 0n)) found.push(n);
  return found;
}

/** The first 32 bits behind the point of the `degree`-th root of n, by bisection over whole numbers. */
function fractionOfRoot(n: bigint, degree: bigint): number {
  const target = n << (32n * degree);
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle ** degree <= target) low = middle;
    else high = middle;
  }
  return Number(low & 0xffff_ffffn) | 0;
}
