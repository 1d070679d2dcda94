import { isDeepStrictEqual } from 'node:util';
import type { KeyBound, Range, TableRecord, TableSchema } from '../../../shared/model/database.ts';
import type { KeyRange } from '../source/mysql/index.ts';
import { figureName, figureOf, knownDimensions, type FigureDefinition } from '../source/mysql/rows/index.ts';

/** One piece of work: a key range, and what the last snapshot held there when that can be compared. */
export interface RangeTask {
  readonly range: KeyRange;
  readonly previous: Range | null;
}

/** The last snapshot's record of a table, with the definitions of ledgers and counts that its partial sums were made for. */
export interface PreviousTable {
  readonly record: TableRecord;
  readonly figures: readonly FigureDefinition[];
}

/** True when the rows of both have one shape: same statement, same columns in the same groups, same key. */
export function isComparable({ record }: PreviousTable, schema: TableSchema): boolean {
  return (
    schema.key !== null &&
    isDeepStrictEqual({ ...record.schema, ddl: '' }, { ...schema, ddl: '' }) &&
    withoutCounter(record.schema.ddl) === withoutCounter(schema.ddl)
  );
}

/**
 * True when a range that is kept unread tells all that is wanted of its rows: the same ledgers and counts, told apart in the same way. Else every row is
 * read once more, in the same ranges, so that chunks stay what they are.
 */
export function hasSameFigures(
  { record, figures }: PreviousTable,
  schema: TableSchema,
  wanted: readonly FigureDefinition[],
): boolean {
  return wanted.every((definition) => {
    if (!figures.some((known) => isDeepStrictEqual(known, definition))) return false;
    const dimensions = knownDimensions(figureOf(definition), schema).map(({ id }) => id);
    return record.ranges.every((range) => {
      const partial = range.ledgers.find(({ name }) => name === figureName(definition));
      return partial !== undefined && dimensions.every((id) => partial.by?.[id] !== undefined);
    });
  });
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
