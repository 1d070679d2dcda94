import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { idOfChunkName, type Repository } from '../../repository/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { nearestFirst } from '../nearness.ts';
import { newestReadable } from '../manifests-newest-first.ts';
import { withRepository } from '../stores.ts';
import { letPass } from '../let-pass.ts';

/**
 * What the newest snapshots of all sources hold of sealed rows, in bytes as stored on one copy: so much is written anew, to every copy, by the first backups after the vault
 * was given new keys. Of the nearest copy that answers; null when none does.
 */
export async function sealedSize(context: EngineContext, signal: AbortSignal): Promise<number | null> {
  const { destinations, sources } = await context.home.settings.read();
  for (const destination of nearestFirst(destinations)) {
    try {
      return await withRepository(context.unlocked().keys, destination, signal, async (repository) => {
        const sealed = new Set<string>();
        for (const { id } of sources) {
          const newest = await newestReadable(context, repository, id, signal);
          if (newest !== null) await addSealed(repository, newest, sealed, signal);
        }
        return sealed.size === 0 ? 0 : await sizeOf(repository, sealed, signal);
      });
    } catch (error) {
      letPass(error, signal);
    }
  }
  return null;
}

async function addSealed(repository: Repository, { tables }: Manifest, sealed: Set<string>, signal: AbortSignal) {
  for (const table of tables) {
    if (!table.sealed) continue;
    const { ranges } = await repository.getTableRecord(table.tableChunk, signal, { remember: false });
    for (const { chunks } of ranges) for (const { sealedId } of chunks) if (sealedId !== null) sealed.add(sealedId);
  }
}

async function sizeOf({ store }: Repository, wanted: ReadonlySet<string>, signal: AbortSignal): Promise<number> {
  let sizeBytes = 0;
  for await (const entry of store.list('chunks/', signal)) {
    const id = idOfChunkName(entry.name);
    if (id !== undefined && wanted.has(id)) sizeBytes += entry.sizeBytes;
  }
  return sizeBytes;
}
