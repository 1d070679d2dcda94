import { AppError } from '../../../../../shared/errors/app-error.ts';

/**
 * Exact decimal arithmetic on number text as MySQL prints it: `-12.50`, `.5`, `1e-7`, `1.5E+3`. Money never becomes a
 * float. Values are `unscaled × 10^-scale`.
 */
export interface Decimal {
  readonly unscaled: bigint;
  /** Digits after the point, ≥ 0. */
  readonly scale: number;
}

export const zeroDecimal: Decimal = { unscaled: 0n, scale: 0 };

const shape = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** Null when the text is not a number. */
export function parseDecimal(text: string): Decimal | null {
  const parts = shape.exec(text);
  if (parts === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = whole + fraction;
  if (digits === '') return null;
  const scale = fraction.length - Number(exponent);
  const magnitude = BigInt(digits) * (scale < 0 ? 10n ** BigInt(-scale) : 1n);
  return { unscaled: sign === '-' ? -magnitude : magnitude, scale: Math.max(scale, 0) };
}

export function addDecimal(a: Decimal, b: Decimal): Decimal {
  if (a.scale === b.scale) return { unscaled: a.unscaled + b.unscaled, scale: a.scale };
  const [coarse, fine] = a.scale < b.scale ? [a, b] : [b, a];
  return { unscaled: coarse.unscaled * 10n ** BigInt(fine.scale - coarse.scale) + fine.unscaled, scale: fine.scale };
}

/** Negative, zero or positive, like a sort callback. */
export function compareDecimal(a: Decimal, b: Decimal): number {
  const { unscaled } = addDecimal(a, { unscaled: -b.unscaled, scale: b.scale });
  return unscaled < 0n ? -1 : unscaled > 0n ? 1 : 0;
}

/** Plain decimal text with exactly `scale` digits after the point: `-12.50`. */
export function formatDecimal({ unscaled, scale }: Decimal): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function mustParse(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === null) throw new AppError('unexpected', { what: 'not a decimal number' });
  return value;
}

/** `addDecimalText('0.10', '0.2')` is `'0.30'`. Both must be numbers: anything else is a bug. */
export function addDecimalText(a: string, b: string): string {
  return formatDecimal(addDecimal(mustParse(a), mustParse(b)));
}

/** True when both texts name the same number: `'1.50'` and `'1.5'`. */
export function sameDecimalText(a: string, b: string): boolean {
  return compareDecimal(mustParse(a), mustParse(b)) === 0;
}
