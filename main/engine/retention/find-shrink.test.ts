import { describe, expect, it } from 'vitest';
import { findShrink, type SnapshotSize } from './find-shrink.ts';

interface Night {
  readonly rows?: number;
  readonly bytes?: number;
  readonly tables?: Readonly<Record<string, number>>;
  readonly paid?: number;
  readonly isComplete?: boolean;
}

function nights(...all: readonly Night[]): SnapshotSize[] {
  return all.map(({ rows = 100_000, bytes = 50_000_000, tables = {}, paid, isComplete = true }, index) => ({
    id: `n${index}`,
    at: new Date(Date.UTC(2026, 10, 1 + index)).toISOString(),
    isComplete,
    rows,
    bytes,
    tables: new Map(Object.entries(tables)),
    ledgers: new Map(paid === undefined ? [] : [['turnover', { rows: 5_000, sum: String(paid) }]]),
    money: null,
  }));
}

const fell = (timeline: readonly SnapshotSize[], ...confirmed: string[]) =>
  findShrink(timeline, new Set(confirmed)).map(({ kind, name, before, after }) => `${kind} ${name} ${before} ${after}`);

describe('a fall', () => {
  it('of three tenths of all rows or bytes is noticed, less is not', () => {
    expect(fell(nights({ rows: 100_000 }, { rows: 69_999 }))).toEqual(['rows  100000 69999']);
    expect(fell(nights({ rows: 100_000 }, { rows: 70_000 }))).toEqual([]);
    expect(fell(nights({}, { bytes: 30_000_000 }))).toEqual(['bytes  50000000 30000000']);
  });

  it('of half of a large table is noticed, and of a table that is gone from its first row on', () => {
    expect(fell(nights({ tables: { 'shop.cards': 1_000 } }, { tables: { 'shop.cards': 499 } }))).toEqual([
      'table shop.cards 1000 499',
    ]);
    expect(fell(nights({ tables: { 'shop.small': 900 } }, { tables: { 'shop.small': 0 } }))).toEqual([]);
    expect(fell(nights({ tables: { 'shop.admins': 3 } }, { tables: {} }))).toEqual(['table-gone shop.admins 3 0']);
  });

  it('of what was paid is noticed, also when the rows are all there', () => {
    expect(fell(nights({ paid: 80_000.5 }, { paid: 40_000 }))).toEqual(['ledger turnover 80001 40000']);
    expect(fell(nights({ paid: 80_000 }, { paid: 78_000 }))).toEqual([]);
  });

  it('in a small shop is noticed when nearly all of it goes', () => {
    expect(fell(nights({ rows: 500 }, { rows: 300 }))).toEqual([]);
    expect(fell(nights({ rows: 500 }, { rows: 50 }))).toEqual(['rows  500 50']);
  });

  it('is not forgotten because nights go by, green ones or red ones', () => {
    const before = Array.from({ length: 10 }, () => ({}));
    const after = Array.from({ length: 40 }, (_, index) => ({ rows: 20_000 + index, isComplete: index > 7 }));
    expect(fell(nights(...before, ...after))).toEqual(['rows  100000 20039']);
  });

  it('is over when the shop has been restored', () => {
    expect(fell(nights({}, { rows: 100 }, { rows: 99_000 }))).toEqual([]);
  });

  it('is not made of a snapshot that had lost tables on the way', () => {
    expect(fell(nights({ rows: 60_000 }, { rows: 100_000, isComplete: false }, { rows: 60_000 }))).toEqual([]);
    expect(fell(nights({}, { rows: 100, isComplete: false }, {}, { rows: 100 }))).toEqual(['rows  100000 100']);
  });

  it('is everyday life where a table goes up and down by itself', () => {
    const sessions = [9_000, 2_000, 5_000, 9_000, 1_500, 6_000, 9_000, 2_000, 8_000, 1_600];
    expect(fell(nights(...sessions.map((rows) => ({ tables: { 'shop.sessions': rows } }))))).toEqual([]);
    // A table that came and went before.
    const backup = Array.from({ length: 12 }, (_, index) => ({ tables: index > 8 ? {} : { 'shop.orders_bak': 5 } }));
    expect(fell(nights({}, {}, {}, {}, {}, ...backup.slice(4)))).toEqual([]);
  });

  it('is normal once a person has said so, and only that one', () => {
    const timeline = nights({}, { rows: 20_000 }, { rows: 21_000 });
    expect(fell(timeline, 'n1')).toEqual([]);
    expect(fell(timeline, 'n2')).toEqual([]);
    expect(fell(timeline, 'n0')).toEqual(['rows  100000 21000']);
    expect(fell([...timeline, ...nights({ rows: 3_000 }).map((size) => ({ ...size, id: 'n3' }))], 'n2')).toEqual([
      'rows  21000 3000',
    ]);
    // The confirmed run was red for being so small: it is the new measure all the same.
    const red = nights({}, { rows: 20_000, isComplete: false }, { rows: 2_000 });
    expect(fell(red, 'n1')).toEqual(['rows  20000 2000']);
  });

  it('needs something before it', () => {
    expect(fell(nights({ rows: 5 }))).toEqual([]);
    expect(fell([])).toEqual([]);
  });
});
