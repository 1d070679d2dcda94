import { AppError } from '../../../../shared/errors/app-error.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { findingOf, type VaultKey } from '../../repository/index.ts';
import { CopyReader, type ReadableCopy } from '../../restore/copy-reader.ts';
import { planRestore, type RestorePlan, type Selection } from '../../restore/plan-restore.ts';
import type { BlobStore } from '../../backend/blob-store.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { nearness } from '../nearness.ts';
import { prunedMeanwhile } from '../pruned-meanwhile.ts';
import { planWithParents } from './plan-with-parents.ts';
import { openRepository, openStore } from '../stores.ts';
import { findDestination } from '../verbs/lookup.ts';
import { refreshDestination } from '../verbs/refresh-catalog.ts';

export interface OpenRestore {
  readonly reader: CopyReader;
  readonly pool: ChunkPool;
  readonly plan: RestorePlan;
  readonly vault: 'open' | 'closed' | 'none';
  /** Tables that had to come along: `database.table`. */
  readonly cameAlong: readonly string[];
}

/** Copies that are opened when they are needed, each once, and a reader over them; all are closed when `use` has ended. */
export async function withCopies<T>(
  context: EngineContext,
  destinations: readonly SavedDestination[],
  vault: VaultKey | null,
  run: Run,
  use: (reader: CopyReader, pool: ChunkPool, copies: readonly ReadableCopy[]) => Promise<T>,
): Promise<T> {
  const { keys } = context.unlocked();
  const stores: BlobStore[] = [];
  const pool = new ChunkPool(keys);
  const copies = destinations.map((destination): ReadableCopy => ({
    name: destination.name,
    open: async () => {
      const store = await openStore(keys, destination);
      stores.push(store);
      return openRepository(store, keys, destination, run.signal);
    },
  }));
  const reader = new CopyReader(copies, pool, vault);
  try {
    return await use(reader, pool, copies);
  } finally {
    await pool.close();
    // A copy that is still being opened would leave its store behind.
    await reader.settled();
    for (const store of stores) await store.close();
  }
}

/** Opens the copies of a snapshot, and closes them whatever happens. */
export async function withOpenRestore<T>(
  context: EngineContext,
  request: {
    readonly snapshot: CatalogSnapshot;
    readonly selection: Selection;
    readonly from: string | null;
    readonly vault: VaultKey | null;
    /** A log will be done again on it. */
    readonly isReplayed?: boolean;
  },
  run: Run,
  use: (open: OpenRestore) => Promise<T>,
): Promise<T> {
  const { snapshot, selection, vault } = request;
  const destinations = await chooseCopies(context, snapshot, request.from, run.signal);
  return withCopies(context, destinations, vault, run, async (reader, pool) => {
    try {
      run.report({ phase: 'open', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
      const manifest = await reader.manifest(snapshot.manifestName, run.signal);
      const { plan, cameAlong } =
        request.isReplayed === true
          ? await planWithParents(manifest, selection, reader, run.signal)
          : { plan: await planRestore(manifest, selection, reader, run.signal), cameAlong: [] };
      const hasSecrets = plan.databases.some(({ tables }) =>
        tables.some(({ schema }) => schema.columns.some(({ secret }) => secret)),
      );
      const state = hasSecrets ? (vault === null ? 'closed' : 'open') : 'none';
      return await use({ reader, pool, plan, cameAlong, vault: state });
    } catch (error) {
      run.signal.throwIfAborted();
      const pruned = await reader.leaveOutPruned(snapshot.manifestName, run.signal);
      if (pruned.length === 0 || findingOf(error) !== 'missing') throw error;
      throw prunedMeanwhile(snapshot.manifest.id.slice(0, 8), pruned.join(', '), error);
    } finally {
      await recordBroken(context, snapshot, reader);
    }
  });
}

/**
 * The named copy and no other (somebody wants to know whether *that* one works), or all copies that are said to hold the
 * snapshot, sound ones first, nearest first. Error: `restore.no-copy`.
 */
export async function chooseCopies(
  context: EngineContext,
  { manifest }: Pick<CatalogSnapshot, 'manifest'>,
  from: string | null,
  signal: AbortSignal,
): Promise<SavedDestination[]> {
  if (from !== null) {
    const named = await findDestination(context, from);
    const isThere = () => context.catalog.copies(manifest.id).some(({ destinationId }) => destinationId === named.id);
    // Another computer may have copied it there: the catalog is only what this one has seen.
    if (!isThere()) await refreshDestination(context, named, signal);
    if (!isThere()) throw new AppError('restore.no-copy', { snapshot: manifest.id, destination: named.name });
    return [named];
  }
  const { destinations } = await context.home.settings.read();
  const intact = new Map(
    context.catalog.copies(manifest.id).map(({ destinationId, copy }) => [destinationId, copy.intact]),
  );
  const holding = destinations.filter(({ id }) => intact.has(id));
  if (holding.length === 0) throw new AppError('restore.no-copy', { snapshot: manifest.id });
  const rank = (destination: SavedDestination) =>
    (intact.get(destination.id) === true ? 0 : 10) + nearness[destination.role];
  return holding.sort((a, b) => rank(a) - rank(b));
}

/** What a restore stumbled over on a copy is known from then on, whether another copy helped out or not. */
export async function recordBroken(
  { home, catalog }: EngineContext,
  { manifest }: Pick<CatalogSnapshot, 'manifest'>,
  { broken }: CopyReader,
): Promise<void> {
  if (broken.size === 0) return;
  const { destinations } = await home.settings.read();
  for (const { id, name } of destinations) {
    const objects = broken.get(name);
    if (objects === undefined) continue;
    catalog.recordDamage(id, [...objects]);
    catalog.recordCopy(manifest.id, id, 'listed', false);
    await home.audit.append('copy.damaged', { destination: name, snapshot: manifest.id });
  }
}
