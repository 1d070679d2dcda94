import { AppError } from '../../../shared/errors/app-error.ts';
import type { StreamGap, StreamRecord } from '../../../shared/model/stream.ts';
import { parseStreamName } from '../repository/index.ts';
import { firstPosition } from '../source/mysql/binlog/index.ts';
import { unfold } from './merged-record.ts';
import type { StoredStreamRecord } from './stream-records.ts';

/** A part of a log without a gap, in order. A merged record comes as its parts, each like a record that was never merged. */
export interface Stretch {
  readonly records: readonly StoredStreamRecord[];
  /** What is missing before it; null for the first. */
  readonly gap: StreamGap | null;
}

/** Links records of one source to what they continue. `records` in any order. Error: `repository.damaged`, as `chainsOf`. */
export function stretchesOf(records: readonly StoredStreamRecord[]): Stretch[] {
  const chains = chainsOf(records).map((chain) => chain.flatMap(unfold));
  return chains.map((chain, index) => ({ records: chain, gap: gapBetween(chains[index - 1], chain) }));
}

/**
 * The unbroken chains of records, as they are stored. A merged record takes the place of those that it was made of, also where these are still there, and is
 * followed by whatever continues the last of them. What two computers stored of the same log is counted once: the chain is followed that holds the most. Whatever is
 * not proven to go on where something ends begins a chain of its own.
 *
 * Error: `repository.damaged` for a merged record that claims a record that cannot be in it.
 */
export function chainsOf(records: readonly StoredStreamRecord[]): StoredStreamRecord[][] {
  return linkRecords(records).chains;
}

/** The same, and which records go on where one ends: of more than one only the first is in the chain. */
export function linkRecords(records: readonly StoredStreamRecord[]): {
  readonly chains: StoredStreamRecord[][];
  readonly followers: ReadonlyMap<StoredStreamRecord, readonly StoredStreamRecord[]>;
} {
  const standIns = standInsOf(records);
  const live = records.filter(({ name }) => !standIns.has(shortName(name)));
  const byName = new Map(live.map((each) => [shortName(each.name), each]));
  const followers = new Map<StoredStreamRecord, StoredStreamRecord[]>();
  const roots: StoredStreamRecord[] = [];
  for (const each of live) {
    const { continues } = each.record;
    const named = continues === null ? '' : shortName(continues);
    const before = byName.get(named) ?? standIns.get(named);
    if (before === undefined || before === each || !isBehind(before.record, each.record)) roots.push(each);
    else followers.set(before, [...(followers.get(before) ?? []), each]);
  }
  const held = bytesBehind(roots, followers);
  for (const each of followers.values()) each.sort((a, b) => heldBy(held, b) - heldBy(held, a) || bySequence(b, a));
  const chains = roots.sort(bySequence).map((root) => {
    const chain = [root];
    for (let next = followers.get(root)?.[0]; next !== undefined; next = followers.get(next)?.[0]) chain.push(next);
    return chain;
  });
  return { chains, followers };
}

/** Whether one of the merged records among them stands for it. `records`: all of a source that are listed. Error: as `chainsOf`. */
export function mergedAway(records: readonly StoredStreamRecord[]): (name: string) => boolean {
  const standIns = standInsOf(records);
  return (name) => standIns.has(shortName(name));
}

/** By short name of what is in a merged record: that one. Of two that hold the same, the one that holds more. */
function standInsOf(records: readonly StoredStreamRecord[]): Map<string, StoredStreamRecord> {
  const standIns = new Map<string, StoredStreamRecord>();
  const merged = records
    .filter(({ record }) => record.merges.length > 0)
    .sort((a, b) => b.record.merges.length - a.record.merges.length || (a.name < b.name ? -1 : 1));
  for (const each of merged) {
    const { merges } = each.record;
    const owner = standIns.get(merges[0] ?? '');
    if (owner !== undefined && merges.every((name) => standIns.get(name) === owner)) {
      standIns.set(shortName(each.name), owner);
      continue;
    }
    if (standIns.has(shortName(each.name))) throw claimedWrongly(standIns.get(shortName(each.name)) ?? each);
    // What a larger one holds stays its own.
    for (const name of merges) if (!standIns.has(name)) standIns.set(name, each);
  }
  for (const each of records) {
    const owner = standIns.get(shortName(each.name));
    if (owner !== undefined && !mayHold(owner.record, each.record)) throw claimedWrongly(owner);
  }
  return standIns;
}

function claimedWrongly({ name }: StoredStreamRecord): AppError {
  return new AppError('repository.damaged', { object: name, reason: 'content' });
}

/** Nothing that both say of themselves speaks against it. */
function mayHold(whole: StreamRecord, part: StreamRecord): boolean {
  if (part.file !== whole.file || part.from < whole.from || part.to > whole.to) return false;
  if (part.format !== whole.format || JSON.stringify(part.server) !== JSON.stringify(whole.server)) return false;
  if (part.to === whole.to && part.trace.digest !== whole.trace.digest && part.trace.from === whole.trace.from)
    return false;
  return part.from !== whole.from || part.continues === whole.continues || part.continues !== null;
}

function isBehind(last: StreamRecord, next: StreamRecord): boolean {
  return next.file === last.file ? next.from === last.to : next.from === firstPosition;
}

/** Of each record that a chain reaches: the bytes of log from its beginning to the end of the longest chain behind it. */
function bytesBehind(
  roots: readonly StoredStreamRecord[],
  followers: ReadonlyMap<StoredStreamRecord, readonly StoredStreamRecord[]>,
): Map<StoredStreamRecord, number> {
  const order = [...roots];
  // Each has one that it follows, so that nothing comes twice; a ring has no root.
  for (let at = 0; at < order.length; at += 1) {
    const each = order[at];
    if (each !== undefined) order.push(...(followers.get(each) ?? []));
  }
  const held = new Map<StoredStreamRecord, number>();
  for (const each of order.reverse()) {
    const most = Math.max(0, ...(followers.get(each) ?? []).map((next) => heldBy(held, next)));
    held.set(each, each.record.to - each.record.from + most);
  }
  return held;
}

function heldBy(held: ReadonlyMap<StoredStreamRecord, number>, each: StoredStreamRecord): number {
  return held.get(each) ?? 0;
}

function bySequence(a: StoredStreamRecord, b: StoredStreamRecord): number {
  return sequenceOf(a) - sequenceOf(b) || (a.name < b.name ? -1 : 1);
}

function sequenceOf({ name }: StoredStreamRecord): number {
  return parseStreamName(name)?.sequence ?? 0;
}

/** As merged records name others. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function gapBetween(
  before: readonly StoredStreamRecord[] | undefined,
  chain: readonly StoredStreamRecord[],
): StreamGap | null {
  const last = before?.at(-1)?.record;
  const first = chain[0]?.record;
  if (last === undefined || first === undefined) return null;
  return {
    after: { file: last.file, position: last.to },
    until: { file: first.file, position: first.from },
    reason: first.gap ?? 'purged',
    afterAt: last.lastCommitAt ?? last.closedAt,
    untilAt: first.firstCommitAt ?? first.closedAt,
  };
}
