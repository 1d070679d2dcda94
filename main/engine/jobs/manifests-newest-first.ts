import { dateOf, newestFirst, type DatedSnapshot } from '../../../shared/model/snapshot-order.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { inLanes } from '../platform/in-lanes.ts';
import { findingOf, isUnreadableObject, parseManifestName, type Repository } from '../repository/index.ts';
import type { EngineContext } from './engine-context.ts';

export interface OrderedManifest {
  readonly name: string;
  readonly sourceId: string;
}

/** Manifests that the catalog does not know are kilobytes each; a cloud answers after tens of milliseconds. */
const readers = 8;

/**
 * The snapshots of these names in the order in which they were taken (see `newestFirst`), newest first. What the catalog knows is not read, and helps
 * to tell the order also where it is not among the names. A manifest that is not known and cannot be read here is left out: nobody knows whose it is.
 * Errors: those of the store of `repository`.
 */
export async function manifestsNewestFirst(
  { catalog }: EngineContext,
  repository: Repository,
  names: readonly string[],
  signal: AbortSignal,
): Promise<OrderedManifest[]> {
  const dates: DatedSnapshot[] = catalog.dates(null);
  const known = new Set(dates.map(({ id }) => id));
  const unknown = names.filter((name) => !known.has(idOf(name)));
  await inLanes(unknown, { lanes: readers, signal }, async (name, running) => {
    try {
      dates.push(dateOf(await repository.getManifest(name, running)));
    } catch (error) {
      running.throwIfAborted();
      if (findingOf(error) === null) throw error;
    }
  });
  const named = Map.groupBy(names, idOf);
  return newestFirst(dates, (dated) => dated).flatMap(({ snapshot: { id, sourceId } }) => {
    const found = named.get(id) ?? [];
    // Of two names with one id only somebody with the keys can be the author: each is there once, whichever is looked at first.
    named.delete(id);
    return found.map((name) => ({ name, sourceId }));
  });
}

/**
 * The newest snapshot of a source that this copy can still read and that holds what is looked for, among the newest `most`: what is damaged here must not stop tonight's
 * backup.
 */
export async function newestReadable(
  context: EngineContext,
  repository: Repository,
  sourceId: string,
  signal: AbortSignal,
  {
    holds = () => true,
    most = Infinity,
  }: { readonly holds?: (manifest: Manifest) => boolean; readonly most?: number } = {},
): Promise<Manifest | null> {
  const names = await repository.listManifests(signal);
  const own = (await manifestsNewestFirst(context, repository, names, signal)).filter(
    (each) => each.sourceId === sourceId,
  );
  for (const { name } of own.slice(0, most)) {
    try {
      const manifest = await repository.getManifest(name, signal);
      if (holds(manifest)) return manifest;
    } catch (error) {
      if (!isUnreadableObject(error)) throw error;
    }
  }
  return null;
}

function idOf(name: string): string {
  return parseManifestName(name)?.id ?? name;
}
