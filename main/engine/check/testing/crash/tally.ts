import { AppError } from '../../../../../shared/errors/app-error.ts';

/** Counts what was tried and keeps what went wrong: one test tries hundreds of states, and all failures of it are wanted at once. */
export class Tally {
  #tried = 0;
  #failures: string[] = [];

  async tried(what: string, trial: () => Promise<void>): Promise<void> {
    this.#tried += 1;
    try {
      await trial();
    } catch (error) {
      const facts = error instanceof AppError ? ` ${JSON.stringify(error.facts)}` : '';
      this.#failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}${facts}`.slice(0, 1500));
    }
  }

  /** Failures since the last call. */
  failures(): string[] {
    return this.#failures.splice(0);
  }

  summary(): string {
    return `${this.#tried} points tried`;
  }
}
