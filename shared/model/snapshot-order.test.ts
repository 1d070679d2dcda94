import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOf, newestFirst, type DatedSnapshot } from './snapshot-order.ts';

const dayMs = 24 * 3_600_000;
const run = { seed: 20_261_123, numRuns: 300 };

const idsOf = (snapshots: readonly DatedSnapshot[]) =>
  newestFirst(snapshots, (dated) => dated).map(({ snapshot }) => snapshot.id);

/** Nights of one shop as they were taken, each after the one before; the clock of each is off by its own error. */
const aChain = fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 1, maxLength: 12 }).map((errors) =>
  errors.map((error, night): DatedSnapshot => ({
    id: `night-${String(night)}`,
    sourceId: 'shop',
    previous: night === 0 ? null : `night-${String(night - 1)}`,
    clocksMs: [(100 + night + error) * dayMs],
  })),
);

describe('newestFirst', () => {
  it('gives the nights as they were, whatever the clocks said and in whatever order they are read', () => {
    const shuffled = aChain.chain((nights) =>
      fc.tuple(fc.constant(nights), fc.shuffledSubarray(nights, { minLength: nights.length })),
    );
    fc.assert(
      fc.property(shuffled, ([nights, read]) => {
        expect(idsOf(read)).toEqual(nights.map(({ id }) => id).reverse());
      }),
      run,
    );
  });

  it('keeps every snapshot behind what came after it where links are missing, in forks, and with links that lie', () => {
    const anything = fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 0, max: 11 }).map(String),
        sourceId: fc.constantFrom('shop', 'other'),
        previous: fc.option(fc.integer({ min: 0, max: 14 }).map(String)),
        clocksMs: fc
          .array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 2 })
          .map((days) => days.map((day) => day * dayMs).sort((a, b) => a - b)),
      }),
      { selector: ({ id }) => id, maxLength: 12 },
    );
    fc.assert(
      fc.property(anything, (snapshots) => {
        const placed = newestFirst(snapshots, (dated) => dated);
        expect(placed.map(({ snapshot }) => snapshot.id).sort()).toEqual(snapshots.map(({ id }) => id).sort());
        for (const { snapshot, notAfterMs } of placed) {
          expect(notAfterMs).toBeLessThanOrEqual(Math.max(...snapshot.clocksMs));
          const parent = placed.find(({ snapshot: { id, sourceId } }) => {
            return id === snapshot.previous && sourceId === snapshot.sourceId;
          });
          if (parent === undefined || isOnCircle(snapshot, snapshots)) continue;
          expect(parent.notAfterMs).toBeLessThan(notAfterMs);
          expect(placed.indexOf(parent)).toBeGreaterThan(placed.findIndex((each) => each.snapshot === snapshot));
        }
        // The order of reading decides nothing.
        expect(newestFirst([...snapshots].reverse(), (dated) => dated)).toEqual(placed);
      }),
      run,
    );
  });

  it('goes by the instants where no chain tells', () => {
    fc.assert(
      fc.property(aChain, (nights) => {
        const loose = nights.map((night) => ({ ...night, previous: 'removed' }));
        const ats = newestFirst(loose, (dated) => dated).map(({ snapshot }) => snapshot.clocksMs[0] ?? 0);
        expect(ats).toEqual(ats.toSorted((a, b) => b - a));
      }),
      run,
    );
  });

  it.each<[string, (readonly [string, number | number[], string | null, string?])[], string]>([
    [
      'a month ahead for one night',
      [
        ['a', 22, null],
        ['ahead', 50, 'a'],
        ['b', 23, 'ahead'],
      ],
      'b ahead a',
    ],
    [
      'ahead, and every later night hangs on that one, as it did before the chain was followed',
      [
        ['ahead', 50, null],
        ['b', 23, 'ahead'],
        ['c', 24, 'ahead'],
      ],
      'c b ahead',
    ],
    [
      'years behind for one night',
      [
        ['a', 22, null],
        ['behind', -9000, 'a'],
      ],
      'behind a',
    ],
    [
      'two workstations side by side, one of which was ahead before both went on',
      [
        ['ahead', 50, null],
        ['one', 23, 'ahead'],
        ['two', 24, 'a-removed-one'],
      ],
      'two one ahead',
    ],
    [
      'a circle that somebody forged, with an honest night behind it',
      [
        ['x', 10, 'y'],
        ['y', 40, 'x'],
        ['night', 20, 'y'],
      ],
      'night y x',
    ],
    ['itself', [['self', 5, 'self']], 'self'],
    [
      'a month ahead by the server’s clock, and the night after it was removed',
      [
        ['ahead', [22, 50], 'a-removed-one'],
        ['c', 24, 'b-removed-one'],
      ],
      'c ahead',
    ],
    [
      'a server whose clock somebody put back by years, beside another workstation’s older night',
      [
        ['a', 22, null],
        ['put-back', [-4000, 23], 'a'],
        ['beside', 10, null],
      ],
      'put-back a beside',
    ],
    [
      'a workstation that was years behind and whose server knew, beside another’s older night',
      [
        ['a', 22, null],
        ['behind', [-4000, 23], 'a'],
        ['c', 24, 'behind'],
        ['beside', 10, null],
      ],
      'c behind a beside',
    ],
    [
      'another shop’s snapshot as its previous',
      [
        ['theirs', 50, null, 'other'],
        ['ours', 23, 'theirs', 'shop'],
      ],
      'theirs ours',
    ],
  ])('%s', (_, snapshots, order) => {
    const dated = snapshots.map(([id, days, previous, sourceId = 'shop']) => ({
      id,
      sourceId,
      previous,
      clocksMs: [days].flat().map((day) => day * dayMs),
    }));
    expect(idsOf(dated).join(' ')).toBe(order);
  });

  it('places twenty thousand of one chain without running out of stack', () => {
    const chain = Array.from({ length: 20_000 }, (_, n) => ({
      id: String(n),
      sourceId: 'shop',
      previous: String(n - 1),
      clocksMs: [-n],
    }));
    expect(idsOf(chain).slice(0, 2)).toEqual(['19999', '19998']);
  });
});

describe('clocks', () => {
  const at = '2026-12-20T18:00:00.000Z';
  const clocks = (id: string, apartMs: string | number) =>
    dateOf({ id: 'a', source: { id: 'shop' }, previous: null, at, checks: [{ id, ok: true, facts: { apartMs } }] })
      .clocksMs;

  it('are two where they disagreed, the earlier one first', () => {
    expect(clocks('clock-ahead', 28 * dayMs)).toEqual([Date.parse('2026-11-22T18:00:00.000Z'), Date.parse(at)]);
    expect(clocks('clock-behind', 2 * dayMs)).toEqual([Date.parse(at), Date.parse('2026-12-22T18:00:00.000Z')]);
    expect(clocks('definers-exist', dayMs)).toEqual([Date.parse(at)]);
  });

  it('are no more than one where a check says nonsense', () => {
    for (const apartMs of [-5, '28 days', Number.NaN]) expect(clocks('clock-ahead', apartMs)).toEqual([Date.parse(at)]);
  });
});

function isOnCircle(start: DatedSnapshot, snapshots: readonly DatedSnapshot[]): boolean {
  const seen = new Set<DatedSnapshot>();
  const before = ({ previous, sourceId }: DatedSnapshot) =>
    snapshots.find((each) => each.id === previous && each.sourceId === sourceId);
  for (let at = before(start); at !== undefined && !seen.has(at); at = before(at)) {
    if (at === start) return true;
    seen.add(at);
  }
  return false;
}
