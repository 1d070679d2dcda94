import { describe, expect, it } from 'vitest';
import { fc } from '../platform/testing/seeded.ts';
import type { KeyBound, Range } from '../../../shared/model/database.ts';
import { cutAt, hasSameFigures, inheritRanges, isComparable, wholeTable, type RangeTask } from './plan-ranges.ts';
import { aLedger, aTable } from './testing/a-capture.ts';

const bound = (key: number): KeyBound => [Buffer.from(String(key)).toString('base64')];
const keyOf = (value: KeyBound | null) => (value === null ? null : Number(Buffer.from(value[0]!, 'base64').toString()));

/** Ascending and different, as keys of rows are. */
const someKeys = fc
  .uniqueArray(fc.integer({ min: -1000, max: 1000 }), { maxLength: 20 })
  .map((keys) => keys.sort((a, b) => a - b));

function tasksHolding(tasks: readonly RangeTask[], key: number): number {
  return tasks.filter(({ range }) => {
    const [lower, upper] = [keyOf(range.lower), keyOf(range.upper)];
    return (lower === null || key >= lower) && (upper === null || key < upper);
  }).length;
}

describe('ranges', () => {
  it('tile the key space when cut anew: every key is in exactly one', () => {
    fc.assert(
      fc.property(someKeys, fc.integer(), (bounds, key) => {
        expect(tasksHolding(cutAt(bounds.map(bound)), key)).toBe(1);
      }),
    );
  });

  it('tile the key space when inherited, whatever the first lower bound was', () => {
    fc.assert(
      fc.property(someKeys, fc.integer(), (lowers, key) => {
        const ranges = lowers.map((lower) => aRange(bound(lower)));
        const tasks = inheritRanges({ schema: aTable(), rows: 0, ranges });
        expect(tasksHolding(tasks, key)).toBe(1);
        expect(tasks.map(({ previous }) => previous)).toEqual(ranges.length === 0 ? [null] : ranges);
      }),
    );
  });

  it('are the whole table when there is nothing to inherit', () => {
    expect(wholeTable()).toEqual([{ range: { lower: null, upper: null }, previous: null }]);
  });
});

describe('isComparable', () => {
  const previous = { record: { schema: aTable(), rows: 0, ranges: [] }, figures: [] };

  it('looks past the AUTO_INCREMENT counter', () => {
    const ddl = aTable().ddl.replace('=7', '=9000');
    expect(isComparable(previous, aTable({ ddl }))).toBe(true);
  });

  it.each([
    ['another statement', aTable({ ddl: `${aTable().ddl} COMMENT='x'` })],
    ['no key', aTable({ key: null })],
    [
      'a column that is secret now',
      aTable({ columns: aTable().columns.map((column) => ({ ...column, secret: true })) }),
    ],
  ])('is false for %s', (_, schema) => {
    expect(isComparable(previous, schema)).toBe(false);
  });
});

describe('hasSameFigures', () => {
  const byPrice = aLedger({ productColumn: 'price' });
  const count = {
    id: 'unsold-cards',
    name: 'stock',
    database: 'shop',
    table: 'cards',
    where: [],
    sum: null,
    by: 'id',
  } as const;
  const told = { of: [['1.50', 1, '1.50'] as [string, number, string]] };
  const range = {
    ...aRange(null),
    ledgers: [
      { name: 'sales', rows: 1, sum: '1.50', by: { product: told } },
      { name: 'count:stock', rows: 1, sum: '0', by: { product: told } },
    ],
  };
  const previous = {
    record: { schema: aTable(), rows: 1, ranges: [range] },
    figures: [byPrice, { ...count, where: [] }],
  };

  it('holds for what was asked for before, and for less', () => {
    expect(hasSameFigures(previous, aTable(), [byPrice, { ...count, where: [] }])).toBe(true);
    expect(hasSameFigures(previous, aTable(), [])).toBe(true);
  });

  it.each([
    ['another ledger', [aLedger({ paidValues: ['1'] })], previous],
    ['a count that is new', [{ ...count, where: [], name: 'more' }], previous],
    [
      'ranges of before money was told apart',
      [byPrice],
      {
        ...previous,
        record: { ...previous.record, ranges: [{ ...range, ledgers: [{ name: 'sales', rows: 1, sum: '1.50' }] }] },
      },
    ],
    ['ranges without the ledger', [byPrice], { ...previous, record: { ...previous.record, ranges: [aRange(null)] } }],
  ])('does not hold for %s', (_, wanted, before) => {
    expect(hasSameFigures(before, aTable(), wanted)).toBe(false);
  });
});

function aRange(lower: KeyBound | null): Range {
  return {
    lower,
    rows: 1,
    digest: '0'.repeat(32),
    sum: null,
    sealedDigest: null,
    sealedSum: null,
    chunks: [],
    ledgers: [],
  };
}
