import { toAppError, type ErrorFacts } from '../../../../shared/errors/app-error.ts';
import type { TestStep } from '../../../../shared/model/source.ts';
import type { Clock } from '../../platform/clock.ts';

/** Runs one step of a live test and writes down how it went. The error itself is kept for callers that must refuse. */
export class TestSteps {
  readonly steps: TestStep[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a step; rethrows what it threw after writing it down. */
  async run<T>(id: string, work: () => Promise<T>, factsOf: (value: T) => ErrorFacts = () => ({})): Promise<T> {
    const startedMs = this.#clock.monotonicMs();
    try {
      const value = await work();
      this.add({ id, ok: true, ms: this.#since(startedMs), facts: factsOf(value), errorCode: null });
      return value;
    } catch (error) {
      const { code, facts } = toAppError(error);
      this.add({ id, ok: false, ms: this.#since(startedMs), facts, errorCode: code });
      throw error;
    }
  }

  add(step: TestStep): void {
    this.steps.push(step);
  }

  #since(startedMs: number): number {
    return Math.round(this.#clock.monotonicMs() - startedMs);
  }
}
