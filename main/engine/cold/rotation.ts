import type { ColdDisk, ColdState } from '../../../shared/model/cold-disk.ts';
import type { ColdSchedule } from '../../../shared/model/cold-schedule.ts';
import { addDays, dayOf, daysBetween, weekdayOf, type Day } from './calendar.ts';

/** A disk in rotation, as far as its days go. */
export interface RotatingDisk {
  readonly id: string;
  readonly schedule: ColdSchedule;
  readonly addedAtMs: number;
  readonly lastCompletedAtMs: number | null;
}

/**
 * The day on which the disk should come home after `last`: `everyDays` later, or with a weekday the last such day up to then. One that
 * comes sooner than a third of the time is skipped: a disk that was filled on Thursday need not come back on Friday.
 */
export function nextDue(last: Day, { everyDays, weekday }: Pick<ColdSchedule, 'everyDays' | 'weekday'>): Day {
  const latest = addDays(last, everyDays);
  if (weekday === null) return latest;
  const before = addDays(latest, -((weekdayOf(latest) - weekday + 7) % 7));
  return daysBetween(last, before) > everyDays / 3 ? before : addDays(before, 7);
}

/**
 * Disks take turns: the one that was away longest comes first, each next one a turn later, so that with two disks one of them is always in
 * its drawer. One that was never filled is due at once.
 */
export function dueDays(disks: readonly RotatingDisk[]): Map<string, Day> {
  const due = new Map<string, Day>();
  const filled = disks.flatMap(({ lastCompletedAtMs: at, ...disk }) => (at === null ? [] : [{ ...disk, at }]));
  filled.sort((a, b) => a.at - b.at);
  const newest = filled.at(-1)?.at ?? 0;
  for (const [turn, { id, schedule }] of filled.entries())
    due.set(id, nextDue(addDays(dayOf(newest), turn * schedule.everyDays), schedule));
  for (const { id, addedAtMs, lastCompletedAtMs } of disks)
    if (lastCompletedAtMs === null) due.set(id, dayOf(addedAtMs));
  return due;
}

/** A disk that stayed in for longer than this after its round burns with the computer. */
const mayStayMs = 24 * 3_600_000;

export interface SeenDisk {
  readonly nowMs: number;
  readonly presence: ColdDisk['presence'];
  readonly isRunning: boolean;
  readonly dueOn: Day;
  readonly lastCompletedAtMs: number | null;
  readonly pluggedSinceMs: number | null;
}

export function stateOf(seen: SeenDisk): { readonly state: ColdState; readonly overdueDays: number } {
  const overdueDays = Math.max(0, daysBetween(seen.dueOn, dayOf(seen.nowMs)));
  return { state: wordFor(seen, overdueDays), overdueDays: seen.lastCompletedAtMs === null ? 0 : overdueDays };
}

function wordFor(seen: SeenDisk, overdueDays: number): ColdState {
  if (seen.isRunning) return 'running';
  if (seen.lastCompletedAtMs === null) return 'new';
  if (overdueDays > 0) return 'overdue';
  if (dayOf(seen.nowMs) === seen.dueOn) return 'due-today';
  if (seen.presence !== 'here') return 'resting';
  const since = Math.max(seen.lastCompletedAtMs, seen.pluggedSinceMs ?? 0);
  return seen.nowMs - since > mayStayMs ? 'left-in' : 'plugged-in';
}
