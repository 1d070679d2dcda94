import type { Manifest } from '../../../shared/model/snapshot.ts';
import { findingOf, type FeedFinding, type Repository } from '../repository/index.ts';
import { writeEvidence } from './copy-evidence.ts';
import type { EngineContext } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';

/**
 * What was found broken on a copy turns what was proven of it: every snapshot there that needs one of these objects is not intact any more.
 * `repository` is any copy that the table records can be read from. Gives the ids of these snapshots.
 */
export async function recordBroken(
  { catalog, home }: EngineContext,
  destination: SavedDestination,
  objects: readonly string[],
  repository: Repository,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (objects.length === 0) return [];
  catalog.recordDamage(destination.id, objects);
  const broken = new Set(objects);
  const there = new Set(catalog.snapshotIdsAt(destination.id));
  const found: string[] = [];
  try {
    for (const { manifest, manifestName } of catalog.snapshots(null)) {
      if (!there.has(manifest.id)) continue;
      if (!(await needsBroken(repository, { manifest, manifestName }, broken, signal))) continue;
      catalog.recordCopy(manifest.id, destination.id, 'listed', false);
      found.push(manifest.id);
    }
  } finally {
    // Also when it was stopped half way: what the catalog says by then must survive the catalog.
    await writeEvidence(home.audit, { action: 'copy.damaged' }, destination.name, found);
  }
  return found;
}

/** Whether a snapshot needs one of these objects. `repository`: any copy that its table records can be read from. */
export async function needsBroken(
  repository: Repository,
  { manifest, manifestName }: { readonly manifest: Manifest; readonly manifestName: string },
  broken: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<boolean> {
  return broken.has(manifestName) || needsAny(repository.objectsOf(manifest, signal), broken, signal);
}

/** A snapshot whose objects cannot be walked may well need what is broken: nobody can say otherwise. */
async function needsAny(
  objects: AsyncIterable<string>,
  broken: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    for await (const id of objects) if (broken.has(id)) return true;
    return false;
  } catch (error) {
    signal.throwIfAborted();
    if (findingOf(error) === null) throw error;
    return true;
  }
}

/** A copy that was read from and is not sound. */
export interface BrokenCopy {
  readonly destination: string;
  readonly objects: number;
  /** Ids of the snapshots there that need one of these objects. */
  readonly snapshots: readonly string[];
}

/** What a feed stumbled over: what it could not heal is known from then on and given back, what it healed is written into the log. */
export async function recordFindings(
  context: EngineContext,
  findings: readonly FeedFinding[],
  destinations: readonly SavedDestination[],
  repository: Repository,
  signal: AbortSignal,
): Promise<readonly BrokenCopy[]> {
  const copies: BrokenCopy[] = [];
  for (const destination of destinations) {
    const found = findings.filter(({ source }) => source === destination.name);
    const healed = found.filter((finding) => finding.healed).map(({ object }) => object);
    const broken = found.filter((finding) => !finding.healed).map(({ object }) => object);
    if (healed.length > 0) {
      context.catalog.recordProofs(destination.id, healed);
      await context.home.audit.append('copy.healed', { destination: destination.name, objects: healed.length });
    }
    if (broken.length === 0) continue;
    const snapshots = await recordBroken(context, destination, broken, repository, signal);
    copies.push({ destination: destination.name, objects: broken.length, snapshots });
  }
  return copies;
}
