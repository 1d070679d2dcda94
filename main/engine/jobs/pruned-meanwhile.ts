import { AppError } from '../../../shared/errors/app-error.ts';
import { findingOf, parseManifestName, type FeedFinding, type Repository } from '../repository/index.ts';
import type { EngineContext } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';

/** Names of those snapshots that a copy does not list any more although it did when the work began: somebody has pruned them. */
export async function goneMeanwhile(
  repository: Repository,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const listed = new Set(await repository.listManifests(signal));
  return wanted.filter((name) => !listed.has(name));
}

/**
 * What was found, without the objects that `from` lacks only because a snapshot that was being read has been pruned there meanwhile: a prune removes
 * manifests before their chunks, so one look at them tells. What a snapshot that is still listed needs is missing all the same, and so is everything
 * when one of these cannot be looked into. Errors: those of the store of `repository`.
 */
export async function withoutPruned(
  { catalog }: EngineContext,
  findings: readonly FeedFinding[],
  from: { readonly destination: SavedDestination; readonly repository: Repository; readonly wanted: readonly string[] },
  signal: AbortSignal,
): Promise<readonly FeedFinding[]> {
  const { destination, repository, wanted } = from;
  const isMissing = ({ source, reason, healed }: FeedFinding) =>
    !healed && reason === 'missing' && source === destination.name;
  if (!findings.some(isMissing)) return findings;
  const listed = await repository.listManifests(signal);
  if (wanted.every((name) => listed.includes(name))) return findings;
  const needed = new Set(listed);
  for (const name of listed) {
    try {
      const [known] = catalog.snapshotsById(parseManifestName(name)?.id ?? name);
      const manifest = known?.manifest ?? (await repository.getManifest(name, signal));
      for await (const object of repository.objectsOf(manifest, signal)) needed.add(object);
    } catch (error) {
      if (findingOf(error) === null) throw error;
      return findings;
    }
  }
  return findings.filter((finding) => !isMissing(finding) || needed.has(finding.object));
}

export function prunedMeanwhile(snapshot: string, destination: string, cause: unknown): AppError {
  return new AppError('snapshot.pruned-meanwhile', { snapshot, destination }, { cause });
}
