import { describe, expect, it } from 'vitest';
import { defaultRetention, type RetentionRule } from '../../../shared/model/retention.ts';
import { fc } from '../platform/testing/seeded.ts';
import { calendarOf } from './calendar.ts';
import { planRetention, type SeenSnapshot, type Verdict } from './plan-retention.ts';

const hourMs = 3_600_000;
const newestMs = Date.parse('2026-11-22T18:00:00.000Z');

function aSnapshot(fields: Partial<SeenSnapshot> & Pick<SeenSnapshot, 'id'>): SeenSnapshot {
  return {
    sourceId: 'shop',
    at: '2026-11-20T18:00:00.000Z',
    isGreen: true,
    isWhole: true,
    isYoung: false,
    isToLookAt: false,
    proof: 'none',
    ...fields,
  };
}

/** One every `stepHours`, newest first: `s0`, `s1`, … */
function every(stepHours: number, count: number, change: (index: number) => Partial<SeenSnapshot> = () => ({})) {
  return Array.from({ length: count }, (_, index) =>
    aSnapshot({ id: `s${index}`, at: new Date(newestMs - index * stepHours * hourMs).toISOString(), ...change(index) }),
  );
}

function plan(snapshots: readonly SeenSnapshot[], rule: Partial<RetentionRule> = {}, pinned: readonly string[] = []) {
  return planRetention(snapshots, {
    rule: { ...defaultRetention, ...rule },
    pinned: new Set(pinned),
    timeZone: 'Asia/Shanghai',
  });
}

const staying = (verdicts: readonly Verdict[]) => verdicts.filter(({ stays }) => stays).map(({ snapshot }) => snapshot);
const reasonsOf = (verdicts: readonly Verdict[], id: string) =>
  verdicts
    .find(({ snapshot }) => snapshot === id)
    ?.reasons.map(({ id: reason, bucket }) => (bucket === null ? reason : `${reason} ${bucket}`));

describe('retention', () => {
  it('keeps what has changes among the site files that nobody has looked at, however old', () => {
    const nights = every(24, 30, (index) => ({ isToLookAt: index === 25 }));
    const verdicts = plan(nights, { keepDaily: 2, keepWeekly: 0, keepMonthly: 0 });
    expect(staying(verdicts)).toEqual(['s0', 's1', 's25']);
    expect(reasonsOf(verdicts, 's25')).toEqual(['to-look-at']);
  });

  it('keeps the real newest beside one that a wrong clock put ahead of it', () => {
    const ahead = { id: 'ahead', at: '2026-12-20T18:00:00.000Z', notAfterMs: newestMs - 25 * hourMs };
    const chain = every(24, 5, (index) => ({ notAfterMs: newestMs - index * 24 * hourMs }));
    const verdicts = plan([aSnapshot(ahead), ...chain], { keepDaily: 1, keepWeekly: 0, keepMonthly: 0 });
    expect(staying(verdicts)).toEqual(['ahead', 's0']);
    expect(reasonsOf(verdicts, 's0')).toEqual(['newest', 'newest-green']);
    expect(reasonsOf(verdicts, 'ahead')).toEqual(['newest', 'newest-green', 'daily 2026-12-21']);
  });

  it('keeps days, weeks and months, and says for which one each snapshot stands', () => {
    const verdicts = plan(every(24, 400), { keepDaily: 3, keepWeekly: 2, keepMonthly: 2 });
    // 18:00 UTC is two in the morning of the next day in Shanghai.
    expect(reasonsOf(verdicts, 's0')).toEqual([
      'newest',
      'newest-green',
      'daily 2026-11-23',
      'weekly 2026-W48',
      'monthly 2026-11',
    ]);
    expect(reasonsOf(verdicts, 's1')).toEqual(['daily 2026-11-22', 'weekly 2026-W47']);
    expect(reasonsOf(verdicts, 's2')).toEqual(['daily 2026-11-21']);
    expect(reasonsOf(verdicts, 's3')).toEqual(['too-old']);
    expect(staying(verdicts)).toEqual(['s0', 's1', 's2', 's23']);
    expect(reasonsOf(verdicts, 's23')).toEqual(['monthly 2026-10']);
  });

  it('keeps the last of a day, by the shop’s own midnight', () => {
    const verdicts = plan(every(6, 8), { keepDaily: 2, keepWeekly: 0, keepMonthly: 0 });
    expect(staying(verdicts)).toEqual(['s0', 's1']);
    expect(reasonsOf(verdicts, 's2')).toEqual(['same-day 2026-11-22']);
  });

  it('counts days that have a snapshot: a shop that was closed loses nothing', () => {
    const gap = every(24, 6, (index) =>
      index < 2 ? {} : { at: new Date(newestMs - (index + 300) * 24 * hourMs).toISOString() },
    );
    expect(staying(plan(gap, { keepDaily: 6, keepWeekly: 0, keepMonthly: 0 }))).toHaveLength(6);
  });

  it('never lets a red snapshot take the place of a green one, however many there are', () => {
    const nights = every(24, 60, (index) => ({ isGreen: index >= 40 }));
    const verdicts = plan(nights, { keepDaily: 3, keepWeekly: 0, keepMonthly: 0 });
    expect(staying(verdicts)).toEqual(['s0', 's1', 's2', 's40', 's41', 's42']);
    expect(reasonsOf(verdicts, 's0')).toEqual(['newest', 'daily 2026-11-23']);
    expect(reasonsOf(verdicts, 's40')?.[0]).toBe('newest-green');
    // On one and the same day the green one stays, though it is older.
    const day = [
      aSnapshot({ id: 'newer day', at: '2026-11-21T18:00:00.000Z' }),
      aSnapshot({ id: 'red', at: '2026-11-20T12:00:00.000Z', isGreen: false }),
      aSnapshot({ id: 'green', at: '2026-11-20T06:00:00.000Z' }),
    ];
    expect(staying(plan(day, { keepDaily: 2, keepWeekly: 0, keepMonthly: 0 }))).toEqual(['newer day', 'green']);
  });

  it('keeps the newest proven restore point, else the newest that was read back', () => {
    const none = { keepDaily: 0, keepWeekly: 0, keepMonthly: 0 };
    const proven = every(24, 9, (index) => ({
      proof: index === 7 || index === 8 ? 'proven' : index === 3 ? 'read-back' : 'none',
    }));
    expect(staying(plan(proven, none))).toEqual(['s0', 's7']);
    const readBack = every(24, 9, (index) => ({ proof: index === 3 ? 'read-back' : 'none' }));
    expect(reasonsOf(plan(readBack, none), 's3')).toEqual(['last-read-back']);
    // What this copy has lost parts of proves nothing here.
    const broken = proven.map((snapshot) => (snapshot.id === 's7' ? { ...snapshot, isWhole: false } : snapshot));
    expect(staying(plan(broken, none))).toEqual(['s0', 's8']);
  });

  it('keeps what is young, what is pinned, and all where that is wished', () => {
    const none = { keepDaily: 0, keepWeekly: 0, keepMonthly: 0 };
    const nights = every(24, 9, (index) => ({ isYoung: index < 3 }));
    expect(staying(plan(nights, none, ['s6']))).toEqual(['s0', 's1', 's2', 's6']);
    expect(staying(plan(nights, { ...none, keepAll: true }))).toHaveLength(9);
  });

  it('judges each shop by itself', () => {
    const none = { keepDaily: 1, keepWeekly: 0, keepMonthly: 0 };
    const two = [
      ...every(24, 5),
      ...every(24, 5, () => ({ sourceId: 'other' })).map((s) => ({ ...s, id: `o${s.id}` })),
    ];
    expect(staying(plan(two, none))).toEqual(['s0', 'os0']);
  });
});

describe('whatever the timeline and the rule', () => {
  const snapshot = fc.record({
    sourceId: fc.constantFrom('a', 'b'),
    hoursAgo: fc.integer({ min: 0, max: 24 * 900 }),
    isGreen: fc.boolean(),
    isWhole: fc.boolean(),
    isYoung: fc.boolean(),
    proof: fc.constantFrom('none' as const, 'read-back' as const, 'proven' as const),
  });
  const timelines = fc
    .array(snapshot, { minLength: 1, maxLength: 60 })
    .map((drawn) =>
      drawn.map(({ hoursAgo, ...fields }, index) =>
        aSnapshot({ id: `s${index}`, at: new Date(newestMs - hoursAgo * hourMs).toISOString(), ...fields }),
      ),
    );
  const keep = fc.integer({ min: 0, max: 10 });
  const rules = fc.record({ keepDaily: keep, keepWeekly: keep, keepMonthly: keep });
  const newestOf = (snapshots: readonly SeenSnapshot[], matches: (snapshot: SeenSnapshot) => boolean) =>
    [...snapshots].filter(matches).sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.id < b.id ? -1 : 1))[0]?.id;

  it('the last restore points of each source stay, and every snapshot has a reason', () => {
    fc.assert(
      fc.property(timelines, rules, (snapshots, rule) => {
        const verdicts = plan(snapshots, rule);
        const stay = new Set(staying(verdicts));
        expect(verdicts.map(({ snapshot: id }) => id).sort()).toEqual(snapshots.map(({ id }) => id).sort());
        expect(verdicts.every(({ reasons }) => reasons.length > 0)).toBe(true);
        for (const ofSource of Map.groupBy(snapshots, ({ sourceId }) => sourceId).values()) {
          const isGood = (each: SeenSnapshot) => each.isGreen && each.isWhole;
          const mustStay = [
            newestOf(ofSource, () => true),
            newestOf(ofSource, isGood),
            newestOf(ofSource, ({ isWhole, proof }) => isWhole && proof === 'proven') ??
              newestOf(ofSource, ({ isWhole, proof }) => isWhole && proof === 'read-back'),
            ...ofSource.filter(({ isYoung }) => isYoung).map(({ id }) => id),
          ];
          expect(mustStay.filter((id) => id !== undefined && !stay.has(id))).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('bad snapshots more or less change nothing for the good ones', () => {
    fc.assert(
      fc.property(timelines, rules, (snapshots, rule) => {
        // Proof and youth are reasons of their own and are left out here.
        const plain = snapshots.map((each) => ({ ...each, isYoung: false, proof: 'none' as const }));
        const good = plain.filter(({ isGreen, isWhole }) => isGreen && isWhole);
        const goodIds = new Set(good.map(({ id }) => id));
        const together = staying(plan(plain, rule)).filter((id) => goodIds.has(id));
        expect(new Set(together)).toEqual(new Set(staying(plan(good, rule))));
      }),
      { numRuns: 300 },
    );
  });

  it('a wider rule keeps all that a narrower one keeps, and pruning twice is pruning once', () => {
    fc.assert(
      fc.property(timelines, rules, fc.integer({ min: 1, max: 5 }), (snapshots, rule, more) => {
        const narrow = new Set(staying(plan(snapshots, rule)));
        const wide = { ...rule, keepDaily: rule.keepDaily + more, keepMonthly: rule.keepMonthly + more };
        expect(narrow.isSubsetOf(new Set(staying(plan(snapshots, wide))))).toBe(true);
        const left = snapshots.filter(({ id }) => narrow.has(id));
        expect(new Set(staying(plan(left, rule)))).toEqual(narrow);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the calendar', () => {
  it.each([
    ['2026-12-31T16:30:00.000Z', 'Asia/Shanghai', '2027-01-01', '2026-W53', '2027-01'],
    ['2026-12-31T16:30:00.000Z', 'UTC', '2026-12-31', '2026-W53', '2026-12'],
    ['2027-01-04T00:00:00.000Z', 'UTC', '2027-01-04', '2027-W01', '2027-01'],
    ['2024-12-30T12:00:00.000Z', 'UTC', '2024-12-30', '2025-W01', '2024-12'],
    // The hour that comes twice and the one that never was.
    ['2026-10-25T00:30:00.000Z', 'Europe/Berlin', '2026-10-25', '2026-W43', '2026-10'],
    ['2026-03-29T01:30:00.000Z', 'Europe/Berlin', '2026-03-29', '2026-W13', '2026-03'],
  ])('%s in %s', (at, zone, day, week, month) => {
    expect(calendarOf(zone)(at)).toEqual({ day, week, month });
  });
});
