import { parseStreamName } from '../repository/index.ts';
import { mergedAway, shortName } from './link-records.ts';
import { standsIn, type StayingSnapshot } from './spent-log.ts';
import type { StoredStreamRecord } from './stream-records.ts';

export interface LogWitnesses {
  /** Names of records that were on this copy, as far as anybody knows. */
  readonly known: readonly string[];
  /** Snapshots that are somewhere: a prune cuts a log where one stands. */
  readonly snapshots: readonly StayingSnapshot[];
}

/**
 * Names of records of one source that are not on a copy any more, although nobody has taken them away on purpose: what a record continues, and what is `known` and
 * newer than all that are listed. A merged record stands for what it names. A prune takes from the beginning, up to the record that a snapshot stands
 * in, and never the newest: what lies before all that are left, and what such a record continues, is not missed.
 *
 * @param records all of one source that are listed and can be read
 * @param listed names of all that are listed, also of those that cannot be read
 * Error: `repository.damaged` {object}, as `linkRecords`.
 */
export function lostRecords(
  records: readonly StoredStreamRecord[],
  listed: readonly string[],
  { known, snapshots }: LogWitnesses,
): string[] {
  const isHere = new Set(listed.map(shortName));
  const isMerged = mergedAway(records);
  const inOrder = [...listed].sort();
  const [first = '', last = ''] = [inOrder[0], inOrder.at(-1)];
  const isMissed = (name: string) =>
    parseStreamName(name) !== undefined && !isHere.has(shortName(name)) && !isMerged(name) && name > first;
  const continued = records.flatMap(({ name, record }) => {
    const { continues } = record;
    if (continues === null || isMerged(name) || !isMissed(continues)) return [];
    return snapshots.some(({ coordinate }) => standsIn(record, coordinate)) ? [] : [continues];
  });
  const atTheEnd = known.filter((name) => name > last && isMissed(name));
  return [...new Set([...continued, ...atTheEnd])].sort();
}
