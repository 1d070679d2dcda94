/** Two clocks that are right may differ by this much. */
const clockToleranceMs = 15 * 60_000;

/**
 * Whether a snapshot's instant is ahead of the clock: one of the two clocks was wrong, and nobody can say how old it is. It must never pass for
 * the newest, or hide that no backup has run since.
 */
export function isFromFuture(at: string, nowMs: number): boolean {
  return Date.parse(at) > nowMs + clockToleranceMs;
}
