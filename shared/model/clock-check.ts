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

/**
 * The instants that clocks gave a snapshot, earliest first: the workstation's, and the server's where its checks say that it was another. Milliseconds
 * since the Unix epoch.
 */
export function clocksOf({ at, checks }: { readonly at: string; readonly checks: readonly CheckResult[] }): number[] {
  const atMs = Date.parse(at);
  const apartBy = (id: string) => {
    const apart = checks.find((check) => check.id === id)?.facts['apartMs'];
    return typeof apart === 'number' && apart > 0 ? apart : 0;
  };
  const serverMs = atMs - apartBy(clockChecks.ahead) + apartBy(clockChecks.behind);
  return serverMs === atMs ? [atMs] : [Math.min(atMs, serverMs), Math.max(atMs, serverMs)];
}
