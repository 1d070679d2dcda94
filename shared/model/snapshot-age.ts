import type { SnapshotSummary } from './snapshot.ts';

/** Two clocks that are right may differ by this much. */
const clockToleranceMs = 15 * 60_000;

/**
 * Whether a snapshot's instant is ahead of the clock: one of the two clocks was wrong, and nobody can say how old it is. It must never pass for
 * the newest, or hide that no backup has run since.
 */
export function isFromFuture(at: string, nowMs: number): boolean {
  return Date.parse(at) > nowMs + clockToleranceMs;
}

/** When it was taken, as far as anybody knows: later snapshots and the server's clock correct one that was wrong. */
export function takenBy({ at, notAfter }: Pick<SnapshotSummary, 'at' | 'notAfter'>): string {
  return notAfter ?? at;
}

/** Whether its instant is to be read with a doubt. */
export function isClockDoubtful({ at, notAfter }: Pick<SnapshotSummary, 'at' | 'notAfter'>): boolean {
  return notAfter !== undefined && Math.abs(Date.parse(at) - Date.parse(notAfter)) > clockToleranceMs;
}
