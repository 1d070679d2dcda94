import type { StoredStreamRecord, Stretch } from '../stream/index.ts';
import type { Findings } from './finding.ts';
import type { LogPlace } from './row-change.ts';

/** The moment of a restore. */
export interface RestorePoint {
  /** Where it stands in the server's log; null: not known. */
  readonly place: LogPlace | null;
  readonly atMs: number;
}

/** Whether a table of the index is one of the shop's two. */
export type IsOfInterest = (table: { readonly database: string; readonly table: string }) => boolean;

/** A part of the stored log that has to be read, in order and without a gap, from where a transaction begins. */
export interface LogRun {
  readonly records: readonly StoredStreamRecord[];
  /** What begins before this, in its file, was before the moment. */
  readonly from: LogPlace | null;
}

/** Clocks of servers and of this computer are this far apart at most. To read too much does no harm: what the copy has as sold is left alone. */
const clockMarginMs = 15 * 60_000;

/**
 * Which parts of a stored log have to be read to know what was sold after `point`: all to its end that may tell of it, past gaps, which are named. Records
 * whose index names neither of the tables are left out.
 */
export function tailOf(
  stretches: readonly Stretch[],
  point: RestorePoint,
  isOfInterest: IsOfInterest,
  findings: Findings,
): LogRun[] {
  const located = locate(stretches, point);
  const sinceMs = point.atMs - clockMarginMs;
  const runs: LogRun[] = [];
  let isAnythingStored = located !== null;
  for (const [index, stretch] of stretches.entries()) {
    const isHere = located?.stretch === index;
    // Before where the moment lies stands only what another computer stored: of that what is young enough.
    const isByTime = located === null || index < located.stretch;
    const chosen = stretch.records.filter(({ record }, at) =>
      isHere ? at >= located.record : !isByTime || timeOf(record.lastCommitAt ?? record.closedAt) >= sinceMs,
    );
    if (chosen.length > 0) isAnythingStored = true;
    if (!isHere && !(isByTime && located !== null)) nameGap(stretches, index, sinceMs, findings);
    runs.push(...runsIn(stretch.records, new Set(chosen), isOfInterest, isHere ? point.place : null));
  }
  const [first] = stretches[0]?.records ?? [];
  const last = stretches.at(-1)?.records.at(-1);
  if (located === null && first !== undefined && startOf(first) > point.atMs)
    findings.add('log-starts-later', { from: new Date(point.atMs).toISOString(), until: timeText(startOf(first)) });
  if (!isAnythingStored && last !== undefined) findings.add('log-end', { at: last.record.closedAt });
  return runs;
}

/** A stretch that begins where another one has been (two computers followed the log) leaves no gap. */
function nameGap(stretches: readonly Stretch[], index: number, sinceMs: number, findings: Findings): void {
  const gap = stretches[index]?.gap ?? null;
  if (gap === null || (gap.untilAt !== null && timeOf(gap.untilAt) < sinceMs)) return;
  const { file, position } = gap.until;
  const isSaidElsewhere = stretches.some(
    ({ records }, other) =>
      other !== index &&
      records.some(({ record }) => record.file === file && record.from <= position && position <= record.to),
  );
  if (gap.reason !== 'rewritten' && gap.reason !== 'another-server' && isSaidElsewhere) return;
  findings.add('log-gap', { from: gap.afterAt ?? '', until: gap.untilAt ?? '', file, position });
}

function startOf({ record }: StoredStreamRecord): number {
  return timeOf(record.firstCommitAt ?? record.closedAt);
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/**
 * The record that the place lies in. After a RESET MASTER a file of the same name may be stored more than once: the one that was stored
 * nearest to the moment is meant.
 */
function locate(
  stretches: readonly Stretch[],
  { place, atMs }: RestorePoint,
): { readonly stretch: number; readonly record: number } | null {
  if (place === null) return null;
  const found = stretches.flatMap(({ records }, stretch) => {
    const within = records.findIndex(
      ({ record: { file, from, to } }) => file === place.file && from <= place.position && place.position < to,
    );
    const behind = records.findIndex(({ record: { file, to } }) => file === place.file && place.position === to);
    const record = within === -1 ? behind : within;
    const hit = records[record];
    if (hit === undefined) return [];
    return [{ stretch, record, distance: Math.abs(timeOf(hit.record.closedAt) - atMs) }];
  });
  return found.sort((a, b) => a.distance - b.distance)[0] ?? null;
}

/** Cuts what has to be read into runs. A record that goes on with a transaction needs the ones before it. */
function runsIn(
  records: readonly StoredStreamRecord[],
  wanted: ReadonlySet<StoredStreamRecord>,
  isOfInterest: IsOfInterest,
  from: LogPlace | null,
): LogRun[] {
  const needed = new Set<number>();
  for (const [index, each] of records.entries()) {
    if (!wanted.has(each) || !mayTell(each, isOfInterest)) continue;
    needed.add(index);
    for (let at = index; at > 0 && records[at - 1]?.record.endsWithin === true; at -= 1) needed.add(at - 1);
  }
  const runs: StoredStreamRecord[][] = [];
  let before = -2;
  for (const index of [...needed].sort((a, b) => a - b)) {
    const each = records[index];
    if (each === undefined) continue;
    if (index === before + 1) runs.at(-1)?.push(each);
    else runs.push([each]);
    before = index;
  }
  return runs.map((run) => ({ records: run, from }));
}

function mayTell({ record }: StoredStreamRecord, isOfInterest: IsOfInterest): boolean {
  return (
    record.statementChanges > 0 ||
    record.notable.some(({ kind }) => kind === 'incident') ||
    record.tables.some(isOfInterest)
  );
}

function timeOf(iso: string): number {
  return Date.parse(iso);
}
