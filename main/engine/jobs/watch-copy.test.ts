import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobStat } from '../backend/blob-store.ts';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { WatchedBlobStore, type StoreWatch } from '../backend/watch/watched-blob-store.ts';
import { Catalog } from '../catalog/catalog.ts';
import { createOwnedFolder } from '../platform/owned-folder.ts';
import { chunkName } from '../repository/index.ts';
import { TestClock } from '../repository/testing/keys.ts';
import type { EngineContext } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';
import { watchOf } from './watch-copy.ts';

const signal = new AbortController().signal;
const put = { mode: 'create', signal } as const;
const bytes = Buffer.from('object');

describe('watchOf', () => {
  let folder: Awaited<ReturnType<typeof createOwnedFolder>>;
  let clock: TestClock;
  let catalog: Catalog;
  let blobs: Map<string, MemoryBlob>;
  let watch: StoreWatch;
  let store: WatchedBlobStore;
  beforeEach(async () => {
    folder = await createOwnedFolder(tmpdir(), 'shouhu-watch-');
    clock = new TestClock();
    catalog = await Catalog.open(join(folder.path, 'catalog.sqlite'), clock);
    blobs = new Map();
    watch = watchOf({ catalog, clock } as unknown as EngineContext, { id: 'disk' } as SavedDestination);
    store = new WatchedBlobStore(new MemoryBlobStore({ blobs, clock }), watch);
  });
  afterEach(async () => {
    catalog.close();
    await folder.remove();
  });
  const known = () => catalog.inventory.objects('disk').map(({ object }) => object);
  const id = (number: number) => number.toString(16).padStart(64, '0');
  const stat = (number: number): BlobStat => ({ name: chunkName(id(number)), sizeBytes: 5, modifiedAtMs: 1 });

  it('writes down in batches what was put, all of it when a flush, a manifest, a listing or the end comes', async () => {
    for (let number = 0; number < 100; number++) await store.put(chunkName(id(number)), bytes, put);
    expect(known()).toHaveLength(64);
    await store.flush([], signal);
    expect(known()).toHaveLength(100);

    await store.put(chunkName(id(100)), bytes, put);
    const manifest = 'manifests/20261122T140000Z-0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10';
    await store.put(manifest, bytes, put);
    expect(known()).toEqual(expect.arrayContaining([id(100), manifest]));

    await store.put(chunkName(id(101)), bytes, put);
    watch.listing('leases/');
    expect(known()).toContain(id(101));

    await store.put(chunkName(id(102)), bytes, put);
    await store.close();
    expect(known()).toContain(id(102));
  });

  it('forgets an object that was put and removed again', async () => {
    await store.put(chunkName(id(1)), bytes, put);
    await store.remove(chunkName(id(1)), signal);
    await store.close();
    expect(known()).toEqual([]);
  });

  it('writes down in batches what was removed, and at once what was known to be broken', async () => {
    for (let number = 0; number < 101; number++) await store.put(chunkName(id(number)), bytes, put);
    await store.flush([], signal);
    catalog.inventory.recordDamage('disk', [id(70)]);
    for (let number = 0; number < 64; number++) await store.remove(chunkName(id(number)), signal);
    expect(known()).toHaveLength(37);
    await store.remove(chunkName(id(64)), signal);
    expect(known()).toHaveLength(37);
    await store.remove(chunkName(id(70)), signal);
    expect(known()).toHaveLength(35);
    expect(catalog.inventory.damage('disk').size).toBe(0);
    await store.remove(chunkName(id(71)), signal);
    await store.close();
    expect(known()).toHaveLength(34);
  });

  it('knows a long listing whole, and forgets what it does not show any more', async () => {
    const ids = Array.from({ length: 1_203 }, (_, number) => id(number));
    for (const each of ids) blobs.set(chunkName(each), { bytes, modifiedAtMs: 1 });
    await Array.fromAsync(store.list('chunks/', signal));
    expect(known()).toEqual(ids);
    blobs.delete(chunkName(id(700)));
    await Array.fromAsync(store.list('chunks/', signal));
    expect(catalog.inventory.figures('disk')).toMatchObject({ objects: 1_202 });
  });

  it('keeps what is written while a listing runs, and forgets what was written before it and is not shown', () => {
    watch.wrote(chunkName(id(1)), 5, true);
    clock.advance(1000);
    const listing = watch.listing('chunks/');
    listing?.saw(stat(2));
    clock.advance(1000);
    watch.wrote(chunkName(id(3)), 5, true);
    expect(known()).toEqual([id(1)]);
    listing?.ended();
    expect(known()).toEqual([id(2), id(3)]);
  });

  it('takes nothing away and gives no figures for a listing that breaks off', async () => {
    await store.put(chunkName(id(1)), bytes, put);
    watch.listing('chunks/')?.saw(stat(2));
    expect([known(), catalog.inventory.figures('disk')]).toEqual([[id(1)], null]);
  });

  it('does not let a chunk look proven that was removed and is written again', async () => {
    const name = chunkName(id(1));
    await store.put(name, bytes, put);
    catalog.recordProofs('disk', [id(1)]);
    await store.put(name, bytes, put);
    expect(catalog.proofs('disk').size).toBe(1);
    await store.remove(name, signal);
    await store.put(name, bytes, put);
    expect(catalog.proofs('disk').size).toBe(0);
    await store.flush([name], signal);
    expect(catalog.inventory.objects('disk')).toMatchObject([{ object: id(1), provenAt: null }]);
  });

  it('takes an old proof back when the bytes are written anew, and leaves one that came before they were written down', async () => {
    const name = chunkName(id(1));
    await store.put(name, bytes, put);
    catalog.recordProofs('disk', [id(1)]);
    // Taken away by another computer.
    blobs.delete(name);
    await store.put(name, bytes, put);
    expect(catalog.proofs('disk').size).toBe(0);
    catalog.recordProofs('disk', [id(1)]);
    await store.flush([name], signal);
    expect(catalog.proofs('disk').size).toBe(1);
  });
});
