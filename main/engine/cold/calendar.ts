/**
 * Days where the owner is, as `2026-11-27`. Instants become days by the computer's own time zone; arithmetic on days knows no hours, so
 * a day with a clock change is a day like any other.
 */
export type Day = string;

const dayMs = 86_400_000;

export function dayOf(timeMs: number): Day {
  const at = new Date(timeMs);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export function addDays(day: Day, days: number): Day {
  return new Date(utcMs(day) + days * dayMs).toISOString().slice(0, 10);
}

/** How many days `to` is after `from`; negative when before. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((utcMs(to) - utcMs(from)) / dayMs);
}

/** 0 Sunday … 6 Saturday. */
export function weekdayOf(day: Day): number {
  return new Date(utcMs(day)).getUTCDay();
}

function utcMs(day: Day): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}
