import type { Dimension } from '../../../shared/model/breakdown.ts';
import type { NewStatus } from '../../../shared/model/retention.ts';

/** The order statuses of one snapshot, of the ledgers that tell them. */
export interface StatusPoint {
  readonly at: string;
  readonly ledgers: readonly {
    readonly name: string;
    readonly paidValues: readonly string[];
    readonly status: Dimension;
  }[];
}

/** So long a status is called new, counted from the snapshot that first had it. */
const newForMs = 30 * 86_400_000;
/** With fewer orders a shop is being set up, and every status is new. */
const leastRows = 20;

/**
 * Statuses that no snapshot had before and that do not count as paid: a program that was brought up to date may call paid orders by another word, and then
 * the turnover would be too small without anybody noticing. Nothing odd by itself, so nothing waits for an answer. `timeline` is one source's, oldest first;
 * where an earlier snapshot could not tell all its statuses apart, nothing is called new.
 */
export function findNewStatuses(timeline: readonly StatusPoint[]): NewStatus[] {
  const newest = timeline.at(-1);
  if (newest === undefined) return [];
  return newest.ledgers.flatMap(({ name, paidValues, status }): NewStatus[] => {
    if (paidValues.length === 0) return [];
    const told = timeline.flatMap(({ at, ledgers }) => {
      const ledger = ledgers.find((each) => each.name === name);
      return ledger === undefined ? [] : [{ at, status: ledger.status }];
    });
    return status.of.flatMap(([value, rows, sum]): NewStatus[] => {
      if (value !== null && paidValues.includes(value)) return [];
      const first = told.findIndex((point) => point.status.of.some(([each]) => each === value));
      const earlier = told.slice(0, first);
      const known = earlier.at(-1)?.status.of.reduce((all, [, count]) => all + count, 0) ?? 0;
      const since = told[first]?.at;
      if (since === undefined || known < leastRows) return [];
      if (earlier.some((point) => point.status.rest !== undefined)) return [];
      if (Date.parse(newest.at) - Date.parse(since) > newForMs) return [];
      return [{ ledger: name, value, rows, sum, since }];
    });
  });
}
