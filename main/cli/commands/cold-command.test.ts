import { expect, it } from 'vitest';
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
