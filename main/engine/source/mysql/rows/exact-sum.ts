import { addDecimal, type Decimal, formatDecimal, zeroDecimal } from './decimal.ts';

/** Keeps |sum| of the fast path far inside the integers that a float64 holds exactly. */
const fastLimit = 2 ** 52;

/** Rows and their exact sum; amounts are added as integers of one scale until they get large. */
export class ExactSum {
  rows = 0;
  #exact: Decimal = zeroDecimal;
  #fast = 0;
  #fastScale = 0;

  /** @param value an integer of at most 15 digits: the amount × 10^scale */
  add(value: number, scale: number): void {
    if (scale !== this.#fastScale || this.#fast > fastLimit || this.#fast < -fastLimit) this.#spill(scale);
    this.#fast += value;
  }

  addExact(amount: Decimal): void {
    this.#exact = addDecimal(this.#exact, amount);
  }

  addAll(other: ExactSum): void {
    this.rows += other.rows;
    this.addExact(other.total());
  }

  total(): Decimal {
    this.#spill(this.#fastScale);
    return this.#exact;
  }

  /** Decimal text in the column's own unit. */
  text(): string {
    return formatDecimal(this.total());
  }

  #spill(nextScale: number): void {
    if (this.#fast !== 0 || this.#fastScale > this.#exact.scale)
      this.#exact = addDecimal(this.#exact, { unscaled: BigInt(this.#fast), scale: this.#fastScale });
    this.#fast = 0;
    this.#fastScale = nextScale;
  }
}
