import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { isUnreadableObject, parseManifestName, type Repository } from '../../repository/index.ts';
import { inLanes } from '../../platform/in-lanes.ts';
import { snapshotsInEvidence } from '../copy-evidence.ts';
import { readDeeds } from '../deeds/read-deeds.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { needsBroken } from '../record-damage.ts';
import { withRepository } from '../stores.ts';
import { letPass } from '../let-pass.ts';

/**
 * Reads which snapshots a copy lists and what they are, so that the timeline shows what is really there. New manifests are
 * read (kilobytes each); known ones are only listed. Errors: those of the store.
 */
export async function refreshDestination(
  context: EngineContext,
  destination: SavedDestination,
  signal: AbortSignal,
): Promise<void> {
  await withRepository(context.unlocked().keys, destination, signal, async (repository) => {
    await readTimeline(context, destination, repository, signal);
  });
}

/** Manifests in flight: a disk answers at once, a cloud after tens of milliseconds. Each is kilobytes. */
const readersOfDisk = 4;
const readersOfCloud = 24;
/** Snapshots that the catalog takes in one transaction: a person who looks meanwhile sees the timeline grow. */
const batchSnapshots = 100;

/**
 * A snapshot that was on this copy and is not listed any more, or whose manifest cannot be read, is written down as not intact;
 * one rotten manifest never hides the others. Newest first; what was read before an error or a cancel stays in the catalog.
 *
 * @param onProgress told of manifests that did not have to be, or have been, read
 * @returns names of all manifests that are listed, newest first
 */
export async function readTimeline(
  context: EngineContext,
  destination: SavedDestination,
  repository: Repository,
  signal: AbortSignal,
  onProgress: (doneSnapshots: number, totalSnapshots: number) => void = () => undefined,
): Promise<readonly string[]> {
  const { catalog } = context;
  // Asked before the listing: what another process adds meanwhile must not look as if it had gone.
  const before = new Set(catalog.snapshotIdsAt(destination.id));
  const gone = new Set(before);
  const names = (await repository.listManifests(signal)).reverse();
  const known: string[] = [];
  const fresh: string[] = [];
  for (const name of names) {
    const id = parseManifestName(name)?.id ?? '';
    gone.delete(id);
    if (catalog.knowsSnapshot(id)) known.push(id);
    else fresh.push(name);
  }
  const broken = await brokenAmong(
    context,
    destination,
    repository,
    known.filter((id) => !before.has(id)),
    signal,
  );
  catalog.atOnce(() => {
    // A manifest is written last of all, so what it stands for was written: nobody has looked for the chunks yet, unless a check has.
    for (const id of known) catalog.recordCopy(id, destination.id, 'written', !broken.has(id));
    for (const id of gone) catalog.recordCopy(id, destination.id, 'written', false);
  });
  onProgress(known.length, names.length);
  await readSnapshots(context, destination, repository, fresh, signal, (done) =>
    onProgress(known.length + done, names.length),
  );
  await readDeeds(context, destination, repository, signal);
  return names;
}

/** Those that need something which a check found damaged on this copy. */
async function brokenAmong(
  { catalog }: EngineContext,
  destination: SavedDestination,
  repository: Repository,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const damage = catalog.damage(destination.id);
  const broken = new Set<string>();
  for (const id of damage.size === 0 ? [] : ids) {
    const [snapshot] = catalog.snapshotsById(id);
    if (snapshot !== undefined && (await needsBroken(repository, snapshot, damage, signal))) broken.add(id);
  }
  return broken;
}

interface ReadSnapshot {
  readonly name: string;
  readonly manifest: Manifest;
  readonly chunks: number;
  /** It needs something that a check found damaged on this copy. */
  readonly isBroken: boolean;
}

async function readSnapshots(
  { catalog, onCatalogChanged }: EngineContext,
  destination: SavedDestination,
  repository: Repository,
  names: readonly string[],
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<void> {
  let waiting: ReadSnapshot[] = [];
  const write = () => {
    const batch = waiting;
    waiting = [];
    catalog.atOnce(() => {
      for (const { name, manifest, chunks, isBroken } of batch) {
        catalog.addSnapshot(manifest, name, chunks);
        catalog.recordCopy(manifest.id, destination.id, 'written', !isBroken);
      }
    });
  };
  let done = 0;
  const damage = catalog.damage(destination.id);
  const lanes = repository.store.kind === 's3' ? readersOfCloud : readersOfDisk;
  try {
    await inLanes(names, { lanes, signal }, async (name, running) => {
      const snapshot = await readSnapshot(repository, name, damage, running);
      if (snapshot !== null) waiting.push(snapshot);
      done += 1;
      onProgress(done);
      if (waiting.length < batchSnapshots) return;
      write();
      onCatalogChanged();
    });
  } finally {
    write();
  }
}

/** Null when the manifest cannot be read on this copy: the others may still have it, and `verify` tells. */
async function readSnapshot(
  repository: Repository,
  name: string,
  damage: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadSnapshot | null> {
  try {
    signal.throwIfAborted();
    const manifest = await repository.getManifest(name, signal);
    const chunks = await countChunks(repository, manifest, signal);
    const isBroken =
      damage.size > 0 && (await needsBroken(repository, { manifest, manifestName: name }, damage, signal));
    return { name, manifest, chunks, isBroken };
  } catch (error) {
    signal.throwIfAborted();
    if (isUnreadableObject(error)) return null;
    throw error;
  }
}

/** A table without a key is one range of many chunks; this much text may be more than one. */
const oneChunkBytes = 256 * 1024;

/** One chunk per range, two where columns are sealed. Only a large single range has to be looked into: kilobytes per snapshot. */
async function countChunks(repository: Repository, manifest: Manifest, signal: AbortSignal): Promise<number> {
  let chunks = 0;
  for (const { ranges, textBytes, sealed, tableChunk } of manifest.tables) {
    const isCertain = ranges !== 1 || textBytes <= oneChunkBytes;
    const perRange = sealed ? 2 : 1;
    const counted = isCertain ? null : await chunksOrNull(repository, tableChunk, signal);
    chunks += counted ?? ranges * perRange;
  }
  return chunks;
}

async function chunksOrNull(repository: Repository, id: string, signal: AbortSignal): Promise<number | null> {
  try {
    return (await repository.chunksOfTable(id, signal)).length;
  } catch (error) {
    signal.throwIfAborted();
    if (isUnreadableObject(error)) return null;
    throw error;
  }
}

/**
 * Rebuilds a new or deleted catalog from every copy that can be reached. A copy that is absent or answers with an error is left
 * out, which only means that less is known: absence is never read as deletion.
 */
export async function ensureCatalogBuilt(context: EngineContext, signal: AbortSignal): Promise<void> {
  if (context.catalog.isBuilt || !context.isUnlocked()) return;
  const { destinations } = await context.home.settings.read();
  for (const destination of destinations) {
    try {
      await refreshDestination(context, destination, signal);
    } catch (error) {
      // Said again, with words, as soon as somebody looks at or uses this copy.
      letPass(error, signal);
    }
  }
  await restoreEvidence(context);
  context.catalog.markBuilt();
  context.onCatalogChanged();
}

/**
 * What was proven of copies, and what was found broken, is in the audit log; the catalog is only its index. Evidence keeps the instant
 * at which it was seen, and counts for a destination only from the moment that this destination was added: a new disk of an old
 * name has proven nothing.
 */
async function restoreEvidence({ home, catalog }: EngineContext): Promise<void> {
  const { entries } = await home.audit.read();
  const { destinations } = await home.settings.read();
  for (const { at, action, facts } of entries) {
    const destination = destinations.find(({ name, addedAt }) => name === facts['destination'] && addedAt <= at);
    if (destination === undefined || (action !== 'copy.damaged' && action !== 'copy.proven')) continue;
    const { state } = facts;
    for (const snapshot of snapshotsInEvidence(facts)) {
      if (!catalog.knowsSnapshot(snapshot)) continue;
      if (action === 'copy.damaged') catalog.recordCopy(snapshot, destination.id, 'listed', false, at);
      else if (state === 'read-back' || state === 'restored' || state === 'totals-matched')
        catalog.recordCopy(snapshot, destination.id, state, true, at);
    }
  }
}
