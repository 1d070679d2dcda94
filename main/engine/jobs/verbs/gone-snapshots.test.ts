import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DiskBlobStore } from '../../backend/disk/disk-blob-store.ts';
import { withTempDir } from '../../platform/temp-dir.ts';
import {
  findHeader,
  parseManifestName,
  pruneRepository,
  Repository,
  unlockWithPassphrase,
} from '../../repository/index.ts';
import { writeSnapshot } from '../../repository/testing/a-snapshot.ts';
import { shopAt } from '../../repository/testing/a-shop.ts';
import { testPassphrase } from '../../repository/testing/keys.ts';
import type { Engine } from '../engine.ts';
import { aDiskHome, type DiskHome } from '../testing/disk-home.ts';

const dayMs = 24 * 3_600_000;
const never = new AbortController().signal;

/** What a check of a copy says of snapshots whose manifests are not there any more. */
describe('snapshots that are not listed any more', () => {
  const homes: DiskHome[] = [];
  afterEach(async () => {
    for (const home of homes.splice(0)) await home.close();
  });

  async function aHome(dir: string) {
    const home = await aDiskHome(dir, { objects: 4 });
    homes.push(home);
    const due = async () => {
      home.clock.advance(dayMs);
      const { copies } = await home.engine.call('verify.due', { destinations: ['recovered'] });
      return copies[0]!;
    };
    const verify = (healFrom: string | null, readPercent = 100) =>
      home.engine.call('verify.run', { destination: 'recovered', readPercent, healFrom });
    return { ...home, due, verify };
  }
  /** The disk as another computer with the same keys has it. */
  async function openElsewhere(dir: string): Promise<Repository> {
    const store = await DiskBlobStore.open({ root: join(dir, 'copy') });
    const header = await findHeader(store, never);
    return Repository.open(store, await unlockWithPassphrase(header!, testPassphrase), never);
  }
  const timeline = async (engine: Engine) =>
    (await engine.call('snapshots.list', { source: null, atDestination: null })).snapshots.map(({ copies }) =>
      copies.map(({ destination, intact }) => `${destination} ${intact ? 'intact' : 'broken'}`).sort(),
    );

  it('are missed when they were lost, by every check until they are back', async () => {
    await withTempDir('gone', async (dir) => {
      const { engine, addDisk, due, verify } = await aHome(dir);
      await addDisk('second');
      await engine.call('copy.run', { snapshot: 'all', from: 'recovered', to: 'second' });
      await rm(join(dir, 'copy', 'manifests'), { recursive: true });

      const lost = [expect.stringMatching(/^manifests\//)];
      expect(await due()).toMatchObject({ missing: lost, gone: [], proof: { damaged: 1 } });
      expect(await due()).toMatchObject({ missing: lost, gone: [] });
      expect(await verify(null, 10)).toMatchObject({ missing: lost, gone: [], snapshots: 0 });
      expect(await timeline(engine)).toEqual([['recovered broken', 'second intact']]);

      expect(await verify('second', 10)).toMatchObject({ damaged: [], missing: [], healed: lost, snapshots: 1 });
      expect(await timeline(engine)).toEqual([['recovered intact', 'second intact']]);
      expect(await verify(null)).toMatchObject({ damaged: [], missing: [], healed: [], snapshots: 1 });
      expect(await due()).toMatchObject({ missing: [], proof: { damaged: 0 } });
    });
  });

  it('are named once and not missed when another computer has tidied them up', async () => {
    await withTempDir('gone', async (dir) => {
      const { engine, due, verify } = await aHome(dir);
      const other = await openElsewhere(dir);
      const at = (days: number) => new Date(Date.parse(shopAt) + days * dayMs).toISOString();
      const second = await writeSnapshot(other, { objects: 4, at: at(1) });
      const third = await writeSnapshot(other, { objects: 4, at: at(2) });
      expect(await due()).toMatchObject({ missing: [], gone: [] });
      /** As that computer's rule would have it; all objects are old. */
      const prune = (keeps: readonly string[]) =>
        pruneRepository(other, {
          digest: () => 0,
          choose: (all) => new Set(all.flatMap(({ name }) => (keeps.includes(name) ? [] : [name]))),
          dryRun: false,
          holder: 'prune',
          host: 'other',
          clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
          graceMs: -dayMs,
          signal: never,
        });
      expect((await prune([second, third])).removed.size).toBe(1);

      const first = await due();
      expect(first).toMatchObject({ damaged: [], missing: [], proof: { damaged: 0 } });
      expect(first.gone).toHaveLength(1);
      expect(await due()).toMatchObject({ damaged: [], missing: [], gone: [], proof: { damaged: 0 } });
      expect(await timeline(engine)).toEqual([['recovered intact'], ['recovered intact']]);

      await prune([third]);
      expect(await verify(null)).toMatchObject({ missing: [], gone: [parseManifestName(second)?.id], snapshots: 1 });
      expect(await verify(null)).toMatchObject({ missing: [], gone: [] });
      expect(await timeline(engine)).toEqual([['recovered intact']]);
    });
  });
});
