import type { Clock } from '../platform/clock.ts';
import { rest } from '../platform/rest.ts';

/** What a pause (a long wait for the server) may be made up for afterwards. */
const creditMs = 1000;

/**
 * Keeps the rate under `maxBytesPerSecond` by making the reader wait. Null: no limit. Waits at most a second at a time, so
 * that a cancel is heard. A reader that paused does not catch up at full speed: the shop needs the line too.
 */
export function paceTo(
  maxBytesPerSecond: number | null,
  clock: Clock,
): (bytes: number, signal: AbortSignal) => Promise<void> {
  if (maxBytesPerSecond === null) return () => Promise.resolve();
  let lastDueMs = clock.monotonicMs();
  return async (bytes, signal) => {
    const dueMs = Math.max(lastDueMs, clock.monotonicMs() - creditMs) + (bytes / maxBytesPerSecond) * 1000;
    lastDueMs = dueMs;
    for (let leftMs = dueMs - clock.monotonicMs(); leftMs > 0; leftMs = dueMs - clock.monotonicMs()) {
      await rest(Math.min(leftMs, 1000), signal);
    }
  };
}
