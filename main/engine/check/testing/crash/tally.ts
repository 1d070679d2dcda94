import { AppError } from '../../../../../shared/errors/app-error.ts';

/** The point at which a run was disturbed: which work, and what it was about to do or had just done. */
export interface TriedPoint {
  readonly workload: string;
  readonly kind: string;
}

/** Counts what was tried and keeps what went wrong: one test tries hundreds of states, and all failures of it are wanted at once. */
export class Tally {
  readonly #tried = new Map<string, Map<string, number>>();
  #failures: string[] = [];

  async tried({ workload, kind }: TriedPoint, what: string, trial: () => Promise<void>): Promise<void> {
    const ofWorkload = this.#tried.get(workload) ?? new Map<string, number>();
    this.#tried.set(workload, ofWorkload.set(kind, (ofWorkload.get(kind) ?? 0) + 1));
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

  /** How many points of how many kinds: `2185 points tried; copy 300: create 40, write 60 …`, a line for each workload. */
  summary(): string {
    const lines = [...this.#tried].map(([workload, kinds]) => {
      const each = [...kinds].map(([kind, times]) => `${kind} ${times}`).join(', ');
      return `${workload} ${sumOf(kinds)}: ${each}`;
    });
    return [`${[...this.#tried.values()].reduce((sum, kinds) => sum + sumOf(kinds), 0)} points tried`, ...lines].join(
      '\n',
    );
  }
}

function sumOf(times: ReadonlyMap<string, number>): number {
  return [...times.values()].reduce((sum, each) => sum + each, 0);
}
