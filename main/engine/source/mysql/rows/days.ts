import type { LedgerDay } from '../../../../../shared/model/database.ts';

/** Days as numbers since 1970-01-01, in the shop's own time. The server computes the same: ../ledger.ts. */

/** Bounds inside which a value is a time at all; the same in SQL. */
export const secondsRange = { from: 86_400, to: 253_370_764_800 } as const;
const dayMs = 86_400_000;

/** The ten octets `2026-11-23` at `at`; null: no day of the calendar. */
export function dayOfText(bytes: Uint8Array, at: number, length: number): number | null {
  if (length < 10 || bytes[at + 4] !== 0x2d || bytes[at + 7] !== 0x2d) return null;
  const year = digits(bytes, at, 4);
  const month = digits(bytes, at + 5, 2);
  const day = digits(bytes, at + 8, 2);
  // NaN is in no range.
  if (!(year >= 1000 && month >= 1 && month <= 12 && day >= 1)) return null;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 ? (isLeap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return day <= last ? numberOfDay(year, month, day) : null;
}

/** By whole numbers alone: a Date for each row of a large table is most of the work. The year begins in March, so that a leap day is its last. */
function numberOfDay(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

/** `2026-11-23 18:05:00` in UTC: minutes since midnight, or 0 for a date alone. */
function minutesOfText(bytes: Uint8Array, at: number, length: number): number {
  return length < 16 ? 0 : digits(bytes, at + 11, 2) * 60 + digits(bytes, at + 14, 2);
}

/** NaN or negative when they are no digits. */
function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = (bytes[i] as number) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** To which day a value belongs; null: to none. */
export function dayOf({ form, utcOffsetMinutes }: LedgerDay, bytes: Uint8Array, at: number, length: number) {
  if (form === 'local') return dayOfText(bytes, at, length);
  if (form === 'utc') {
    const day = dayOfText(bytes, at, length);
    if (day === null || day < firstDay || day > lastDay) return null;
    return day + Math.floor((minutesOfText(bytes, at, length) + utcOffsetMinutes) / 1440);
  }
  if (length > 15) return null;
  const unit = form === 'unix-ms' ? 1000 : 1;
  const value = digits(bytes, at, length);
  // Not a number is in no range.
  if (!(value >= secondsRange.from * unit && value <= secondsRange.to * unit)) return null;
  return Math.floor((value + utcOffsetMinutes * 60 * unit) / (86_400 * unit));
}

/** 1000-01-02 and 9998-12-30: neither side leaves the calendar when it is moved. */
export const firstDay = Date.UTC(1000, 0, 2) / dayMs;
export const lastDay = Date.UTC(9998, 11, 30) / dayMs;

/** `2026-11-23` */
export function dayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
