import type { Repository } from '../repository/index.ts';
import type { EngineContext } from './engine-context.ts';
import { manifestsNewestFirst } from './manifests-newest-first.ts';

/**
 * Of names of manifests the newest of every shop: what a copy must have to protect all of them today. One that cannot be read protects nobody; the
 * one before it protects its shop. Errors: those of the store of `repository`, which is read for what the catalog does not know.
 */
export async function newestOfEachShop(
  context: EngineContext,
  repository: Repository,
  names: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const newest = new Map<string, string>();
  for (const { name, sourceId } of await manifestsNewestFirst(context, repository, names, signal))
    if (!newest.has(sourceId)) newest.set(sourceId, name);
  return [...newest.values()];
}
