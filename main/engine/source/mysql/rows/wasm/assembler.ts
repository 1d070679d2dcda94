/**
 * As much of a WebAssembly assembler as the row encoder needs: each function gives the bytes of an instruction or of a
 * construct, after its operands (WebAssembly Core Specification 2.0, chapter 5). Code is data here; nothing is optimised.
 */
export type Code = readonly number[];

export const i32 = 0x7f;
export const v128 = 0x7b;

export function seq(...parts: readonly Code[]): Code {
  return parts.flat();
}

// Locals and numbers
export const get = (local: number): Code => [0x20, ...leb(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...leb(local)];
export const num = (value: number): Code => [0x41, ...signedLeb(value)];
const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, opcode];
const unary =
  (opcode: number) =>
  (a: Code): Code => [...a, opcode];
export const isZero = unary(0x45);
export const equal = binary(0x46);
export const less = binary(0x49);
export const greater = binary(0x4b);
export const lessSigned = binary(0x48);
export const trailingZeros = unary(0x68);
export const add = binary(0x6a);
export const subtract = binary(0x6b);
export const times = binary(0x6c);
export const divide = binary(0x6e);
export const remainder = binary(0x70);
export const bitAnd = binary(0x71);
export const bitOr = binary(0x72);
export const bitLeft = binary(0x74);
export const bitRight = binary(0x76);
/** `value` where `condition` is not zero, else `otherwise`; both are computed. */
export const choose = (condition: Code, value: Code, otherwise: Code): Code => [
  ...value,
  ...otherwise,
  ...condition,
  0x1b,
];

// Memory
export const load8 = (at: Code, offset = 0): Code => [...at, 0x2d, 0, ...leb(offset)];
export const load16 = (at: Code, offset = 0): Code => [...at, 0x2f, 0, ...leb(offset)];
export const load32 = (at: Code, offset = 0): Code => [...at, 0x28, 0, ...leb(offset)];
export const store8 = (at: Code, value: Code, offset = 0): Code => [...at, ...value, 0x3a, 0, ...leb(offset)];
export const store32 = (at: Code, value: Code, offset = 0): Code => [...at, ...value, 0x36, 0, ...leb(offset)];

// Vectors of 128 bits: four 32-bit lanes, or sixteen octets
const vector = (opcode: number): Code => [0xfd, ...leb(opcode)];
const vectorBinary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...vector(opcode)];
export const loadVector = (at: Code, offset = 0): Code => [...at, ...vector(0x00), 0, ...leb(offset)];
export const storeVector = (at: Code, value: Code, offset = 0): Code => [
  ...at,
  ...value,
  ...vector(0x0b),
  0,
  ...leb(offset),
];
export const vectorOf = (octets: readonly number[]): Code => [...vector(0x0c), ...octets];
/** Octets 0–15 are of `a`, 16–31 of `b`. */
export const shuffle = (a: Code, b: Code, octets: readonly number[]): Code => [...a, ...b, ...vector(0x0d), ...octets];
export const and = vectorBinary(0x4e);
export const or = vectorBinary(0x50);
export const xor = vectorBinary(0x51);
export const octetsEqual = vectorBinary(0x23);
export const octetsLess = vectorBinary(0x26);
/** One bit per octet: its highest. */
export const octetBits = (a: Code): Code => [...a, ...vector(0x64)];
export const laneLeft = (a: Code, bits: number): Code => [...a, ...num(bits), ...vector(0xab)];
export const laneRight = (a: Code, bits: number): Code => [...a, ...num(bits), ...vector(0xad)];
const addTwo = vectorBinary(0xae);
export const addLanes = (first: Code, ...rest: readonly Code[]): Code =>
  rest.reduce((all, next) => addTwo(all, next), first);

// Control
export const call = (index: number, ...operands: readonly Code[]): Code => [...operands.flat(), 0x10, ...leb(index)];
export const giveBack = (value: Code): Code => [...value, 0x0f];
export const when = (condition: Code, then: Code, otherwise: Code = []): Code => [
  ...condition,
  ...[0x04, 0x40],
  ...then,
  ...(otherwise.length === 0 ? [] : [0x05, ...otherwise]),
  0x0b,
];
export const repeatWhile = (condition: Code, body: Code): Code => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...condition,
  ...[0x45, 0x0d, 1],
  ...body,
  ...[0x0c, 0, 0x0b, 0x0b],
];

export interface FunctionCode {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  /** Types of the locals behind the parameters. */
  readonly locals: readonly number[];
  readonly body: Code;
}

/**
 * A module with one memory and no imports: V8 shares the wrappers of imported functions between threads, and frees them so carelessly
 * when a thread ends that the process may die (`Check failed: jit_page.has_value()`, seen with Node 24.21).
 */
export function assembleModule(parts: {
  readonly functions: readonly FunctionCode[];
  readonly exports: readonly { readonly name: string; readonly index: number }[];
  readonly pages: number;
}): Uint8Array<ArrayBuffer> {
  const { functions, exports, pages } = parts;
  const type = (parameters: Code, results: Code) => [
    0x60,
    ...list([...parameters].map(single)),
    ...list([...results].map(single)),
  ];
  const types = functions.map(({ parameters, results }) => type(parameters, results));
  const bodies = functions.map(({ locals, body }) => {
    const code = [...list(locals.map((local) => [1, local])), ...body, 0x0b];
    return [...leb(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(3, list(functions.map((_, index) => leb(index)))),
    ...section(5, list([[0x00, ...leb(pages)]])),
    ...section(
      7,
      list([[...text('memory'), 0x02, 0], ...exports.map(({ name, index }) => [...text(name), 0x00, ...leb(index)])]),
    ),
    ...section(10, list(bodies)),
  ]);
}

const single = (value: number): Code => [value];

function list(items: readonly Code[]): Code {
  return [...leb(items.length), ...items.flat()];
}

function section(id: number, content: Code): Code {
  return [id, ...leb(content.length), ...content];
}

function text(value: string): Code {
  return list(Array.from(value, (character) => [character.charCodeAt(0)]));
}

function leb(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function signedLeb(value: number): Code {
  const rest = value >> 7;
  const isLast = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0);
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signedLeb(rest)];
}
