import {
  dimensionIds,
  type Breakdown,
  type Dimension,
  type DimensionId,
  type Group,
} from '../../../../../shared/model/breakdown.ts';
import type { LedgerPartial } from '../../../../../shared/model/database.ts';
import { addDecimal, addDecimalText, type Decimal, formatDecimal, parseDecimal, sameDecimalText } from './decimal.ts';

/** So many values of one dimension are told apart in a whole table: memory and the line stay bounded. More are not statuses, days or products. */
export const mostValues = 20_000;

/** What a manifest keeps of a dimension; the others are in its `rest`, to the cent. Days: the newest; else: those with most rows. */
const keptValues: Readonly<Record<DimensionId, number>> = { status: 40, day: 62, product: 100, currency: 20 };

/** Adds up partials of disjoint rows. One without what others have leaves that out: a part of it would be told for the whole. */
export function sumPartials(name: string, partials: readonly LedgerPartial[]): LedgerPartial {
  const unreadable = partials.reduce((all, each) => all + (each.unreadable ?? 0), 0);
  const by = mergeBreakdowns(partials.map((each) => each.by));
  return {
    name,
    rows: partials.reduce((all, each) => all + each.rows, 0),
    sum: partials.reduce((all, each) => addDecimalText(all, each.sum), '0'),
    ...(unreadable === 0 ? {} : { unreadable }),
    ...(by === undefined ? {} : { by }),
  };
}

export function mergeBreakdowns(parts: readonly (Breakdown | undefined)[]): Breakdown | undefined {
  if (parts.length === 0 || parts.some((part) => part === undefined)) return undefined;
  const merged = dimensionIds.flatMap((id): [DimensionId, Dimension][] => {
    const all = parts.map((part) => part?.[id]).filter((each) => each !== undefined);
    return all.length < parts.length ? [] : [[id, mergeDimensions(all)]];
  });
  return merged.length === 0 ? undefined : Object.fromEntries(merged);
}

interface Adding {
  rows: number;
  sum: Decimal;
}

export function mergeDimensions(parts: readonly Dimension[]): Dimension {
  const groups = new Map<string | null, Adding>();
  const rest: Adding = { rows: 0, sum: { unscaled: 0n, scale: 0 } };
  for (const part of parts) {
    for (const [value, rows, sum] of part.of) {
      const known = groups.get(value);
      if (known !== undefined) addTo(known, rows, sum);
      else groups.set(value, { rows, sum: decimalOf(sum) });
    }
    if (part.rest !== undefined) addTo(rest, part.rest.rows, part.rest.sum);
  }
  const isTooMany = groups.size > mostValues || parts.some(({ tooMany }) => tooMany === true);
  if (isTooMany)
    for (const { rows, sum } of groups.values()) {
      rest.rows += rows;
      rest.sum = addDecimal(rest.sum, sum);
    }
  return {
    of: isTooMany ? [] : [...groups].map(([value, { rows, sum }]): Group => [value, rows, formatDecimal(sum)]),
    ...(rest.rows === 0 ? {} : { rest: { rows: rest.rows, sum: formatDecimal(rest.sum) } }),
    ...(isTooMany ? { tooMany: true as const } : {}),
  };
}

/**
 * Whether two tell the same of every group, to the cent. Where one of them could not tell the values apart only their totals are compared.
 * Without `withSums` rows alone: amounts that are no numbers are in nobody's sum.
 */
export function sameBreakdown(a: Breakdown | undefined, b: Breakdown | undefined, withSums = true): boolean {
  return dimensionIds.every((id) => {
    // Of no rows nothing is told.
    const [one, other] = [a?.[id] ?? { of: [] }, b?.[id] ?? { of: [] }];
    if (one.tooMany === true || other.tooMany === true) return same(totalOf(one), totalOf(other), withSums);
    const groups = new Map(other.of.map((group) => [group[0], group]));
    return (
      one.of.length === groups.size &&
      one.of.every(([value, rows, sum]) => {
        const found = groups.get(value);
        return found !== undefined && same({ rows, sum }, { rows: found[1], sum: found[2] }, withSums);
      }) &&
      same(one.rest ?? { rows: 0, sum: '0' }, other.rest ?? { rows: 0, sum: '0' }, withSums)
    );
  });
}

/** All groups and the rest together. */
export function totalOf({ of, rest }: Dimension): { readonly rows: number; readonly sum: string } {
  const all: Adding = { rows: rest?.rows ?? 0, sum: decimalOf(rest?.sum ?? '0') };
  for (const [, rows, sum] of of) addTo(all, rows, sum);
  return { rows: all.rows, sum: formatDecimal(all.sum) };
}

/** Small enough for a manifest; every row is still in one of the groups or in the rest. */
export function condense(by: Breakdown): Breakdown {
  const kept = dimensionIds.flatMap((id): [DimensionId, Dimension][] => {
    const dimension = by[id];
    return dimension === undefined ? [] : [[id, condensed(id, dimension)]];
  });
  return Object.fromEntries(kept);
}

function condensed(id: DimensionId, dimension: Dimension): Dimension {
  const sorted = [...dimension.of].sort(id === 'day' ? newestFirst : mostRowsFirst);
  const most = keptValues[id];
  const gone = sorted.slice(most);
  if (gone.length === 0) return { ...dimension, of: sorted };
  const left = totalOf({ of: gone, ...(dimension.rest === undefined ? {} : { rest: dimension.rest }) });
  return { ...dimension, of: sorted.slice(0, most), rest: { ...left, values: gone.length } };
}

/** Days are texts of one length; what has no day comes last. */
function newestFirst([a]: Group, [b]: Group): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a < b ? 1 : a > b ? -1 : 0;
}

/** Equal ones by their value, so that the same rows give the same manifest. */
function mostRowsFirst([a, rowsA]: Group, [b, rowsB]: Group): number {
  return rowsB - rowsA || ((a ?? '') < (b ?? '') ? -1 : 1);
}

function same(a: { rows: number; sum: string }, b: { rows: number; sum: string }, withSums: boolean): boolean {
  return a.rows === b.rows && (!withSums || sameDecimalText(a.sum, b.sum));
}

function addTo(all: Adding, rows: number, sum: string): void {
  all.rows += rows;
  all.sum = addDecimal(all.sum, decimalOf(sum));
}

/** Zero for what is no number: sums come from records, which are checked where they are compared. */
function decimalOf(text: string): Decimal {
  return parseDecimal(text) ?? { unscaled: 0n, scale: 0 };
}
