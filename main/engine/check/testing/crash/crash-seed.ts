import { randomInt } from 'node:crypto';

/**
 * The seeds of this run: a fixed one, so that the same states are tried on every machine, and a fresh one, which finds others in time.
 * `SHOUHU_CRASH_SEED=<n>` puts n in the place of the fresh one, to repeat what it found.
 */
export const fixedSeed = 20261122;
export const freshSeed = Number(process.env['SHOUHU_CRASH_SEED'] ?? randomInt(2 ** 31));

export function sayHowToRepeat(what: string): string {
  return `${what} (repeat with SHOUHU_CRASH_SEED=${freshSeed})`;
}
