import type { StreamRecord } from '../../../shared/model/stream.ts';
import { linkRecords } from './link-records.ts';
import type { StoredStreamRecord } from './stream-records.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Of log in one merged record. What has more already stays as it is. */
const mostBytes = 64 * 1024 * 1024;
/** Of a person's events in one record; each record alone keeps up to 1000. */
const mostNotable = 10_000;
/** Names that one merged record bears: a day of five seconds each is 17,280. */
const mostNames = 30_000;

/**
 * Which records become one: neighbours of one chain in one file. What is older than an hour becomes one record for each hour of the clock (UTC), what is older than
 * a day one for each day; where that would be more than 64 MiB, several. An hour is left to itself for another hour after its end, a day for another day, so that two
 * computers that look at the same place do the same. The newest record is never among them: whoever follows the log goes on from there.
 *
 * @param records of one source, of which none stands for another; in any order
 * @param newest name of the newest of all that are listed
 */
export function planMerges(
  records: readonly StoredStreamRecord[],
  newest: string,
  nowMs: number,
): StoredStreamRecord[][] {
  const groups: StoredStreamRecord[][] = [];
  let left: readonly StoredStreamRecord[] = records;
  // What another computer stored of the same log is a chain of its own, and is merged beside.
  while (left.length > 0) {
    const { chains, followers } = linkRecords(left);
    // A ring, which nobody writes.
    if (chains.length === 0) break;
    for (const chain of chains) {
      const isForked = (each: StoredStreamRecord) => (followers.get(each)?.length ?? 0) > 1;
      groups.push(...groupsIn(chain, nowMs, newest, isForked));
    }
    const taken = new Set(chains.flat());
    left = left.filter((each) => !taken.has(each));
  }
  return groups.filter(({ length }) => length > 1);
}

/** Whether nothing more is going to be merged with it. */
export function isSettled({ closedAt }: Pick<StreamRecord, 'closedAt'>, nowMs: number): boolean {
  return dayOf(closedAt, nowMs) !== null;
}

function groupsIn(
  chain: readonly StoredStreamRecord[],
  nowMs: number,
  newest: string,
  isForked: (each: StoredStreamRecord) => boolean,
): StoredStreamRecord[][] {
  const groups: StoredStreamRecord[][] = [];
  let group: StoredStreamRecord[] = [];
  let key: string | null = null;
  let sum = new Load();
  for (const each of chain) {
    const own = each.name === newest ? null : bucketOf(each.record, nowMs);
    const last = group.at(-1);
    const goesOn =
      own !== null &&
      own === key &&
      last !== undefined &&
      isOneFile(last.record, each.record) &&
      !isForked(last) &&
      sum.hasRoomFor(each.record);
    if (!goesOn) {
      groups.push(group);
      group = [];
      sum = new Load();
    }
    if (own !== null) {
      group.push(each);
      sum.add(each.record);
    }
    key = own;
  }
  return [...groups, group];
}

/** Null: not yet. */
function bucketOf(record: StreamRecord, nowMs: number): string | null {
  const day = dayOf(record.closedAt, nowMs);
  if (day !== null) return `day ${day}`;
  const hour = Math.floor(Date.parse(record.closedAt) / hourMs);
  const isOver = (hour + 2) * hourMs <= nowMs;
  return isOver && record.merges.length === 0 ? `hour ${hour}` : null;
}

function dayOf(closedAt: string, nowMs: number): number | null {
  const day = Math.floor(Date.parse(closedAt) / dayMs);
  return (day + 2) * dayMs <= nowMs ? day : null;
}

function isOneFile(last: StreamRecord, next: StreamRecord): boolean {
  return (
    next.file === last.file &&
    next.from === last.to &&
    next.format === last.format &&
    JSON.stringify(next.server) === JSON.stringify(last.server)
  );
}

class Load {
  #bytes = 0;
  #notable = 0;
  #names = 0;

  add({ from, to, notable, merges }: StreamRecord): void {
    this.#bytes += to - from;
    this.#notable += notable.length;
    this.#names += merges.length + 1;
  }

  hasRoomFor({ from, to, notable, merges }: StreamRecord): boolean {
    return (
      this.#bytes + to - from <= mostBytes &&
      this.#notable + notable.length <= mostNotable &&
      this.#names + merges.length + 1 <= mostNames
    );
  }
}
