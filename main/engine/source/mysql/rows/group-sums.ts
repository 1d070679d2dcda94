import type { Dimension, DimensionId, Group } from '../../../../../shared/model/breakdown.ts';
import type { LedgerDay } from '../../../../../shared/model/database.ts';
import { dayOf, dayText } from './days.ts';
import { formatDecimal } from './decimal.ts';
import { ExactSum } from './exact-sum.ts';
import { groupText, longestValueBytes } from './group-text.ts';

/** A dimension resolved to a column's index. Plain data. */
export interface DimensionLayout {
  readonly id: DimensionId;
  readonly column: number;
  readonly charset: string | null;
  readonly day: LedgerDay | null;
}

/** So many values one batch of rows (about 2 MiB) may have; more are no statuses, days or products, and are not told apart. */
const mostInBatch = 1000;

/** Shorter values are told apart by a number of their octets: that is what statuses, numbers of products and currencies are. */
const mostNumberBytes = 6;

/** The sums of one dimension over one batch of rows. */
export class GroupSums {
  readonly layout: DimensionLayout;
  readonly #groups = new Map<number | string | null, { readonly value: string | null; readonly sum: ExactSum }>();
  readonly #rest = new ExactSum();
  #isTooMany = false;

  constructor(layout: DimensionLayout) {
    this.layout = layout;
  }

  /** The sum that a row with this value belongs to. A length below 0 is NULL. */
  of(bytes: Buffer, at: number, length: number): ExactSum {
    const { day, charset } = this.layout;
    if (length < 0) return this.#group(null, () => null);
    if (day !== null) {
      const number = dayOf(day, bytes, at, length);
      return this.#group(number, () => (number === null ? null : dayText(number)));
    }
    if (length > longestValueBytes) return this.#rest;
    const key = length <= mostNumberBytes ? numberOf(bytes, at, length) : bytes.toString('latin1', at, at + length);
    return this.#group(key, () => groupText(bytes.subarray(at, at + length), charset));
  }

  dimension(): Dimension {
    const byText = new Map<string | null, ExactSum>();
    for (const { value, sum } of this.#groups.values()) {
      const same = byText.get(value);
      if (same === undefined) byText.set(value, sum);
      else same.addAll(sum);
    }
    if (this.#isTooMany) for (const sum of byText.values()) this.#rest.addAll(sum);
    const of = this.#isTooMany ? [] : [...byText].map(([value, sum]): Group => [value, sum.rows, sum.text()]);
    const { rows } = this.#rest;
    return {
      of,
      ...(rows === 0 ? {} : { rest: { rows, sum: formatDecimal(this.#rest.total()) } }),
      ...(this.#isTooMany ? { tooMany: true as const } : {}),
    };
  }

  #group(key: number | string | null, value: () => string | null): ExactSum {
    const known = this.#groups.get(key);
    if (known !== undefined) return known.sum;
    if (this.#groups.size >= mostInBatch) {
      this.#isTooMany = true;
      return this.#rest;
    }
    const sum = new ExactSum();
    this.#groups.set(key, { value: value(), sum });
    return sum;
  }
}

/** Different for any two values of up to six octets. */
function numberOf(bytes: Buffer, at: number, length: number): number {
  let value = length;
  for (let i = at; i < at + length; i++) value = value * 256 + (bytes[i] as number);
  return value;
}
