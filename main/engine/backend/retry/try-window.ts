import type { Clock } from '../../platform/clock.ts';

/**
 * How long after its beginning a call that others must be able to rely on may still be tried again: shorter than what is always left of a
 * lease when such a call begins (two thirds of ten minutes), with room for the last try itself.
 */
export const tryWindowMs = 3 * 60_000;

/**
 * Whether another try of one call may begin. A computer that slept in the middle of it wakes up in another world: another computer may rely
 * by now on what is to be removed, or have removed what is relied on. By both clocks: whether the monotonic one counts sleep depends on the
 * system, and the wall clock may be set.
 */
export class TryWindow {
  readonly #clock: Clock;
  readonly #lengthMs: number;
  readonly #beganMs: number;
  readonly #beganMonotonicMs: number;

  constructor(clock: Clock, lengthMs = tryWindowMs) {
    this.#clock = clock;
    this.#lengthMs = lengthMs;
    this.#beganMs = clock.nowMs();
    this.#beganMonotonicMs = clock.monotonicMs();
  }

  isOpen(): boolean {
    const wallMs = Math.abs(this.#clock.nowMs() - this.#beganMs);
    return Math.max(wallMs, this.#clock.monotonicMs() - this.#beganMonotonicMs) <= this.#lengthMs;
  }
}
