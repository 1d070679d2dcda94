import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryBlobStore } from '../backend/memory/memory-blob-store.ts';
import { WatchedBlobStore } from '../backend/watch/watched-blob-store.ts';
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
  let catalog: Catalog;
  let store: WatchedBlobStore;
  beforeEach(async () => {
    folder = await createOwnedFolder((await import('node:os')).tmpdir(), 'shouhu-watch-');
    const clock = new TestClock();
    catalog = await Catalog.open(join(folder.path, 'catalog.sqlite'), clock);
    const watch = watchOf({ catalog, clock } as unknown as EngineContext, { id: 'disk' } as SavedDestination);
    store = new WatchedBlobStore(new MemoryBlobStore(), watch);
  });
  afterEach(async () => {
    catalog.close();
    await folder.remove();
  });
  const known = () => catalog.inventory.objects('disk').map(({ object }) => object);
  const id = (number: number) => number.toString(16).padStart(64, '0');

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
    await store.close();
    expect(known()).toContain(id(101));
  });

  it('forgets an object that was put and removed again', async () => {
    await store.put(chunkName(id(1)), bytes, put);
    await store.remove(chunkName(id(1)), signal);
    await store.close();
    expect(known()).toEqual([]);
  });
});
