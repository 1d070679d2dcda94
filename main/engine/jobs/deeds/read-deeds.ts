import type { Catalog } from '../../catalog/catalog.ts';
import {
  isUnreadableObject,
  listDeeds,
  parseDeed,
  readDeed,
  sayingsOf,
  type FoundDeed,
  type Repository,
} from '../../repository/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';

/**
 * Reads what a copy says was done with snapshots, as far as it is not known yet, and gives the names of all deeds that are listed. One that cannot be
 * read hides no other: `verify` tells, and prune refuses. Errors: those of the store.
 */
export async function readDeeds(
  { catalog }: Pick<EngineContext, 'catalog'>,
  destination: SavedDestination,
  repository: Repository,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names = await listDeeds(repository, signal);
  const known = new Set(catalog.deeds.at(destination.id).map(({ name }) => name));
  for (const name of names) {
    if (known.has(name)) continue;
    try {
      const deed = await readDeed(repository, name, signal);
      catalog.deeds.record(destination.id, { name, text: deed.text }, sayingsOf(deed));
    } catch (error) {
      signal.throwIfAborted();
      if (!isUnreadableObject(error)) throw error;
    }
  }
  return names;
}

/** What a prune has read of a copy. */
export function noteDeeds(catalog: Catalog, destinationId: string, deeds: readonly FoundDeed[]): void {
  for (const deed of deeds) catalog.deeds.record(destinationId, deed, sayingsOf(deed));
}

/** Deeds of a copy as the catalog has them: known types only. */
export function knownDeeds(catalog: Catalog, destinationId: string) {
  return catalog.deeds.at(destinationId).map(({ name, text }) => ({ name, ...parseDeed(name, text) }));
}
