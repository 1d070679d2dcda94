import { expect, it } from 'vitest';
import type { SnapshotDigest } from './shrunk-sources.ts';
import { findShrunk } from './shrunk-sources.ts';

const nowMs = Date.parse('2026-11-23T12:00:00.000Z');

interface Point {
  readonly sourceId: string;
  readonly digest: SnapshotDigest;
}

function point(at: string, rows: number, previous: string | null = null): Point {
  return {
    sourceId: 'shop',
    digest: {
      id: at,
      at,
      source: 'shop',
      isGreen: true,
      isComplete: true,
      rows,
      bytes: rows * 100,
      tables: new Map([['shop.orders', rows]]),
      ledgers: new Map(),
      money: null,
      standing: { coordinate: { file: null, position: null, gtid: null }, isExact: false },
      dated: { id: at, sourceId: 'shop', previous, clocksMs: [Date.parse(at)] },
    },
  };
}

const nights = Array.from({ length: 12 }, (_, n) => point(`2026-11-${String(n + 10)}T18:00:00.000Z`, 10_000));
const robbed = point('2026-11-22T18:00:00.000Z', 100);
const ahead = point('2026-12-20T18:00:00.000Z', 10_000);

it.each([
  ['alone', [...nights, robbed]],
  ['behind a full one of next month, which a wrong clock wrote', [...nights, ahead, robbed]],
])('a robbed shop is noticed, %s', (_, timeline) => {
  expect(findShrunk(timeline, new Set(), nowMs)).toMatchObject([{ snapshot: robbed.digest.id, rowsAfter: 100 }]);
});

it('a robbed one of next month is noticed as well', () => {
  const timeline = [...nights, point('2026-12-20T18:00:00.000Z', 100)];
  expect(findShrunk(timeline, new Set(), nowMs)).toHaveLength(1);
});

it('a full shop is not called robbed for a snapshot from the future', () => {
  expect(findShrunk([...nights, ahead], new Set(), nowMs)).toEqual([]);
});

it('a robbed shop is noticed behind the clock of a night that has come to pass, because the chain tells', () => {
  const wrong = point('2026-11-23T10:00:00.000Z', 10_000);
  const after = point('2026-11-20T18:00:00.000Z', 100, wrong.digest.id);
  expect(findShrunk([...nights.slice(0, 10), wrong, after], new Set(), nowMs)).toMatchObject([
    { snapshot: after.digest.id, rowsBefore: 10_000, rowsAfter: 100 },
  ]);
});
