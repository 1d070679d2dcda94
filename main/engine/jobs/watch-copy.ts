import type { BlobStat } from '../backend/blob-store.ts';
import type { ListingWatch, StoreWatch } from '../backend/watch/watched-blob-store.ts';
import type { CopyInventory, ListedObject, WrittenObject } from '../catalog/copy-inventory.ts';
import { IdIndex, idOfChunkName, isObjectId } from '../repository/index.ts';
import type { EngineContext } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';

const chunks = 'chunks/';
/** Named objects that have to be read back too. Leases come and go, the header is read at every opening. */
const named = ['manifests/', 'streams/', 'deeds/'];
/** So many written or removed objects go into the catalog together. What a kill takes away of them, the next listing brings. */
const batchNoted = 64;
/** So many objects of a listing go into the catalog in one transaction. */
const batchListed = 500;

/** Keeps the catalog's inventory of a copy in step with what its store lists and takes. */
export function watchOf(context: EngineContext, destination: SavedDestination): StoreWatch {
  const { catalog, clock } = context;
  const { inventory } = catalog;
  const { id } = destination;
  let pending: WrittenObject[] = [];
  let gone: string[] = [];
  const settle = () => {
    const written = pending;
    const removed = gone;
    pending = [];
    gone = [];
    if (written.length > 0) note(() => inventory.wrote(id, written));
    if (removed.length > 0) note(() => inventory.removed(id, removed));
  };
  return {
    settle,
    listing: (prefix) => {
      settle();
      return prefix === chunks || named.some((folder) => prefix.startsWith(folder))
        ? new InventoryListing(context, id, prefix, settle)
        : null;
    },
    wrote: (name, sizeBytes, isNew) => {
      const object = objectOf(name);
      if (object === undefined) return;
      // Of one name, in the order in which it happened.
      if (gone.length > 0) settle();
      // At once: a proof that comes while the object waits to be written down is one of these bytes.
      if (isNew) note(() => inventory.disprove(id, object));
      pending.push({ object, bytes: sizeBytes, atMs: clock.nowMs() });
      // A manifest says that the others are all there.
      if (pending.length >= batchNoted || object.includes('/')) settle();
    },
    removed: (name) => {
      const object = objectOf(name);
      if (object === undefined) return;
      if (pending.length > 0) settle();
      gone.push(object);
      // A manifest and its snapshot go together, and what is known to be broken is rare.
      if (gone.length >= batchNoted || object.includes('/') || inventory.isDamaged(id, object)) settle();
    },
  };
}

/** One listing on its way into the inventory: batch by batch, and what it did not show at its end. */
class InventoryListing implements ListingWatch {
  readonly #inventory: CopyInventory;
  readonly #destinationId: string;
  readonly #prefix: string;
  readonly #startedAtMs: number;
  readonly #settle: () => void;
  readonly #chunks = new IdIndex();
  readonly #others = new Set<string>();
  #batch: ListedObject[] = [];

  /** @param settle writes down what was written meanwhile */
  constructor({ catalog, clock }: EngineContext, destinationId: string, prefix: string, settle: () => void) {
    this.#inventory = catalog.inventory;
    this.#destinationId = destinationId;
    this.#prefix = prefix;
    this.#startedAtMs = clock.nowMs();
    this.#settle = settle;
  }

  saw({ name, sizeBytes, modifiedAtMs }: BlobStat): void {
    const object = objectOf(name);
    if (object === undefined) return;
    if (isObjectId(object)) this.#chunks.add(object);
    else this.#others.add(object);
    this.#batch.push({ object, bytes: sizeBytes, modifiedAtMs });
    if (this.#batch.length >= batchListed) this.#write();
  }

  ended(): void {
    this.#settle();
    this.#write();
    const isWhole = this.#prefix === chunks;
    note(() =>
      this.#inventory.listingEnded(this.#destinationId, {
        startedAtMs: this.#startedAtMs,
        isWhole,
        isOfListing: (object) => (isWhole ? isObjectId(object) : object.startsWith(this.#prefix)),
        wasListed: (object) =>
          isObjectId(object) ? this.#chunks.find(object) !== undefined : this.#others.has(object),
      }),
    );
  }

  #write(): void {
    const batch = this.#batch;
    this.#batch = [];
    note(() => this.#inventory.listed(this.#destinationId, batch));
  }
}

/** A chunk is known by its id, a manifest, a stream record or a deed by its whole name. */
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
