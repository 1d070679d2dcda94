import { findingOf, parseManifestName, type Repository } from '../repository/index.ts';
import type { EngineContext } from './engine-context.ts';

/**
 * Of names of manifests, newest first, the newest of every shop: what a copy must have to protect all of them today. Errors: those of the store
 * of `repository`, which is read for what the catalog does not know.
 */
export async function newestOfEachShop(
  context: EngineContext,
  repository: Repository,
  newestFirst: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const newest = new Map<string, string>();
  for (const name of newestFirst) {
    const shop = await shopOf(context, repository, name, signal);
    if (shop !== null && !newest.has(shop)) newest.set(shop, name);
  }
  return [...newest.values()];
}

/** Null for a manifest that cannot be read here: nobody knows whose it is, and the one before it protects its shop. */
async function shopOf(
  { catalog }: EngineContext,
  repository: Repository,
  name: string,
  signal: AbortSignal,
): Promise<string | null> {
  const [known] = catalog.snapshotsById(parseManifestName(name)?.id ?? name);
  if (known !== undefined) return known.manifest.source.id;
  try {
    return (await repository.getManifest(name, signal)).source.id;
  } catch (error) {
    signal.throwIfAborted();
    if (findingOf(error) === null) throw error;
    return null;
  }
}
