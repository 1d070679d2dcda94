import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';

/**
 * Keeps the average rate under `maxBytesPerSecond` by making the reader wait. Null: no limit. Waits at most a second at a
 * time, so that a cancel is heard.
 */
export function paceTo(
  maxBytesPerSecond: number | null,
  clock: Clock,
): (bytes: number, signal: AbortSignal) => Promise<void> {
  if (maxBytesPerSecond === null) return () => Promise.resolve();
  const startedMs = clock.monotonicMs();
  let total = 0;
  return async (bytes, signal) => {
    total += bytes;
    const dueMs = startedMs + (total / maxBytesPerSecond) * 1000;
    for (let leftMs = dueMs - clock.monotonicMs(); leftMs > 0; leftMs = dueMs - clock.monotonicMs()) {
      await sleep(Math.min(leftMs, 1000), undefined, { signal });
    }
  };
}
