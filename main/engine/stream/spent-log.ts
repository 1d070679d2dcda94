import type { Coordinate } from '../../../shared/model/database.ts';
import type { StreamRecord } from '../../../shared/model/stream.ts';
import { linkRecords, shortName } from './link-records.ts';
import type { StoredStreamRecord } from './stream-records.ts';

/** A snapshot that stays, and where it stands in its server's log. */
export interface StayingSnapshot {
  readonly coordinate: Coordinate;
  /** The log goes on exactly there: a restore can begin with it. */
  readonly isExact: boolean;
}

export interface SpentLog {
  /** Names of records that can restore nothing any more. */
  readonly names: readonly string[];
  /** Why the others of a chain stay: `no-snapshot` that stays stands in any of it for certain. */
  readonly because: 'oldest-snapshot' | 'no-snapshot';
}

/**
 * What of a source's log lies wholly before the oldest snapshot that stands in it: with no snapshot before it, it can be done again on nothing. Judged by places in one unbroken
 * chain, never by a clock: after a reset the names of files come again, and a snapshot that may stand in two chains keeps what is behind it in both and frees nothing in either.
 * A chain that no snapshot stands in for certain stays whole, and so does the last record of each.
 */
export function spentLog(records: readonly StoredStreamRecord[], snapshots: readonly StayingSnapshot[]): SpentLog {
  const chains = allChains(records);
  const firstAt = chains.map(() => Infinity);
  const isCertain = chains.map(() => false);
  for (const { coordinate, isExact } of snapshots) {
    const found = chains.flatMap((chain, index) => {
      const at = chain.findIndex(({ record }) => standsIn(record, coordinate));
      return at < 0 ? [] : [{ index, at }];
    });
    for (const { index, at } of found) {
      firstAt[index] = Math.min(firstAt[index] ?? Infinity, at);
      if (found.length === 1 && isExact) isCertain[index] = true;
    }
  }
  const spent = chains.flatMap((chain, index) => (isCertain[index] === true ? chain.slice(0, firstAt[index]) : []));
  // What a merged record stands for and could not be removed goes with it, or it would come to light again.
  const merged = new Set(spent.flatMap(({ record }) => record.merges));
  const names = new Set(spent.map(({ name }) => name));
  for (const { name } of records) if (merged.has(shortName(name))) names.add(name);
  // What is followed next goes on from there.
  names.delete(
    records
      .map(({ name }) => name)
      .sort()
      .at(-1) ?? '',
  );
  return { names: [...names].sort(), because: isCertain.some(Boolean) ? 'oldest-snapshot' : 'no-snapshot' };
}

/** Also those that two computers stored beside each other. */
function allChains(records: readonly StoredStreamRecord[]): StoredStreamRecord[][] {
  const found: StoredStreamRecord[][] = [];
  for (let left = records; left.length > 0;) {
    const { chains } = linkRecords(left);
    if (chains.length === 0) break;
    found.push(...chains);
    const merged = new Set(chains.flat().flatMap(({ name, record }) => [shortName(name), ...record.merges]));
    left = left.filter(({ name }) => !merged.has(shortName(name)));
  }
  return found;
}

/** The first of a chain that does: the end of one record is the beginning of the next. */
export function standsIn({ file, from, to }: StreamRecord, coordinate: Coordinate): boolean {
  const { position } = coordinate;
  return position !== null && file === coordinate.file && from <= position && position <= to;
}
