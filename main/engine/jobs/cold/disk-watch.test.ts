import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ColdSchedule } from '../../../../shared/model/cold-schedule.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import type { VolumeSource } from '../../platform/volumes/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { Home } from '../home/home.ts';
import { DiskWatch } from './disk-watch.ts';
import {
  foldersAsVolumes,
  makeColdTemplate,
  startColdRig,
  type ColdRig,
  type ColdTemplate,
} from './testing/cold-rig.ts';

/** Disks that come and go, with folders for disks: what the system's list of volumes says is handed in. */
let template: ColdTemplate;
let rig: ColdRig;
beforeAll(async () => {
  template = await makeColdTemplate();
});
afterAll(() => template.remove());
beforeEach(async () => {
  rig = await startColdRig(template);
});
afterEach(() => rig.stop());

const whenDue: ColdSchedule = { everyDays: 7, weekday: null, autoRun: true };

async function addDisk(cold?: ColdSchedule): Promise<void> {
  await mkdir(rig.path('usb'));
  const days = cold === undefined ? {} : { cold };
  await rig.engine.call('destination.add', {
    kind: 'disk',
    name: 'usb',
    place: '北京办公室',
    role: 'cold',
    path: rig.path('usb'),
    ...days,
  });
}

const pullOut = (): Promise<void> => rename(rig.path('usb'), rig.path('drawer'));
const plugIn = (): Promise<void> => rename(rig.path('drawer'), rig.path('usb'));

describe('one look of the watch', () => {
  let mounts: string;
  let looks: number;
  let begun: string[];
  let notices: string[];
  let watch: DiskWatch;
  let isUnlocked: boolean;

  /** The parts of an engine that the watch looks at, over the real home of the rig. */
  async function watchHome(): Promise<void> {
    mounts = 'none';
    looks = 0;
    begun = [];
    notices = [];
    isUnlocked = true;
    const home = await Home.open(rig.path('home'), rig.clock);
    const folders = foldersAsVolumes([rig.dir]);
    const context = {
      home,
      clock: rig.clock,
      volumes: {
        ...folders,
        list: () => {
          looks++;
          return folders.list();
        },
        fingerprint: () => Promise.resolve(mounts),
      },
      isUnlocked: () => isUnlocked,
      unlocked: () => ({ keys: template.keys }),
      onDisk: ({ destination, state }: { destination: string; state: string }) =>
        notices.push(`${destination} ${state}`),
    } as unknown as EngineContext;
    watch = new DiskWatch(context, (name) => {
      begun.push(name);
      return Promise.resolve();
    });
  }

  it('touches a disk only when something was mounted or unmounted', async () => {
    await addDisk();
    await watchHome();
    await watch.tick();
    expect(looks).toBe(1);
    await watch.tick();
    expect(looks).toBe(1);
    await pullOut();
    await watch.tick();
    expect(notices).toEqual([]);
    mounts = 'unmounted';
    await watch.tick();
    expect(notices).toEqual(['usb gone']);
    await plugIn();
    mounts = 'mounted again';
    await watch.tick();
    await watch.tick();
    expect(notices).toEqual(['usb gone', 'usb arrived']);
  });

  it('begins a round with a disk that is due and set to begin by itself, once', async () => {
    await addDisk(whenDue);
    await watchHome();
    await watch.tick();
    await watch.tick();
    expect(begun).toEqual(['usb']);
  });

  it('begins nothing by itself otherwise: not wished, not here, or not due', async () => {
    await addDisk();
    await watchHome();
    await watch.tick();
    expect(begun).toEqual([]);

    await rig.engine.call('cold.set', { name: 'usb', schedule: whenDue });
    await pullOut();
    await watch.tick();
    expect(begun).toEqual([]);

    await rig.night(1, 500);
    await plugIn();
    await rig.run('usb');
    mounts = 'after its round';
    await watch.tick();
    expect(begun).toEqual([]);
    rig.clock.advance(8 * 24 * 3_600_000);
    mounts = 'a week later';
    await watch.tick();
    expect(begun).toEqual(['usb']);
  });

  it('does nothing while the home is locked, looks again after a look that failed, and ends when it is stopped', async () => {
    await addDisk();
    await watchHome();
    isUnlocked = false;
    await watch.tick();
    expect(looks).toBe(0);
    isUnlocked = true;
    const audit = join(rig.path('home'), 'audit.jsonl');
    await rename(audit, `${audit}.away`);
    await mkdir(audit);
    await watch.tick();
    await pullOut();
    await rename(audit, `${audit}.broken`);
    await rename(`${audit}.away`, audit);
    await watch.tick();
    expect(notices).toEqual(['usb gone']);
    watch.stop();
    await plugIn();
    mounts = 'mounted';
    await watch.tick();
    expect(notices).toEqual(['usb gone']);
  });

  it('costs nothing where no disk travels', async () => {
    await watchHome();
    mounts = 'anything';
    await watch.tick();
    expect(looks).toBe(0);
  });
});

it('in an engine that watches, a due disk that arrives is filled and ejected, at a second try if it must be, and the round is in the list of jobs', async () => {
  await rig.night(2, 500);
  await addDisk(whenDue);
  await pullOut();
  await rig.engine.close();
  let mounts = 0;
  // Somebody has the disk open for a moment when it is to be ejected.
  let ejects = 0;
  const volumes: VolumeSource = {
    ...foldersAsVolumes([rig.dir]),
    fingerprint: () => Promise.resolve(`${mounts}`),
    eject: () => Promise.resolve(++ejects < 2 ? 'busy' : 'ejected'),
  };
  const engine = await rig.reopen(volumes, { watchDisks: true });
  await eventually(() => expect(rig.notices).toMatchObject([{ destination: 'usb', state: 'gone' }]));
  await plugIn();
  await writeFile(rig.path('anything'), '');
  mounts++;
  await eventually(async () => {
    const { jobs } = await engine.call('jobs.list', {});
    expect(jobs).toMatchObject([{ verb: 'cold.run', subject: 'usb', state: 'done' }]);
  });
  expect(ejects).toBe(2);
  expect(rig.notices.map(({ state }) => state)).toEqual(['gone', 'arrived']);
  const { disks } = await engine.call('cold.list', {});
  expect(disks).toMatchObject([{ name: 'usb', lastCompletedAt: expect.any(String), schedule: whenDue }]);
});
