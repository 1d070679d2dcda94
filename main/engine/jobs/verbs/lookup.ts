import { AppError } from '../../../../shared/errors/app-error.ts';
import { dateOf, newestFirst } from '../../../../shared/model/snapshot-order.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import type { EngineContext } from '../engine-context.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import type { SavedDestination, SavedSource } from '../home/settings-file.ts';
import { ensureCatalogBuilt } from './refresh-catalog.ts';

/**
 * As `findSnapshot`; `latest`: the one that was taken last of those that hold what is looked for, or of all where none does. A source of which no snapshot is
 * known has to be one all the same.
 */
export async function findHolding(
  context: EngineContext,
  reference: string,
  source: string,
  holds: (manifest: Manifest) => boolean,
  signal: AbortSignal,
): Promise<CatalogSnapshot> {
  await ensureCatalogBuilt(context, signal);
  const all = context.catalog.snapshots(source);
  if (all.length === 0) await findSource(context, source);
  if (reference !== 'latest') return findSnapshot(context, reference, source);
  const holding = all.filter(({ manifest }) => holds(manifest));
  const [newest] = newestFirst(holding, ({ manifest }) => dateOf(manifest));
  return newest?.snapshot ?? findSnapshot(context, reference, source);
}

/** Error: `source.unknown` {name, known}. */
export async function findSource(context: EngineContext, name: string): Promise<SavedSource> {
  const { sources } = await context.home.settings.read();
  const source = sources.find((candidate) => candidate.name === name);
  if (source === undefined)
    throw new AppError('source.unknown', { name, known: sources.map((known) => known.name).join(', ') });
  return source;
}

/** Error: `destination.unknown` {name, known}. */
export async function findDestination(context: EngineContext, name: string): Promise<SavedDestination> {
  const { destinations } = await context.home.settings.read();
  const destination = destinations.find((candidate) => candidate.name === name);
  if (destination === undefined) {
    throw new AppError('destination.unknown', { name, known: destinations.map((known) => known.name).join(', ') });
  }
  return destination;
}

/**
 * A snapshot by its id, by the unique beginning of its id, or `latest`: the one that was taken last (of a source, when one is given).
 * Error: `snapshot.unknown` {snapshot}.
 */
export function findSnapshot(context: EngineContext, reference: string, source: string | null): CatalogSnapshot {
  if (reference === 'latest') {
    const newest = context.catalog.newest(source);
    if (newest === undefined) throw new AppError('snapshot.unknown', { snapshot: reference });
    return newest;
  }
  const candidates = context.catalog.snapshotsById(reference);
  const [found, another] = candidates.filter((snapshot) => source === null || snapshot.manifest.source.name === source);
  if (found === undefined || another !== undefined) throw new AppError('snapshot.unknown', { snapshot: reference });
  return found;
}
