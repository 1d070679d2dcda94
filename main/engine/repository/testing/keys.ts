import type { Clock } from '../../platform/clock.ts';
import { createKeyring, type NewKeyring } from '../index.ts';

/** The cheapest scrypt that a reader accepts. */
export const testCost = { n: 1024, r: 8, p: 1 };
export const testPassphrase = 'correct horse battery';
export const testVaultPassphrase = '卡密保险库的另一个口令短语';

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  #nowMs = Date.parse('2026-11-22T14:00:00.000Z');

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}

export function aKeyring(): Promise<NewKeyring> {
  return createKeyring({
    passphrase: testPassphrase,
    vaultPassphrase: testVaultPassphrase,
    clock: new TestClock(),
    testCost,
  });
}
