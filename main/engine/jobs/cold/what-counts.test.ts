import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DiskBlobStore } from '../../backend/disk/disk-blob-store.ts';
import type { VolumeSource } from '../../platform/volumes/index.ts';
import { findHeader, parseManifestName, Repository, unlockWithPassphrase } from '../../repository/index.ts';
import { writeSnapshot } from '../../repository/testing/a-snapshot.ts';
import { testPassphrase } from '../../repository/testing/keys.ts';
import { openEngine, type Engine } from '../engine.ts';
import { aDiskHome, type DiskHome } from '../testing/disk-home.ts';
import { foldersAsVolumes } from './testing/cold-rig.ts';

/** When a round counts, and what it is told with. One disk, filled again and again. */
const never = new AbortController().signal;
let dir: string;
let home: DiskHome;
let engine: Engine;
let main: Repository;
/** What a flush of the file system comes to: no disk here fails one on demand. */
let isFlushed = true;

function volumes(mountPath: string): VolumeSource {
  return { ...foldersAsVolumes([mountPath]), flush: () => Promise.resolve(isFlushed) };
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-counts-'));
  home = await aDiskHome(dir, { objects: 2 });
  await home.addDisk('usb', 'cold');
  const homeDir = join(dir, 'home');
  engine = await openEngine({ homeDir, language: 'zh', clock: home.clock, volumes: volumes(dir) });
  await engine.call('home.unlock', { passphrase: testPassphrase });
  const store = await DiskBlobStore.open({ root: join(dir, 'copy') });
  const header = await findHeader(store, never);
  main = await Repository.open(store, await unlockWithPassphrase(header!, testPassphrase), never);
});
afterAll(async () => {
  await engine.close();
  await home.close();
  await rm(dir, { recursive: true, force: true });
});

const round = () => engine.call('cold.run', { name: 'usb', eject: false, wait: false });

async function known() {
  const { disks } = await engine.call('cold.list', {});
  const { entries } = await engine.call('audit', {});
  return {
    completed: disks[0]?.lastCompletedAt ?? null,
    deed: entries.findLast(({ action }) => action === 'cold.run')?.facts,
  };
}

async function night(at: string) {
  const name = await writeSnapshot(main, { objects: 2, at });
  return { name, id: parseManifestName(name)?.id };
}

async function lose(name: string): Promise<void> {
  const ids = await Array.fromAsync(main.objectsOf(await main.getManifest(name, never), never));
  const id = ids.at(-1)!;
  await rm(join(dir, 'copy', 'chunks', id.slice(0, 2), id));
}

it('one whose data the system could not write down does not', async () => {
  isFlushed = false;
  expect(await round()).toMatchObject({ flushed: false, verified: { damaged: 0, missing: 0 } });
  expect(await known()).toMatchObject({ completed: null, deed: { flushed: false, sound: false } });
  isFlushed = true;
  expect(await round()).toMatchObject({ flushed: true });
  expect(await known()).toMatchObject({
    completed: expect.any(String) as string,
    deed: { flushed: true, sound: true },
  });
});

it('one that could bring everything but an old snapshot that no copy has whole does, each time', async () => {
  const sound = await night('2026-10-01T10:00:00.000Z');
  const rotten = await night('2026-10-02T10:00:00.000Z');
  const newest = await night('2027-01-01T10:00:00.000Z');
  await lose(rotten.name);
  expect(await round()).toMatchObject({ snapshots: [sound.id, newest.id], lost: [rotten.id] });
  expect(await known()).toMatchObject({ deed: { lost: 1, sound: true } });
  expect(await round()).toMatchObject({ snapshots: [], lost: [rotten.id], verified: { damaged: 0, missing: 0 } });
});

it('one that is filled from a damaged copy names that, the snapshots there that need it, and is sound itself', async () => {
  await home.addDisk('second');
  const { name, id } = await night('2027-01-01T11:00:00.000Z');
  await engine.call('copy.run', { snapshot: id ?? '', from: 'recovered', to: 'second' });
  await lose(name);
  const done = await round();
  expect(done).toMatchObject({
    from: 'recovered',
    snapshots: [id],
    verified: { damaged: 0, missing: 0 },
    rotten: [{ destination: 'recovered', snapshots: expect.arrayContaining([id]) as string[] }],
  });
  expect(await known()).toMatchObject({ deed: { rotten: 'recovered', sound: true } });
  // What it says to do helps.
  const healed = await engine.call('verify.run', { destination: 'recovered', readPercent: 100, healFrom: 'usb' });
  expect(healed.healed).toHaveLength(1);
});

it('one that could not bring the newest snapshot fails', async () => {
  const { name } = await night('2027-01-02T10:00:00.000Z');
  await lose(name);
  await expect(round()).rejects.toMatchObject({ code: 'repository.missing-object' });
});
