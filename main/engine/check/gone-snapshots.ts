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
  /** They were tidied up, as is written down on this copy, or as far as it can show. */
  readonly pruned: readonly KnownSnapshot[];
}

/** What is written down on a copy of its prunes (FORMAT.md §14). */
export interface PruneNotes {
  /** Ids of snapshots that were removed on purpose. */
  readonly pruned: ReadonlySet<string>;
}

/** @param sayings `<type> <subject>` of all deeds of the copy, also of those that this computer has read there before */
export function pruneNotesIn(sayings: Iterable<string>): PruneNotes {
  const pruned = new Set<string>();
  for (const saying of sayings) if (saying.startsWith('pruned ')) pruned.add(saying.slice('pruned '.length));
  return { pruned };
}

/**
 * What became of snapshots that were on a copy and are not listed there any more. Prune (FORMAT.md §8) keeps the newest snapshot of every source, so one without a
 * newer one beside it was lost, whatever is written. Prune writes down what it removes: where it has done so once, what is not in its notes was lost.
 *
 * Where no note was ever written (older programs do not), the objects tell: prune takes with a manifest what only that one named, so one whose own objects are all still there was lost; of a
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
  { pruned }: PruneNotes,
): GoneSnapshots {
  if (gone.length === 0) return { lost: [], pruned: [] };
  const named = new Set(there.flatMap(namedBy));
  const newest = newestOf(there);
  const isLost = ({ manifest }: KnownSnapshot) => {
    if (manifest.at >= (newest.get(manifest.source.id) ?? '')) return true;
    if (pruned.size > 0) return !pruned.has(manifest.id);
    return leftAllBehind(manifest, named, listed);
  };
  return { lost: gone.filter(isLost), pruned: gone.filter((snapshot) => !isLost(snapshot)) };
}

/**
 * Of snapshots that this computer knows from other copies only: those that were here all the same, because everything that only they need is here, and that nobody
 * has tidied up. One that was never brought leaves nothing; one that is newer than all here may be on its way.
 */
export function lostUnseen(
  elsewhere: readonly KnownSnapshot[],
  there: readonly Manifest[],
  listed: Pick<KnownIds, 'has'>,
  { pruned }: PruneNotes,
): KnownSnapshot[] {
  const named = new Set(there.flatMap(namedBy));
  const newest = newestOf(there);
  return elsewhere.filter(
    ({ manifest }) =>
      manifest.at < (newest.get(manifest.source.id) ?? '') &&
      !pruned.has(manifest.id) &&
      leftAllBehind(manifest, named, listed),
  );
}

/** The instant of the newest snapshot of each shop, by the shop's id. */
function newestOf(there: readonly Manifest[]): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  for (const { source, at } of there) if (at > (newest.get(source.id) ?? '')) newest.set(source.id, at);
  return newest;
}

/**
 * Ids of snapshots that manifests here name as the one before them, and that are neither here nor known to have been tidied up here. They may be lost, or were never brought: a
 * computer that has not seen this copy before cannot tell.
 */
export function unexplained(
  there: readonly Manifest[],
  others: readonly KnownSnapshot[],
  { pruned }: PruneNotes,
): string[] {
  const known = new Set([...there, ...others.map(({ manifest }) => manifest)].map(({ id }) => id));
  const before = new Set(there.flatMap(({ previous }) => previous ?? []));
  return [...before].filter((id) => !known.has(id) && !pruned.has(id)).sort();
}

function leftAllBehind(manifest: Manifest, named: ReadonlySet<string>, listed: Pick<KnownIds, 'has'>): boolean {
  const own = namedBy(manifest).filter((id) => !named.has(id));
  return own.length > 0 && own.every((id) => listed.has(id));
}

/** A table of other rows has another record: what only one snapshot needs shows here already, and no record has to be read. */
function namedBy(manifest: Manifest): string[] {
  const { leaves, records } = referencesOf(manifest);
  return [...leaves, ...records.map(({ id }) => id)];
}
