import type { CheckResult } from './snapshot.ts';

/** The workstation's clock against the server's at the moment of the picture: warnings, which take no green light. Fact: `apartMs`. */
export const clockChecks = { ahead: 'clock-ahead', behind: 'clock-behind' } as const;

/** Two clocks that set themselves differ by less; a wrong zone, a dead battery or a person by much more. */
const clockToleranceMs = 5 * 60_000;

/** Nothing while the clocks agree, or when the server did not say. `aheadMs`: of the workstation's clock; negative: it is behind. */
export function judgeClock(aheadMs: number | null): CheckResult[] {
  if (aheadMs === null || Math.abs(aheadMs) <= clockToleranceMs) return [];
  const id = aheadMs > 0 ? clockChecks.ahead : clockChecks.behind;
  return [{ id, ok: true, facts: { apartMs: Math.abs(aheadMs), warning: true } }];
}

/** By how much the clock that wrote `at` was ahead of the server's, as far as the snapshot's own checks say; 0 when they say nothing. */
export function clockAheadMs(checks: readonly CheckResult[]): number {
  const apart = checks.find(({ id }) => id === clockChecks.ahead)?.facts['apartMs'];
  return typeof apart === 'number' && apart > 0 ? apart : 0;
}
