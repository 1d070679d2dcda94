import type { StoreWatch } from '../backend/watch/watched-blob-store.ts';
import type { ListedObject } from '../catalog/copy-inventory.ts';
import { idOfChunkName } from '../repository/index.ts';
import type { EngineContext } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';

const chunks = 'chunks/';
/** Named objects that have to be read back too. Leases come and go, the header is read at every opening. */
const named = ['manifests/', 'streams/'];

/** Keeps the catalog's inventory of a copy in step with what its store lists and takes. */
export function watchOf({ catalog, clock }: EngineContext, destination: SavedDestination): StoreWatch {
  const { inventory } = catalog;
  const { id } = destination;
  return {
    nowMs: () => clock.nowMs(),
    listed: (prefix, blobs, startedAtMs) => {
      if (prefix !== chunks && !named.some((folder) => prefix.startsWith(folder))) return;
      const objects = blobs.flatMap(({ name, sizeBytes, modifiedAtMs }): ListedObject[] => {
        const object = objectOf(name);
        return object === undefined ? [] : [{ object, bytes: sizeBytes, modifiedAtMs }];
      });
      const isOfListing = (object: string) => (prefix === chunks ? !object.includes('/') : object.startsWith(prefix));
      note(() => inventory.listed(id, { objects, startedAtMs, isWhole: prefix === chunks, isOfListing }));
    },
    wrote: (name, sizeBytes) => {
      const object = objectOf(name);
      if (object !== undefined) note(() => inventory.wrote(id, object, sizeBytes));
    },
    removed: (name) => {
      const object = objectOf(name);
      if (object !== undefined) note(() => inventory.removed(id, object));
    },
  };
}

/** A chunk is known by its id, a manifest or a stream record by its whole name. */
function objectOf(name: string): string | undefined {
  return named.some((folder) => name.startsWith(folder)) ? name : idOfChunkName(name);
}

/** The catalog is a cache, and the next listing puts it right: when it cannot be written, a good copy must not become a failed one. */
function note(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_'))) throw error;
  }
}
