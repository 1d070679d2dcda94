import type { UiKey } from '../../../shared/i18n/ui.zh.ts';
import type { DestinationView } from '../../../shared/model/destination.ts';
import type { SnapshotSummary } from '../../../shared/model/snapshot.ts';
import { isFromFuture, takenBy } from '../../../shared/model/snapshot-age.ts';
import type { SourceView } from '../../../shared/model/source.ts';

const staleAfterMs = 26 * 3_600_000;

export interface NextStep {
  readonly key: UiKey;
  readonly facts?: { readonly name: string };
}

/** The newest snapshot whose checks all held. */
export function lastGood(snapshots: readonly SnapshotSummary[]): SnapshotSummary | null {
  return snapshots.find(({ checksOk }) => checksOk) ?? null;
}

/** One that is ahead of the clock says nothing about the last days: some clock was wrong. */
function isFresh(snapshot: SnapshotSummary, nowMs: number): boolean {
  const at = takenBy(snapshot);
  return snapshot.checksOk && !isFromFuture(at, nowMs) && nowMs - Date.parse(at) <= staleAfterMs;
}

/** The one thing to do next, most pressing first. `snapshots` are this shop's, newest first. */
export function nextStep(
  source: SourceView,
  snapshots: readonly SnapshotSummary[],
  destinations: readonly DestinationView[],
  nowMs: number,
): NextStep {
  const good = lastGood(snapshots);
  const copies = snapshots.flatMap((snapshot) => snapshot.copies);
  if (!source.hasCredentials) return { key: 'timeline.nextCredentials' };
  if (good === null && snapshots.length === 0) return { key: 'timeline.nextFirst' };
  if (snapshots[0]?.checksOk === false) return { key: 'timeline.nextChecks' };
  if (good === null || !snapshots.some((snapshot) => isFresh(snapshot, nowMs))) return { key: 'timeline.nextStale' };
  const known = new Set(destinations.map(({ name }) => name));
  const damaged = copies.find(({ intact, destination }) => !intact && known.has(destination));
  if (damaged !== undefined) return { key: 'timeline.nextDamaged', facts: { name: damaged.destination } };
  if (destinations.length < 2) return { key: 'timeline.nextOneCopy' };
  const states = new Set(copies.map(({ state }) => state));
  const isRestored = states.has('restored') || states.has('totals-matched');
  if (!isRestored) return { key: states.has('read-back') ? 'timeline.nextRestore' : 'timeline.nextVerify' };
  return { key: 'timeline.nextNone' };
}
