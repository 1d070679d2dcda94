import { expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { ColdRound } from '../../../shared/model/cold-disk.ts';
import { act } from '../testing/scripted-surroundings.ts';

const day = '2026-11-30';
const round: ColdRound = {
  destination: 'usb',
  place: null,
  from: 'main',
  snapshots: [],
  objectsCopied: 0,
  bytesCopied: 0,
  objectsSkipped: 0,
  lost: [],
  leftOut: 0,
  noRoom: null,
  rotten: [],
  verified: { objects: 125, read: 30, bytesRead: 7_902_111, damaged: 0, missing: 0, healed: 0 },
  flushed: true,
  eject: 'not-asked',
  nextDue: day,
  next: { name: 'usb', place: null, dueOn: day },
  notes: [],
  freeBytes: null,
  durationMs: 41_000,
};

const run = (changes: Partial<ColdRound>, ...flags: string[]) =>
  act(['--lang', 'en', 'cold', 'usb', '--no-eject', ...flags], {
    env: { SHOUHU_PASSPHRASE: 'pw' },
    script: { 'cold.run': () => ({ ...round, ...changes }) },
  });

it('says that all is written and read back, and that it may be unplugged, only when it is', async () => {
  const done = await run({});
  expect(done.out).toContain('Everything is written and read back.');
  expect(done.out).toContain('Safe to unplug');
  expect(done.exitCode).toBe(0);

  const { verified } = round;
  for (const changes of [{ flushed: false }, { verified: { ...verified, damaged: 1 } }]) {
    const seen = await run(changes);
    expect(seen.out).not.toContain('Everything is written');
    expect(seen.out).not.toContain('Safe to unplug');
    expect(seen.exitCode).toBe(3);
  }
  const failed = await run({ flushed: false }, '--json');
  expect(failed.json()).toMatchObject({ ok: false, error: { code: 'disk.not-flushed' }, flushed: false });
});

it('names what no copy has whole, and is done all the same', async () => {
  const seen = await run({ lost: ['6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a99'] });
  expect(seen.out).toContain('no copy has them whole (6f1f6f2e)');
  expect(seen.exitCode).toBe(0);
});

const old = '6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a99';
const newest = '7a1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a99';
const noRoom = {
  snapshots: [old],
  withoutNewest: [],
  neededBytes: 3_000_000,
  usableBytes: 1_000_000,
  reclaimableBytes: 1_500_000,
  removable: 2,
};

it('names what did not fit, what tidying up would free and how much larger a disk would do, and is done', async () => {
  const seen = await run({ noRoom });
  expect(seen.out).toContain('1 old snapshots do not fit (6f1f6f2e): they take 3 MB, and 1 MB can still be used');
  expect(seen.out).toContain('2 old snapshots can go now, which frees 1.5 MB');
  expect(seen.out).toContain('larger by at least 2 MB');
  expect(seen.exitCode).toBe(0);
  const none = await run({ noRoom: { ...noRoom, removable: 0, reclaimableBytes: 0 } });
  expect(none.out).not.toContain('can go now');
  expect(none.out).not.toContain('0 B');
});

it('is not done without the newest snapshot of a shop', async () => {
  const seen = await run({ noRoom: { ...noRoom, snapshots: [newest], withoutNewest: [newest] } });
  expect(seen.out).not.toContain('Safe to unplug');
  expect(seen.err).toContain('Not every snapshot that belongs on “usb” fits: 1 were left out, 2 MB are lacking');
  expect(seen.exitCode).toBe(3);
});

it('says of a disk that is full what it needs, what is free, and what tidying up would do, in true numbers', async () => {
  const facts = { name: 'usb', needed: '900 kB', free: '5.6 MB', kept: '5.2 MB', short: '500 kB', disk: 'usb' };
  const refusal = (told: object) =>
    act(['--lang', 'en', 'cold', 'usb'], {
      env: { SHOUHU_PASSPHRASE: 'pw' },
      script: {
        'cold.run': () => {
          throw new AppError('disk.no-room', { ...facts, ...told });
        },
      },
    });
  const frees = await refusal({ removable: 2, reclaimable: '1.5 MB' });
  expect(frees.err).toContain(
    'it takes 900 kB; 5.6 MB are free, of which 5.2 MB are never filled, so 500 kB are lacking',
  );
  expect(frees.err).toContain('2 old snapshots can go now, which frees 1.5 MB');
  const none = await refusal({ removable: 0, reclaimable: '0 B' });
  expect(none.err).toContain('no old snapshot can go now');
  expect(none.err).not.toContain('frees 0 B');
});

it('names a damaged copy that the disk was filled from, and says what mends it', async () => {
  const seen = await run({ rotten: [{ destination: 'main', objects: 2, snapshots: [old] }] });
  expect(seen.out).toContain('On “main” 2 objects are damaged or missing, which 1 snapshots there need (6f1f6f2e)');
  expect(seen.out).toContain('shouhu verify "main" --heal-from "usb"');
  expect(seen.out).toContain('Safe to unplug');
  expect(seen.exitCode).toBe(3);
});
