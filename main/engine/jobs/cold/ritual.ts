import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import {
  ejectOutcomes,
  type ColdNoRoom,
  type ColdRound,
  type EjectResult,
} from '../../../../shared/model/cold-disk.ts';
import { rest } from '../../platform/rest.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { nearestFirst } from '../nearness.ts';
import { withDamageSeen } from '../damage-seen.ts';
import { feedCopies, snapshotsOf } from '../feed-copies.ts';
import type { BrokenCopy } from '../record-damage.ts';
import { withRepository, withRepositoryToMend } from '../stores.ts';
import { verifyOne } from '../verbs/copy-verbs.ts';
import { pruneRun } from '../verbs/prune-verb.ts';
import { readTimeline } from '../verbs/refresh-catalog.ts';
import { parseManifestName, type Repository } from '../../repository/index.ts';
import { careForMarker } from './disk-marker.ts';
import { requireDisk, searchDisk, type DiskDestination, type FoundDisk } from './find-disk.ts';
import { lookAtDisks, rotationOf } from './look-at-disks.ts';
import { planForDisk } from './plan-for-disk.ts';
import { roomAt, sizeText, type FillPlan, type NoRoom } from './room.ts';
import { whileThere } from './while-there.ts';

/** Of what was on the disk before, so much is read back each time, what was longest unread first: in ten rounds all of it. */
const readBackPercent = 10;

interface Filled {
  readonly from: string;
  readonly snapshots: string[];
  readonly objectsCopied: number;
  readonly bytesCopied: number;
  readonly objectsSkipped: number;
  readonly leftOut: number;
  readonly noRoom: NoRoom | null;
  /** Ids of snapshots that no copy has whole. */
  readonly lost: string[];
  /** Copies that were read from and are not sound. */
  readonly rotten: readonly BrokenCopy[];
}

/**
 * One round with a disk that travels: find it by its marker, copy what it lacks from the nearest other copy, read back what was written and a
 * share of the rest, have the file system write everything down, put it into the log, eject. Nothing is deleted on the way, so a disk that is
 * pulled out holds what it held and what came with this round.
 *
 * Errors: `backend.absent`, `disk.twins`, `disk.marker-refused`, `disk.no-source`, `disk.no-room`, `disk.pulled-out` {name, objects}, those of both
 * stores. Damage that could not be healed is no error: it is in `verified`, and the round does not count; neither is a failed flush. Older
 * snapshots that no copy has whole are in `lost`, those that do not fit in `noRoom`, and the rest of the round goes on without them; without the
 * newest snapshot of a shop it does not count.
 */
export async function runRitual(
  context: EngineContext,
  destination: DiskDestination,
  { eject, wait }: { readonly eject: boolean; readonly wait: boolean },
  run: Run,
): Promise<ColdRound> {
  const startedMs = context.clock.monotonicMs();
  const say = (phase: string): void =>
    run.report({ phase, detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
  say(wait ? 'cold-wait' : 'cold-find');
  const found = await (wait ? waitForDisk : requireNow)(context, destination, run.signal);
  await lookAtDisks(context);
  const at: DiskDestination = { ...destination, path: found.path };
  const notes: ColdRound['notes'] = found.path === destination.path ? [] : ['found-elsewhere'];
  const progress = { objects: 0 };
  const { filled, verified } = await whileThere(
    context.volumes,
    found,
    destination.name,
    progress,
    run.signal,
    (signal) =>
      fillAndProve(context, at, found, notes, { ...run, signal }, progress).catch(async (error: unknown) => {
        throw await withWhatPruneFrees(context, at, error, { ...run, signal });
      }),
  );

  const noRoom = filled.noRoom === null ? null : await toldNoRoom(context, at, filled.noRoom, run);

  say('cold-flush');
  const flushed = found.volume === null ? null : await context.volumes.flush(found.volume.mountPath);
  run.signal.throwIfAborted();
  say('cold-record');
  const left = { damaged: verified.damaged.length, missing: verified.missing.length };
  await context.home.audit.append('cold.run', {
    destination: destination.name,
    disk: destination.id,
    from: filled.from,
    snapshots: filled.snapshots.length,
    objects: filled.objectsCopied,
    bytes: filled.bytesCopied,
    read: verified.read,
    lost: filled.lost.length,
    ...(filled.rotten.length === 0 ? {} : { rotten: filled.rotten.map((each) => each.destination).join(', ') }),
    ...(noRoom === null ? {} : { noRoom: noRoom.snapshots.length }),
    ...left,
    flushed: flushed ?? 'not-asked',
    // What the system could not write down was read back from its memory; a disk without today's shop does not protect it.
    sound: left.damaged + left.missing === 0 && flushed !== false && (noRoom?.withoutNewest.length ?? 0) === 0,
  });
  await rememberPath(context, destination, found.path);
  const room = await roomAt(found.path).catch(() => null);
  if (eject) say('cold-eject');
  const outcome = await ejectDisk(context, found, eject, run.signal);
  const rotation = rotationOf(await lookAtDisks(context), context.clock.nowMs(), new Set());
  const own = rotation.find(({ id }) => id === destination.id);
  const next = rotation[0] ?? own;
  context.onCatalogChanged();
  return {
    destination: destination.name,
    place: destination.place,
    from: filled.from,
    snapshots: filled.snapshots,
    objectsCopied: filled.objectsCopied,
    bytesCopied: filled.bytesCopied,
    objectsSkipped: filled.objectsSkipped,
    leftOut: filled.leftOut,
    noRoom,
    lost: filled.lost,
    rotten: filled.rotten.map((copy) => ({ ...copy, snapshots: [...copy.snapshots] })),
    verified: {
      objects: verified.objects,
      read: verified.read,
      bytesRead: verified.bytesRead,
      ...left,
      healed: verified.healed.length,
    },
    flushed,
    eject: outcome,
    nextDue: own?.dueOn ?? '',
    next: { name: next?.name ?? destination.name, place: next?.place ?? null, dueOn: next?.dueOn ?? '' },
    notes,
    freeBytes: room?.freeBytes ?? null,
    durationMs: Math.round(context.clock.monotonicMs() - startedMs),
  };
}

function requireNow(context: EngineContext, destination: DiskDestination): Promise<FoundDisk> {
  return requireDisk(context.unlocked().keys, destination, { volumes: context.volumes, everywhere: true });
}

const waitStepMs = 2_000;

/** Until it is plugged in; looks again only when something was mounted. */
async function waitForDisk(
  context: EngineContext,
  destination: DiskDestination,
  signal: AbortSignal,
): Promise<FoundDisk> {
  const { keys } = context.unlocked();
  let last = '';
  for (;;) {
    signal.throwIfAborted();
    const now = await context.volumes.fingerprint();
    if (now !== last) {
      const { found, refusal, isUncertain } = await searchDisk(keys, destination, {
        volumes: context.volumes,
        everywhere: true,
      });
      if (found !== null) return found;
      if (refusal !== null) throw refusal;
      if (!isUncertain) last = now;
    }
    await rest(waitStepMs, signal);
  }
}

async function fillAndProve(
  context: EngineContext,
  at: DiskDestination,
  { volume }: FoundDisk,
  notes: ColdRound['notes'],
  run: Run,
  progress: { objects: number },
): Promise<{ readonly filled: Filled; readonly verified: Awaited<ReturnType<typeof verifyOne>> }> {
  const unlocked = context.unlocked();
  await withRepository(unlocked.keys, at, run.signal, async (disk) => {
    const care = await careForMarker(disk, at, { volume, clock: context.clock, signal: run.signal });
    if (care.written) notes.push('marker-written');
    if (care.volumeDiffers) notes.push('volume-differs');
  });
  return fromNearest(context, at, run, async (source, from, others) => {
    const missing = await plan(context, at, source, from, run);
    const filled = await fill(context, at, from, others, missing, run, progress);
    const fresh = new Set(missing.objects.keys());
    const verified = await withRepositoryToMend(unlocked, at, run.signal, (disk) =>
      verifyOne(context, at, disk, source, readBackPercent, run, fresh),
    );
    return { filled, verified };
  });
}

/** The nearest copy that can be opened; the others help out with what it has damaged. */
async function fromNearest<T>(
  context: EngineContext,
  disk: DiskDestination,
  run: Run,
  use: (source: Repository, from: SavedDestination, others: readonly SavedDestination[]) => Promise<T>,
): Promise<T> {
  const { destinations } = await context.home.settings.read();
  const others = nearestFirst(destinations.filter(({ id }) => id !== disk.id));
  for (const from of others) {
    const state = { isOpen: false };
    try {
      return await withRepository(context.unlocked().keys, from, run.signal, (source) => {
        state.isOpen = true;
        return use(
          source,
          from,
          others.filter(({ id }) => id !== from.id),
        );
      });
    } catch (error) {
      // Only a copy that could not be opened is passed over.
      if (state.isOpen) throw error;
      run.signal.throwIfAborted();
    }
  }
  throw new AppError('disk.no-source', { name: disk.name });
}

async function plan(
  context: EngineContext,
  at: DiskDestination,
  source: Repository,
  from: SavedDestination,
  run: Run,
): Promise<FillPlan> {
  const { signal } = run;
  const phase = { phase: 'cold-compare', detail: from.name };
  run.report({ ...phase, doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
  // What another computer has put there is known from here on, also to whoever has to say which snapshots damage there is part of.
  await readTimeline(context, from, source, signal);
  return withRepository(context.unlocked().keys, at, signal, (disk) =>
    planForDisk(context, at, { from: source, to: disk, byRule: true }, signal),
  );
}

/**
 * What the disk's own retention would free goes with the error of a full disk, for the owner to decide: a round itself never deletes.
 */
async function withWhatPruneFrees(
  context: EngineContext,
  at: DiskDestination,
  error: unknown,
  run: Run,
): Promise<unknown> {
  if (!isAppErrorOf(error, 'disk.no-room', 'backend.disk-full')) return error;
  const frees = await whatPruneFrees(context, at, run);
  if (frees === null) return error;
  const { bytes, snapshots } = frees;
  const told = { disk: at.name, reclaimableBytes: bytes, reclaimable: sizeText(bytes), removable: snapshots };
  return new AppError(error.code, { ...error.facts, ...told }, { cause: error });
}

/** By the disk's own rule, now. Of a shop that looks robbed nothing, as prune would refuse. Null: it cannot be told. */
async function whatPruneFrees(
  context: EngineContext,
  at: DiskDestination,
  run: Run,
): Promise<{ readonly bytes: number; readonly snapshots: number } | null> {
  try {
    const dryRun = { destination: at.name, keep: {}, dryRun: true, confirmShrink: null };
    // A rehearsal beside the round: its steps are none of the round's.
    const { shrunk, bytesFreed, removed } = await pruneRun(context, dryRun, { ...run, report: () => undefined });
    return shrunk.length === 0 ? { bytes: bytesFreed, snapshots: removed.length } : { bytes: 0, snapshots: 0 };
  } catch {
    run.signal.throwIfAborted();
    // What prune says about a disk it cannot survey is its own matter; that the disk is full stands.
    return null;
  }
}

async function toldNoRoom(
  context: EngineContext,
  at: DiskDestination,
  { manifests, newest, neededBytes, usableBytes }: NoRoom,
  run: Run,
): Promise<ColdNoRoom> {
  const frees = await whatPruneFrees(context, at, run);
  const idsOf = (names: readonly string[]) => names.flatMap((name) => parseManifestName(name)?.id ?? []);
  return {
    snapshots: idsOf(manifests),
    withoutNewest: idsOf(newest),
    neededBytes,
    usableBytes,
    reclaimableBytes: frees?.bytes ?? null,
    removable: frees?.snapshots ?? null,
  };
}

async function fill(
  context: EngineContext,
  at: DiskDestination,
  from: SavedDestination,
  spares: readonly SavedDestination[],
  missing: FillPlan,
  run: Run,
  progress: { objects: number },
): Promise<Filled> {
  const choose = () => Promise.resolve(missing.manifests);
  const request = { from, to: [at], spares, heals: false, choose, isPlanned: true, maxBytesPerSecond: null };
  const { copies, findings, broken } = await feedCopies(context, request, counting(run, missing, progress));
  const [copy] = copies;
  const failed = copy?.report?.failed ?? [];
  // A disk without the newest snapshot is not done; one old snapshot that is lost everywhere must not keep all others off it.
  const isPassable = failed.length > 0 && !failed.some(({ manifest }) => manifest === missing.newest);
  if (copy?.error != null && !isPassable) throw withDamageSeen(copy.error, findings);
  return {
    from: from.name,
    snapshots: snapshotsOf(copies),
    objectsCopied: copy?.report?.objectsCopied ?? 0,
    bytesCopied: copy?.report?.bytesCopied ?? 0,
    objectsSkipped: copy?.report?.objectsSkipped ?? 0,
    leftOut: missing.leftOut.size,
    noRoom: missing.noRoom,
    lost: failed.flatMap(({ manifest }) => parseManifestName(manifest)?.id ?? []),
    // What is wrong with the disk itself is what was read back from it.
    rotten: broken.filter(({ destination }) => destination !== at.name),
  };
}

/** The plan says how much there is to do; copying itself cannot know. */
function counting(run: Run, { objects }: FillPlan, progress: { objects: number }): Run {
  const totalBytes = [...objects.values()].reduce((sum, size) => sum + size, 0);
  return {
    ...run,
    report: (told) => {
      progress.objects = Math.min(told.doneItems, objects.size);
      run.report({ ...told, totalBytes: Math.max(totalBytes, told.doneBytes), totalItems: null });
    },
  };
}

async function rememberPath(context: EngineContext, destination: DiskDestination, path: string): Promise<void> {
  if (path === destination.path) return;
  await context.home.settings.update((settings) => ({
    ...settings,
    destinations: settings.destinations.map((one) =>
      one.id === destination.id && one.kind === 'disk' ? { ...one, path } : one,
    ),
  }));
}

const ejectTries = 5;
const ejectPauseMs = 1_500;

/**
 * A disk that was just written to is held for moments by indexers, virus scanners, and our own look at its marker: `busy` is asked again before a
 * person is. A cancel ends the asking and not the round, which is done.
 */
async function ejectDisk(
  context: EngineContext,
  { volume }: FoundDisk,
  isAsked: boolean,
  signal: AbortSignal,
): Promise<EjectResult> {
  if (!isAsked) return 'not-asked';
  if (volume === null) return 'unsupported';
  let outcome = await context.volumes.eject(volume);
  for (let tries = 1; outcome === 'busy' && tries < ejectTries && !signal.aborted; tries++) {
    await rest(ejectPauseMs, signal).catch(() => undefined);
    outcome = await context.volumes.eject(volume);
  }
  return ejectOutcomes.find((known) => known === outcome) ?? 'unsupported';
}
