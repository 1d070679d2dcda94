import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobProgress } from '../../../../shared/model/job.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { DiskBlobStore } from '../../backend/disk/disk-blob-store.ts';
import { Catalog } from '../../catalog/catalog.ts';
import { rest } from '../../platform/rest.ts';
import { findHeader, Repository, unlockWithPassphrase } from '../../repository/index.ts';
import { writeSnapshot } from '../../repository/testing/a-snapshot.ts';
import { testPassphrase } from '../../repository/testing/keys.ts';
import { openEngine, type Engine } from '../engine.ts';
import { aDiskHome, type DiskHome } from '../testing/disk-home.ts';

/** Prune and those who read the same place, in this home and on another computer. One home for all cases; its snapshots become fewer. */
const never = new AbortController().signal;
const jobId = '6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a99';
const dayMs = 24 * 3_600_000;
let dir: string;
let home: DiskHome;
/** The same home once more, whose progress the test hears; and the list of jobs as another process of this computer has it. */
let heard: Engine;
let other: Catalog;
let onProgress: (progress: JobProgress) => void = () => undefined;
let theirs: Repository;
const older: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-pruned-'));
  home = await aDiskHome(dir, { objects: 4 });
  heard = await openEngine({
    homeDir: join(dir, 'home'),
    language: 'zh',
    clock: home.clock,
    onProgress: (progress) => onProgress(progress),
  });
  await heard.call('home.unlock', { passphrase: testPassphrase });
  other = await Catalog.open(join(dir, 'home', 'catalog.sqlite'), home.clock);
  const store = await DiskBlobStore.open({ root: join(dir, 'copy') });
  const header = await findHeader(store, never);
  theirs = await Repository.open(store, await unlockWithPassphrase(header!, testPassphrase), never);
  for (const at of ['2026-10-01T10:00:00.000Z', '2026-10-02T10:00:00.000Z'])
    older.push(await writeSnapshot(theirs, { objects: 20, at }));
  const longAgo = new Date('2025-01-01T00:00:00Z');
  for (const entry of await readdir(join(dir, 'copy'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), longAgo, longAgo);
});
afterAll(async () => {
  other.close();
  await heard.close();
  await home.close();
  await rm(dir, { recursive: true, force: true });
});

function prune(engine: Engine) {
  const keep = { keepDaily: 1, keepWeekly: 0, keepMonthly: 0 };
  return engine.call('prune.run', { destination: 'recovered', keep, dryRun: false, confirmShrink: null });
}

/** As another computer prunes: the manifest first, then its chunks. Within one turn of the event loop, so that nothing comes between. */
async function pruning(name: string): Promise<() => void> {
  const ids = await Array.fromAsync(theirs.objectsOf(await theirs.getManifest(name, never), never));
  return () => {
    rmSync(join(dir, 'copy', name));
    for (const id of ids) rmSync(join(dir, 'copy', 'chunks', id.slice(0, 2), id));
  };
}

it.each(['restore.run', 'export.run', 'copy.run', 'cold.run', 'verify.run', 'verify.due'])(
  'a prune is not begun while %s runs',
  async (verb) => {
    expect(other.startJob({ id: jobId, verb, subject: 'recovered' }, false)).toBe(true);
    await expect(prune(home.engine)).rejects.toMatchObject({ code: 'repository.leased' });
    other.endJob(jobId, 'done', null);
  },
);

it('a prune that was begun before removes nothing either', async () => {
  const shown = async () =>
    (await heard.call('snapshots.list', { source: null, atDestination: 'recovered' })).snapshots.length;
  await heard.call('verify.run', { destination: 'recovered', readPercent: 1, healFrom: null });
  expect(await shown()).toBe(3);
  onProgress = ({ phase }) => {
    if (phase === 'prune-read') other.startJob({ id: jobId, verb: 'restore.run', subject: 'shop' }, false);
  };
  await expect(prune(heard)).rejects.toMatchObject({
    code: 'repository.leased',
    facts: { holder: 'restore.run shop' },
  });
  other.endJob(jobId, 'done', null);
  expect(await theirs.listManifests(never)).toHaveLength(3);
  expect(await shown()).toBe(3);
});

it('the daily share waits for a prune', async () => {
  expect(other.startJob({ id: jobId, verb: 'prune.run', subject: 'recovered' }, false)).toBe(true);
  home.clock.advance(1000);
  const share = heard.call('verify.due', { destinations: [] });
  await eventually(async () => {
    const { jobs } = await heard.call('jobs.list', {});
    expect(jobs.some(({ verb, state }) => verb === 'verify.due' && state === 'running')).toBe(true);
  });
  // Nothing but patience tells that it waits; it can only be too short to notice that it does not.
  const first = await Promise.race([share.then(() => 'read'), rest(3_000, never).then(() => 'waiting')]);
  expect(first).toBe('waiting');
  other.endJob(jobId, 'done', null);
  expect((await share).copies[0]).toMatchObject({ damaged: [], missing: [] });
});

it('what another computer prunes while a share is read is not lost', async () => {
  const pruneNow = await pruning(older[0]!);
  home.clock.advance(40 * dayMs);
  let isPruned = false;
  onProgress = ({ phase }) => {
    if (phase !== 'share' || isPruned) return;
    isPruned = true;
    pruneNow();
  };
  const { copies } = await heard.call('verify.due', { destinations: [] });
  expect(isPruned).toBe(true);
  expect(copies[0]).toMatchObject({ damaged: [], missing: [], proof: { damaged: 0 } });
});

it('and neither is what it prunes while a copy is checked', async () => {
  const pruneNow = await pruning(older[1]!);
  let isPruned = false;
  onProgress = ({ phase }) => {
    if (phase !== 'verify' || isPruned) return;
    isPruned = true;
    pruneNow();
  };
  const report = await heard.call('verify.run', { destination: 'recovered', readPercent: 100, healFrom: null });
  expect(isPruned).toBe(true);
  expect(report).toMatchObject({ damaged: [], missing: [], snapshots: 1 });
  const { destinations } = await heard.call('destination.list', {});
  expect(destinations[0]?.proof).toMatchObject({ damaged: 0 });
});

it('which goes on when a share began after it', async () => {
  onProgress = ({ phase }) => {
    if (phase !== 'prune-read') return;
    home.clock.advance(1000);
    other.startJob({ id: jobId, verb: 'verify.due', subject: '' }, false);
  };
  expect(await prune(heard)).toMatchObject({ destination: 'recovered', dryRun: false });
  other.endJob(jobId, 'done', null);
});

it('what another computer prunes while it is copied is no damage: the others are copied, and alone it is said in words', async () => {
  await home.addDisk('second');
  const damage = async () => (await heard.call('destination.list', {})).destinations[0]?.proof?.damaged;
  const copying = async (snapshot: string, name: string) => {
    const pruneNow = await pruning(name);
    let isPruned = false;
    onProgress = ({ phase }) => {
      if (phase !== 'copy' || isPruned) return;
      isPruned = true;
      pruneNow();
    };
    return heard.call('copy.run', { snapshot, from: 'recovered', to: 'second' });
  };
  const beside = await writeSnapshot(theirs, { objects: 20, at: '2026-10-03T10:00:00.000Z' });
  const all = await copying('all', beside);
  expect(all).toMatchObject({ findings: [], copies: [{ destination: 'second', ok: true }] });
  expect(all.snapshots).toHaveLength(1);
  expect(await damage()).toBe(0);

  const alone = await writeSnapshot(theirs, { objects: 20, at: '2026-10-04T10:00:00.000Z' });
  const id = alone.slice(-36);
  await expect(copying(id, alone)).rejects.toMatchObject({
    code: 'snapshot.pruned-meanwhile',
    facts: { snapshot: id.slice(0, 8), destination: 'recovered' },
  });
  expect(await damage()).toBe(0);
  const { entries } = await heard.call('audit', {});
  expect(entries.filter(({ action }) => action === 'copy.damaged')).toEqual([]);
});

it('but what a snapshot that is still there needs is missing', async () => {
  rmSync(home.chunks[0]!);
  onProgress = () => undefined;
  const report = await heard.call('verify.run', { destination: 'recovered', readPercent: 1, healFrom: null });
  expect(report.missing).toHaveLength(1);
});
