import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventually } from '../../../shared/testing/eventually.ts';
import { Catalog } from '../catalog/catalog.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import { readerOf } from '../repository/index.ts';
import { aDiskHome, type DiskHome } from './testing/disk-home.ts';

/** Leases pass at once, but all objects together would take minutes. */
const crawl = 10_000;

async function withHome(use: (home: DiskHome, dir: string) => Promise<void>): Promise<void> {
  await withTempDir('feed', async (dir) => {
    const home = await aDiskHome(dir, { objects: 40, objectBytes: 20_000 });
    try {
      await use(home, dir);
    } finally {
      await home.close();
    }
  });
}

async function objectsIn(dir: string): Promise<number> {
  const names = await readdir(join(dir, 'chunks'), { recursive: true }).catch(() => []);
  return names.filter((name) => /[0-9a-f]{64}$/.test(name)).length;
}

const intactAt = async ({ engine }: DiskHome, name: string) =>
  (await engine.call('snapshot.show', { snapshot: 'latest' })).copies.find(({ destination }) => destination === name);

it('several targets are filled from one copy, each told by itself, and one that is not there does not hold back the others', async () => {
  await withHome(async (home, dir) => {
    for (const name of ['second', 'third']) await home.addDisk(name);
    await home.addDisk('usb', 'cold');
    await appendFile(join(dir, 'usb', 'shouhu.json'), 'no header any more');
    const done = await home.engine.call('copy.run', {
      snapshot: 'all',
      from: 'recovered',
      to: ['second', 'third', 'usb'],
      maxBytesPerSecond: 100_000_000,
    });
    const count = home.chunks.length;
    expect(done).toMatchObject({
      objectsCopied: 2 * count,
      copies: [
        { destination: 'second', ok: true, objectsCopied: count },
        { destination: 'third', ok: true, objectsCopied: count },
        { destination: 'usb', ok: false, errorCode: 'repository.header-damaged' },
      ],
      findings: [],
    });
    expect(await objectsIn(join(dir, 'third'))).toBe(count);
  });
});

it('a limit holds the copying back, for all targets together', async () => {
  await withHome(async (home, dir) => {
    for (const name of ['second', 'third']) await home.addDisk(name);
    const stop = new AbortController();
    const request = { snapshot: 'all', from: 'recovered', to: ['second', 'third'], maxBytesPerSecond: crawl };
    const copying = home.engine.call('copy.run', request, { signal: stop.signal });
    copying.catch(() => undefined);
    const there = async () => (await objectsIn(join(dir, 'second'))) + (await objectsIn(join(dir, 'third')));
    await eventually(async () => expect(await there()).toBeGreaterThan(0));
    stop.abort();
    await expect(copying).rejects.toMatchObject({ code: 'cancelled' });
    // Without the limit all of them are there before anybody can look.
    expect(await there()).toBeLessThan(2 * home.chunks.length);
    expect(await home.engine.call('copy.run', { ...request, maxBytesPerSecond: null })).toMatchObject({
      copies: [{ ok: true }, { ok: true }],
    });
  });
});

it('what was found damaged is known after the copying was stopped, and said', async () => {
  await withHome(async (home, dir) => {
    for (const name of ['second', 'third']) await home.addDisk(name);
    await home.engine.call('copy.run', { snapshot: 'all', from: 'recovered', to: 'second' });
    for (const path of home.chunks) await appendFile(path, 'x');
    const { id } = (await home.engine.call('destination.list', {})).destinations.find(
      ({ name }) => name === 'recovered',
    )!;
    const stop = new AbortController();
    const request = { snapshot: 'all', from: 'recovered', to: 'third', maxBytesPerSecond: crawl };
    const copying = home.engine.call('copy.run', request, { signal: stop.signal });
    copying.catch(() => undefined);
    const beside = await Catalog.open(join(dir, 'home', 'catalog.sqlite'), home.clock);
    try {
      // Written down when it is found, not at the end: a kill would not make it forgotten either.
      await eventually(() => expect(beside.damage(id).size).toBeGreaterThan(0));
    } finally {
      beside.close();
    }
    stop.abort();
    const facts = { damagedAt: 'recovered', damagedSeen: expect.any(Number) as number };
    await expect(copying).rejects.toMatchObject({ code: 'cancelled', facts });
    expect(await intactAt(home, 'recovered')).toMatchObject({ state: 'listed', intact: false });
    expect(await intactAt(home, 'second')).toMatchObject({ intact: true });
  });
});

it('what was found damaged is said when the copying fails for it', async () => {
  await withHome(async (home) => {
    await home.addDisk('second');
    await appendFile(home.chunks[20]!, 'x');
    const request = { snapshot: 'all', from: 'recovered', to: 'second' };
    await expect(home.engine.call('copy.run', request)).rejects.toMatchObject({
      code: 'repository.damaged',
      facts: { damagedSeen: 1, damagedAt: 'recovered' },
    });
    expect(await intactAt(home, 'recovered')).toMatchObject({ intact: false });
  });
});

it('every place that is written to gets every reader that a sheet of this home may name, and none that was damaged', async () => {
  await withHome(async (home, dir) => {
    await home.addDisk('second');
    const readers = join(dir, 'home', 'readers');
    const [shipped] = await readdir(readers);
    const old = readerOf(Buffer.from('const EDITION = 0;\n'))!;
    await writeFile(join(readers, old.name), old.bytes);
    await writeFile(join(readers, 'recover-0-01234567.mjs'), 'const EDITION = 0;\n// rotten\n');
    await home.addDisk('third');
    await home.engine.call('copy.run', { snapshot: 'all', from: 'recovered', to: ['second', 'third'] });
    for (const disk of ['second', 'third']) {
      const names = (await readdir(join(dir, disk))).filter((name) => /^recover|^README/.test(name)).sort();
      expect(names).toEqual(['README.txt', old.name, 'recover.mjs']);
      expect(readerOf(await readFile(join(dir, disk, 'recover.mjs')))?.name).toBe(shipped);
    }
    const { entries } = await home.engine.call('audit', {});
    expect(entries.filter(({ action }) => action === 'copy.reader-added').map(({ facts }) => facts)).toEqual([
      { destination: 'third', files: old.name },
      { destination: 'second', files: old.name },
    ]);
  });
});

it('an object is opened to its content before it is copied for the first time, and later only seen to be unchanged', async () => {
  await withTempDir('feed', async (dir) => {
    const home = await aDiskHome(dir, { objects: 5, hasMisnamed: true });
    try {
      await home.addDisk('second');
      const request = { snapshot: 'all', from: 'recovered', to: 'second' };
      await expect(home.engine.call('copy.run', request)).rejects.toMatchObject({
        code: 'repository.damaged',
        facts: { reason: 'id', damagedSeen: 1 },
      });
      // What nobody could have found, had it been opened before: so this shows which check it is that was made.
      const { id } = (await home.engine.call('destination.list', {})).destinations.find(
        ({ name }) => name === 'recovered',
      )!;
      const beside = await Catalog.open(join(dir, 'home', 'catalog.sqlite'), home.clock);
      beside.inventory.recordProofs(
        id,
        home.chunks.map((path) => path.slice(-64)),
      );
      beside.close();
      expect(await home.engine.call('copy.run', request)).toMatchObject({ copies: [{ ok: true }], findings: [] });
    } finally {
      await home.close();
    }
  });
});
