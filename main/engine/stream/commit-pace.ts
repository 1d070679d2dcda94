import type { Clock } from '../platform/clock.ts';
import { eventTypes, type BinlogEvent } from '../source/mysql/binlog/index.ts';

/** One of these begins each transaction, on servers with GTIDs and without. */
const beginsTransaction: ReadonlySet<number> = new Set([
  eventTypes.gtid,
  eventTypes.anonymousGtid,
  eventTypes.taggedGtid,
  eventTypes.mariaGtid,
]);

/** How many transactions a second come, measured over windows of at least some length. */
export class CommitPace {
  readonly #clock: Clock;
  readonly #windowMs: number;
  #sinceMs: number;
  #transactions = 0;

  constructor(clock: Clock, windowMs: number) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#sinceMs = clock.monotonicMs();
  }

  take({ header }: BinlogEvent): void {
    if (beginsTransaction.has(header.type)) this.#transactions += 1;
  }

  /** Of the window that ends now, and a new one begins; null while it is too short. */
  perSecond(): number | null {
    const nowMs = this.#clock.monotonicMs();
    const lengthMs = nowMs - this.#sinceMs;
    if (lengthMs < this.#windowMs) return null;
    const pace = (this.#transactions * 1000) / lengthMs;
    this.#sinceMs = nowMs;
    this.#transactions = 0;
    return pace;
  }
}
