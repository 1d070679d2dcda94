/**
 * How long objects are locked, and when a lock is renewed. One place, because what writes a lock and what extends it must agree.
 *
 * A lock is set for `days` and a margin. Whoever relies on an old object extends its lock when less than `days` are left, so the promise
 * always holds; from half the margin on it is done a few at a time, so that a big first backup is not extended all in one night.
 */
const dayMs = 86_400_000;

/** Between a week and a month: long enough to touch an object rarely, short enough not to pay long for a short wish. */
function marginDays(days: number): number {
  return Math.min(30, Math.max(7, days));
}

/** For how long a lock is set. */
export function fullLockDays(days: number): number {
  return days + marginDays(days);
}

/** When a lock that is set at `nowMs` ends; whole seconds, as some services keep no more. */
export function lockEndMs(nowMs: number, days: number): number {
  return Math.ceil((nowMs + fullLockDays(days) * dayMs) / 1000) * 1000;
}

export type LockDue = 'now' | 'soon' | 'later';

/** Whether a lock that ends at `endMs` must be extended. */
export function lockDue(endMs: number, nowMs: number, days: number): LockDue {
  const leftDays = (endMs - nowMs) / dayMs;
  if (leftDays < days) return 'now';
  return leftDays < days + marginDays(days) / 2 ? 'soon' : 'later';
}
