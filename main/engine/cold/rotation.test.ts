import { describe, expect, it } from 'vitest';
import { addDays, dayOf, daysBetween, weekdayOf } from './calendar.ts';
import { historyOf } from './disk-history.ts';
import { dueDays, nextDue, stateOf, type RotatingDisk, type SeenDisk } from './rotation.ts';

/** 2026-11-27 is a Friday. */
const friday = 5;
const at = (day: string, hour = 12): number => {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return new Date(year, month - 1, date, hour).getTime();
};

describe('days', () => {
  it('are the owner’s own', () => {
    expect(dayOf(at('2026-11-27', 0))).toBe('2026-11-27');
    expect(dayOf(at('2026-11-27', 23))).toBe('2026-11-27');
    expect(weekdayOf('2026-11-27')).toBe(friday);
  });

  it('add up over months, years and leap days', () => {
    expect(addDays('2026-12-28', 7)).toBe('2027-01-04');
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(daysBetween('2026-11-30', '2026-11-27')).toBe(-3);
  });
});

describe('the next day of a disk', () => {
  it('is so many days later where any day will do', () => {
    expect(nextDue('2026-11-23', { everyDays: 7, weekday: null })).toBe('2026-11-30');
  });

  it.each([
    ['Friday', '2026-11-20', '2026-11-27'],
    ['Saturday', '2026-11-21', '2026-11-27'],
    ['Sunday', '2026-11-22', '2026-11-27'],
    ['Monday', '2026-11-23', '2026-11-27'],
    ['Tuesday', '2026-11-24', '2026-11-27'],
    ['Wednesday', '2026-11-25', '2026-12-04'],
    ['Thursday', '2026-11-26', '2026-12-04'],
  ])('after a %s is a Friday, and not the day after tomorrow', (_, last, due) => {
    expect(nextDue(last, { everyDays: 7, weekday: friday })).toBe(due);
    expect(weekdayOf(due)).toBe(friday);
  });

  it('of a monthly disk is the last Friday within the month', () => {
    expect(nextDue('2026-11-27', { everyDays: 30, weekday: friday })).toBe('2026-12-25');
  });
});

const weekly = { everyDays: 7, weekday: null, autoRun: false };
const aDisk = (id: string, last: string | null): RotatingDisk => ({
  id,
  schedule: weekly,
  addedAtMs: at('2026-11-01'),
  lastCompletedAtMs: last === null ? null : at(last),
});

describe('several disks', () => {
  it('take turns: the one that was away longest comes next, the others a turn later each', () => {
    const due = dueDays([aDisk('shanghai', '2026-11-20'), aDisk('beijing', '2026-11-13'), aDisk('bank', '2026-11-06')]);
    expect(Object.fromEntries(due)).toEqual({ bank: '2026-11-27', beijing: '2026-12-04', shanghai: '2026-12-11' });
  });

  it('that were never filled are due at once, and do not push the others away', () => {
    const due = dueDays([aDisk('old', '2026-11-20'), aDisk('new', null)]);
    expect(Object.fromEntries(due)).toEqual({ old: '2026-11-27', new: '2026-11-01' });
  });

  it('are one disk where there is one', () => {
    expect(dueDays([aDisk('only', '2026-11-20')]).get('only')).toBe('2026-11-27');
    expect(dueDays([]).size).toBe(0);
  });
});

const seen = (changes: Partial<SeenDisk>): SeenDisk => ({
  nowMs: at('2026-11-22'),
  presence: 'away',
  isRunning: false,
  dueOn: '2026-11-27',
  lastCompletedAtMs: at('2026-11-20'),
  pluggedSinceMs: null,
  ...changes,
});

describe('the state of a disk', () => {
  it.each([
    ['in its drawer', {}, 'resting', 0],
    ['never filled', { lastCompletedAtMs: null, dueOn: '2026-11-01' }, 'new', 0],
    ['due today', { nowMs: at('2026-11-27') }, 'due-today', 0],
    ['due today and here', { nowMs: at('2026-11-27'), presence: 'here' as const }, 'due-today', 0],
    ['four days late', { nowMs: at('2026-12-01') }, 'overdue', 4],
    ['just done', { presence: 'here' as const, nowMs: at('2026-11-20', 20) }, 'plugged-in', 0],
    ['left in since Friday', { presence: 'here' as const }, 'left-in', 0],
    ['put in again today', { presence: 'here' as const, pluggedSinceMs: at('2026-11-22', 9) }, 'plugged-in', 0],
    ['nobody knows where', { presence: 'unknown' as const }, 'resting', 0],
    ['being filled', { isRunning: true, nowMs: at('2026-12-01') }, 'running', 4],
  ])('%s', (_, changes, state, overdueDays) => {
    expect(stateOf(seen(changes))).toEqual({ state, overdueDays });
  });
});

describe('the history of a disk', () => {
  const deed = (day: number, action: string, facts: Record<string, string | boolean> = {}) => ({
    at: `2026-11-${String(day).padStart(2, '0')}T08:00:00.000Z`,
    action,
    facts: { disk: 'a', ...facts },
  });

  it('is what the log tells of it and of no other', () => {
    const history = historyOf('a', [
      deed(1, 'disk.arrived'),
      deed(1, 'cold.run', { sound: true }),
      deed(2, 'disk.gone'),
      deed(8, 'disk.arrived'),
      deed(9, 'disk.gone', { disk: 'b' }),
      deed(10, 'cold.run', { sound: true, disk: 'b' }),
      deed(11, 'backup'),
    ]);
    expect(history).toEqual({
      lastCompletedAt: '2026-11-01T08:00:00.000Z',
      lastArrivedAt: '2026-11-08T08:00:00.000Z',
      lastGoneAt: '2026-11-02T08:00:00.000Z',
      lastSighting: 'arrived',
    });
  });

  it('does not count a round that found damage it could not heal', () => {
    expect(historyOf('a', [deed(1, 'cold.run', { sound: false })]).lastCompletedAt).toBeNull();
  });
});
