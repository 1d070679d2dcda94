import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CopyState } from '../../../shared/model/snapshot.ts';
import { aManifest, shopSnapshotId } from '../repository/testing/a-shop.ts';
import { TestClock } from '../repository/testing/keys.ts';
import { Catalog } from './catalog.ts';

const states: readonly CopyState[] = ['written', 'listed', 'read-back', 'restored', 'totals-matched'];
const disk = 'disk-1';

describe('Catalog', () => {
  let dir: string;
  let path: string;
  let clock: TestClock;
  let catalog: Catalog;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-catalog-'));
    path = join(dir, 'catalog.sqlite');
    clock = new TestClock();
    catalog = await Catalog.open(path, clock);
  });
  afterEach(async () => {
    catalog.close();
    await rm(dir, { recursive: true, force: true });
  });

  const copy = () => catalog.copies(shopSnapshotId)[0]?.copy;

  it('keeps the timeline, newest first, and finds by the beginning of an id', () => {
    const other = aManifest({ id: '7f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11', at: '2026-11-23T14:00:00.000Z' });
    catalog.addSnapshot(aManifest(), 'manifests/a', 3);
    catalog.addSnapshot(other, 'manifests/b', 4);

    expect(catalog.snapshots(null).map(({ chunks }) => chunks)).toEqual([4, 3]);
    expect(catalog.newest('小店')?.manifest.id).toBe(other.id);
    expect(catalog.newest('another')).toBeUndefined();
    expect(catalog.snapshots('another')).toEqual([]);
    expect(catalog.snapshotsById('6f1f').map(({ manifest }) => manifest)).toEqual([aManifest()]);
  });

  it('takes for the newest what was made last, whatever the clock of a night said', () => {
    const [ahead, after, elsewhere] = ['a', 'b', 'c'].map((digit) => `${digit}f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11`);
    const shop = aManifest().source;
    const other = { ...shop, id: 'c0f3a4b5-1d2e-4f60-8a7b-9c8d7e6f5a4b', name: '另一家' };
    const manifests = [
      aManifest(),
      aManifest({ id: ahead!, at: '2026-12-20T14:00:00.000Z', previous: shopSnapshotId }),
      aManifest({ id: after!, at: '2026-11-24T14:00:00.000Z', previous: ahead! }),
      // Of another shop, and named by nobody: only its instant counts.
      aManifest({ id: elsewhere!, at: '2026-11-23T14:00:00.000Z', previous: after!, source: other }),
    ];
    for (const manifest of manifests) catalog.addSnapshot(manifest, `manifests/${manifest.id}`, 1);

    expect(catalog.snapshots(null)[0]?.manifest.id).toBe(ahead);
    expect(catalog.newest(null)?.manifest.id).toBe(after);
    expect(catalog.newest(shop.name)?.manifest.id).toBe(after);
    expect(catalog.newestPerSource().map(({ manifest }) => manifest.id)).toEqual([after, elsewhere]);
  });

  describe('copies', () => {
    it.each(states.flatMap((strong, index) => states.slice(0, index).map((weak) => [strong, weak] as const)))(
      'stay %s when they are seen to be %s',
      (strong, weak) => {
        catalog.recordCopy(shopSnapshotId, disk, strong, true);
        catalog.recordCopy(shopSnapshotId, disk, weak, true);
        expect(copy()).toMatchObject({ state: strong, intact: true });
      },
    );

    it.each(states)('lose %s when damage is found', (state) => {
      catalog.recordCopy(shopSnapshotId, disk, state, true);
      catalog.recordCopy(shopSnapshotId, disk, 'listed', false);
      expect(copy()).toMatchObject({ state: 'listed', intact: false });
    });

    it.each([
      ['written', false],
      ['listed', false],
      ['read-back', true],
      ['restored', true],
    ] as const)('that are damaged and seen as %s count as whole: %s', (state, isWhole) => {
      catalog.recordCopy(shopSnapshotId, disk, 'listed', false);
      catalog.recordCopy(shopSnapshotId, disk, state, true);
      expect(copy()?.intact).toBe(isWhole);
    });

    it('are whole again when the damage was looked at and is gone, and prove nothing by that', () => {
      catalog.recordCopy(shopSnapshotId, disk, 'totals-matched', true);
      catalog.recordCopy(shopSnapshotId, disk, 'listed', false);
      catalog.recordRepaired(shopSnapshotId, disk);
      expect(copy()).toMatchObject({ state: 'listed', intact: true });
    });

    it('keep the instant at which the evidence was seen', () => {
      catalog.recordCopy(shopSnapshotId, disk, 'restored', true, '2024-01-01T00:00:00.000Z');
      expect(copy()).toMatchObject({ state: 'restored', at: '2024-01-01T00:00:00.000Z' });
    });

    it('are forgotten with their destination, proofs and damage too', () => {
      catalog.recordCopy(shopSnapshotId, disk, 'listed', true);
      catalog.recordProofs(disk, ['a']);
      catalog.recordDamage(disk, ['b']);
      catalog.forgetDestination(disk);
      expect([copy(), catalog.proofs(disk).size, catalog.damage(disk).size]).toEqual([undefined, 0, 0]);
    });
  });

  it('remembers damage until the object was read or mended', () => {
    catalog.recordDamage(disk, ['a', 'b', 'c']);
    catalog.recordProofs(disk, ['a']);
    catalog.recordMended(disk, ['b']);
    expect([...catalog.damage(disk)]).toEqual(['c']);
    expect([...catalog.proofs(disk)]).toEqual([['a', '2026-11-22T14:00:00.000Z']]);
  });

  describe('jobs', () => {
    const job = { id: 'job-1', verb: 'backup.run', subject: '小店' };
    const setJob = (change: string) => {
      const db = new Database(path);
      db.exec(`UPDATE jobs SET ${change}`);
      db.close();
    };

    it('run alone when they ask for it, each shop by itself', () => {
      expect(catalog.startJob(job, true)).toBe(true);
      expect(catalog.startJob({ ...job, id: 'job-2' }, true)).toBe(false);
      expect(catalog.startJob({ ...job, id: 'job-3', subject: 'another' }, true)).toBe(true);
      catalog.endJob('job-1', 'done', null);
      expect(catalog.startJob({ ...job, id: 'job-4' }, true)).toBe(true);
    });

    it('of two processes that start together, one is refused', async () => {
      const other = await Catalog.open(path, clock);
      expect([catalog.startJob(job, true), other.startJob({ ...job, id: 'job-2' }, true)]).toEqual([true, false]);
      other.close();
    });

    it('are interrupted when their process has gone', () => {
      catalog.startJob(job, true);
      setJob('pid = 4194305');
      expect(catalog.settleDeadJobs()).toBe(1);
      expect(catalog.jobs(10)[0]).toMatchObject({ state: 'interrupted', errorCode: 'engine.stopped' });
    });

    it('are interrupted when another process has their number now: nobody has seen them for minutes', () => {
      catalog.startJob(job, true);
      // Parent of this process: alive for sure, and not ours.
      setJob(`pid = ${process.ppid}`);
      expect(catalog.settleDeadJobs()).toBe(0);
      clock.advance(6 * 60_000);
      expect(catalog.startJob({ ...job, id: 'job-2' }, true)).toBe(true);
      expect(
        catalog
          .jobs(10)
          .map(({ state }) => state)
          .sort(),
      ).toEqual(['interrupted', 'running']);
    });

    it('are interrupted when we have the number of the process that ran them', () => {
      catalog.startJob(job, true);
      setJob("id = 'job-of-yesterday'");
      expect(catalog.settleDeadJobs()).toBe(1);
      catalog.endJob('job-1', 'done', null);
    });

    it('stay alive as long as they are seen', () => {
      catalog.startJob(job, true);
      setJob(`pid = ${process.ppid}`);
      for (let minute = 0; minute < 20; minute++) {
        clock.advance(60_000);
        catalog.beatJob('job-1');
        expect(catalog.settleDeadJobs()).toBe(0);
      }
      catalog.endJob('job-1', 'done', null);
    });

    it('are kept for ninety days', () => {
      catalog.startJob(job, false);
      catalog.endJob('job-1', 'failed', { code: 'backend.absent', facts: { path: '/disk' } });
      expect(catalog.jobs(10)[0]).toMatchObject({ state: 'failed', errorFacts: { path: '/disk' } });
      clock.advance(91 * 24 * 3_600_000);
      catalog.startJob({ ...job, id: 'job-2' }, false);
      expect(catalog.jobs(10).map(({ jobId }) => jobId)).toEqual(['job-2']);
      catalog.endJob('job-2', 'done', null);
    });
  });

  describe('file', () => {
    it.each(['nonsense'.repeat(2000), 'SQLite format 3\0'.padEnd(8192, 'x')])(
      'that is no catalog is set aside',
      async (content) => {
        catalog.close();
        await writeFile(path, content);
        await writeFile(`${path}-wal`, 'old log');

        catalog = await Catalog.open(path, clock);

        expect(catalog.isBuilt).toBe(false);
        expect(await readFile(`${path}.damaged`, 'utf8')).toBe(content);
      },
    );

    it('with a rotten page is set aside as well', async () => {
      for (let n = 0; n < 200; n++) catalog.recordProofs(disk, [`object-${n}`.padEnd(64, '0')]);
      catalog.close();
      const bytes = await readFile(path);
      bytes.fill(0xab, 8192, bytes.length);
      await writeFile(path, bytes);

      catalog = await Catalog.open(path, clock);

      expect(catalog.proofs(disk).size).toBe(0);
      expect(await readdir(dir)).toContain('catalog.sqlite.damaged');
    });

    it('of another version is started anew: it is a cache', async () => {
      catalog.markBuilt();
      catalog.addSnapshot(aManifest(), 'manifests/a', 1);
      catalog.close();
      const db = new Database(path);
      db.pragma('user_version = 1');
      db.close();

      catalog = await Catalog.open(path, clock);

      expect([catalog.isBuilt, catalog.snapshots(null)]).toEqual([false, []]);
    });

    it('keeps what it knows', async () => {
      catalog.markBuilt();
      catalog.addSnapshot(aManifest(), 'manifests/a', 1);
      catalog.close();
      catalog = await Catalog.open(path, clock);
      expect([catalog.isBuilt, catalog.knowsSnapshot(shopSnapshotId)]).toEqual([true, true]);
    });
  });
});
