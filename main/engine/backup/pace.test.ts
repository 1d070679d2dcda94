import { describe, expect, it } from 'vitest';
import type { Clock } from '../platform/clock.ts';
import { paceTo } from './pace.ts';

const never = new AbortController().signal;

/** The machine's clock, which can be moved ahead. */
function aClock(): Clock & { skipMs: number } {
  return {
    skipMs: 0,
    nowMs: () => performance.now(),
    monotonicMs() {
      return performance.now() + this.skipMs;
    },
  };
}

async function waitedMs(work: Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work;
  return performance.now() - startedMs;
}

describe('paceTo', () => {
  it('waits for nothing without a limit', async () => {
    expect(await waitedMs(paceTo(null, aClock())(1e12, never))).toBeLessThan(50);
  });

  it('makes a reader wait as long as its bytes take at that rate', async () => {
    const pace = paceTo(100_000, aClock());
    expect(await waitedMs(pace(4000, never).then(() => pace(4000, never)))).toBeGreaterThan(75);
  });

  it('gives no more than a second of credit for a pause', async () => {
    const clock = aClock();
    const pace = paceTo(1000, clock);
    clock.skipMs = 60_000;
    expect(await waitedMs(pace(900, never))).toBeLessThan(50);
    expect(await waitedMs(pace(180, never))).toBeGreaterThan(50);
  });

  it('hears a cancel while it waits', async () => {
    const cancel = new AbortController();
    const waiting = paceTo(1, aClock())(1000, cancel.signal);
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
