import { describe, expect, it } from 'vitest';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { ColdDisk, ColdRound } from '../../../shared/model/cold-disk.ts';
import { act, type Script } from '../testing/scripted-surroundings.ts';

const env = { SHOUHU_PASSPHRASE: 'pw' };
const id = '0192aabb-ccdd-4eee-8fff-001122334455';
const at = '2026-11-20T08:00:00.000Z';

function aRound(changes: Partial<ColdRound> = {}): ColdRound {
  return {
    destination: 'usb',
    place: 'Beijing',
    from: 'main',
    snapshots: [id],
    objectsCopied: 12,
    bytesCopied: 3_000,
    objectsSkipped: 0,
    leftOut: 0,
    noRoom: null,
    rotten: [],
    lost: [],
    verified: { objects: 12, read: 12, bytesRead: 3_000, damaged: 0, missing: 0, healed: 0 },
    flushed: true,
    eject: 'ejected',
    nextDue: '2026-11-27',
    next: { name: 'usb', place: 'Beijing', dueOn: '2026-11-27' },
    notes: [],
    freeBytes: 9_000,
    durationMs: 40,
    ...changes,
  };
}

function aDisk(changes: Partial<ColdDisk> = {}): ColdDisk {
  return {
    name: 'usb',
    id,
    role: 'cold',
    place: 'Beijing',
    schedule: { everyDays: 7, weekday: 5, autoRun: false },
    presence: 'away',
    state: 'resting',
    dueOn: '2026-11-27',
    overdueDays: 0,
    lastCompletedAt: at,
    lastSeenAt: at,
    pluggedSince: null,
    hasLeft: true,
    sizeBytes: null,
    freeBytes: null,
    notes: [],
    ...changes,
  };
}

const addedDisk = (): VerbOutput<'destination.add'> => ({
  destination: {
    id,
    name: 'usb',
    kind: 'disk',
    role: 'cold',
    place: 'Beijing',
    where: '/srv/here/usb',
    provider: null,
    addedAt: at,
    hasCredentials: true,
  },
  steps: [{ id: 'open', ok: true, ms: 1, facts: {}, errorCode: null }],
});

const cold = (args: readonly string[], script: Script) =>
  act(['cold', ...args, ...(args.includes('--lang') ? [] : ['--lang', 'en'])], { env, script });

describe('one round', () => {
  it('ejects unless told not to, waits when told to, and says when the disk comes home', async () => {
    const seen = await cold(['usb'], { 'cold.run': () => aRound() });
    expect(seen.exitCode).toBe(0);
    expect(seen.calls.at(-1)).toEqual({ verb: 'cold.run', input: { name: 'usb', eject: true, wait: false } });
    expect(seen.out).toContain('Safe to unplug, next due Friday (2026-11-27).');
    expect(seen.out).not.toContain('Left ');
    const other = await cold(['run', 'usb', '--no-eject', '--wait'], {
      'cold.run': () => aRound({ eject: 'not-asked' }),
    });
    expect(other.calls.at(-1)?.input).toEqual({ name: 'usb', eject: false, wait: true });
    expect(other.out).toContain('eject it with the system before you unplug it');
  });

  it('names the next disk of the rotation with its place, and what was left out by the disk’s rule', async () => {
    const next = { name: 'red', place: 'Shanghai', dueOn: '2026-11-30' };
    const seen = await cold(['usb'], { 'cold.run': () => aRound({ next, leftOut: 3, notes: ['found-elsewhere'] }) });
    expect(seen.out).toContain('Next comes “red” (Shanghai), due Monday (2026-11-30).');
    expect(seen.out).toContain('Left 3 old snapshots out');
    expect(seen.out).toContain('found by its marker');
  });

  it('is one JSON document when asked', async () => {
    const seen = await cold(['usb', '--json'], { 'cold.run': () => aRound() });
    expect(seen.json()).toEqual({ ok: true, ...aRound() });
  });

  it('that found damage nobody could heal ends with 3 and never says safe', async () => {
    const verified = { objects: 12, read: 12, bytesRead: 3_000, damaged: 1, missing: 0, healed: 0 };
    const seen = await cold(['usb'], { 'cold.run': () => aRound({ verified }) });
    expect(seen.exitCode).toBe(3);
    expect(seen.out).not.toContain('Safe to unplug');
    expect(seen.err).toContain('damaged');
  });
});

describe('the list', () => {
  it('has a line for each disk with its place, state and days', async () => {
    const overdue = aDisk({
      name: 'red',
      place: null,
      state: 'overdue',
      overdueDays: 3,
      presence: 'here',
      hasLeft: false,
    });
    const seen = await cold(['list'], { 'cold.list': () => ({ disks: [aDisk(), overdue] }) });
    const [, usb = '', red = ''] = seen.out.split('\n').filter((line) => /usb|red|disk/.test(line));
    expect(usb).toMatch(/Beijing.*in its drawer.*Friday \(2026-11-27\)/);
    expect(red).toMatch(/overdue {2}3 days over.*plugged in.*never seen to leave/);
  });

  it('says what to do when there is none', async () => {
    const seen = await cold(['list'], { 'cold.list': () => ({ disks: [] }) });
    expect(seen.out).toContain('shouhu cold add');
  });
});

describe('the schedule', () => {
  it('changes what was named and leaves the rest', async () => {
    const seen = await cold(['set', 'usb', '--every', '14', '--auto', 'on'], {
      'cold.list': () => ({ disks: [aDisk()] }),
      'cold.set': ({ schedule }) => ({ disk: aDisk({ schedule }) }),
    });
    expect(seen.calls.at(-1)?.input).toEqual({ name: 'usb', schedule: { everyDays: 14, weekday: 5, autoRun: true } });
    expect(seen.out).toContain('14');
  });

  it.each([
    ['nothing to change', ['set', 'usb']],
    ['no days', ['set', 'usb', '--every', '0']],
    ['too many days', ['set', 'usb', '--every', '366']],
    ['no weekday', ['set', 'usb', '--weekday', 'someday']],
    ['neither on nor off', ['set', 'usb', '--auto', 'maybe']],
    ['a disk without a folder', ['add', 'usb']],
    ['a role that does not travel', ['add', 'usb', '--disk', 'usb', '--role', 'main']],
  ])('is wrong usage with %s', async (_, args) => {
    const seen = await cold(args, {});
    expect(seen.exitCode).toBe(2);
    expect(seen.calls).toEqual([]);
  });
});

describe('adding a disk', () => {
  it('takes its place and its days along', async () => {
    const seen = await cold(['add', 'usb', '--disk', 'usb', '--place', 'Beijing', '--weekday', 'fri'], {
      'destination.add': addedDisk,
    });
    expect(seen.calls.at(-1)).toEqual({
      verb: 'destination.add',
      input: {
        kind: 'disk',
        name: 'usb',
        place: 'Beijing',
        role: 'cold',
        path: '/srv/here/usb',
        cold: { everyDays: 7, weekday: 5, autoRun: false },
      },
    });
    expect(seen.out).toContain('shouhu cold "usb"');
  });

  it('does the same through `destination add`, where other roles have no days', async () => {
    const add = ['destination', 'add', 'usb', '--disk', 'usb', '--lang', 'en'];
    const script: Script = { 'destination.add': addedDisk };
    const days = ['--every', '30', '--auto', 'on'];
    const seen = await act([...add, '--role', 'offsite', ...days], { env, script });
    expect(seen.calls.at(-1)?.input).toMatchObject({ cold: { everyDays: 30, weekday: null, autoRun: true } });
    const plain = await act([...add, '--role', 'cold'], { env, script });
    expect(plain.calls.at(-1)?.input).not.toHaveProperty('cold');
    const wrong = await act([...add, ...days], { env, script });
    expect(wrong.exitCode).toBe(2);
    expect(wrong.err).toContain('Only disks that travel');
    expect(wrong.calls).toEqual([]);
  });
});
