import { AppError, isAppErrorOf, toAppError } from '../../../../shared/errors/app-error.ts';
import type { RestoreUntil } from '../../../../shared/ipc/engine-verbs.ts';
import type { VaultKey } from '../../repository/index.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import type { CopyReader, ReadableCopy } from '../../restore/copy-reader.ts';
import {
  eventsOf,
  isOpenWithin,
  lastCommitBefore,
  planReplay,
  readStream,
  type ReadEvents,
  type ReplayPlan,
  type StartingPoint,
  type Stretch,
  type Until,
} from '../../stream/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { nearestFirst } from '../nearness.ts';
import { findDestination, findSnapshot, findSource } from '../verbs/lookup.ts';
import { withCopies } from './open-restore.ts';

type Start = StartingPoint & { readonly snapshot: CatalogSnapshot };

/** The moment to go back to: which snapshot comes back, and what of the log is done again on it. */
export interface Moment {
  readonly snapshot: CatalogSnapshot;
  readonly replay: ReplayPlan<Start>;
  readonly read: ReadEvents;
  /** The last commit that is in it; null when nothing was committed after the snapshot. */
  readonly lastCommitAt: string | null;
  /** Done again without the vault: of what is sealed, the open side. */
  readonly isClosed: boolean;
}

export interface MomentRequest {
  readonly source: string;
  /** `latest`: the newest from which the moment is reached. */
  readonly snapshot: string;
  readonly until: RestoreUntil;
  /** Only this copy. */
  readonly from: string | null;
  readonly vault: VaultKey | null;
}

/**
 * Finds a moment in the log that the copies hold, nearest copy first: one that does not reach it leaves it to the next. The log's own objects are read
 * from any copy that has them. Errors: `stream.none`, those of `planReplay` as the nearest copy with a log has them, those of the
 * copies when none opens, `snapshot.unknown` {snapshot}.
 */
export async function withMoment<T>(
  context: EngineContext,
  request: MomentRequest,
  run: Run,
  use: (moment: Moment) => Promise<T>,
): Promise<T> {
  const destinations =
    request.from === null
      ? nearestFirst((await context.home.settings.read()).destinations)
      : [await findDestination(context, request.from)];
  run.report({ phase: 'find-moment', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
  return withCopies(context, destinations, request.vault, run, async (reader, _pool, copies) =>
    use(await findMoment(context, request, reader, copies, run.signal)),
  );
}

async function findMoment(
  context: EngineContext,
  { source: name, snapshot, until, vault }: MomentRequest,
  reader: CopyReader,
  copies: readonly ReadableCopy[],
  signal: AbortSignal,
): Promise<Moment> {
  const source = await findSource(context, name);
  const starts = startsOf(context, name, snapshot);
  const read: ReadEvents = (stored, within) => eventsOf(reader, stored, vault ?? undefined, signal, within);
  const wanted = untilOf(until);
  let failure = new AppError('stream.none', { source: name });
  for (const copy of copies) {
    try {
      const stretches = await readStream(await copy.open(), source.id, signal, context.catalog.streamRecords);
      if (stretches.length === 0) continue;
      const replay = await planReplay(stretches, starts, wanted, read).catch((error: unknown) => {
        throw sealedAt(stretches, error);
      });
      const { stretch, from, stop, start } = replay;
      if (vault === null) requireOpenLog(replay);
      const lastCommitAt = lastCommitBefore(stretch, from, stop);
      return { snapshot: start.snapshot, replay, read, lastCommitAt, isClosed: vault === null };
    } catch (error) {
      signal.throwIfAborted();
      failure = clearer(failure, toAppError(error));
    }
  }
  throw failure;
}

/** Of two copies' answers the one about the log says more than one about a copy that has none or does not open. */
function clearer(first: AppError, second: AppError): AppError {
  const isOfLog = (error: AppError) =>
    isAppErrorOf(
      error,
      'restore.behind-log',
      'restore.in-gap',
      'restore.before-snapshots',
      'restore.log-sealed',
      'stream.event-unknown',
    );
  return isOfLog(first) || (first.code !== 'stream.none' && !isOfLog(second)) ? first : second;
}

/** Before anything is restored. Error: `restore.log-sealed` {nearest}: up to there the log can be done again without a card of it. */
function requireOpenLog({ stretch, from, stop, start }: ReplayPlan<Start>): void {
  const index = stretch.records.findIndex(({ record }, at) => {
    const within = {
      from: at === from.index ? from.position : record.from,
      to: at === stop.index ? stop.position : record.to,
    };
    return at >= from.index && at <= stop.index && within.from < within.to && !isOpenWithin(record, within);
  });
  const sealed = stretch.records[index]?.record;
  if (sealed === undefined) return;
  const nearest = lastCommitBefore(stretch, from, { index, position: sealed.from }) ?? start.at;
  throw new AppError('restore.log-sealed', { nearest });
}

/** The same when the wanted place itself lies in what is sealed and has no open side: then nobody can even find it. */
function sealedAt(stretches: readonly Stretch[], error: unknown): unknown {
  if (!isAppErrorOf(error, 'keys.vault-closed')) return error;
  for (const stretch of stretches) {
    const isIt = ({ name, record }: Stretch['records'][number]) =>
      name === error.facts['object'] && !isOpenWithin(record, record);
    const index = stretch.records.findIndex(isIt);
    const sealed = stretch.records[index]?.record;
    if (sealed === undefined) continue;
    const nearest = lastCommitBefore(stretch, { index: 0, position: 0 }, { index, position: sealed.from });
    return new AppError('restore.log-sealed', { nearest: nearest ?? sealed.closedAt }, { cause: error });
  }
  return error;
}

/** Snapshots of which it is proven that the log goes on exactly where they stand. */
function startsOf(context: EngineContext, source: string, wanted: string): Start[] {
  const named = findSnapshot(context, wanted, source);
  return (wanted === 'latest' ? context.catalog.snapshots(source) : [named])
    .filter(({ manifest }) => manifest.lock.coordinateExact === true)
    .map((snapshot) => {
      const { id, at, coordinate } = snapshot.manifest;
      return { id, at, coordinate, snapshot };
    });
}

function untilOf(until: RestoreUntil): Until {
  return until.kind === 'time' ? { kind: 'time', atMs: Date.parse(until.at) } : until;
}
