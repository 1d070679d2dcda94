import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { MemoryBlobStore } from '../backend/memory/memory-blob-store.ts';
import { Catalog } from '../catalog/catalog.ts';
import { systemClock } from '../platform/clock.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import { Repository } from '../repository/index.ts';
import { shopSnapshotId, writeShop } from '../repository/testing/a-shop.ts';
import { aKeyring } from '../repository/testing/keys.ts';
import type { EngineContext } from './engine-context.ts';
import { newestOfEachShop } from './newest-of-each-shop.ts';

const never = new AbortController().signal;
const keyring = await aKeyring();

it('takes what was made last of each shop, from the catalog or from the copy itself, and passes over what rotted', async () => {
  const store = new MemoryBlobStore();
  await Repository.create(store, keyring.header, never);
  const repository = await Repository.open(store, keyring.mainKeys, never);
  const { manifest } = await writeShop(repository, never);
  const idOf = (digit: string) => `${digit}f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11`;
  const add = async (digit: string, at: string, fields: Partial<Manifest>) => {
    const made = { ...manifest, id: idOf(digit), at, ...fields };
    return { made, name: (await repository.putManifest(made, never)).name };
  };
  const other = { ...manifest.source, id: 'c0f3a4b5-1d2e-4f60-8a7b-9c8d7e6f5a4b' };
  await add('a', '2026-12-20T18:00:00.000Z', { previous: shopSnapshotId });
  const after = await add('b', '2026-11-23T18:00:00.000Z', { previous: idOf('a') });
  const theirs = await add('c', '2026-11-20T18:00:00.000Z', { source: other, previous: null });
  const rotten = await add('d', '2026-11-24T18:00:00.000Z', { previous: idOf('b') });
  await store.put(rotten.name, Buffer.from('rotten'), { mode: 'replace', signal: never });
  const names = await repository.listManifests(never);

  await withTempDir('newest', async (dir) => {
    const catalog = await Catalog.open(join(dir, 'catalog.sqlite'), systemClock);
    // Nothing else of an engine is asked for.
    const context = { catalog } as unknown as EngineContext;
    const newest = () => newestOfEachShop(context, repository, names, never);
    expect((await newest()).sort()).toEqual([theirs.name, after.name].sort());
    // What only the catalog knows still tells the order of what is here.
    catalog.addSnapshot({ ...manifest, id: idOf('a'), at: '2026-12-20T18:00:00.000Z' }, 'manifests/a', 1);
    catalog.addSnapshot(after.made, after.name, 1);
    await store.remove(after.name, never);
    expect((await newest()).sort()).toEqual([theirs.name, after.name].sort());
    catalog.close();
  });
});
