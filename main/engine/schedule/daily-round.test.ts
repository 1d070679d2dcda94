import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TestClock } from '../repository/testing/keys.ts';
import { DailyRound, type RoundPlace } from './daily-round.ts';

const hourMs = 3_600_000;

/** Time that is moved by hand: timers run when the clock passes them. */
function aRound(places: () => readonly RoundPlace[], read?: (names: readonly string[]) => Promise<void>) {
  const clock = new TestClock();
  const waiting: { atMs: number; action: () => void }[] = [];
  const reads: (readonly string[])[] = [];
  const round = new DailyRound({
    clock,
    timers: {
      after: (delayMs, action) => {
        const entry = { atMs: clock.nowMs() + delayMs, action };
        waiting.push(entry);
        return () => void waiting.splice(waiting.indexOf(entry), 1);
      },
    },
    places: () => Promise.resolve(places()),
    read: async (names) => {
      reads.push(names);
      await read?.(names);
    },
  });
  const pass = async (hours: number) => {
    const endMs = clock.nowMs() + hours * hourMs;
    for (;;) {
      await setImmediate();
      const [next] = waiting.sort((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > endMs) break;
      clock.advance(Math.max(0, next.atMs - clock.nowMs()));
      waiting.shift();
      next.action();
    }
    clock.advance(endMs - clock.nowMs());
  };
  return { clock, round, reads, pass, waiting };
}

describe('DailyRound', () => {
  it('reads each share once a day, and of a disk when it is plugged in', async () => {
    const doneAt = new Map<string, string>();
    let isPlugged = false;
    const rig = aRound(
      () => [
        { id: 'a', name: 'main', doneAt: doneAt.get('main') ?? null, isPresent: true },
        { id: 'b', name: 'usb', doneAt: doneAt.get('usb') ?? null, isPresent: isPlugged },
      ],
      (names) => {
        for (const name of names) doneAt.set(name, new Date(rig.clock.nowMs()).toISOString());
        return Promise.resolve();
      },
    );
    rig.round.start();
    await rig.pass(1);
    expect(rig.reads).toEqual([['main']]);
    isPlugged = true;
    await rig.pass(1);
    expect(rig.reads).toEqual([['main'], ['usb']]);
    await rig.pass(24);
    expect(rig.reads).toEqual([['main'], ['usb'], ['main'], ['usb']]);
    await rig.round.stop();
    await rig.pass(48);
    expect(rig.reads).toHaveLength(4);
  });

  it('tries again later when a share was cut off, without hammering a cloud that is away', async () => {
    const rig = aRound(
      () => [{ id: 'c', name: 'cloud', doneAt: null, isPresent: null }],
      () => Promise.reject(new Error('away')),
    );
    rig.round.start();
    await rig.pass(2);
    expect(rig.reads).toHaveLength(1);
    await rig.pass(2);
    expect(rig.reads).toHaveLength(2);
    await rig.round.stop();
  });

  it('does nothing while it is not wanted', async () => {
    let places: RoundPlace[] = [];
    const rig = aRound(() => places);
    rig.round.start();
    await rig.pass(30);
    expect(rig.reads).toEqual([]);
    places = [{ id: 'a', name: 'main', doneAt: null, isPresent: true }];
    await rig.pass(1);
    expect(rig.reads).toEqual([['main']]);
    await rig.round.stop();
    expect(rig.waiting).toEqual([]);
  });
});
