/** Numbers that look random and come again for the same seed, so that a failure can be repeated. */
export interface SeededRandom {
  /** A whole number from 0 to `below` − 1. */
  below(below: number): number;
  pick<T>(choices: readonly T[]): T;
}

/** mulberry32: small, and good enough to choose crash states; nothing here is a secret. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: <T>(choices: readonly T[]): T => {
      if (choices.length === 0) throw new RangeError('nothing to pick from');
      return choices[below(choices.length)] as T;
    },
  };
}
