import { newestFirst } from '../../../../shared/model/snapshot-order.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { isUnreadableObject, parseManifestName, type Repository } from '../../repository/index.ts';
import { planRetention, type SeenSnapshot } from '../../retention/plan-retention.ts';
import type { EngineContext } from '../engine-context.ts';
import { snapshotsToLookAt } from '../files/open-findings.ts';
import { confirmedShrinks, knownCopies, ownTimeZone } from '../verbs/retention-facts.ts';
import { digester, findShrunk, type SnapshotDigest } from '../verbs/shrunk-sources.ts';
import type { DiskDestination } from './find-disk.ts';

interface Judged {
  readonly name: string;
  readonly sourceId: string;
  readonly digest: SnapshotDigest;
  readonly seen: SeenSnapshot;
}

/**
 * Of the snapshots that the disk lacks, those that its own rule would remove as soon as it may: copied today, they would fill it until
 * the next tidying and be back a week later. Judged is the disk as it would be with all of them on it.
 *
 * A disk without a rule of its own takes everything. So it does of a shop that looks robbed: prune would refuse there as well, and what
 * an attacker wants pushed off the disk is copied all the more. A manifest that cannot be read here is not judged and so not left out.
 * Errors: those of the store of `source`.
 */
export async function unwantedAt(
  context: EngineContext,
  disk: DiskDestination,
  at: { readonly source: Repository; readonly there: readonly string[]; readonly lacking: readonly string[] },
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const rule = disk.retention;
  if (rule === undefined || rule.keepAll || at.lacking.length === 0) return new Set();
  const digest = digester();
  const toLookAt = snapshotsToLookAt(context, (await context.home.settings.read()).sources);
  const judged: Judged[] = [];
  for (const name of [...at.there, ...at.lacking]) {
    signal.throwIfAborted();
    const manifest = await manifestOf(context, at.source, name, signal);
    if (manifest !== null) judged.push(judge(context, disk, name, manifest, { digest, toLookAt }));
  }
  const robbed = new Set(
    findShrunk(judged, await confirmedShrinks(context), context.clock.nowMs()).map(({ source }) => source),
  );
  const settings = { rule, pinned: new Set(disk.pinned), timeZone: ownTimeZone() };
  const placed = newestFirst(judged, ({ digest: { dated } }) => dated);
  const verdicts = planRetention(
    placed.map(({ snapshot: { seen }, notAfterMs }) => ({ ...seen, notAfterMs })),
    settings,
  );
  const going = new Set(verdicts.filter(({ stays }) => !stays).map(({ snapshot }) => snapshot));
  const lacking = new Set(at.lacking);
  const unwanted = judged.filter(
    ({ name, seen, digest: { source } }) => lacking.has(name) && going.has(seen.id) && !robbed.has(source),
  );
  return new Set(unwanted.map(({ name }) => name));
}

function judge(
  context: EngineContext,
  disk: DiskDestination,
  name: string,
  manifest: Manifest,
  by: { readonly digest: (manifest: Manifest) => SnapshotDigest; readonly toLookAt: ReadonlySet<string> },
): Judged {
  const { id, at, source } = manifest;
  const small = by.digest(manifest);
  const { proof, isDamagedHere, isLost } = knownCopies(context, id, disk.id);
  const isWhole = !isDamagedHere && !isLost;
  // The grace time of what is copied today begins today; it only puts the removal off.
  const isToLookAt = by.toLookAt.has(id);
  const seen = { id, sourceId: source.id, at, isGreen: small.isGreen, isWhole, isYoung: false, isToLookAt, proof };
  return { name, sourceId: source.id, digest: small, seen };
}

/** From the catalog where it is known: what is on the disk is mostly nowhere else any more. Null when it cannot be read. */
async function manifestOf(
  { catalog }: EngineContext,
  source: Repository,
  name: string,
  signal: AbortSignal,
): Promise<Manifest | null> {
  const [known] = catalog.snapshotsById(parseManifestName(name)?.id ?? name);
  if (known !== undefined) return known.manifest;
  try {
    return await source.getManifest(name, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isUnreadableObject(error)) return null;
    throw error;
  }
}
