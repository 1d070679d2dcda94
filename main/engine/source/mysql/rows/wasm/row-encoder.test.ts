import { describe, expect, it } from 'vitest';
import { fc } from '../../../../platform/testing/seeded.ts';
import { encodeRowsPlainly } from '../encode-rows.ts';
import { layoutOf } from '../layout.ts';
import { aColumn, aTable, rawRows, type RowValues } from '../testing/raw-rows.ts';
import { digestRowsInWasm, encodeRowsInWasm } from './row-encoder.ts';
import { rowModule } from './row-functions.ts';

const shop = aTable(
  ['id', 'sn', 'card', 'amount', 'status', 'note'].map((name) => aColumn(name, { secret: name === 'card' })),
  { key: ['id'] },
);
const ledger = {
  name: 'sales',
  database: shop.database,
  table: shop.name,
  amountColumn: 'amount',
  unit: 'yuan' as const,
  currency: 'CNY',
  statusColumn: 'status',
  paidValues: ['1', '2'],
};
const layout = layoutOf(shop, [ledger]);

/** Lengths around everything that changes at a length: vectors, digits, SHA-256 blocks, length encodings, the longest message. */
const lengths = [
  0, 1, 8, 9, 10, 15, 16, 17, 31, 32, 33, 47, 54, 55, 56, 63, 64, 65, 99, 100, 119, 250, 251, 999, 1000, 1015, 5000,
];
const special = Buffer.from('\0\b\t\n\r\x1a\\ \x1f\x7f\xff', 'latin1');
const value = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.constantFrom(...lengths), fc.nat(255))
    .map(([length, octet]) => Buffer.from(Array.from({ length }, (_, n) => (octet + n) & 0xff))),
  fc
    .array(fc.nat(special.length - 1), { maxLength: 40 })
    .map((picks) => Buffer.from(picks.map((n) => special[n] ?? 0))),
);
const money = fc.oneof(
  fc.constant(null),
  fc.integer({ min: -99_999, max: 99_999 }).map((n) => Buffer.from((n / 100).toFixed(2))),
);
const status = fc.constantFrom(null, '1', '2', '3').map((text) => (text === null ? null : Buffer.from(text)));
const row = fc.tuple(value, value, value, money, status, value).map((values): RowValues => values);

function both(tableLayout: typeof layout, rows: readonly RowValues[]) {
  const bytes = Buffer.from(rawRows(rows));
  return [
    encodeRowsInWasm(tableLayout, bytes, bytes.length, rows.length),
    encodeRowsPlainly(tableLayout, bytes, bytes.length, rows.length),
  ] as const;
}

describe('rowModule', () => {
  it('imports nothing: V8 may end the process when it frees the wrapper of an imported function', () => {
    const { WebAssembly } = globalThis as unknown as {
      WebAssembly: {
        Module: (new (bytes: Uint8Array<ArrayBuffer>) => object) & { imports(module: object): unknown[] };
      };
    };
    expect(WebAssembly.Module.imports(new WebAssembly.Module(rowModule()))).toEqual([]);
  });
});

describe('encodeRowsInWasm', () => {
  it('gives what the definition gives, for any rows', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const [fast, plain] = both(layout, rows);
        expect(fast).toEqual(plain);
        const bytes = Buffer.from(rawRows(rows));
        const digests = digestRowsInWasm(layout, bytes, bytes.length, rows.length);
        expect(plain).toMatchObject({ ...digests });
        expect(digests).not.toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('does the same without secret columns and without ledgers', () => {
    const open = layoutOf(
      aTable(
        ['id', 'a'].map((name) => aColumn(name)),
        { key: ['id'] },
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { maxLength: 30 }), (rows) => {
        const [fast, plain] = both(open, rows);
        expect(fast).toEqual(plain);
      }),
    );
  });

  it('hashes messages of every length up to the longest it takes', () => {
    const open = layoutOf(aTable([aColumn('id')], { key: ['id'] }));
    const rows = Array.from({ length: 1100 }, (_, length) => [Buffer.alloc(length, length)]);
    const [fast, plain] = both(open, rows);
    expect(fast?.openDigest).toBe(plain.openDigest);
    for (const length of [0, 1, 54, 55, 119, 500, 990, 994, 995, 996, 1000]) {
      const [one, same] = both(open, [[Buffer.alloc(length, 1)]]);
      expect(one).toEqual(same);
    }
  });

  it('holds nothing of the batch before', () => {
    const rows = Array.from({ length: 7 }, (_, n): RowValues => [Buffer.from(`${n}`), null, null, null, null, null]);
    const [first] = both(layout, rows);
    both(layout, rows.slice(2));
    expect(both(layout, rows)[0]).toEqual(first);
  });

  it('gives texts in memory of their own', () => {
    const fast = both(layout, [[Buffer.from('1'), null, Buffer.from('KEY'), null, null, null]])[0];
    expect(fast?.openText.buffer.byteLength).toBe(fast?.openText.length);
    expect(fast?.sealedText?.toString()).toBe('KEY\n');
  });

  it('leaves what it does not know to the definition', () => {
    const rows: RowValues[] = [[Buffer.from('1'), Buffer.from('x')]];
    const bytes = Buffer.from(rawRows(rows));
    const left = (columns: Parameters<typeof aTable>[0], key?: string[]) =>
      encodeRowsInWasm(layoutOf(aTable(columns, key === undefined ? {} : { key })), bytes, bytes.length, 1);
    expect(left([aColumn('id'), aColumn('a')], ['id'])).not.toBeNull();
    expect(left([aColumn('id'), aColumn('a', { long: true })], ['id'])).toBeNull();
    expect(left([aColumn('id'), aColumn('a')])).toBeNull();
    expect(left([aColumn('id'), aColumn('a', { secret: true })], ['id', 'a'])).toBeNull();
  });

  it('gives up on bytes that are not whole rows, however they are broken', () => {
    const rows = Array.from({ length: 3 }, (): RowValues => [
      Buffer.from('12'),
      null,
      Buffer.alloc(300, 7),
      null,
      null,
      null,
    ]);
    const sound = Buffer.from(rawRows(rows));
    expect(encodeRowsInWasm(layout, sound, sound.length, 3)).not.toBeNull();
    expect(encodeRowsInWasm(layout, sound, sound.length, 2)).toBeNull();
    expect(encodeRowsInWasm(layout, sound, sound.length - 1, 3)).toBeNull();
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(255), (at, octet) => {
        const broken = Buffer.from(sound);
        broken[at] = octet;
        const fast = encodeRowsInWasm(layout, broken, broken.length, 3);
        if (fast === null) return;
        expect(fast).toEqual(encodeRowsPlainly(layout, broken, broken.length, 3));
      }),
      { numRuns: 500 },
    );
  });
});
