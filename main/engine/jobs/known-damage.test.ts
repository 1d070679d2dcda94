import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { DiskBlobStore } from '../backend/disk/disk-blob-store.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import { findHeader, Repository, unlockWithPassphrase } from '../repository/index.ts';
import { writeSnapshot } from '../repository/testing/a-snapshot.ts';
import { testPassphrase } from '../repository/testing/keys.ts';
import { aDiskHome, type DiskHome } from './testing/disk-home.ts';

const never = new AbortController().signal;

async function withHome(use: (home: DiskHome, dir: string) => Promise<void>): Promise<void> {
  await withTempDir('known-damage', async (dir) => {
    const home = await aDiskHome(dir, { objects: 4 });
    try {
      await use(home, dir);
    } finally {
      await home.close();
    }
  });
}

async function rot(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(path, bytes);
}

const verify = ({ engine }: DiskHome, destination: string) =>
  engine.call('verify.run', { destination, readPercent: 100, healFrom: null });

/** The disk `recovered` as another computer sees it. */
async function onAnotherComputer(dir: string): Promise<Repository> {
  const store = await DiskBlobStore.open({ root: join(dir, 'copy') });
  const keys = await unlockWithPassphrase((await findHeader(store, never))!, testPassphrase);
  return Repository.open(store, keys, never);
}

it('a snapshot that needs what was found damaged is not intact, though it came afterwards', async () => {
  await withHome(async (home, dir) => {
    const other = await onAnotherComputer(dir);
    const [name = ''] = await other.listManifests(never);
    const { tables } = await other.getManifest(name, never);
    const [shared = ''] = await other.chunksOfTable(tables[0]!.tableChunk, never);
    await rot(home.chunks.find((path) => basename(path) === shared)!);
    expect((await verify(home, 'recovered')).damaged).toHaveLength(1);

    await writeSnapshot(other, { objects: 1, kept: [shared], at: '2026-11-22T15:00:00.000Z' });
    await writeSnapshot(other, { objects: 1, at: '2026-11-22T16:00:00.000Z' });

    const { snapshots } = await home.engine.call('snapshots.list', { source: null, atDestination: 'recovered' });
    const intact = [...snapshots].sort((a, b) => (a.at < b.at ? -1 : 1)).map(({ copies }) => copies[0]?.intact);
    expect(intact).toEqual([false, false, true]);
  });
});

it('a snapshot that was known elsewhere is not intact on a copy that has its data damaged', async () => {
  await withHome(async (home, dir) => {
    await home.addDisk('second');
    await home.engine.call('copy.run', { snapshot: 'all', from: 'recovered', to: 'second' });
    const other = await onAnotherComputer(dir);
    const [name = ''] = await other.listManifests(never);
    const { tables } = await other.getManifest(name, never);
    const [shared = ''] = await other.chunksOfTable(tables[0]!.tableChunk, never);
    const lateAt = '2026-11-22T15:00:00.000Z';
    await writeSnapshot(other, { objects: 0, kept: [shared], at: lateAt });
    await home.engine.call('snapshots.list', { source: null, atDestination: 'recovered' });

    await rot(join(dir, 'second', 'chunks', shared.slice(0, 2), shared));
    expect((await verify(home, 'second')).damaged).toHaveLength(1);
    // Somebody else brings it there.
    await cp(join(dir, 'copy'), join(dir, 'second'), { recursive: true, force: false });
    const { snapshots } = await home.engine.call('snapshots.list', { source: null, atDestination: 'second' });
    expect(snapshots.find(({ at }) => at === lateAt)?.copies).toEqual([
      expect.objectContaining({ destination: 'recovered', intact: true }),
      expect.objectContaining({ destination: 'second', intact: false }),
    ]);
  });
});

it('copying onto damage that is known puts it right', async () => {
  await withHome(async (home, dir) => {
    await home.addDisk('second');
    const copy = { snapshot: 'all', from: 'recovered', to: 'second' };
    await home.engine.call('copy.run', copy);
    for (const path of home.chunks.slice(0, 2)) await rot(path.replace(join(dir, 'copy'), join(dir, 'second')));
    expect((await verify(home, 'second')).damaged).toHaveLength(2);

    expect(await home.engine.call('copy.run', copy)).toMatchObject({ copies: [{ ok: true, objectsCopied: 2 }] });

    expect(await verify(home, 'second')).toMatchObject({ damaged: [], missing: [] });
    const { entries } = await home.engine.call('audit', {});
    expect(entries).toContainEqual(
      expect.objectContaining({ action: 'copy.healed', facts: { destination: 'second', objects: 2 } }),
    );
  });
});

it('copying onto a manifest that has rotted puts it right, and does not just say that it is there', async () => {
  await withHome(async (home, dir) => {
    await home.addDisk('second');
    const copy = { snapshot: 'all', from: 'recovered', to: 'second' };
    await home.engine.call('copy.run', copy);
    const [name = ''] = await readdir(join(dir, 'second', 'manifests'));
    await rot(join(dir, 'second', 'manifests', name));

    expect(await home.engine.call('copy.run', copy)).toMatchObject({ copies: [{ ok: true }] });

    expect(await readFile(join(dir, 'second', 'manifests', name))).toEqual(
      await readFile(join(dir, 'copy', 'manifests', name)),
    );
  });
});
