/** The only reader of the machine's clock: schedules, leases and retention take a Clock so that tests can move time. */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. May jump. */
  nowMs(): number;
  /** Milliseconds from an arbitrary origin; never goes back. For durations. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** `2026-11-22T14:00:00.123Z` */
export function isoUtc(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
