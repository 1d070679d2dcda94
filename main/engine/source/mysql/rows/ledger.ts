import { addDecimal, addDecimalText, type Decimal, formatDecimal, parseDecimal, zeroDecimal } from './decimal.ts';
import type { LedgerLayout } from './layout.ts';
import { holds } from './row-condition.ts';
import type { RowFields } from './row-digest.ts';

/** Rows and exact sum of one ledger over some rows; partials of disjoint rows are merged. */
export interface LedgerPartial {
  readonly name: string;
  /** Rows that count: those whose status says paid, and that have what else is asked for. A NULL amount counts as a row and adds nothing, as in SQL. */
  readonly rows: number;
  /** Decimal text in the column's own unit. */
  readonly sum: string;
  /** Rows that count but whose amount is not a number. The ledger is not exact unless this is 0. */
  readonly unreadable: number;
}

/** Keeps |sum| of the fast path far inside the integers that a float64 holds exactly. */
const fastLimit = 2 ** 52;

export class LedgerAccumulator {
  readonly #layout: LedgerLayout;
  #rows = 0;
  #unreadable = 0;
  #exact: Decimal = zeroDecimal;
  /** Amounts of `#fastScale` decimals, added as integers until they get large. */
  #fast = 0;
  #fastScale = 0;

  constructor(layout: LedgerLayout) {
    this.#layout = layout;
  }

  add(row: RowFields): void {
    const { amount, where } = this.#layout;
    for (const condition of where) if (!holds(condition, row)) return;
    this.#rows++;
    const length = row.lengths[amount] as number;
    if (length < 0) return;
    this.#addAmount(row.bytes, row.starts[amount] as number, length);
  }

  partial(): LedgerPartial {
    this.#spill(this.#fastScale);
    return {
      name: this.#layout.name,
      rows: this.#rows,
      sum: formatDecimal(this.#exact),
      unreadable: this.#unreadable,
    };
  }

  /** Up to 15 digits with at most one point are added as an integer; everything else takes the exact, slower way. */
  #addAmount(bytes: Buffer, start: number, length: number): void {
    const end = start + length;
    const negative = bytes[start] === 0x2d;
    let value = 0;
    let point = -1;
    let i = negative ? start + 1 : start;
    const first = i;
    for (; i < end; i++) {
      const octet = bytes[i] as number;
      if (octet >= 0x30 && octet <= 0x39) value = value * 10 + (octet - 0x30);
      else if (octet === 0x2e && point < 0) point = i;
      else break;
    }
    const digits = i - first - (point < 0 ? 0 : 1);
    if (i < end || digits === 0 || digits > 15) {
      const amount = parseDecimal(bytes.toString('latin1', start, end));
      if (amount === null) this.#unreadable++;
      else this.#exact = addDecimal(this.#exact, amount);
      return;
    }
    const scale = point < 0 ? 0 : end - point - 1;
    if (scale !== this.#fastScale || this.#fast > fastLimit || this.#fast < -fastLimit) this.#spill(scale);
    this.#fast += negative ? -value : value;
  }

  #spill(nextScale: number): void {
    this.#exact = addDecimal(this.#exact, { unscaled: BigInt(this.#fast), scale: this.#fastScale });
    this.#fast = 0;
    this.#fastScale = nextScale;
  }
}

/** Adds partials of disjoint rows, ledger by ledger; both lists come from the same layout. */
export function mergeLedgers(a: readonly LedgerPartial[], b: readonly LedgerPartial[]): LedgerPartial[] {
  return a.map((left) => {
    const right = b.find((candidate) => candidate.name === left.name);
    if (right === undefined) return left;
    return {
      name: left.name,
      rows: left.rows + right.rows,
      sum: addDecimalText(left.sum, right.sum),
      unreadable: left.unreadable + right.unreadable,
    };
  });
}
