import { toAppError } from '../../../../shared/errors/app-error.ts';
import { parseManifestName, type Repository } from '../../repository/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { withRepository } from '../stores.ts';

/**
 * Reads which snapshots a copy lists and what they are, so that the timeline shows what is really there. New manifests are
 * read (kilobytes each); known ones are only listed. Errors: those of the store.
 */
export async function refreshDestination(
  context: EngineContext,
  destination: SavedDestination,
  signal: AbortSignal,
): Promise<void> {
  await withRepository(context.unlocked().keys, destination, signal, (repository) =>
    readTimeline(context, destination, repository, signal),
  );
}

export async function readTimeline(
  context: EngineContext,
  destination: SavedDestination,
  repository: Repository,
  signal: AbortSignal,
): Promise<void> {
  for (const name of await repository.listManifests(signal)) {
    const id = parseManifestName(name)?.id ?? '';
    if (!context.catalog.knowsSnapshot(id)) {
      const manifest = await repository.getManifest(name, signal);
      let chunks = 0;
      for (const { tableChunk } of manifest.tables)
        chunks += (await repository.chunksOfTable(tableChunk, signal)).length;
      context.catalog.addSnapshot(manifest, name, chunks);
    }
    context.catalog.recordCopy(id, destination.id, 'listed', true);
  }
}

/**
 * Rebuilds a new or deleted catalog from every copy that can be reached. A copy that is absent or answers with an error is left
 * out, which only means that less is known: absence is never read as deletion.
 */
export async function ensureCatalogBuilt(context: EngineContext, signal: AbortSignal): Promise<void> {
  if (context.catalog.isBuilt || !context.isUnlocked()) return;
  const { destinations } = await context.home.settings.read();
  for (const destination of destinations) {
    try {
      await refreshDestination(context, destination, signal);
    } catch (error) {
      signal.throwIfAborted();
      // Said again, with words, as soon as somebody looks at or uses this copy.
      if (toAppError(error).code === 'unexpected') throw error;
    }
  }
  await restoreEvidence(context);
  context.catalog.markBuilt();
  context.onCatalogChanged();
}

/** What was proven of copies is in the audit log; the catalog is only its index. */
async function restoreEvidence(context: EngineContext): Promise<void> {
  const { entries } = await context.home.audit.read();
  const { destinations } = await context.home.settings.read();
  for (const { action, facts } of entries) {
    if (action !== 'copy.proven') continue;
    const destination = destinations.find(({ name }) => name === facts['destination']);
    const snapshot = String(facts['snapshot']);
    const state = facts['state'];
    if (destination === undefined || !context.catalog.knowsSnapshot(snapshot)) continue;
    if (state === 'read-back' || state === 'restored' || state === 'totals-matched')
      context.catalog.recordCopy(snapshot, destination.id, state, true);
  }
}
