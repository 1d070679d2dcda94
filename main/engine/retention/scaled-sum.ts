/** Sums of money as whole numbers of 10^-30: to be compared and multiplied without a float. */
const scale = 30;
export const oneUnit = 10n ** BigInt(scale);

/** Zero for what is no number. */
export function scaledSum(text: string): bigint {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (parts === null) return 0n;
  const [, sign, whole = '', fraction = ''] = parts;
  const digits = BigInt(whole + fraction.padEnd(scale, '0').slice(0, scale));
  return sign === '-' ? -digits : digits;
}

export function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}

/** In whole units, for a sentence; the exact text stands beside it. */
export function roundedUnits(sum: bigint): number {
  const half = sum < 0n ? -oneUnit / 2n : oneUnit / 2n;
  return Number((sum + half) / oneUnit);
}
