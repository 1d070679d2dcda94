import type { Breakdown } from '../../../../../shared/model/breakdown.ts';
import { parseDecimal } from './decimal.ts';
import { ExactSum } from './exact-sum.ts';
import { GroupSums } from './group-sums.ts';
import type { LedgerLayout } from './layout.ts';
import { holds } from './row-condition.ts';
import type { RowFields } from './row-digest.ts';

/** Rows and exact sum of one ledger over some rows; partials of disjoint rows are merged (breakdown.ts). */
export interface LedgerPartial {
  readonly name: string;
  /** Rows that count: those whose status says paid, and that have what else is asked for. A NULL amount counts as a row and adds nothing, as in SQL. */
  readonly rows: number;
  /** Decimal text in the column's own unit. */
  readonly sum: string;
  /** Rows that count but whose amount is not a number. The ledger is not exact unless this is 0. */
  readonly unreadable: number;
  /** Absent: nothing to tell apart by. Amounts that are no numbers are in no sum. */
  readonly by?: Breakdown;
}

export class LedgerAccumulator {
  readonly #layout: LedgerLayout;
  readonly #sum = new ExactSum();
  #unreadable = 0;
  readonly #statuses: GroupSums | null;
  readonly #others: readonly GroupSums[];

  constructor(layout: LedgerLayout) {
    this.#layout = layout;
    const groups = layout.by.map((each) => new GroupSums(each));
    this.#statuses = groups.find((each) => each.layout.id === 'status') ?? null;
    this.#others = groups.filter((each) => each.layout.id !== 'status');
  }

  add(row: RowFields): void {
    const { amount, where, paid } = this.#layout;
    for (const condition of where) if (!holds(condition, row)) return;
    const counts = paid === null || holds(paid, row);
    if (!counts && this.#statuses === null) return;
    const length = amount < 0 ? -1 : (row.lengths[amount] as number);
    if (length >= 0) this.#readAmount(row.bytes, row.starts[amount] as number, length);
    else this.#kind = 'none';
    if (this.#statuses !== null) this.#addTo(groupOf(this.#statuses, row));
    if (!counts) return;
    this.#addTo(this.#sum);
    if (this.#kind === 'unreadable') this.#unreadable++;
    for (const group of this.#others) this.#addTo(groupOf(group, row));
  }

  partial(): LedgerPartial {
    const groups = [...(this.#statuses === null ? [] : [this.#statuses]), ...this.#others];
    return {
      name: this.#layout.name,
      rows: this.#sum.rows,
      sum: this.#sum.text(),
      unreadable: this.#unreadable,
      ...(groups.length === 0
        ? {}
        : { by: Object.fromEntries(groups.map((each) => [each.layout.id, each.dimension()])) }),
    };
  }

  /** The amount of the row in work: read once, added several times. */
  #kind: 'fast' | 'exact' | 'none' | 'unreadable' = 'none';
  #value = 0;
  #scale = 0;
  #exact = { unscaled: 0n, scale: 0 };

  #addTo(sum: ExactSum): void {
    sum.rows++;
    if (this.#kind === 'fast') sum.add(this.#value, this.#scale);
    else if (this.#kind === 'exact') sum.addExact(this.#exact);
  }

  /** Up to 15 digits with at most one point are an integer; everything else takes the exact, slower way. */
  #readAmount(bytes: Buffer, start: number, length: number): void {
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
      this.#kind = amount === null ? 'unreadable' : 'exact';
      if (amount !== null) this.#exact = amount;
      return;
    }
    this.#kind = 'fast';
    this.#value = negative ? -value : value;
    this.#scale = point < 0 ? 0 : end - point - 1;
  }
}

function groupOf(group: GroupSums, { bytes, starts, lengths }: RowFields): ExactSum {
  const { column } = group.layout;
  return group.of(bytes, starts[column] as number, lengths[column] as number);
}
