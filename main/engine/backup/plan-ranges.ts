import { isDeepStrictEqual } from 'node:util';
import type { KeyBound, LedgerDefinition, Range, TableRecord, TableSchema } from '../../../shared/model/database.ts';
import type { KeyRange } from '../source/mysql/index.ts';

/** One piece of work: a key range, and what the last snapshot held there when that can be compared. */
export interface RangeTask {
  readonly range: KeyRange;
  readonly previous: Range | null;
}

/** The last snapshot's record of a table, with the ledger definitions its partial sums were made for. */
export interface PreviousTable {
  readonly record: TableRecord;
  readonly ledgers: readonly LedgerDefinition[];
}

/**
 * True when ranges of the last snapshot may stand for ranges of this one: same statement, same columns in the same groups,
 * same key, same ledgers. Anything else and every row is read again.
 */
export function isComparable(
  previous: PreviousTable,
  schema: TableSchema,
  ledgers: readonly LedgerDefinition[],
): boolean {
  return (
    schema.key !== null &&
    isDeepStrictEqual({ ...previous.record.schema, ddl: '' }, { ...schema, ddl: '' }) &&
    withoutCounter(previous.record.schema.ddl) === withoutCounter(schema.ddl) &&
    isDeepStrictEqual(previous.ledgers, ledgers)
  );
}

/** Inherits the boundaries of the last snapshot, so that an unchanged range gives the same chunk byte for byte. */
export function inheritRanges(previous: TableRecord): RangeTask[] {
  if (previous.ranges.length === 0) return wholeTable();
  return previous.ranges.map((range, index) => ({
    range: { lower: index === 0 ? null : range.lower, upper: previous.ranges[index + 1]?.lower ?? null },
    previous: range,
  }));
}

/** Cuts the key space at the given inner bounds; the first and the last piece are open-ended, so no row falls outside. */
export function cutAt(bounds: readonly KeyBound[]): RangeTask[] {
  if (bounds.length === 0) return wholeTable();
  return [null, ...bounds].map((lower, index) => ({ range: { lower, upper: bounds[index] ?? null }, previous: null }));
}

export function wholeTable(): RangeTask[] {
  return [{ range: { lower: null, upper: null }, previous: null }];
}

/** The AUTO_INCREMENT counter moves with every sale and says nothing about the rows' shape. */
function withoutCounter(ddl: string): string {
  return ddl.replace(/ AUTO_INCREMENT=\d+/, '');
}
