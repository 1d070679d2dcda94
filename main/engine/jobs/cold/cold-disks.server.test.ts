import { randomUUID } from 'node:crypto';
import {
  appendFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { DiskBlobStore } from '../../backend/disk/disk-blob-store.ts';
import { runCommand } from '../../platform/run-command.ts';
import { Repository } from '../../repository/index.ts';
import {
  foldersAsVolumes,
  makeColdTemplate,
  removableBelow,
  startColdRig,
  type ColdRig,
  type ColdTemplate,
} from './testing/cold-rig.ts';
import { makeImageDisk, mountTmpfs, whyNotMountable, type ImageKind, type TestDisk } from './testing/image-disk.ts';

let template: ColdTemplate;
let rig: ColdRig;
const disks: TestDisk[] = [];
const mounts: string[] = [];
beforeAll(async () => {
  template = await makeColdTemplate();
});
afterAll(() => template.remove());
beforeEach(async () => {
  rig = await startColdRig(template);
});
afterEach(async () => {
  for (const disk of disks.splice(0)) await disk.destroy();
  for (const path of mounts.splice(0)) await runCommand('umount', ['-l', path]);
  await rig.stop();
});

const dayMs = 24 * 3_600_000;
const never = new AbortController().signal;

async function needMounts(test: TestContext): Promise<void> {
  const reason = await whyNotMountable();
  if (reason !== null) skip(test, reason);
}

function skip(test: TestContext, reason: string): never {
  console.warn(`skipped: ${reason}`);
  return test.skip(reason);
}

async function imageDisk(test: TestContext, name: string, kind: ImageKind, megabytes: number): Promise<TestDisk> {
  const disk = await makeImageDisk(rig.path(`${name}.img`), kind, megabytes);
  if (typeof disk === 'string') return skip(test, disk);
  disks.push(disk);
  return disk;
}

async function smallDisk(name: string, megabytes: number): Promise<string> {
  const path = rig.path(name);
  await mountTmpfs(path, megabytes);
  mounts.push(path);
  return path;
}

describe('one round with a cold disk', () => {
  it('copies what is missing, reads it back, and says when it comes home', async () => {
    await rig.night(6, 50_000);
    const second = await rig.night(4, 50_000);
    await rig.addCold('蓝色 U 盘', await folder('usb'), '上海家里');
    const done = await rig.run('蓝色 U 盘');
    expect(done).toMatchObject({
      from: 'main',
      place: '上海家里',
      objectsCopied: 12,
      verified: { damaged: 0, missing: 0, healed: 0 },
      eject: 'not-asked',
      nextDue: '2026-11-29',
      next: { name: '蓝色 U 盘', place: '上海家里' },
    });
    expect(done.snapshots).toHaveLength(2);
    expect(done.verified.read).toBeGreaterThanOrEqual(12);
    const shown = await rig.engine.call('snapshot.show', { snapshot: second });
    expect(shown.copies).toMatchObject([{ destination: 'main' }, { destination: '蓝色 U 盘', state: 'read-back' }]);
    const phases = new Set(rig.progress.map(({ phase }) => phase));
    expect([...phases]).toEqual(['cold-find', 'cold-compare', 'copy', 'verify', 'cold-flush', 'cold-record']);

    const again = await rig.run('蓝色 U 盘');
    expect(again).toMatchObject({ snapshots: [], objectsCopied: 0, verified: { damaged: 0 } });
  });

  it('heals what has rotted on the disk from the copy it is filled from', async () => {
    await rig.night(1, 50_000);
    const usb = await folder('usb');
    await rig.addCold('usb', usb);
    await rig.run('usb');
    const [rotten = ''] = await chunksOf(usb);
    const bytes = await readFile(rotten);
    bytes[100]! ^= 1;
    await writeFile(rotten, bytes);
    // A share of the objects is read back each time, the longest unread first: after three rounds of so few all of them were.
    let healed = 0;
    for (let round = 0; round < 3 && healed === 0; round++) {
      rig.clock.advance(60_000);
      healed += (await rig.run('usb')).verified.healed;
    }
    expect(healed).toBe(1);
    expect(await readFile(rotten)).not.toEqual(bytes);
  });

  it('is refused for a disk that does not travel, and where there is nothing to fill it from', async () => {
    await expect(rig.run('main')).rejects.toMatchObject({ code: 'disk.not-cold' });
    await rig.addCold('usb', await folder('usb'));
    await rename(rig.path('main'), rig.path('main-away'));
    await expect(rig.run('usb')).rejects.toMatchObject({ code: 'disk.no-source', facts: { name: 'usb' } });
  });

  it('is not begun a second time while it runs', async () => {
    await rig.night(40, 200_000);
    await rig.addCold('usb', await folder('usb'));
    const first = rig.run('usb');
    await eventually(() => expect(rig.progress.length).toBeGreaterThan(0));
    await expect(rig.run('usb')).rejects.toMatchObject({ code: 'disk.already-running', facts: { name: 'usb' } });
    await first;
  });

  it('ends when it is cancelled; the next one goes on from there', async () => {
    await rig.night(60, 200_000);
    await rig.addCold('usb', await folder('usb'));
    const cancel = new AbortController();
    const running = rig.engine.call('cold.run', { name: 'usb', eject: false, wait: false }, { signal: cancel.signal });
    await eventually(async () => expect((await chunksOf(rig.path('usb'))).length).toBeGreaterThan(0));
    cancel.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    const copied = (await chunksOf(rig.path('usb'))).length;
    expect(copied).toBeGreaterThan(0);
    const done = await rig.run('usb');
    expect(done.objectsCopied + copied).toBe(61);
    expect(done.verified).toMatchObject({ damaged: 0, missing: 0 });
  });
});

describe('a disk is told by its marker', () => {
  it('which is written when it is added, and when an old disk without one is first used', async () => {
    const usb = await folder('usb');
    await rig.addCold('usb', usb);
    await rm(join(usb, 'shouhu-disk.json'));
    await rig.night(1, 1000);
    const { notes } = await rig.run('usb');
    expect(notes).toEqual(['marker-written']);
    expect((await rig.run('usb')).notes).toEqual([]);
    expect(JSON.parse(await readFile(join(usb, 'shouhu-disk.json'), 'utf8'))).toMatchObject({ marker: 1, place: null });
  });

  it('and is found under another mount point; the new one is remembered', async (test) => {
    await needMounts(test);
    const disk = await imageDisk(test, 'stick', 'ext4', 64);
    await disk.plugIn(rig.path('media/USB'));
    await rig.addCold('usb', rig.path('media/USB/backup'));
    await rig.night(2, 20_000);
    await disk.pullOut();
    await disk.plugIn(rig.path('media/USB1'));
    const done = await rig.run('usb');
    expect(done.notes).toContain('found-elsewhere');
    const { destinations } = await rig.engine.call('destination.list', {});
    expect(destinations.find(({ name }) => name === 'usb')?.where).toBe(rig.path('media/USB1/backup'));
    // The old mount point is an empty folder now, and stays one.
    expect(await readdir(rig.path('media/USB'))).toEqual([]);
  });

  it('and never mistaken for another one of the rotation at the same place', async (test) => {
    await needMounts(test);
    const [blue, red] = [await imageDisk(test, 'blue', 'ext4', 48), await imageDisk(test, 'red', 'ext4', 48)];
    const at = rig.path('media/E');
    await blue.plugIn(at);
    await rig.addCold('蓝盘', join(at, 'backup'), '北京办公室');
    await blue.pullOut();
    await red.plugIn(at);
    await rig.addCold('红盘', join(at, 'backup'), '上海家里');
    await rig.night(2, 20_000);
    await expect(rig.run('蓝盘')).rejects.toMatchObject({ code: 'backend.absent', facts: { disk: '蓝盘' } });
    await expect(
      rig.engine.call('verify.run', { destination: '蓝盘', readPercent: 100, healFrom: null }),
    ).rejects.toMatchObject({
      code: 'backend.absent',
    });
    expect(await rig.run('红盘')).toMatchObject({ snapshots: [expect.any(String)] });
    expect(await rig.disk('蓝盘')).toMatchObject({ presence: 'away' });
    expect(await rig.disk('红盘')).toMatchObject({ presence: 'here' });
  });

  it('of which two at once are named, and neither is written to', async () => {
    const usb = await folder('usb');
    await rig.addCold('usb', usb);
    await rig.night(1, 1000);
    await rig.engine.close();
    // Volumes of a made-up computer: two folders stand for an original and its clone.
    const clone = rig.path('clone');
    await cp(usb, join(clone, 'usb'), { recursive: true });
    const volumes = foldersAsVolumes([rig.dir, clone]);
    const reopened = await rig.reopen(volumes);
    try {
      await expect(reopened.call('cold.run', { name: 'usb', eject: false, wait: false })).rejects.toMatchObject({
        code: 'disk.twins',
        facts: { first: usb, second: join(clone, 'usb') },
      });
      const { disks: listed } = await reopened.call('cold.list', {});
      expect(listed).toMatchObject([{ name: 'usb', notes: ['twins'], presence: 'here' }]);
      expect(await chunksOf(usb)).toEqual([]);
    } finally {
      await reopened.close();
    }
  });

  it('and whoever added it on another computer: both know it by one id', async () => {
    const usb = await folder('usb');
    await rig.addCold('usb', usb);
    const mine = await rig.disk('usb');
    const other = await rig.otherHome();
    await other.call('destination.add', { kind: 'disk', name: 'stick', place: null, role: 'offsite', path: usb });
    const { disks: theirs } = await other.call('cold.list', {});
    expect(theirs).toMatchObject([{ name: 'stick', id: mine.id, presence: 'here' }]);
    expect(await rig.disk('usb')).toMatchObject({ presence: 'here' });
    await expect(rig.addCold('usb-again', usb)).rejects.toMatchObject({
      code: 'disk.known-already',
      facts: { name: 'usb' },
    });
  });

  it.each([
    ['changed', (text: string) => text.replace('"place": null', '"place": "x"')],
    ['unreadable', () => 'what is this'],
  ])('and refused in words when the marker is %s', async (reason, change) => {
    const usb = await folder('usb');
    await rig.addCold('usb', usb);
    const file = join(usb, 'shouhu-disk.json');
    await writeFile(file, change(await readFile(file, 'utf8')));
    await expect(rig.run('usb')).rejects.toMatchObject({ code: 'disk.marker-refused', facts: { reason, path: usb } });
    expect(await rig.disk('usb')).toMatchObject({ notes: ['marker-refused'], presence: 'unknown' });
    await rm(file);
    expect((await rig.run('usb')).notes).toEqual(['marker-written']);
  });

  it('also where something hangs in the way or a pipe was planted', async (test) => {
    const usb = await folder('usb');
    await rig.addCold('usb', usb);
    const away = rig.path('away');
    await rename(usb, away);
    await mkdir(usb);
    const made = await runCommand('mkfifo', [join(usb, 'shouhu-disk.json')]).catch(() => null);
    if (made?.exitCode !== 0) skip(test, 'no mkfifo here');
    expect(await rig.disk('usb')).toMatchObject({ presence: 'away' });
    await expect(rig.run('usb')).rejects.toMatchObject({ code: 'backend.absent' });
  });
});

describe('a disk that comes and goes', () => {
  it('is noticed, written down, and counted as offline only then', async () => {
    await rig.night(1, 1000);
    const usb = await folder('usb');
    await rig.addCold('usb', usb, '北京办公室');
    await rig.run('usb');
    expect(await rig.disk('usb')).toMatchObject({ state: 'plugged-in', hasLeft: false });
    rig.clock.advance(2 * dayMs);
    expect(await rig.disk('usb')).toMatchObject({ state: 'left-in', hasLeft: false });
    expect(await cold()).toMatchObject({
      state: 'warn',
      todo: 'cold-never-unplugged',
      evidence: [{}, { id: 'never-unplugged', facts: { destination: 'usb' } }],
    });
    expect(rig.notices).toEqual([]);

    await rename(usb, rig.path('drawer'));
    expect(await rig.disk('usb')).toMatchObject({
      state: 'resting',
      presence: 'away',
      hasLeft: true,
      dueOn: '2026-11-29',
    });
    expect(rig.notices).toMatchObject([{ destination: 'usb', place: '北京办公室', state: 'gone' }]);
    expect(await cold()).toMatchObject({ state: 'ok', todo: null, evidence: [{}, { id: 'disk-left' }] });
    await rig.disk('usb');
    expect(rig.notices).toHaveLength(1);

    rig.clock.advance(5 * dayMs);
    expect(await rig.disk('usb')).toMatchObject({ state: 'due-today', overdueDays: 0 });
    rig.clock.advance(3 * dayMs);
    expect(await rig.disk('usb')).toMatchObject({ state: 'overdue', overdueDays: 3 });
    await rename(rig.path('drawer'), usb);
    expect(await rig.disk('usb')).toMatchObject({ state: 'overdue', presence: 'here' });
    expect(rig.notices.at(-1)).toMatchObject({ state: 'arrived' });
    const { entries } = await rig.engine.call('audit', {});
    expect(entries.map(({ action }) => action).filter((action) => action.startsWith('disk.'))).toEqual([
      'disk.gone',
      'disk.arrived',
    ]);
  });

  it('keeps the schedule that it is given', async () => {
    await rig.addCold('usb', await folder('usb'));
    const schedule = { everyDays: 14, weekday: 5, autoRun: true };
    const { disk } = await rig.engine.call('cold.set', { name: 'usb', schedule });
    expect(disk).toMatchObject({ schedule, state: 'new' });
    await rig.night(1, 1000);
    // 2026-11-22 is a Sunday; the last Friday within two weeks is the 4th of December.
    expect(await rig.run('usb')).toMatchObject({ nextDue: '2026-12-04' });
    await expect(rig.engine.call('cold.set', { name: 'main', schedule })).rejects.toMatchObject({
      code: 'disk.not-cold',
    });
  });
});

describe('a disk that is pulled out in the middle', () => {
  it('says so, harms nothing, and goes on from there when it is back', async (test) => {
    await needMounts(test);
    const disk = await imageDisk(test, 'stick', 'ext4', 192);
    const at = rig.path('media/USB');
    await disk.plugIn(at);
    await rig.addCold('usb', join(at, 'backup'));
    const first = await rig.night(3, 100_000);
    await rig.run('usb');
    await rig.night(80, 300_000);
    rig.progress.length = 0;
    const running = rig.run('usb');
    running.catch(() => undefined);
    await eventually(async () => expect((await chunksOf(join(at, 'backup'))).length).toBeGreaterThan(8));
    await disk.pullOut();
    await expect(running).rejects.toMatchObject({ code: 'disk.pulled-out', facts: { name: 'usb' } });
    // Nothing was written into the folder that the disk left behind.
    expect(await readdir(at)).toEqual([]);

    await disk.plugIn(at);
    const verified = await rig.engine.call('verify.run', { destination: 'usb', readPercent: 100, healFrom: null });
    expect(verified).toMatchObject({ damaged: [], missing: [], snapshots: 1 });
    const there = verified.objects;
    expect((await rig.engine.call('snapshot.show', { snapshot: first })).copies).toHaveLength(2);
    const done = await rig.run('usb');
    expect(done.verified).toMatchObject({ damaged: 0, missing: 0 });
    expect(done.objectsCopied).toBe(85 - there);
  });
});

describe('a disk that is full', () => {
  it('is refused with the numbers before anything is written, also when only the reserve would be filled', async (test) => {
    await needMounts(test);
    const usb = await smallDisk('usb', 16);
    await rig.addCold('usb', usb);
    await rig.night(1, 1000);
    await rig.run('usb');
    await rig.night(20, 1_000_000);
    const before = await chunksOf(usb);
    const refused = await rig.run('usb').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'disk.no-room', facts: { name: 'usb', snapshots: 1, disk: 'usb' } });
    const { facts } = refused as { facts: Record<string, number> };
    // Two young snapshots: retention would free nothing, and says so.
    expect(facts).toMatchObject({ reclaimableBytes: 0, reclaimable: '0 B', removable: 0 });
    expect(facts['neededBytes']).toBeGreaterThan(20_000_000);
    const { bavail, bsize, blocks } = await statfs(usb);
    expect(facts['usableBytes']).toBeLessThanOrEqual((bavail - blocks * 0.05) * bsize);
    expect(facts['shortBytes']).toBe((facts['neededBytes'] ?? 0) - (facts['usableBytes'] ?? 0));
    expect(await chunksOf(usb)).toEqual(before);
    expect(await rig.engine.call('verify.run', { destination: 'usb', readPercent: 100, healFrom: null })).toMatchObject(
      {
        damaged: [],
        missing: [],
        snapshots: 1,
      },
    );
  });

  it('takes the newest snapshots that fit, names the others with their bytes, and is a round that counts', async (test) => {
    await needMounts(test);
    const usb = await smallDisk('usb', 16);
    await rig.addCold('usb', usb);
    const nights: string[] = [];
    for (let night = 0; night < 5; night++) nights.push(await rig.night(3, 1_100_000));
    const done = await rig.run('usb');
    expect(done).toMatchObject({ snapshots: nights.slice(1), verified: { damaged: 0, missing: 0, objects: 16 } });
    expect(done.noRoom).toMatchObject({ snapshots: nights.slice(0, 1), withoutNewest: [], removable: 0 });
    expect(done.noRoom?.neededBytes).toBeGreaterThan(3_000_000);
    const { bavail, bsize, blocks } = await statfs(usb);
    expect(bavail).toBeGreaterThanOrEqual(blocks * 0.05);
    expect(done.noRoom?.usableBytes).toBeLessThanOrEqual((bavail - blocks * 0.05) * bsize);
    expect(await rig.disk('usb')).toMatchObject({ lastCompletedAt: expect.any(String) as string });
    // Plugged in when everything is copied, it is not filled any further, and that is said with the same numbers.
    await rig.engine.call('destination.add', {
      kind: 'disk',
      name: 'second',
      place: null,
      role: 'second-disk',
      path: rig.path('second'),
    });
    const copied = await rig.engine.call('copy.run', { snapshot: 'all', from: 'main', to: ['second', 'usb'] });
    expect(copied.copies).toMatchObject([
      { destination: 'second', ok: true },
      { destination: 'usb', ok: false, errorCode: 'disk.no-room-for-all', facts: { name: 'usb', count: 1 } },
    ]);
    expect((await statfs(usb)).bavail).toBeGreaterThanOrEqual(blocks * 0.05);
    const tooLarge = await rig.night(10, 1_100_000);
    await expect(rig.engine.call('copy.run', { snapshot: tooLarge, from: 'main', to: ['usb'] })).rejects.toMatchObject({
      code: 'disk.no-room',
      facts: { snapshots: 1 },
    });
    const newest = await rig.night(3, 100_000);
    expect(await rig.run('usb')).toMatchObject({
      snapshots: [newest],
      noRoom: { snapshots: [tooLarge, nights[0]] },
    });
  });

  it.each([0, 400_000])(
    'and somebody else fills it to the last %i bytes while it is copied: an error, and the disk is whole',
    async (freeBytes) => {
      const reason = await whyNotMountable();
      if (reason !== null) {
        console.warn(`skipped: ${reason}`);
        return;
      }
      const usb = await smallDisk('usb', 32);
      await rig.addCold('usb', usb);
      await rig.night(1, 1000);
      await rig.run('usb');
      await rig.night(24, 400_000);
      rig.progress.length = 0;
      const running = rig.run('usb');
      running.catch(() => undefined);
      await eventually(() => expect(rig.progress.some(({ phase }) => phase === 'copy')).toBe(true));
      const { bavail, bsize } = await statfs(usb);
      await writeFile(join(usb, '.ballast'), Buffer.alloc(Math.max(0, bavail * bsize - freeBytes))).catch(
        () => undefined,
      );
      await expect(running).rejects.toMatchObject({ code: 'backend.disk-full' });
      await rm(join(usb, '.ballast'));
      expect(
        await rig.engine.call('verify.run', { destination: 'usb', readPercent: 100, healFrom: null }),
      ).toMatchObject({
        damaged: [],
        missing: [],
        snapshots: 1,
      });
      expect(await rig.run('usb')).toMatchObject({ verified: { damaged: 0, missing: 0 } });
    },
  );
});

// Without FAT32: its driver in user space says EPERM of a full disk, which no system's own driver does.
it.each(['tmpfs', 'exfat', 'ext4'] as const)(
  'a disk of %s that others filled to its last byte can be tidied up, unless somebody writes to it',
  async (kind) => {
    const reason = await whyNotMountable();
    if (reason !== null) {
      console.warn(`skipped: ${reason}`);
      return;
    }
    const usb = rig.path('usb');
    if (kind === 'tmpfs') await smallDisk('usb', 24);
    else {
      const disk = await makeImageDisk(rig.path('usb.img'), kind, 24);
      if (typeof disk === 'string') {
        console.warn(`skipped: ${disk}`);
        return;
      }
      disks.push(disk);
      await disk.plugIn(usb);
    }
    // A new ext4 has its own folder on it already, and then the repository gets one beside that.
    const { destination } = await rig.addCold('usb', join(usb, 'backup'));
    const folder = destination.where;
    const nights: string[] = [];
    for (let night = 0; night < 3; night++) {
      rig.clock.advance(dayMs);
      nights.push(await rig.night(2, 1_500_000));
    }
    await rig.run('usb');
    const longAgo = new Date('2025-01-01T00:00:00Z');
    for (const file of await filesOf(folder)) await utimes(file, longAgo, longAgo);
    const keep = { keepDaily: 1, keepWeekly: 0, keepMonthly: 0 };
    const prune = () => rig.engine.call('prune.run', { destination: 'usb', keep, dryRun: false, confirmShrink: null });
    const reserve = join(folder, '~tmp', 'reserve');
    const chunks = await filesOf(join(folder, 'chunks'));

    const elsewhere = await Repository.open(await DiskBlobStore.open({ root: folder }), template.keys, never);
    const { clock } = rig;
    const writer = { kind: 'writer', holder: 'backup of shop', host: 'elsewhere', clock, signal: never } as const;
    const lease = await elsewhere.acquireLease(writer);
    await fillUp(usb);
    await expect(prune()).rejects.toMatchObject({ code: 'repository.leased' });
    expect((await stat(reserve)).size).toBe(1024 * 1024);
    await lease.release(never);
    await fillUp(usb);

    await rename(reserve, join(usb, 'photo.jpg'));
    await expect(prune()).rejects.toMatchObject({ code: 'prune.no-room-for-lease', facts: { name: 'usb' } });
    expect(await filesOf(join(folder, 'chunks'))).toEqual(chunks);
    await rename(join(usb, 'photo.jpg'), reserve);

    const tidied = await prune();
    expect(tidied.removed.map(({ snapshot }) => snapshot).sort()).toEqual(nights.slice(0, 2).sort());
    expect(await filesOf(join(folder, 'chunks'))).toHaveLength(chunks.length - tidied.objectsRemoved + 2);
    expect(await readdir(join(folder, 'leases'))).toEqual([]);
    expect((await stat(reserve)).size).toBe(1024 * 1024);
    expect(await rig.engine.call('verify.run', { destination: 'usb', readPercent: 100, healFrom: null })).toMatchObject(
      { damaged: [], missing: [], snapshots: 1 },
    );
  },
);

describe.each(['exfat', 'vfat', 'ext4'] as const)('on %s', (kind) => {
  it('a round goes from plugging in to ejecting, and the disk comes back whole under another name', async (test) => {
    await needMounts(test);
    const disk = await imageDisk(test, kind, kind, 96);
    const at = rig.path('media/USB');
    await disk.plugIn(at);
    await rig.engine.close();
    const engine = await rig.reopen(removableBelow(rig.dir));
    try {
      await engine.call('destination.add', {
        kind: 'disk',
        name: 'usb',
        place: '上海家里',
        role: 'cold',
        path: join(at, 'backup'),
      });
      await rig.night(12, 300_000);
      const done = await engine.call('cold.run', { name: 'usb', eject: true, wait: false });
      expect(done).toMatchObject({
        eject: 'ejected',
        flushed: true,
        objectsCopied: 13,
        verified: { damaged: 0, missing: 0 },
      });
      expect(await readdir(at)).toEqual([]);
      const { disks: after } = await engine.call('cold.list', {});
      expect(after).toMatchObject([{ name: 'usb', presence: 'away', state: 'resting', hasLeft: true }]);
      expect(rig.notices).toMatchObject([{ state: 'gone' }]);

      await disk.plugIn(rig.path('media/OTHER'));
      const verified = await engine.call('verify.run', { destination: 'usb', readPercent: 100, healFrom: null });
      expect(verified).toMatchObject({ damaged: [], missing: [], snapshots: 1, read: 13 });
      const { size } = await stat(rig.path('media/OTHER/backup/shouhu-disk.json'));
      expect(size).toBeLessThan(1024);
    } finally {
      await engine.close();
    }
  });
});

it('waits for a disk that is not there yet, and begins when it is', async () => {
  await rig.night(2, 10_000);
  const usb = await folder('usb');
  await rig.addCold('usb', usb);
  await rig.engine.close();
  await rename(usb, rig.path('drawer'));
  let mounts = 0;
  const engine = await rig.reopen({ ...foldersAsVolumes([rig.dir]), fingerprint: () => Promise.resolve(`${mounts}`) });
  try {
    const running = engine.call('cold.run', { name: 'usb', eject: true, wait: true });
    running.catch(() => undefined);
    await eventually(() => expect(rig.progress.some(({ phase }) => phase === 'cold-wait')).toBe(true));
    await rename(rig.path('drawer'), usb);
    mounts++;
    expect(await running).toMatchObject({ objectsCopied: 3, eject: 'not-removable' });
  } finally {
    await engine.close();
  }
});

async function folder(name: string): Promise<string> {
  await mkdir(rig.path(name));
  return rig.path(name);
}

async function chunksOf(dir: string): Promise<string[]> {
  const entries = await readdir(join(dir, 'chunks'), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).sort();
}

/** Somebody's films, until not one byte more can be written. */
async function fillUp(path: string): Promise<void> {
  for (const sizeBytes of [1024 * 1024, 4096, 512, 1]) {
    const film = join(path, `film-${randomUUID()}`);
    for (;;) {
      try {
        await appendFile(film, Buffer.alloc(sizeBytes, 1), { flush: true });
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') break;
        throw error;
      }
    }
  }
  await expect(writeFile(join(path, 'one more'), 'x', { flush: true })).rejects.toMatchObject({ code: 'ENOSPC' });
}

async function cold() {
  const { items } = await rig.engine.call('checklist', { source: '小店' });
  return items.find(({ id }) => id === 'weekly-cold-offsite');
}
