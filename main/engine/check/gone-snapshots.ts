import type { Manifest } from '../../../shared/model/snapshot.ts';
import { referencesOf, type KnownIds } from '../repository/index.ts';

/** A snapshot that this computer knows to have been on a copy. */
export interface KnownSnapshot {
  readonly manifest: Manifest;
  readonly manifestName: string;
}

export interface GoneSnapshots {
  /** Nobody has tidied them up: their manifests are lost. */
  readonly lost: readonly KnownSnapshot[];
  /** Another computer has tidied them up, as far as this copy can show. */
  readonly pruned: readonly KnownSnapshot[];
}

/**
 * What became of snapshots that were on a copy and are not listed there any more. Prune (FORMAT.md §8) keeps the newest snapshot of every source, and takes with a
 * manifest the objects that only it named. So one without a newer one beside it was lost, and so was one whose own objects are all still there; of a
 * prune that died between the two this is said as well, until the next one has ended its work. Where only the manifest was the snapshot's own
 * (nothing had changed in the shop), nothing else can be known of it, and its neighbour holds the same rows.
 *
 * @param there manifests that are listed, also such as cannot be read
 * @param listed ids of the chunks that are listed
 */
export function judgeGone(
  gone: readonly KnownSnapshot[],
  there: readonly Manifest[],
  listed: Pick<KnownIds, 'has'>,
): GoneSnapshots {
  if (gone.length === 0) return { lost: [], pruned: [] };
  const named = new Set(there.flatMap(namedBy));
  const newest = new Map<string, string>();
  for (const { source, at } of there) if (at > (newest.get(source.id) ?? '')) newest.set(source.id, at);
  const isLost = ({ manifest }: KnownSnapshot) => {
    if (manifest.at >= (newest.get(manifest.source.id) ?? '')) return true;
    const own = namedBy(manifest).filter((id) => !named.has(id));
    return own.length > 0 && own.every((id) => listed.has(id));
  };
  return { lost: gone.filter(isLost), pruned: gone.filter((snapshot) => !isLost(snapshot)) };
}

/** A table of other rows has another record: what only one snapshot needs shows here already, and no record has to be read. */
function namedBy(manifest: Manifest): string[] {
  const { leaves, tables } = referencesOf(manifest);
  return [...leaves, ...tables];
}
