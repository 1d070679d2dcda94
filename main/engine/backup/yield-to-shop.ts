import type { Clock } from '../platform/clock.ts';
import { rest } from '../platform/rest.ts';
import type { TableName } from '../source/mysql/index.ts';

/**
 * Gives way to the shop while a snapshot reads: nothing new is asked of the server while many statements of others run there.
 *
 * A pause is bounded, because the snapshot's old read view makes the server keep what the shop has changed since. When the shop stays
 * busy although we stood still for so long, the load is not ours: then we go on slowly, one piece a second, and the backup
 * is taken rather than given up. docs/decisions/0012 has the numbers and their reasons.
 */

/** How often the server is asked how busy it is. */
const lookEveryMs = 1000;
/** Fewer statements of others than this are never "busy", however calm the server was at the start. */
const busyFloor = 10;
/** So many times what ran at the start is busy. */
const busyFactor = 2;
/** Busy ends below this part of where it began, so that we do not start and stop every second. */
const calmShare = 0.7;
/** All pauses of one snapshot together. */
export const longestPauseMs = 10 * 60_000;
/** After that, while the shop is busy: the rest before each piece of work, one piece at a time. */
const slowRestMs = 1000;

/** A table that somebody of the shop waits for is read on for so long before the server is asked again. */
const hurryMs = 5000;

/** What `MysqlSnapshot` says about its server. */
export interface ShopLoad {
  readonly othersRunningAtStart: number | null;
  othersRunning(): Promise<number | null>;
  isAwaited(table: TableName): Promise<boolean>;
}

/** `waiting`: nothing is read now. `slow`: the shop stays busy, and a little is read. */
export type ShopState = 'calm' | 'waiting' | 'slow';

export class YieldToShop {
  readonly #load: ShopLoad;
  readonly #clock: Clock;
  readonly #onChange: (state: ShopState) => void;
  readonly #rest: typeof rest;
  readonly #busyAbove: number;
  readonly #calmAt: number;
  #state: ShopState = 'calm';
  #pausedMs = 0;
  #isBusy = false;
  #lookedAtMs: number | null = null;
  #looking: Promise<void> | null = null;
  #pausing: Promise<void> | null = null;
  #turns: Promise<void> = Promise.resolve();
  /** Tables that were seen to be awaited, and when. */
  readonly #awaited = new Map<string, number>();

  constructor(load: ShopLoad, clock: Clock, onChange: (state: ShopState) => void, resting = rest) {
    const atStart = load.othersRunningAtStart ?? 0;
    this.#load = load;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#rest = resting;
    this.#busyAbove = Math.max(busyFloor, atStart * busyFactor);
    this.#calmAt = Math.floor(this.#busyAbove * calmShare);
  }

  get state(): ShopState {
    return this.#state;
  }

  /** Milliseconds in which nothing was asked of the server, so far. */
  get pausedMs(): number {
    return Math.round(this.#pausedMs);
  }

  /**
   * To be awaited before each piece of work. Returns at once while the shop is calm, but for whoever is the one to look.
   * `inHand`: a range of this table is under way, and its statement keeps DDL away from it. When DDL waits for that, so does every visitor
   * behind it, and standing still is no kindness: then the range is read on, whatever the load.
   * Errors: those of the question; the signal's reason.
   */
  async giveWay(signal: AbortSignal, inHand?: TableName): Promise<void> {
    signal.throwIfAborted();
    if (this.#load.othersRunningAtStart === null) return;
    await this.#lookWhenDue(signal);
    if (!this.#isBusy) return;
    if (inHand !== undefined && (await this.#isAwaited(inHand, signal))) return;
    if (this.#pausedMs < longestPauseMs) {
      // One pause for all readers.
      this.#pausing ??= this.#untilCalm(signal).finally(() => {
        this.#pausing = null;
      });
      await (inHand === undefined ? this.#pausing : this.#unlessAwaited(this.#pausing, inHand, signal));
    } else {
      await this.#slowTurn(signal);
    }
  }

  /** Until the pause is over, or the table is awaited. */
  async #unlessAwaited(pausing: Promise<void>, inHand: TableName, signal: AbortSignal): Promise<void> {
    const ended = pausing.then(() => 'over' as const);
    // The signal may end this reader's wait before the pause hears of it.
    ended.catch(() => undefined);
    for (;;) {
      if ((await Promise.race([ended, this.#rest(lookEveryMs, signal)])) === 'over') return;
      if (await this.#isAwaited(inHand, signal)) return;
    }
  }

  async #isAwaited(table: TableName, signal: AbortSignal): Promise<boolean> {
    const place = `${table.database}.${table.name}`;
    const sinceMs = this.#awaited.get(place);
    if (sinceMs !== undefined && this.#clock.monotonicMs() - sinceMs < hurryMs) return true;
    const isAwaited = await unlessAborted(this.#load.isAwaited(table), signal);
    if (isAwaited) this.#awaited.set(place, this.#clock.monotonicMs());
    else this.#awaited.delete(place);
    return isAwaited;
  }

  /** One reader looks for all of them; the others go on meanwhile, but the first look is waited for by everyone. */
  async #lookWhenDue(signal: AbortSignal): Promise<void> {
    if (this.#looking !== null) {
      if (this.#lookedAtMs === null) await this.#looking;
      return;
    }
    if (this.#lookedAtMs !== null && this.#clock.monotonicMs() - this.#lookedAtMs < lookEveryMs) return;
    await this.#look(signal);
  }

  #look(signal: AbortSignal): Promise<void> {
    this.#looking ??= this.#ask(signal).finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const running = await unlessAborted(this.#load.othersRunning(), signal);
    this.#lookedAtMs = this.#clock.monotonicMs();
    // A server that does not say is not waited for.
    this.#isBusy = running !== null && running > (this.#isBusy ? this.#calmAt : this.#busyAbove);
    if (this.#pausing === null) this.#become(this.#isBusy ? this.#state : 'calm');
  }

  async #untilCalm(signal: AbortSignal): Promise<void> {
    this.#become('waiting');
    const earlierMs = this.#pausedMs;
    const startedMs = this.#clock.monotonicMs();
    const count = () => {
      this.#pausedMs = earlierMs + (this.#clock.monotonicMs() - startedMs);
    };
    try {
      while (this.#isBusy && this.#pausedMs < longestPauseMs) {
        await this.#rest(lookEveryMs, signal);
        await this.#look(signal);
        count();
      }
    } finally {
      count();
      this.#become(this.#isBusy ? 'slow' : 'calm');
    }
  }

  async #slowTurn(signal: AbortSignal): Promise<void> {
    this.#become('slow');
    const turn = this.#turns.then(() => this.#rest(slowRestMs, signal));
    // Whoever waits for this turn hears of its failure; the next one has the signal of its own.
    this.#turns = turn.catch(() => undefined);
    await turn;
  }

  #become(state: ShopState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#onChange(state);
  }
}

/** The answer, or the signal's reason as soon as it is aborted: the question itself cannot be taken back. */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => {
    aborted.reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([answer, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
