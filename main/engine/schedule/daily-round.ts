import type { Clock } from '../platform/clock.ts';
import type { Timers } from '../platform/timers.ts';

export interface RoundPlace {
  readonly id: string;
  readonly name: string;
  /** When its share was last done to the end; ISO 8601, null: never. */
  readonly doneAt: string | null;
  /** False: it is known not to be there now. Null: nobody looked. */
  readonly isPresent: boolean | null;
}

export interface DailyRoundOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** The places that want their share, or none at all while this is not wanted or not possible now. */
  readonly places: () => Promise<readonly RoundPlace[]>;
  /** Reads the share of these places, by name. */
  readonly read: (names: readonly string[]) => Promise<void>;
}

const hourMs = 3_600_000;
/** Soon after the start, when the person has found what they came for. */
const firstLookMs = 2 * 60_000;
const lookEveryMs = 20 * 60_000;
/** A little less than a day, so that a computer that is switched on at nine every morning does not skip one. */
const shareEveryMs = 20 * hourMs;
/** A place that did not answer is left alone for so long. */
const againAfterMs = 3 * hourMs;

/**
 * Sees to it that every copy gets its daily share while this program runs. Knows neither copies nor verbs. What `read` rejects with is left to
 * whoever keeps the list of jobs: the round only tries again later.
 */
export class DailyRound {
  readonly #options: DailyRoundOptions;
  readonly #triedAtMs = new Map<string, number>();
  #cancel: (() => void) | null = null;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: DailyRoundOptions) {
    this.#options = options;
  }

  start(): void {
    this.#plan(firstLookMs);
  }

  /** Resolves when no look is going on any more; `read` has to be ended by its own means. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#looking;
  }

  #plan(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancel = this.#options.timers.after(delayMs, () => {
      this.#looking = this.#look()
        // A home that cannot be read now, a share that was cut off: the next look tries again.
        .catch(() => undefined)
        .then(() => this.#plan(lookEveryMs));
    });
  }

  async #look(): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    const due = (await this.#options.places()).filter((place) => this.#isDue(place, nowMs));
    if (due.length === 0 || this.#isStopped) return;
    for (const { id } of due) this.#triedAtMs.set(id, nowMs);
    await this.#options.read(due.map(({ name }) => name));
  }

  #isDue({ id, doneAt, isPresent }: RoundPlace, nowMs: number): boolean {
    if (isPresent === false) return false;
    // A clock that was set back must not stop the round for ever: both directions count.
    if (doneAt !== null && Math.abs(nowMs - Date.parse(doneAt)) < shareEveryMs) return false;
    const triedAtMs = this.#triedAtMs.get(id);
    return triedAtMs === undefined || Math.abs(nowMs - triedAtMs) >= againAfterMs;
  }
}
