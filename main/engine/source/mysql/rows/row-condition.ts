import type { RowCondition } from '../../../../../shared/model/database.ts';
import { figureOf, type FigureDefinition } from './figure.ts';
import type { RowFields } from './row-digest.ts';

/** All that a row must have to count: its status first, if there is one. */
export function conditionsOf(definition: FigureDefinition): RowCondition[] {
  const { paid, where } = figureOf(definition);
  return [...(paid === null ? [] : [paid]), ...where];
}

/** A condition resolved to a column's index. Plain data. */
export interface ConditionLayout {
  readonly column: number;
  readonly values: readonly Uint8Array[];
  /** What NULL is: it fits only where it is named. */
  readonly takesNull: boolean;
  readonly not: boolean;
}

export function conditionLayout({ values, not }: RowCondition, column: number): ConditionLayout {
  const texts = values.filter((value) => value !== null);
  return {
    column,
    values: texts.map((value) => new Uint8Array(Buffer.from(value))),
    takesNull: not !== true && texts.length < values.length,
    not: not === true,
  };
}

/** Octet for octet, as the server does it (../row-condition.ts). */
export function holds({ column, values, takesNull, not }: ConditionLayout, row: RowFields): boolean {
  const length = row.lengths[column] as number;
  if (length < 0) return takesNull;
  const start = row.starts[column] as number;
  next: for (const value of values) {
    if (value.length !== length) continue;
    for (let i = 0; i < length; i++) if (value[i] !== row.bytes[start + i]) continue next;
    return !not;
  }
  return not;
}
