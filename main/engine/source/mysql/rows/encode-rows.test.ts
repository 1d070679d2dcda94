import { describe, expect, it } from 'vitest';
import { fc } from '../../../platform/testing/seeded.ts';
import { encodeRows } from './encode-rows.ts';
import { layoutOf } from './layout.ts';
import { combineDigests, combineSums } from './row-digest.ts';
import { aColumn, aTable, hex32, plainRowHash, rawRows, type RowValues } from './testing/raw-rows.ts';

const value = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('', 'N', '\\N', '1:', '\t', '\n', '0').map((text) => Buffer.from(text)),
  fc.constantFrom(250, 251, 65_535, 65_536).map((length) => Buffer.alloc(length, 0x5c)),
);
const rowsOf = (columns: number, maxLength = 12) =>
  fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength });
const encode = (schema: ReturnType<typeof aTable>, rows: readonly RowValues[]) => {
  const bytes = rawRows(rows);
  return encodeRows(layoutOf(schema), bytes, bytes.length, rows.length);
};

describe('encodeRows', () => {
  const vault = aTable(
    [
      aColumn('id'),
      aColumn('note', { long: true }),
      aColumn('card', { secret: true }),
      aColumn('pin', { secret: true, long: true }),
    ],
    { key: ['id'] },
  );
  const long = vault.columns.map((column) => column.long);

  it('writes every octet so that LOAD DATA reads it back, NULL as \\N', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
    const { openText } = encode(aTable([aColumn('a'), aColumn('b'), aColumn('c')]), [
      [Buffer.from('\0\b\t\n\r\x1a\\'), null, Buffer.from('\\N')],
      [Buffer.alloc(0), all, Buffer.from('x')],
    ]);
    const escaped = [...all]
      .map(
        (octet) =>
          ({ 0: '\\0', 8: '\\b', 9: '\\t', 10: '\\n', 13: '\\r', 26: '\\Z', 92: '\\\\' })[octet] ??
          String.fromCharCode(octet),
      )
      .join('');
    expect(openText.toString('latin1')).toBe(`\\0\\b\\t\\n\\r\\Z\\\\\t\\N\t\\\\N\n\t${escaped}\tx\n`);
  });

  // NULL is one octet on the wire and three in the text: many of them make the text outgrow the guess about its size.
  it.each([0, 1, 2, 3, 4, 5])('grows in time for NULL, %i octets after the start', (before) => {
    const table = aTable([
      aColumn('lead', { long: true }),
      ...Array.from({ length: 2000 }, (_, n) => aColumn(`c${n}`)),
    ]);
    const row = [Buffer.alloc(before, 0x78), ...Array.from({ length: 2000 }, () => null)];
    const { openText } = encode(table, [row, row]);
    const line = `${'x'.repeat(before)}${'\t\\N'.repeat(2000)}\n`;
    expect(openText.toString('latin1')).toBe(line + line);
  });

  it('puts secret columns into a text of their own, row by row', () => {
    const { openText, sealedText } = encode(vault, [
      [Buffer.from('1'), Buffer.from('n'), Buffer.from('KEY-1'), null],
      [Buffer.from('2'), null, Buffer.from('KEY-2'), Buffer.from('9')],
    ]);
    expect(openText.toString()).toBe('1\tn\n2\t\\N\n');
    expect(sealedText?.toString()).toBe('KEY-1\t\\N\nKEY-2\t9\n');
  });

  it('agrees with the plain definition of the digests', () => {
    fc.assert(
      fc.property(rowsOf(4), (rows) => {
        const result = encode(vault, rows);
        const xor = (columns: number[]) => hex32(rows.reduce((all, row) => all ^ plainRowHash(row, columns, long), 0n));
        expect(result.openDigest).toBe(xor([0, 1]));
        expect(result.sealedDigest).toBe(xor([0, 2, 3]));
        expect(result.openSum).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  it('adds the digests up where rows may repeat', () => {
    const heap = aTable([aColumn('a'), aColumn('b', { secret: true })]);
    fc.assert(
      fc.property(rowsOf(2, 40), (rows) => {
        const result = encode(heap, rows);
        const add = (columns: number[]) =>
          hex32(rows.reduce((all, row) => all + plainRowHash(row, columns, [false, false]), 0n) % (1n << 128n));
        expect(result.openSum).toBe(add([0]));
        expect(result.sealedSum).toBe(add([0, 1]));
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same digest in any order and in any cut', () => {
    fc.assert(
      fc.property(rowsOf(4), fc.nat(12), (rows, cut) => {
        const heap = { ...vault, key: null };
        const whole = encode(heap, rows);
        const [a, b] = [encode(heap, rows.slice(0, cut)), encode(heap, rows.slice(cut).reverse())];
        expect(combineDigests(a.openDigest, b.openDigest)).toBe(whole.openDigest);
        expect(combineSums(a.openSum, b.openSum)).toBe(whole.openSum);
        expect(Buffer.concat([a.openText, encode(heap, rows.slice(cut)).openText])).toEqual(whole.openText);
      }),
      { numRuns: 40 },
    );
  });

  it('tells NULL, empty and look-alike rows apart', () => {
    const schema = aTable([aColumn('a'), aColumn('b')]);
    const digests = [
      [null, null],
      [null, Buffer.alloc(0)],
      [Buffer.alloc(0), null],
      [Buffer.from('N'), null],
      [Buffer.from('a'), Buffer.from('b')],
      [Buffer.from('a1:b'), null],
      [Buffer.from('ab'), Buffer.alloc(0)],
      [Buffer.alloc(0), Buffer.from('ab')],
    ].map((row) => encode(schema, [row]).openDigest);
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('refuses bytes that are not whole rows', () => {
    const bytes = rawRows([[Buffer.from('abc')], [Buffer.from('d')]]);
    const layout = layoutOf(aTable([aColumn('a')]));
    expect(() => encodeRows(layout, bytes, bytes.length, 3)).toThrow('holds 2 rows');
    expect(() => encodeRows(layout, bytes, bytes.length - 1, 2)).toThrow('not well formed');
    expect(() => encodeRows(layoutOf(aTable([aColumn('a'), aColumn('b')])), bytes, bytes.length, 2)).toThrow();
    const short = bytes.slice();
    short[4] = 2;
    expect(() => encodeRows(layout, short, bytes.length, 2)).toThrow('not well formed');
  });

  it('survives a structured clone of its layout', () => {
    const layout = structuredClone(layoutOf(vault));
    expect(encodeRows(layout, new Uint8Array(0), 0, 0).sealedDigest).toBe('0'.repeat(32));
  });
});
