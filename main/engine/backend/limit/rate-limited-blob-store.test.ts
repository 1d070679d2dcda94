import { describe, expect, it } from 'vitest';
import type { Clock } from '../../platform/clock.ts';
import { MemoryBlobStore } from '../memory/memory-blob-store.ts';
import { describeBlobStore, names, never } from '../testing/describe-blob-store.ts';
import { ByteBudget } from './byte-budget.ts';
import { RateLimitedBlobStore } from './rate-limited-blob-store.ts';

const create = { mode: 'create', signal: never } as const;

describeBlobStore('rate-limited', () => {
  const budget = new ByteBudget({ bytesPerSecond: 1000, ...aTime() });
  return Promise.resolve({ store: new RateLimitedBlobStore(new MemoryBlobStore(), budget) });
});

describe('a byte budget', () => {
  it('lets a burst pass and then holds the average', async () => {
    const time = aTime();
    const store = new RateLimitedBlobStore(new MemoryBlobStore(), new ByteBudget({ bytesPerSecond: 1000, ...time }));
    for (let n = 0; n < 11; n++) await store.put(`x${n}`, Buffer.alloc(500), create);
    // 5500 bytes, of which 1000 were free.
    expect(time.clock.monotonicMs()).toBe(4500);
  });

  it('lets a piece larger than the burst through on credit', async () => {
    const time = aTime();
    const budget = new ByteBudget({ bytesPerSecond: 1000, burstBytes: 100, ...time });
    await budget.take(2100, never);
    expect(time.clock.monotonicMs()).toBe(2000);
    await budget.take(500, never);
    expect(time.clock.monotonicMs()).toBe(2500);
  });

  it('saves up no more than the burst during a pause', async () => {
    const time = aTime();
    const budget = new ByteBudget({ bytesPerSecond: 1000, ...time });
    time.pass(3_600_000);
    await budget.take(1000, never);
    expect(time.waits).toEqual([]);
    await budget.take(1000, never);
    expect(time.waits).toEqual([1000]);
  });

  it('serves those who wait in their order', async () => {
    const waits: number[] = [];
    const { clock } = aTime();
    const sleep = (delayMs: number): Promise<void> => {
      waits.push(delayMs);
      return Promise.resolve();
    };
    const budget = new ByteBudget({ bytesPerSecond: 1000, burstBytes: 1000, clock, sleep });
    await Promise.all([1, 2, 3].map(() => budget.take(1000, never)));
    expect(waits).toEqual([1000, 2000]);
  });

  it('gives the bytes of a cancelled put back and writes nothing', async () => {
    const stop = new AbortController();
    const reason = new Error('user pressed Stop');
    const { clock } = aTime();
    const sleep = (): Promise<void> => {
      stop.abort(reason);
      return Promise.reject(reason);
    };
    const budget = new ByteBudget({ bytesPerSecond: 1000, clock, sleep });
    const store = new RateLimitedBlobStore(new MemoryBlobStore(), budget);
    await expect(store.put('x', Buffer.alloc(5000), { mode: 'create', signal: stop.signal })).rejects.toBe(reason);
    expect(await names(store, '')).toEqual([]);
    await store.put('y', Buffer.alloc(1000), create);
  });

  it('follows a new rate', async () => {
    const time = aTime();
    const budget = new ByteBudget({ bytesPerSecond: 1000, ...time });
    await budget.take(1000, never);
    budget.setRate(100);
    await budget.take(100, never);
    expect(time.waits).toEqual([1000]);
  });
});

/** Time that passes only while somebody sleeps. */
function aTime() {
  let nowMs = 0;
  const waits: number[] = [];
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const pass = (delayMs: number): void => {
    nowMs += delayMs;
  };
  const sleep = (delayMs: number): Promise<void> => {
    waits.push(delayMs);
    pass(delayMs);
    return Promise.resolve();
  };
  return { clock, sleep, pass, waits };
}
