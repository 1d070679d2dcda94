import { describe, expect, it } from 'vitest';
import { MemoryBlobStore } from '../backend/memory/memory-blob-store.ts';
import {
  diskMarkerName,
  findDiskMarker,
  maxObjectBytes,
  parseDiskMarker,
  Repository,
  writeDiskMarker,
} from './index.ts';
import { aKeyring } from './testing/keys.ts';

const { signal } = new AbortController();
const destination = 'b7a1c1de-0f4b-4a53-9c86-0d7f6ad0a001';
const fields = { destination, volume: '5f3e-9a01', place: '上海家里', createdAt: '2026-11-22T14:00:00.000Z' };

async function aMarker() {
  const { mainKeys: keys, header } = await aKeyring();
  const store = new MemoryBlobStore();
  await Repository.create(store, header, signal);
  await writeDiskMarker(store, keys, fields, signal);
  const text = (await store.get(diskMarkerName, { signal })).toString('utf8');
  return { keys, header, store, text };
}

describe('the disk marker', () => {
  it('comes back as it was written, and holds no key', async () => {
    const { keys, store, text } = await aMarker();
    expect(await findDiskMarker(store, keys, signal)).toMatchObject({ ...fields, repository: keys.repositoryId });
    for (const key of [keys.idKey, keys.encKey]) {
      expect(text).not.toContain(Buffer.from(key).toString('hex'));
      expect(text).not.toContain(Buffer.from(key).toString('base64'));
    }
  });

  it('is absent where there is none, and in nobody’s way: the repository opens and is adopted as before', async () => {
    const { keys, header, store } = await aMarker();
    expect(await findDiskMarker(new MemoryBlobStore(), keys, signal)).toBeUndefined();
    expect((await Repository.open(store, keys, signal)).id).toBe(keys.repositoryId);
    expect(await Repository.createOrAdopt(store, header, keys, signal)).toEqual({ created: false });
  });

  it('is refused as foreign under another repository’s keys', async () => {
    const { store } = await aMarker();
    const { mainKeys: keys } = await aKeyring();
    await expect(findDiskMarker(store, keys, signal)).rejects.toMatchObject({
      code: 'disk.marker-refused',
      facts: { reason: 'foreign' },
    });
  });

  it.each([
    ['destination', 'b7a1c1de-0f4b-4a53-9c86-0d7f6ad0a002'],
    ['volume', null],
    ['place', '北京办公室'],
    ['createdAt', '2026-11-23T14:00:00.000Z'],
  ])('is refused as changed when its %s was', async (field, value) => {
    const { keys, text } = await aMarker();
    const changed = JSON.stringify({ ...(JSON.parse(text) as object), [field]: value });
    expect(() => parseDiskMarker(Buffer.from(changed), keys)).toThrow(
      expect.objectContaining({ code: 'disk.marker-refused', facts: { reason: 'changed' } }),
    );
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'Öffne mich'],
    ['another JSON', '[]'],
    ['one more field', null],
    ['too much', ' '.repeat(17_000)],
  ])('is refused as unreadable when it is %s', async (_, given) => {
    const { keys, store, text } = await aMarker();
    const bytes = Buffer.from(given ?? JSON.stringify({ ...(JSON.parse(text) as object), extra: 1 }));
    await store.put(diskMarkerName, bytes, { mode: 'replace', signal });
    await expect(findDiskMarker(store, keys, signal)).rejects.toMatchObject({
      code: 'disk.marker-refused',
      facts: { reason: 'unreadable' },
    });
  });

  it('of a newer version is not taken for damage', async () => {
    const { mainKeys: keys } = await aKeyring();
    const newer = Buffer.from(JSON.stringify({ product: 'shouhu', marker: 2 }));
    expect(() => parseDiskMarker(newer, keys)).toThrow(expect.objectContaining({ code: 'repository.newer-format' }));
  });
});

it('no object of the format is larger than a file of FAT32 may be', () => {
  expect(maxObjectBytes).toBeLessThan(4 * 1024 ** 3 - 1);
});
