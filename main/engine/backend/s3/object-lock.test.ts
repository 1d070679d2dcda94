import { expect, it } from 'vitest';
import { lockDue, lockEndMs } from './object-lock.ts';

const dayMs = 86_400_000;

it.each([
  [1, 8],
  [7, 14],
  [30, 60],
  [365, 395],
])('locks %i days for %i, so that an object is touched rarely', (days, whole) => {
  expect(lockEndMs(0, days) / dayMs).toBe(whole);
});

it.each([1, 7, 30, 365])('never lets less than %i days be left, and begins earlier a few at a time', (days) => {
  const endMs = lockEndMs(0, days);
  const dueAt = (day: number) => lockDue(endMs, day * dayMs, days);
  const wholeDays = endMs / dayMs;
  const marginDays = wholeDays - days;
  expect(dueAt(0)).toBe('later');
  expect(dueAt(marginDays / 2)).toBe('later');
  expect(dueAt(marginDays / 2 + 0.1)).toBe('soon');
  expect(dueAt(marginDays)).toBe('soon');
  expect(dueAt(marginDays + 0.1)).toBe('now');
  expect(dueAt(wholeDays + 1)).toBe('now');
});

it('ends on whole seconds, never early', () => {
  expect(lockEndMs(1_234, 1)).toBe(8 * dayMs + 2_000);
});
