import type { UiKey } from '../../../shared/i18n/ui.zh.ts';
import { takenBy } from '../../../shared/model/snapshot-age.ts';
import type { SnapshotSummary } from '../../../shared/model/snapshot.ts';
import type { LogEvent, ShopLog } from '../../stores/events-store.ts';
import { reachesOf, type Reach } from '../log/index.ts';

/** To which moment a restore goes. `at` of a time: what stands in the field, in this computer's zone. */
export type Moment =
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'time'; readonly at: string }
  | { readonly kind: 'event'; readonly event: LogEvent | null };
export type MomentKind = Moment['kind'];
export const momentKinds = ['snapshot', 'time', 'event'] as const satisfies readonly MomentKind[];

/** The snapshot from which the log is done again: the newest that is not younger. Newest first; null: there is none. */
export function baseOf(snapshots: readonly SnapshotSummary[], at: string): SnapshotSummary | null {
  return snapshots.find((snapshot) => takenBy(snapshot) <= at) ?? null;
}

/** `2026-11-23T14:03:07` in this computer's zone as an instant; null while it is none. */
export function instantOf(local: string): string | null {
  const time = new Date(local);
  return local === '' || Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** An instant as a date-time field has it, to the second. */
export function localOf(ms: number): string {
  const at = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

export interface Reachable {
  readonly isReached: boolean;
  /** The nearest moments that can be reached, before and after. */
  readonly before: number | null;
  readonly after: number | null;
}

/** A field without fractions means the whole second. */
const secondMs = 999;

export function reachable(reaches: readonly Reach[], atMs: number): Reachable {
  const isReached = reaches.some(({ fromMs, toMs }) => atMs + secondMs >= fromMs && atMs <= toMs);
  return {
    isReached,
    before: reaches.findLast(({ toMs }) => toMs < atMs)?.toMs ?? null,
    after: reaches.find(({ fromMs }) => fromMs > atMs)?.fromMs ?? null,
  };
}

export function reachesFor(log: ShopLog, snapshots: readonly SnapshotSummary[], storedAt: string | null): Reach[] {
  return reachesOf(
    log,
    snapshots.map((snapshot) => takenBy(snapshot)),
    storedAt,
  );
}

/** What is missing before a restore to that moment can be prepared. */
export function momentError(moment: Moment, snapshot: string | null): UiKey | null {
  switch (moment.kind) {
    case 'snapshot':
      return snapshot === null ? 'common.required' : null;
    case 'time':
      return instantOf(moment.at) === null ? 'restore.timeMissing' : snapshot === null ? 'restore.timeUnreached' : null;
    case 'event':
      return moment.event === null ? 'restore.eventMissing' : snapshot === null ? 'restore.timeUnreached' : null;
  }
}
