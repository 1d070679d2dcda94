import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { provenWithinDays } from '../../../../shared/model/proof.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { ByteBudget } from '../../backend/limit/byte-budget.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { judgeGoneDeeds } from '../../check/check-deeds.ts';
import { planShare } from '../../check/daily-share.ts';
import { judgeGone, pruneNotesIn, type KnownSnapshot } from '../../check/gone-snapshots.ts';
import type { StoredLogs } from '../../check/stored-logs.ts';
import { readShare, type ShareReport } from '../../check/read-share.ts';
import { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { rest } from '../../platform/rest.ts';
import {
  findingOf,
  listDeeds,
  referencesOf,
  sayingsOf,
  type RecordReference,
  type Repository,
} from '../../repository/index.ts';
import { writeEvidence } from '../copy-evidence.ts';
import { knownDeeds } from '../deeds/read-deeds.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { nearestFirst } from '../nearness.ts';
import { ProofNotes } from '../proof-notes.ts';
import { recordBroken } from '../record-damage.ts';
import { openRepository, openStore } from '../stores.ts';
import { watchOf } from '../watch-copy.ts';
import { namedLogs } from './copy-verbs.ts';
import { forgetPruned, snapshotsKnownAt } from './known-snapshots.ts';
import { findDestination } from './lookup.ts';
import { probeIfDue, type CloudProbe } from './probe-cloud.ts';
import { readStoredLogs } from './read-stored-logs.ts';
import { readTimeline } from './refresh-catalog.ts';

/** Reading back has all day: it leaves disk and line to whoever works. Bytes per second, by kind of place. */
const usualRate = { disk: 32 * 1024 * 1024, s3: 1024 * 1024 } as const;
/** Work that people wait for: while it runs, nothing is read back. What a prune takes away must not look lost. */
const important: ReadonlySet<string> = new Set([
  'backup.run',
  'restore.run',
  'copy.run',
  'recover.run',
  'export.run',
  'events.export',
  'prune.run',
]);
const pauseMs = 1_000;
const dayMs = 24 * 3_600_000;

interface OpenCopy {
  readonly destination: SavedDestination;
  readonly repository: Repository;
}

type CopyShare = VerbOutput<'verify.due'>['copies'][number];

/**
 * Reads today's share of every copy that can be reached, so that each object on each of them is read within 30 days; a cloud has its live test before,
 * once a week. A copy that cannot be
 * reached is named; with none at all the nearest one's error is thrown. Proofs are written down as they come: a killed share goes on with the rest.
 */
export async function verifyDue(
  context: EngineContext,
  input: VerbInput<'verify.due'>,
  run: Run,
): Promise<VerbOutput<'verify.due'>> {
  const startedMs = context.clock.monotonicMs();
  if (input.only === 'probe') return probesOnly(context, input, run);
  const { keys } = context.unlocked();
  const closers: (() => Promise<void>)[] = [];
  const pool = new ChunkPool(keys, 1);
  try {
    const opened: OpenCopy[] = [];
    const unreachable: { destination: string; errorCode: string }[] = [];
    const failures: AppError[] = [];
    const destinations = await chosen(context, input.destinations);
    for (const destination of destinations) {
      try {
        const store = await openStore(keys, destination, { watch: watchOf(context, destination) });
        closers.push(() => store.close());
        opened.push({ destination, repository: await openRepository(store, keys, destination, run.signal) });
      } catch (error) {
        run.signal.throwIfAborted();
        failures.push(toAppError(error));
        unreachable.push({ destination: destination.name, errorCode: toAppError(error).code });
      }
    }
    if (opened.length === 0) throw failures[0] ?? new AppError('destination.none', {});
    const copies: CopyShare[] = [];
    const probes: CloudProbe[] = [];
    for (const copy of opened) {
      try {
        const probe = await probeIfDue(context, copy.destination, run.signal);
        if (probe !== null) probes.push(probe);
        copies.push(await shareOf(context, copy, opened, pool, input.maxBytesPerSecond ?? null, run));
      } catch (error) {
        // A disk that was unplugged, a line that went down: the other copies still get their share.
        run.signal.throwIfAborted();
        unreachable.push({ destination: copy.destination.name, errorCode: toAppError(error).code });
        failures.push(toAppError(error));
      }
    }
    if (copies.length === 0 && failures[0] !== undefined) throw failures[0];
    const unproven = destinations.flatMap((destination) => tooLongUnproven(context, destination));
    return { copies, unreachable, unproven, probes, durationMs: Math.round(context.clock.monotonicMs() - startedMs) };
  } finally {
    await pool.close();
    for (const close of closers) await close();
    context.onCatalogChanged();
  }
}

/** For whoever does not want the share: what a cloud refuses by now is to be known all the same, and costs a dozen small requests a week. */
async function probesOnly(
  context: EngineContext,
  input: VerbInput<'verify.due'>,
  run: Run,
): Promise<VerbOutput<'verify.due'>> {
  const startedMs = context.clock.monotonicMs();
  const probes: CloudProbe[] = [];
  for (const destination of await chosen(context, input.destinations)) {
    const probe = await probeIfDue(context, destination, run.signal);
    if (probe !== null) probes.push(probe);
  }
  context.onCatalogChanged();
  const durationMs = Math.round(context.clock.monotonicMs() - startedMs);
  return { copies: [], unreachable: [], unproven: [], probes, durationMs };
}

/**
 * A copy on which something was not read back in time, whether it was away or the share too slow: the promise is broken, and somebody has to know. Disks that travel
 * are away on purpose; their rotation reminds of them.
 */
function tooLongUnproven(
  { catalog, clock }: EngineContext,
  { id, name, role, addedAt }: SavedDestination,
): VerbOutput<'verify.due'>['unproven'] {
  if (role === 'cold' || role === 'offsite') return [];
  const figures = catalog.inventory.figures(id);
  const days = figures?.oldestUnprovenDays ?? Math.floor((clock.nowMs() - Date.parse(addedAt)) / dayMs);
  return days > provenWithinDays ? [{ destination: name, days }] : [];
}

async function chosen(context: EngineContext, names: readonly string[]): Promise<SavedDestination[]> {
  const wanted =
    names.length > 0
      ? await Promise.all(names.map((name) => findDestination(context, name)))
      : (await context.home.settings.read()).destinations;
  return nearestFirst(wanted);
}

async function shareOf(
  context: EngineContext,
  { destination, repository }: OpenCopy,
  all: readonly OpenCopy[],
  pool: ChunkPool,
  maxBytesPerSecond: number | null,
  run: Run,
): Promise<CopyShare> {
  const { catalog, clock } = context;
  const { inventory } = catalog;
  const { id, name } = destination;
  const { signal } = run;
  await whileBusy(context, signal);
  // Manifests first: what a writer adds meanwhile, it adds in the other order.
  const known = snapshotsKnownAt(catalog, id);
  const knownLogs = inventory.names(id, 'streams/');
  const names = new Set(await readTimeline(context, destination, repository, signal));
  const lostDeeds = await deedsLostAt(catalog, id, repository, signal);
  const listed = await repository.knownIds(signal);
  const there = snapshotsKnownAt(catalog, id).filter(({ manifestName }) => names.has(manifestName));
  const { lost, pruned } = judgeGone(
    known.filter(({ manifestName }) => !names.has(manifestName)),
    there.map(({ manifest }) => manifest),
    listed,
    pruneNotesIn(knownDeeds(catalog, id).flatMap(sayingsOf)),
  );
  forgetPruned(catalog, id, pruned);
  const lostNames = lost.map(({ manifestName }) => manifestName);
  // At once, as everything that is found: a share may be cut off.
  const { logs, damaged: damagedLogs } = await readStoredLogs(repository, catalog.streamRecords, signal);
  const lostLogs = logs.lost(
    knownLogs,
    catalog.snapshots(null).map(({ manifest }) => manifest),
  );
  const lostNamed = [...lostNames, ...lostDeeds, ...lostLogs];
  catalog.recordDamage(id, [...lostNamed, ...damagedLogs.map(({ object }) => object)]);
  const snapshots = await objectsOfEach(there, all, signal);
  const needed = new Set([...snapshots.flatMap(({ objects }) => objects), ...logs.chunks()]);
  const absent = [...needed].filter((object) => !listed.has(object));
  const inStock = inventory.objects(id);
  const isLost = new Set(lostNamed);
  const due = planShare(inStock, inventory.damage(id), clock.nowMs()).filter(({ object }) => !isLost.has(object));
  const budget = new ByteBudget({ bytesPerSecond: maxBytesPerSecond ?? usualRate[destination.kind] });
  const notes = new ProofNotes(inventory);
  let report: ShareReport;
  try {
    report = await readShare({
      repository,
      pool,
      // What the listing does not know is asked for by name before it is called missing.
      objects: [...absent, ...due.map(({ object }) => object)],
      pause: async (lastBytes) => {
        if (lastBytes > 0) await budget.take(lastBytes, signal);
        await whileBusy(context, signal);
      },
      onProven: (object) => notes.add(id, object),
      onBroken: (object) => catalog.recordDamage(id, [object]),
      onProgress: ({ doneObjects, bytesRead }) =>
        run.report({
          phase: 'share',
          detail: name,
          doneBytes: bytesRead,
          totalBytes: null,
          doneItems: doneObjects,
          totalItems: absent.length + due.length,
        }),
      signal,
    });
  } finally {
    notes.flush();
  }
  const absentStill = await stillMissing(repository, report.missing, snapshots, logs, signal);
  inventory.recordMended(
    id,
    report.missing.filter((object) => !absentStill.includes(object)),
  );
  const missing = [...lostNamed, ...absentStill];
  const damaged = [
    ...report.damaged,
    ...damagedLogs.filter(({ object }) => !report.damaged.some((each) => each.object === object)),
  ];
  const broken = [...damaged.map(({ object }) => object), ...missing];
  await recordBroken(context, destination, broken, all[0]?.repository ?? repository, signal);
  const isBroken = inventory.damage(id);
  const isKnown = new Set([...inStock.map(({ object }) => object), ...lostNamed]);
  inventory.recordMended(
    id,
    [...isBroken].filter((object) => !isKnown.has(object) && !needed.has(object)),
  );
  await recordStates(context, destination, snapshots);
  inventory.recordShareDone(id);
  const { read, bytesRead } = report;
  const brokenNow = new Set([...inventory.damage(id), ...broken]);
  const brokenLogs = namedLogs(
    context,
    logs.broken((object) => brokenNow.has(object)),
  );
  const gone = pruned.map(({ manifest }) => manifest.id);
  await context.home.audit.append('verify.share', {
    destination: name,
    objects: inStock.length,
    read,
    damaged: damaged.length,
    missing: missing.length,
    ...(gone.length === 0 ? {} : { gone: gone.length }),
  });
  return {
    destination: name,
    objects: inStock.length,
    read,
    bytesRead,
    damaged,
    missing,
    gone,
    ...(brokenLogs.length === 0 ? {} : { brokenLogs }),
    proof: inventory.figures(id),
  };
}

/** Deeds (FORMAT.md §14) that were on a copy and that nothing there says any more; what a prune has merged is forgotten. `readTimeline` has read those that are there. */
async function deedsLostAt(
  catalog: Catalog,
  destinationId: string,
  repository: Repository,
  signal: AbortSignal,
): Promise<string[]> {
  const listed = new Set(await listDeeds(repository, signal));
  const known = knownDeeds(catalog, destinationId);
  const there = new Map(known.filter(({ name }) => listed.has(name)).map((deed) => [deed.name, deed]));
  const { merged, lost } = judgeGoneDeeds(known, there, listed);
  catalog.deeds.forget(destinationId, merged);
  return lost.map(({ name }) => name);
}

interface SnapshotObjects {
  readonly manifest: Manifest;
  readonly manifestName: string;
  /** Ids of its chunks. */
  readonly objects: readonly string[];
  /** False when a table record could be read nowhere: then nobody knows all of its objects. */
  readonly isKnown: boolean;
}

/** What each snapshot on this copy needs, walked on the nearest copy that has the records: a record is the same wherever it is. */
async function objectsOfEach(
  there: readonly KnownSnapshot[],
  all: readonly OpenCopy[],
  signal: AbortSignal,
): Promise<SnapshotObjects[]> {
  const found: SnapshotObjects[] = [];
  for (const { manifest, manifestName } of there) {
    const { leaves, records } = referencesOf(manifest);
    const objects = new Set(leaves);
    let isKnown = true;
    for (const record of records) {
      objects.add(record.id);
      const chunks = await chunksOf(record, all, signal);
      isKnown &&= chunks !== null;
      for (const id of chunks ?? []) objects.add(id);
    }
    found.push({ manifest, manifestName, objects: [...objects], isKnown });
  }
  return found;
}

/** Without what another computer has pruned or merged since: a prune removes manifests before their chunks, so one look at them tells. */
async function stillMissing(
  repository: Repository,
  missing: readonly string[],
  snapshots: readonly SnapshotObjects[],
  logs: StoredLogs,
  signal: AbortSignal,
): Promise<string[]> {
  if (missing.length === 0) return [];
  const listed = new Set(await repository.listManifests(signal));
  const isLogWhole = logs.keepOnly(await repository.listAllStreamRecords(signal));
  if (isLogWhole && snapshots.every(({ manifestName }) => listed.has(manifestName))) return [...missing];
  const staying = snapshots.filter(({ manifestName }) => listed.has(manifestName));
  const needed = new Set([
    ...staying.flatMap(({ manifestName, objects }) => [manifestName, ...objects]),
    ...logs.chunks(),
  ]);
  const isAllKnown = staying.every(({ isKnown }) => isKnown);
  return missing.filter((object) => needed.has(object) || !isAllKnown);
}

async function chunksOf(
  record: RecordReference,
  all: readonly OpenCopy[],
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  for (const { repository } of all) {
    try {
      return await repository.chunksOf(record, signal);
    } catch (error) {
      signal.throwIfAborted();
      // A copy that is away, or has this one record not or damaged: the next one.
      if (findingOf(error) === null && toAppError(error).code === 'unexpected') throw error;
    }
  }
  return null;
}

/** Says of each snapshot what is proven by now: `listed` when all of it was seen, `read-back` when all of it has been read, since its oldest proof. */
async function recordStates(
  { catalog, home }: EngineContext,
  destination: SavedDestination,
  snapshots: readonly SnapshotObjects[],
): Promise<void> {
  const { id, name } = destination;
  const damage = catalog.inventory.damage(id);
  const proofs = catalog.inventory.proofs(id);
  const proven: string[] = [];
  for (const { manifest, manifestName, objects, isKnown } of snapshots) {
    const all = [manifestName, ...objects];
    if (!isKnown || all.some((object) => damage.has(object))) continue;
    const before = catalog.copies(manifest.id).find(({ destinationId }) => destinationId === id)?.copy;
    const provenAt = all.map((object) => proofs.get(object) ?? '').reduce((oldest, at) => (at < oldest ? at : oldest));
    if (provenAt === '') {
      catalog.recordCopy(manifest.id, id, 'listed', true);
      continue;
    }
    catalog.recordCopy(manifest.id, id, 'read-back', true, provenAt);
    if (before?.state === 'written' || before?.state === 'listed') proven.push(manifest.id);
  }
  await writeEvidence(home.audit, { action: 'copy.proven', state: 'read-back' }, name, proven);
}

/** Whoever backs up or restores goes first, in this process or another on the same home. */
async function whileBusy({ catalog }: EngineContext, signal: AbortSignal): Promise<void> {
  while (catalog.runningVerbs().some((verb) => important.has(verb))) {
    catalog.settleDeadJobs();
    await rest(pauseMs, signal);
  }
}
