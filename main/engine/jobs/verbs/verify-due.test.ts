import { appendFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { Catalog } from '../../catalog/catalog.ts';
import { withTempDir } from '../../platform/temp-dir.ts';
import type { Engine } from '../engine.ts';
import { aDiskHome, type DiskHome } from '../testing/disk-home.ts';

const dayMs = 24 * 3_600_000;

describe('verify.due', () => {
  const homes: DiskHome[] = [];
  afterEach(async () => {
    for (const home of homes.splice(0)) await home.close();
  });

  async function aHome(dir: string) {
    const home = await aDiskHome(dir);
    homes.push(home);
    const path = home.chunks[30]!;
    return { ...home, path, id: basename(path) };
  }
  const stateOf = async (engine: Engine, destination: string) => {
    const { copies } = await engine.call('snapshot.show', { snapshot: 'latest' });
    return copies.find((copy) => copy.destination === destination);
  };
  const figuresOf = async (engine: Engine) => (await engine.call('destination.list', {})).destinations[0]?.proof;

  it('reads everything within the promised days, and says of the snapshot what is proven, no more', async () => {
    await withTempDir('share', async (dir) => {
      const { engine, clock } = await aHome(dir);
      // The manifest is there, so it was written; nobody has seen its chunks yet.
      expect(await stateOf(engine, 'recovered')).toMatchObject({ state: 'written', intact: true });
      const first = await engine.call('verify.due', { destinations: [] });
      expect(first).toMatchObject({
        copies: [{ destination: 'recovered', damaged: [], missing: [] }],
        unreachable: [],
      });
      expect(first.copies[0]!.read).toBeGreaterThanOrEqual(2);
      expect(first.copies[0]!.read).toBeLessThan(20);
      expect(await stateOf(engine, 'recovered')).toMatchObject({ state: 'listed' });
      for (let day = 1; day < 30; day++) {
        clock.advance(dayMs);
        await engine.call('verify.due', { destinations: ['recovered'] });
      }
      expect(await stateOf(engine, 'recovered')).toMatchObject({ state: 'read-back', intact: true });
      expect(await figuresOf(engine)).toMatchObject({
        neverRead: { objects: 0, bytes: 0 },
        provenShare: 1,
        damaged: 0,
      });
      const { items } = await engine.call('checklist', { source: null });
      expect(items.find((item) => item.id === 'coverage')?.evidence).toContainEqual({
        id: 'copy-share',
        at: expect.any(String) as string,
        facts: { destination: 'recovered', percent: 100, neverRead: 0, days: expect.any(Number) as number },
      });
    });
  }, 120_000);

  it('finds damage, takes the word back, and gives it again after healing', async () => {
    await withTempDir('share', async (dir) => {
      const { engine, path, id } = await aHome(dir);
      await engine.call('verify.run', { destination: 'recovered', readPercent: 100, healFrom: null });
      expect(await stateOf(engine, 'recovered')).toMatchObject({ state: 'read-back' });
      await engine.call('destination.add', {
        kind: 'disk',
        name: 'second',
        path: join(dir, 'second'),
        role: 'second-disk',
        place: null,
      });
      await engine.call('copy.run', { snapshot: 'latest', from: 'recovered', to: 'second' });
      expect(await stateOf(engine, 'second')).toMatchObject({ state: 'written' });

      const bytes = await readFile(path);
      await rm(path);
      const found = await engine.call('verify.run', { destination: 'recovered', readPercent: 1, healFrom: null });
      expect(found.missing).toEqual([id]);
      expect(await stateOf(engine, 'recovered')).toMatchObject({ state: 'listed', intact: false });
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(path, bytes);
      // A suspect is in every share, however small.
      const share = await engine.call('verify.due', { destinations: ['recovered'] });
      expect(share.copies[0]).toMatchObject({ damaged: [{ object: id }], missing: [] });
      expect((await figuresOf(engine))?.damaged).toBe(1);
      await engine.call('verify.run', { destination: 'recovered', readPercent: 100, healFrom: 'second' });
      expect(await stateOf(engine, 'recovered')).toMatchObject({ state: 'read-back', intact: true });
      expect(await figuresOf(engine)).toMatchObject({ damaged: 0, provenShare: 1 });
    });
  }, 120_000);

  it('looks at what the log needs, says which stretch is lost, and knows when it is back', async () => {
    await withTempDir('share', async (dir) => {
      const { engine, addLog } = await aHome(dir);
      const { records, chunks } = await addLog(6);
      const share = () => engine.call('verify.due', { destinations: ['recovered'] });
      expect((await share()).copies[0]).toMatchObject({ damaged: [], missing: [] });
      await engine.call('destination.add', {
        kind: 'disk',
        name: 'second',
        path: join(dir, 'second'),
        role: 'second-disk',
        place: null,
      });
      await cp(join(dir, 'copy'), join(dir, 'second'), { recursive: true });

      const [chunk = '', record = '', last = ''] = [chunks[1], records[3], records[5]];
      await rm(join(dir, 'copy', 'chunks', chunk.slice(0, 2), chunk));
      await rm(join(dir, 'copy', record));
      await rm(join(dir, 'copy', last));
      const found = (await share()).copies[0]!;
      expect(found.missing.toSorted()).toEqual([chunk, record, last].toSorted());
      const at = (minute: number) => `2026-11-22T20:0${minute}:00.000Z`;
      const placed = found.brokenLogs?.map(({ from, fromAt, untilAt }) => ({ from, fromAt, untilAt }));
      expect(placed).toEqual([
        { from: 1000, fromAt: at(1), untilAt: at(1) },
        { from: null, fromAt: at(2), untilAt: at(4) },
        { from: null, fromAt: at(4), untilAt: null },
      ]);
      expect(found.brokenLogs?.map(({ source }) => source)).toEqual(found.brokenLogs?.map(() => '小店'));

      const healed = await engine.call('verify.run', {
        destination: 'recovered',
        readPercent: 1,
        healFrom: 'second',
      });
      expect(healed).toMatchObject({ damaged: [], missing: [] });
      expect(healed.healed.toSorted()).toEqual([chunk, record, last].toSorted());
      expect((await share()).copies[0]).toMatchObject({ damaged: [], missing: [] });
    });
  }, 120_000);

  it('waits while a backup runs, and keeps what it has proven when it is cut off', async () => {
    await withTempDir('share', async (dir) => {
      const { engine, clock } = await aHome(dir);
      const other = await Catalog.open(join(dir, 'home', 'catalog.sqlite'), clock);
      try {
        expect(
          other.startJob({ id: '6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a99', verb: 'backup.run', subject: 'shop' }, true),
        ).toBe(true);
        clock.advance(40 * dayMs);
        const stop = new AbortController();
        const share = engine.call('verify.due', { destinations: [] }, { signal: stop.signal });
        share.catch(() => undefined);
        await eventually(async () => {
          const { jobs } = await engine.call('jobs.list', {});
          expect(jobs.some(({ verb, state }) => verb === 'verify.due' && state === 'running')).toBe(true);
        });
        expect((await figuresOf(engine))?.provenShare ?? 0).toBe(0);
        stop.abort();
        await expect(share).rejects.toMatchObject({ code: 'cancelled' });
        other.endJob('6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a99', 'done', null);
        // Everything is overdue: it is all read, once nobody is in the way.
        expect((await engine.call('verify.due', { destinations: [] })).copies[0]).toMatchObject({
          proof: { provenShare: 1 },
        });
      } finally {
        other.close();
      }
    });
  }, 120_000);

  it('keeps what it found damaged when it is cut off', async () => {
    await withTempDir('share', async (dir) => {
      const { engine, clock, chunks } = await aHome(dir);
      for (const path of chunks) await appendFile(path, 'x');
      clock.advance(40 * dayMs);
      const stop = new AbortController();
      const request = { destinations: [], maxBytesPerSecond: 1 };
      const share = engine.call('verify.due', request, { signal: stop.signal });
      share.catch(() => undefined);
      await eventually(async () => expect((await figuresOf(engine))?.damaged).toBeGreaterThan(0));
      stop.abort();
      await expect(share).rejects.toMatchObject({ code: 'cancelled' });
      expect((await figuresOf(engine))?.damaged).toBeGreaterThan(0);
    });
  }, 120_000);

  it('says of a copy that has been away for longer than was promised that nobody has read it, but of no disk that travels', async () => {
    await withTempDir('share', async (dir) => {
      const { engine, clock, addDisk } = await aHome(dir);
      await addDisk('second');
      await addDisk('usb', 'cold');
      for (const to of ['second', 'usb']) await engine.call('copy.run', { snapshot: 'latest', from: 'recovered', to });
      expect(await engine.call('verify.due', { destinations: [] })).toMatchObject({ unreachable: [], unproven: [] });
      for (const gone of ['second', 'usb']) await rm(join(dir, gone), { recursive: true });
      clock.advance(60 * dayMs);
      const { copies, unproven } = await engine.call('verify.due', { destinations: [] });
      // What can be reached has caught up.
      expect(copies).toMatchObject([{ destination: 'recovered', proof: { provenShare: 1 } }]);
      expect(unproven).toEqual([{ destination: 'second', days: expect.any(Number) as number }]);
      expect(unproven[0]!.days).toBeGreaterThan(30);
    });
  }, 120_000);

  it('names a copy that is away, and fails when there is none', async () => {
    await withTempDir('share', async (dir) => {
      const { engine } = await aHome(dir);
      await engine.call('destination.add', {
        kind: 'disk',
        name: 'usb',
        path: join(dir, 'usb'),
        role: 'cold',
        place: null,
      });
      await rm(join(dir, 'usb'), { recursive: true });
      expect(await engine.call('verify.due', { destinations: [] })).toMatchObject({
        copies: [{ destination: 'recovered' }],
        unreachable: [{ destination: 'usb', errorCode: 'backend.absent' }],
      });
      await expect(engine.call('verify.due', { destinations: ['usb'] })).rejects.toMatchObject({
        code: 'backend.absent',
      });
    });
  }, 120_000);

  it('keeps the limit of a destination and the switch of the daily share', async () => {
    await withTempDir('share', async (dir) => {
      const { engine } = await aHome(dir);
      const keep = { retention: {}, pin: [], unpin: [] };
      const set = (maxBytesPerSecond: number | null) =>
        engine.call('destination.set', { name: 'recovered', ...keep, maxBytesPerSecond });
      expect((await set(500_000)).destination).toMatchObject({ maxBytesPerSecond: 500_000 });
      expect((await set(null)).destination).not.toHaveProperty('maxBytesPerSecond');
      expect(await engine.call('share.status', {})).toEqual({ enabled: true });
      await engine.call('share.set', { enabled: false });
      expect(await engine.call('share.status', {})).toEqual({ enabled: false });
    });
  }, 120_000);
});
