import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../platform/clock.ts';
import { paceTo } from './pace.ts';

const never = new AbortController().signal;

/** A clock that stands still until it is moved ahead. */
function aStillClock(): Clock & { nowAtMs: number } {
  return {
    nowAtMs: 1_000_000,
    nowMs() {
      return this.nowAtMs;
    },
    monotonicMs() {
      return this.nowAtMs;
    },
  };
}

/** True when the work has ended without waiting for anything. */
async function endsAtOnce(work: Promise<void>): Promise<boolean> {
  let hasEnded = false;
  void work.then(() => (hasEnded = true));
  await new Promise((resolve) => setImmediate(resolve));
  return hasEnded;
}

async function waitedMs(work: Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work;
  return performance.now() - startedMs;
}

describe('paceTo', () => {
  it('waits for nothing without a limit', async () => {
    expect(await endsAtOnce(paceTo(null, aStillClock())(1e12, never))).toBe(true);
  });

  it('makes a reader wait as long as its bytes take at that rate', async () => {
    const pace = paceTo(100_000, systemClock);
    expect(await waitedMs(pace(4000, never).then(() => pace(4000, never)))).toBeGreaterThan(75);
  });

  it('gives no more than a second of credit for a pause', async () => {
    const clock = aStillClock();
    const pace = paceTo(1000, clock);
    clock.nowAtMs += 60_000;
    expect(await endsAtOnce(pace(900, never))).toBe(true);
    const waiting = pace(180, never);
    expect(await endsAtOnce(waiting)).toBe(false);
    clock.nowAtMs += 80;
    await waiting;
  });

  it('hears a cancel while it waits', async () => {
    const cancel = new AbortController();
    const waiting = paceTo(1, aStillClock())(1000, cancel.signal);
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
