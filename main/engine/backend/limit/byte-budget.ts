import { setTimeout as sleepMs } from 'node:timers/promises';
import { systemClock, type Clock } from '../../platform/clock.ts';

export interface ByteBudgetOptions {
  readonly bytesPerSecond: number;
  /** What may go out at once after a pause. Default: one second's worth. */
  readonly burstBytes?: number;
  readonly clock?: Clock;
  readonly sleep?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/**
 * A token bucket over bytes, first come first served. One budget may be shared by many stores, so that all
 * copies together stay under what the office line can spare. A piece larger than the burst is let through on credit
 * and those behind it wait longer: the average holds.
 */
export class ByteBudget {
  readonly #clock: Clock;
  readonly #sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
  readonly #burstBytes: number;
  #bytesPerMs: number;
  #tokens: number;
  #countedAtMs: number;

  constructor({ bytesPerSecond, burstBytes, clock = systemClock, sleep }: ByteBudgetOptions) {
    this.#bytesPerMs = rate(bytesPerSecond);
    this.#burstBytes = burstBytes ?? bytesPerSecond;
    this.#clock = clock;
    this.#sleep = sleep ?? ((delayMs, signal) => sleepMs(delayMs, undefined, { signal }));
    this.#tokens = this.#burstBytes;
    this.#countedAtMs = clock.monotonicMs();
  }

  /** Changes the rate for takers who come from now on; those who wait keep their place and time. */
  setRate(bytesPerSecond: number): void {
    this.#refill();
    this.#bytesPerMs = rate(bytesPerSecond);
  }

  /** Resolves when `sizeBytes` may be sent. An abort while waiting rejects with its reason and gives the bytes back. */
  async take(sizeBytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#refill();
    this.#tokens -= sizeBytes;
    if (this.#tokens >= 0) return;
    try {
      await this.#sleep(Math.ceil(-this.#tokens / this.#bytesPerMs), signal);
      signal.throwIfAborted();
    } catch (error) {
      this.#tokens += sizeBytes;
      signal.throwIfAborted();
      throw error;
    }
  }

  #refill(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#tokens = Math.min(this.#burstBytes, this.#tokens + (nowMs - this.#countedAtMs) * this.#bytesPerMs);
    this.#countedAtMs = nowMs;
  }
}

function rate(bytesPerSecond: number): number {
  if (!(bytesPerSecond > 0)) throw new RangeError('bytesPerSecond must be above 0');
  return bytesPerSecond / 1000;
}
