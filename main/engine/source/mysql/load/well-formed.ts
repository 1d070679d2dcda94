import { isAscii, isUtf8 } from 'node:buffer';
import type { TableSchema } from '../../../../../shared/model/database.ts';
import { TextCursor, unescapeField } from '../rows/index.ts';

/**
 * Which octets are text, as the servers decide it: by the shape of a character, not by whether anybody has given it a meaning. For files
 * that are written while no server is there to ask. The shapes are MariaDB's, and a test asks it about each.
 */

/** Octets of the character at `at`; 0: there is none. */
type Step = (octets: Uint8Array, at: number, end: number) => number;
/** Inclusive, in pairs: first, last, first, last … */
type Ranges = readonly number[];

const ascii: Ranges = [0x00, 0x7f];
const high: Ranges = [0xa1, 0xfe];

function isIn(ranges: Ranges, octet: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (octet >= (ranges[i] as number) && octet <= (ranges[i + 1] as number)) return true;
  }
  return false;
}

/** The first of `shapes` whose octets are all in their ranges. */
function oneOf(...shapes: readonly (readonly Ranges[])[]): Step {
  return (octets, at, end) => {
    for (const shape of shapes) {
      if (at + shape.length > end) continue;
      if (shape.every((ranges, n) => isIn(ranges, octets[at + n] as number))) return shape.length;
    }
    return 0;
  };
}

const tail: Ranges = [0x80, 0xbf];
const utf8Shapes: readonly (readonly Ranges[])[] = [
  [ascii],
  [[0xc2, 0xdf], tail],
  [[0xe0, 0xe0], [0xa0, 0xbf], tail],
  [[0xe1, 0xef], tail, tail],
];
const kana: readonly Ranges[] = [
  [0x8e, 0x8e],
  [0xa1, 0xdf],
];
const shiftJis = oneOf(
  [[0x00, 0x7f, 0xa1, 0xdf]],
  [
    [0x81, 0x9f, 0xe0, 0xfc],
    [0x40, 0x7e, 0x80, 0xfc],
  ],
);
const unixJis = oneOf([ascii], kana, [[0x8f, 0x8f], high, high], [high, high]);
const gbkPair: readonly Ranges[] = [
  [0x81, 0xfe],
  [0x40, 0x7e, 0x80, 0xfe],
];

const steps: Readonly<Record<string, Step>> = {
  utf8mb3: oneOf(...utf8Shapes),
  utf8: oneOf(...utf8Shapes),
  utf8mb4: oneOf(
    ...utf8Shapes,
    [[0xf0, 0xf0], [0x90, 0xbf], tail, tail],
    [[0xf1, 0xf3], tail, tail, tail],
    [[0xf4, 0xf4], [0x80, 0x8f], tail, tail],
  ),
  gbk: oneOf([ascii], gbkPair),
  gb2312: oneOf([ascii], [[0xa1, 0xf7], high]),
  gb18030: oneOf([ascii], gbkPair, [
    [0x81, 0xfe],
    [0x30, 0x39],
    [0x81, 0xfe],
    [0x30, 0x39],
  ]),
  big5: oneOf(
    [ascii],
    [
      [0xa1, 0xf9],
      [0x40, 0x7e, 0xa1, 0xfe],
    ],
  ),
  euckr: oneOf(
    [ascii],
    [
      [0x81, 0xfe],
      [0x41, 0x5a, 0x61, 0x7a, 0x81, 0xfe],
    ],
  ),
  sjis: shiftJis,
  cp932: shiftJis,
  ujis: unixJis,
  eucjpms: unixJis,
  ucs2: (_, at, end) => (at + 2 <= end ? 2 : 0),
  utf16: utf16(0),
  utf16le: utf16(1),
  utf32: (octets, at, end) => (at + 4 <= end && octets[at] === 0 && (octets[at + 1] as number) <= 0x10 ? 4 : 0),
};

/** @param highAt which octet of a unit is the high one */
function utf16(highAt: 0 | 1): Step {
  const half = (octets: Uint8Array, at: number) => (octets[at + highAt] as number) & 0xfc;
  return (octets, at, end) => {
    if (at + 2 > end || half(octets, at) === 0xdc) return 0;
    if (half(octets, at) !== 0xd8) return 2;
    return at + 4 <= end && half(octets, at + 2) === 0xdc ? 4 : 0;
  };
}

const startsWithAscii = (charset: string) => !/^(ucs2|utf16|utf16le|utf32)$/.test(charset);

/** Sets with one octet to a character take every octet (MariaDB's `ascii` too); so does what is not known here. */
export function isText(charset: string, octets: Uint8Array, end = octets.length): boolean {
  const step = steps[charset];
  if (step === undefined) return true;
  for (let at = 0; at < end;) {
    const bytes = step(octets, at, end);
    if (bytes === 0) return false;
    at += bytes;
  }
  return true;
}

/** Of rows in text form (`joinGroups`): how many values of each column are no text of its set. Columns without any are left out. */
export function invalidValues(schema: TableSchema, text: Buffer): ReadonlyMap<string, number> {
  const checked = schema.columns.flatMap(({ name, charset }, index) =>
    charset !== null && charset in steps ? [{ name, charset, index }] : [],
  );
  const found = new Map<string, number>();
  // Escapes are ASCII and stand for ASCII: most text is settled by one look at all of it.
  if (isAscii(text) && checked.every(({ charset }) => startsWithAscii(charset))) return found;
  if (checked.every(({ charset }) => charset === 'utf8mb4') && isUtf8(text)) return found;
  const cursor = new TextCursor(text, schema.columns.length);
  let value = Buffer.alloc(1024);
  while (cursor.next()) {
    for (const { name, charset, index } of checked) {
      if (cursor.isNull(index)) continue;
      const start = cursor.starts[index] as number;
      const end = cursor.ends[index] as number;
      if (value.length < end - start) value = Buffer.alloc(end - start);
      const length = unescapeField(text, start, end, value, 0);
      if (!isText(charset, value, length)) found.set(name, (found.get(name) ?? 0) + 1);
    }
  }
  return found;
}
