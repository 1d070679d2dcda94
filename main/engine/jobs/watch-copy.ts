import type { StoreWatch } from '../backend/watch/watched-blob-store.ts';
import type { ListedObject, WrittenObject } from '../catalog/copy-inventory.ts';
import { idOfChunkName } from '../repository/index.ts';
import type { EngineContext } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';

const chunks = 'chunks/';
/** Named objects that have to be read back too. Leases come and go, the header is read at every opening. */
const named = ['manifests/', 'streams/'];
/** So many written objects go into the catalog together. What a kill takes away of them, the next listing brings. */
const batch = 64;

/** Keeps the catalog's inventory of a copy in step with what its store lists and takes. */
export function watchOf({ catalog, clock }: EngineContext, destination: SavedDestination): StoreWatch {
  const { inventory } = catalog;
  const { id } = destination;
  let pending: WrittenObject[] = [];
  const settle = () => {
    const written = pending;
    pending = [];
    if (written.length > 0) note(() => inventory.wrote(id, written));
  };
  return {
    nowMs: () => clock.nowMs(),
    settle,
    listed: (prefix, blobs, startedAtMs) => {
      settle();
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
      if (object === undefined) return;
      pending.push({ object, bytes: sizeBytes, atMs: clock.nowMs() });
      // A manifest says that the others are all there.
      if (pending.length >= batch || object.includes('/')) settle();
    },
    removed: (name) => {
      settle();
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
