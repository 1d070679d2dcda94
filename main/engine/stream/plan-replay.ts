import { AppError } from '../../../shared/errors/app-error.ts';
import type { Coordinate } from '../../../shared/model/database.ts';
import { isoUtc } from '../platform/clock.ts';
import { endOf, findStop, type ReadEvents, type Stop, type Until } from './find-stop.ts';
import type { Stretch } from './link-records.ts';
import { comparePlaces, placeIn, type StretchPlace } from './stretch-place.ts';

/** A snapshot whose rows are exactly those at its coordinate. `atMs`: when it was taken. */
export interface StartingPoint {
  readonly id: string;
  readonly at: string;
  readonly coordinate: Coordinate;
}

/** Do `stretch` again from `from` to `stop`, on what `start` brings back. */
export interface ReplayPlan<S extends StartingPoint> {
  readonly start: S;
  readonly stretch: Stretch;
  readonly from: StretchPlace;
  readonly stop: StretchPlace;
}

interface Usable<S extends StartingPoint> {
  readonly start: S;
  readonly place: StretchPlace;
}

/** A stretch that some snapshot stands in, those in order of their places. */
interface Span<S extends StartingPoint> {
  readonly stretch: Stretch;
  readonly starts: readonly [Usable<S>, ...Usable<S>[]];
}

/**
 * The newest snapshot before the wanted place in the log, and the unbroken log from it to there.
 *
 * Errors, each naming the nearest moments that can be reached: `restore.before-snapshots` {at, nearest}, `restore.behind-log` {at, nearest},
 * `restore.in-gap` {at, before, after}; `stream.event-unknown` {event}; `restore.log-apart` when no snapshot stands in the log; those of `read`.
 */
export async function planReplay<S extends StartingPoint>(
  stretches: readonly Stretch[],
  starts: readonly S[],
  until: Until,
  read: ReadEvents,
): Promise<ReplayPlan<S>> {
  const spans = spansOf(stretches, starts);
  const [firstSpan] = spans;
  if (firstSpan === undefined) throw new AppError('restore.log-apart', {});
  if (until.kind !== 'time') {
    for (const stretch of stretches) {
      const stop = await findStop(stretch, until, read);
      if (stop !== null) return planIn(spans, stretch, stop);
    }
    throw new AppError('stream.event-unknown', { event: until.kind === 'event' ? until.id : until.gtid });
  }
  const at = isoUtc(until.atMs);
  const startsBefore = (span: Span<S>) => Date.parse(span.starts[0].start.at) <= until.atMs;
  const index = spans.findLastIndex(startsBefore);
  const span = spans[index];
  if (span === undefined) throw new AppError('restore.before-snapshots', { at, nearest: firstSpan.starts[0].start.at });
  const stop = await findStop(span.stretch, until, read);
  // A stop in time is found in every stretch.
  if (stop === null) throw new RangeError('a stretch without an end');
  const reach = reachOf(span);
  if (stop.isEnd && Date.parse(reach) < until.atMs) {
    const next = spans[index + 1];
    if (next === undefined)
      throw new AppError('restore.behind-log', { at, nearest: nearestBefore(starts, reach, until.atMs) });
    throw new AppError('restore.in-gap', { at, before: reach, after: next.starts[0].start.at });
  }
  return planIn(spans, span.stretch, stop);
}

function planIn<S extends StartingPoint>(spans: readonly Span<S>[], stretch: Stretch, { place }: Stop): ReplayPlan<S> {
  const span = spans.find((each) => each.stretch === stretch);
  const start = span?.starts.findLast((each) => comparePlaces(each.place, place) <= 0);
  if (start !== undefined) return { start: start.start, stretch, from: start.place, stop: place };
  const record = stretch.records[place.index]?.record;
  const nearest = span?.starts[0].start.at ?? spans[0]?.starts[0].start.at ?? '';
  throw new AppError('restore.before-snapshots', { at: record?.firstCommitAt ?? record?.closedAt ?? '', nearest });
}

/** The end of the log, or a snapshot that is younger and stands in no log that is stored. */
function nearestBefore(starts: readonly StartingPoint[], reach: string, atMs: number): string {
  const moments = [reach, ...starts.map(({ at }) => at).filter((at) => Date.parse(at) <= atMs)];
  return moments.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? reach;
}

function spansOf<S extends StartingPoint>(stretches: readonly Stretch[], starts: readonly S[]): Span<S>[] {
  const usable = new Map<Stretch, Usable<S>[]>();
  for (const start of starts) {
    const found = homeOf(stretches, start);
    if (found !== null)
      usable.set(found.stretch, [...(usable.get(found.stretch) ?? []), { start, place: found.place }]);
  }
  return stretches.flatMap((stretch): Span<S>[] => {
    const [first, ...others] = (usable.get(stretch) ?? []).sort((a, b) => comparePlaces(a.place, b.place));
    return first === undefined ? [] : [{ stretch, starts: [first, ...others] }];
  });
}

/**
 * The stretch that a snapshot stands in. After a reset of the log a server uses the names of its files again: then it is the one that
 * was stored nearest to the moment of the snapshot.
 */
function homeOf(stretches: readonly Stretch[], { at, coordinate: { file, position } }: StartingPoint) {
  if (file === null || position === null) return null;
  const atMs = Date.parse(at);
  // A place was the end of the log between when the record before was closed and when its own was.
  const distance = ({ records }: Stretch, { index }: StretchPlace) => {
    const closedMs = Date.parse(records[index]?.record.closedAt ?? '');
    const sinceMs = Date.parse(records[index - 1]?.record.closedAt ?? records[index]?.record.closedAt ?? '');
    return Math.max(0, sinceMs - atMs, atMs - closedMs);
  };
  const homes = stretches
    .flatMap((stretch) => {
      const place = placeIn(stretch, { file, position });
      return place === null ? [] : [{ stretch, place, distanceMs: distance(stretch, place) }];
    })
    .sort((a, b) => a.distanceMs - b.distanceMs);
  return homes[0] ?? null;
}

/** The last moment of which the log says everything: its last commit, or a snapshot that was taken where it ends. */
function reachOf<S extends StartingPoint>({ stretch, starts }: Span<S>): string {
  const last = stretch.records.findLast(({ record }) => record.lastCommitAt !== null)?.record.lastCommitAt;
  const end = endOf(stretch);
  const lastEnd = stretch.records.at(-1)?.record.lastEnd ?? 0;
  const atEnd = starts.filter(({ place }) => place.index === end.index && place.position >= lastEnd);
  const moments = [...atEnd.map(({ start }) => start.at), ...(last == null ? [] : [last])];
  return moments.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? starts[0].start.at;
}
