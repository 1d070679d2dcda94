import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { FaultyBlobStore } from '../../backend/testing/faulty-blob-store.ts';
import { Feed, Repository, type FeedOptions, type FillOptions, type NewKeyring } from '../index.ts';
import { writeShop } from '../testing/a-shop.ts';
import { aKeyring } from '../testing/keys.ts';
import { writeSnapshot } from '../testing/a-snapshot.ts';

const never = new AbortController().signal;
const keyring = await aKeyring();
const mib = 1024 * 1024;

async function aCopy(blobs = new Map<string, MemoryBlob>(), { header, mainKeys }: NewKeyring = keyring) {
  const store = new FaultyBlobStore(new MemoryBlobStore({ blobs }));
  if (blobs.size === 0) await Repository.create(store, header, never);
  const open = () => Repository.open(store, mainKeys, never);
  return { blobs, store, open, repository: await open() };
}
type Copy = Awaited<ReturnType<typeof aCopy>>;

const chunkNamed = (id: string) => `chunks/${id.slice(0, 2)}/${id}`;
const chunksIn = ({ blobs }: Copy) => [...blobs.keys()].filter((name) => name.startsWith('chunks/'));
function spoil({ blobs }: Copy, name: string): void {
  const { bytes } = blobs.get(name)!;
  bytes[bytes.length - 1]! ^= 1;
}

function aFeed(from: Copy, fields: Partial<FeedOptions> = {}) {
  return new Feed({
    from: { name: 'from', repository: from.repository, nearness: 0 },
    targets: 1,
    signal: never,
    ...fields,
  });
}
const target = (copy: Copy, name = 'to', nearness = 1) => ({ name, repository: copy.repository, nearness });
const filled = (manifests: string[], fields: Partial<FillOptions> = {}) => ({ manifests, signal: never, ...fields });

describe('Feed', () => {
  it('brings what is missing, then the manifest, and nothing the second time', async () => {
    const [from, to] = [await aCopy(), await aCopy()];
    const { name, manifest } = await writeShop(from.repository, never);
    const seen: number[] = [];
    const first = await aFeed(from).fill(
      target(to),
      filled([name], { onProgress: ({ objectsCopied }) => seen.push(objectsCopied) }),
    );
    expect(first).toMatchObject({ copied: [name], failed: [], objectsCopied: 7, objectsSkipped: 0, objectsTotal: 7 });
    expect(seen.at(-1)).toBe(7);
    expect(to.store.calls('put').at(-1)).toBe(name);
    expect(await to.repository.getManifest(name, never)).toEqual(manifest);

    const again = { ...to, repository: await to.open() };
    expect(await aFeed(from).fill(target(again), filled([name]))).toMatchObject({
      objectsCopied: 0,
      bytesCopied: 0,
      objectsSkipped: 7,
    });
  });

  it('reads each object once for all copies', async () => {
    const from = await aCopy();
    const name = await writeSnapshot(from.repository, { objects: 60 });
    const source = { ...from, repository: await from.open() };
    const copies = await Promise.all([aCopy(), aCopy(), aCopy(), aCopy()]);
    const feed = aFeed(source, { targets: copies.length });
    from.store.log.length = 0;

    const reports = await Promise.all(
      copies.map((copy, n) => feed.fill(target(copy, `to ${n}`, n + 1), filled([name]))),
    );

    for (const report of reports) expect(report).toMatchObject({ copied: [name], failed: [] });
    for (const copy of copies) expect(chunksIn(copy).sort()).toEqual(chunksIn(from).sort());
    const records = new Set(
      chunksIn(from).filter((chunk) => from.store.calls('get').filter((one) => one === chunk).length > 1),
    );
    // One table record is also read to know what it names.
    expect(records.size).toBeLessThanOrEqual(1);
    // Nobody was read from but the nearest: not even the copies that had the objects before the others.
    for (const { store } of copies) expect(store.calls('get').filter((one) => one.startsWith('chunks/'))).toEqual([]);
  });

  it('does not let a copy that stands still hold back another, and holds little of it in memory', async () => {
    const from = await aCopy();
    const name = await writeSnapshot(from.repository, { objects: 40, objectBytes: mib });
    const [fast, slow] = [await aCopy(), await aCopy()];
    const gate = Promise.withResolvers<undefined>();
    slow.store.break({
      on: 'put',
      nth: 'every',
      name: /^chunks/,
      effect: { kind: 'call', when: 'before', run: () => gate.promise },
    });
    const feed = aFeed({ ...from, repository: await from.open() }, { targets: 2, memoryBytes: 9 * mib });

    const filling = feed.fill(target(slow, 'slow', 2), filled([name]));
    expect(await feed.fill(target(fast, 'fast', 1), filled([name]))).toMatchObject({ copied: [name] });
    expect(chunksIn(slow)).toEqual([]);
    gate.resolve(undefined);
    expect(await filling).toMatchObject({ copied: [name], failed: [] });

    expect(chunksIn(slow).sort()).toEqual(chunksIn(from).sort());
    expect(feed.mostHeldBytes).toBeLessThanOrEqual(9.5 * mib);
    expect(feed.mostHeldBytes).toBeGreaterThan(3 * mib);
  });

  it('reads what a late copy lacks from the nearest that has it by then', async () => {
    const from = await aCopy();
    const name = await writeSnapshot(from.repository, { objects: 12 });
    const [disk, cloud] = [await aCopy(), await aCopy()];
    const feed = aFeed(
      { ...from, repository: await from.open() },
      {
        from: { name: 'far', repository: await from.open(), nearness: 9 },
        targets: 2,
        memoryBytes: 3,
      },
    );
    await feed.fill(target(disk, 'disk', 1), filled([name]));
    from.store.log.length = 0;
    await feed.fill(target(cloud, 'cloud', 4), filled([name]));
    expect(from.store.calls('get').filter((one) => one.startsWith('chunks/'))).toEqual([]);
    expect(chunksIn(cloud)).toHaveLength(chunksIn(from).length);
  });

  it('names a copy that fails and fills the others', async () => {
    const [from, good, full] = [await aCopy(), await aCopy(), await aCopy()];
    const { name } = await writeShop(from.repository, never);
    const error = new AppError('backend.disk-full');
    full.store.break({ on: 'put', name: /^chunks/, nth: 3, effect: { kind: 'fail', when: 'before', error } });
    const feed = aFeed(from, { targets: 2 });
    const filling = [feed.fill(target(good), filled([name])), feed.fill(target(full, 'full', 2), filled([name]))];
    const [first, second] = await Promise.allSettled(filling);
    expect(first).toMatchObject({ value: { copied: [name] } });
    expect(second).toMatchObject({ reason: { code: 'backend.disk-full' } });
    expect(full.blobs.has(name)).toBe(false);
  });

  it.each([0, 3, 6])('never takes over damage, and no manifest without its chunks (object %i)', async (which) => {
    const [from, to] = [await aCopy(), await aCopy()];
    const { name, manifest } = await writeShop(from.repository, never);
    const id = (await Array.fromAsync(from.repository.objectsOf(manifest, never)))[which]!;
    spoil(from, chunkNamed(id));
    const feed = aFeed({ ...from, repository: await from.open() });
    const report = await feed.fill(target(to), filled([name]));
    expect(report).toMatchObject({
      copied: [],
      failed: [{ manifest: name, error: { code: 'repository.damaged', facts: { object: id } } }],
    });
    expect(feed.findings).toMatchObject([{ source: 'from', object: id, healed: false }]);
    expect(to.blobs.has(chunkNamed(id))).toBe(false);
    expect(to.blobs.has(name)).toBe(false);
  });

  it.each([0, 2, 3, 6])(
    'takes what is damaged from another copy, and heals it when it may (object %i)',
    async (which) => {
      for (const heals of [false, true]) {
        const [from, to] = [await aCopy(), await aCopy()];
        const { name, manifest } = await writeShop(from.repository, never);
        const id = (await Array.fromAsync(from.repository.objectsOf(manifest, never)))[which]!;
        const sound = await aCopy(
          new Map([...from.blobs].map(([key, blob]) => [key, { ...blob, bytes: Buffer.from(blob.bytes) }])),
        );
        spoil(from, chunkNamed(id));
        const spares = () => Promise.resolve([{ name: 'sound', repository: sound.repository, nearness: 2 }]);
        const feed = aFeed({ ...from, repository: await from.open() }, { heals, spares });
        expect(await feed.fill(target(to), filled([name]))).toMatchObject({ copied: [name], failed: [] });
        expect(feed.findings).toMatchObject([{ source: 'from', object: id, healed: heals }]);
        expect(to.blobs.get(chunkNamed(id))!.bytes.equals(sound.blobs.get(chunkNamed(id))!.bytes)).toBe(true);
        expect(from.blobs.get(chunkNamed(id))!.bytes.equals(sound.blobs.get(chunkNamed(id))!.bytes)).toBe(heals);
      }
    },
  );

  it('takes a damaged manifest from another copy, and goes on from another when the nearest is unplugged', async () => {
    const [from, to] = [await aCopy(), await aCopy()];
    const { name } = await writeShop(from.repository, never);
    const twin = new Map([...from.blobs].map(([key, blob]) => [key, { ...blob, bytes: Buffer.from(blob.bytes) }]));
    const sound = await aCopy(twin);
    const spares = () => Promise.resolve([{ name: 'sound', repository: sound.repository, nearness: 2 }]);
    spoil(from, name);
    from.store.break({
      on: 'get',
      name: /^chunks/,
      nth: 'every',
      effect: { kind: 'fail', when: 'before', error: new AppError('backend.absent') },
    });
    const feed = aFeed({ ...from, repository: await from.open() }, { spares });
    expect(await feed.fill(target(to), filled([name]))).toMatchObject({ copied: [name] });
    expect(feed.findings).toMatchObject([{ object: name, reason: 'tag' }]);
    // Asked once, found away, and left alone.
    expect(from.store.calls('get').filter((one) => one.startsWith('chunks/'))).toHaveLength(1);
  });

  it('leaves out a snapshot that nobody has whole, and brings the others, in the order given', async () => {
    const [from, to] = [await aCopy(), await aCopy()];
    const names: string[] = [];
    for (let day = 1; day <= 3; day++)
      names.unshift(await writeSnapshot(from.repository, { objects: 4, at: `2026-11-0${day}T00:00:00.000Z` }));
    const ids = await Array.fromAsync(
      from.repository.objectsOf(await from.repository.getManifest(names[1]!, never), never),
    );
    spoil(from, chunkNamed(ids.at(-1)!));
    const report = await aFeed({ ...from, repository: await from.open() }).fill(target(to), filled(names));
    expect(report).toMatchObject({ copied: [names[0], names[2]], failed: [{ manifest: names[1] }] });
    expect(to.store.calls('put').filter((one) => one.startsWith('manifests/'))).toEqual([names[0], names[2]]);
  });

  it('goes on where it was killed and sends nothing twice', async () => {
    const [from, to] = [await aCopy(), await aCopy()];
    const name = await writeSnapshot(from.repository, { objects: 30 });
    const gone = new AppError('backend.absent');
    to.store.break({ on: 'put', name: /^chunks/, nth: 11, effect: { kind: 'fail', when: 'before', error: gone } });
    await expect(aFeed(from).fill(target(to), filled([name]))).rejects.toBe(gone);
    const there = chunksIn(to).length;
    expect(there).toBeGreaterThanOrEqual(10);
    to.store.heal();
    to.store.log.length = 0;

    const again = { ...to, repository: await to.open() };
    const report = await aFeed(from).fill(target(again), filled([name]));

    expect(report).toMatchObject({ copied: [name], objectsSkipped: there });
    expect(to.store.calls('put').filter((one) => one.startsWith('chunks/'))).toHaveLength(
      chunksIn(from).length - there,
    );
  });

  it('stops at once when it is cancelled', async () => {
    const [from, to] = [await aCopy(), await aCopy()];
    const { name } = await writeShop(from.repository, never);
    const stop = new AbortController();
    const onProgress = ({ objectsCopied }: { objectsCopied: number }) => {
      if (objectsCopied === 1) stop.abort(new AppError('cancelled'));
    };
    const filling = aFeed(from).fill(target(to), {
      manifests: [name],
      concurrency: 1,
      signal: stop.signal,
      onProgress,
    });
    await expect(filling).rejects.toMatchObject({ code: 'cancelled' });
    await setImmediate();
    expect(chunksIn(to)).toHaveLength(1);
  });

  it('stays within one repository', async () => {
    const [from, other] = [await aCopy(), await aCopy(new Map(), await aKeyring())];
    await expect(aFeed(from).fill(target(other), filled([]))).rejects.toMatchObject({ code: 'repository.foreign' });
  });

  it('counts an object as proven that it read and found sound', async () => {
    const [from, to] = [await aCopy(), await aCopy()];
    const { name } = await writeShop(from.repository, never);
    const read: string[] = [];
    await aFeed(from, { onRead: (source, id) => read.push(`${source} ${id}`) }).fill(target(to), filled([name]));
    expect(read.sort()).toEqual(
      chunksIn(from)
        .map((chunk) => `from ${chunk.slice(10)}`)
        .sort(),
    );
  });

  it('has room for an object that is larger than a share', async () => {
    const [from, to] = [await aCopy(), await aCopy()];
    const name = await writeSnapshot(from.repository, { objects: 3, objectBytes: mib });
    const feed = aFeed({ ...from, repository: await from.open() }, { memoryBytes: 1000 });
    expect(await feed.fill(target(to), filled([name]))).toMatchObject({ copied: [name] });
    expect(feed.mostHeldBytes).toBeLessThan(2.5 * mib);
  });
});
