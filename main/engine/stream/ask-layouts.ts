import type { Clock } from '../platform/clock.ts';
import type { LayoutReading } from '../source/mysql/index.ts';
import type { TwinEvents } from './twin-events.ts';

/** How the server is asked; null: it does not say where its log is. */
export type AskLayouts = (
  tables: readonly { readonly database: string; readonly table: string }[],
) => Promise<LayoutReading | null>;

/** A server that did not answer is left alone for so long. */
const pauseMs = 30_000;

/** Asks the server how tables stand in its log, as soon as that is not known, beside the following of the log. */
export class LayoutAsker {
  readonly #twins: TwinEvents;
  readonly #ask: AskLayouts;
  readonly #clock: Clock;
  #underWay: Promise<void> | null = null;
  #restsUntilMs = -Infinity;

  constructor(twins: TwinEvents, ask: AskLayouts, clock: Clock) {
    this.#twins = twins;
    this.#ask = ask;
    this.#clock = clock;
  }

  /** After each event. */
  look(): void {
    if (this.#underWay !== null || this.#twins.wanted.length === 0) return;
    if (this.#clock.monotonicMs() < this.#restsUntilMs) return;
    this.#underWay = this.#askOnce([...this.#twins.wanted]).finally(() => (this.#underWay = null));
  }

  /** Resolves when no question is under way, and what came up during one has been asked as well: on a quiet server no event follows at which it would be. */
  async settled(): Promise<void> {
    await this.#underWay;
    this.look();
    await this.#underWay;
  }

  async #askOnce(tables: Parameters<AskLayouts>[0]): Promise<void> {
    let reading: LayoutReading | null = null;
    try {
      reading = await this.#ask(tables);
    } catch {
      // Without an answer the log is stored all the same, sealed and without an open side; a line that broke says so by itself.
    }
    if (reading === null) this.#restsUntilMs = this.#clock.monotonicMs() + pauseMs;
    else this.#twins.learn(reading, tables);
  }
}
