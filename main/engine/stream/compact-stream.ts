import { isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { Clock } from '../platform/clock.ts';
import { inLanes } from '../platform/in-lanes.ts';
import { isUnreadableObject, type Repository } from '../repository/index.ts';
import { mergedAway, shortName } from './link-records.ts';
import { unfold } from './merged-record.ts';
import { chunksOf, holdsRecord, mergeRecords, withdraw } from './merge-records.ts';
import { isSettled, planMerges } from './plan-merges.ts';
import { noCache, readCachedRecord, type RecordCache } from './read-stream.ts';
import type { StoredStreamRecord } from './stream-records.ts';

export interface CompactRequest {
  readonly repository: Repository;
  readonly sourceId: string;
  /** Runs the work on one group, with what keeps a prune away meanwhile. */
  readonly guard: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Absent: every record is read from the copy. */
  readonly cache?: RecordCache;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface Compacted {
  /** Records that were merged, and into how many. */
  readonly merged: number;
  readonly into: number;
  /** Records that are not there any more because a merged one stands for them. */
  readonly removed: number;
  /** There is more to do than the time allowed. */
  readonly isMore: boolean;
}

/** Read at once: an old copy may hold a million. */
const mostRead = 20_000;
const lanes = 8;

/**
 * Merges the records of one source's log on one copy: seconds become hours, hours become days (`planMerges`). A merged record is durable and was read back before
 * what it stands for is removed, so that a kill at any moment leaves a whole log and the next pass goes on. What the place keeps under object lock stays beside, and readers
 * pass over it. One of these lives as long as the copy is open: it remembers what it has read.
 */
export class StreamCompaction {
  readonly #request: CompactRequest;
  readonly #known = new Map<string, StoredStreamRecord>();
  /** Nothing more will happen to them. */
  readonly #settled = new Set<string>();
  /** Names that a merged record stands for and that cannot be removed now, or must not be. */
  readonly #staying = new Set<string>();
  #isLocked = false;

  constructor(request: CompactRequest) {
    this.#request = request;
  }

  /** Ends after the group that is under way when `budgetMs` is over. Errors: those of `mergeRecords` and of `guard`, but for damage: that is for a check to tell. */
  async pass(budgetMs: number): Promise<Compacted> {
    const { repository, sourceId, clock, signal } = this.#request;
    const untilMs = clock.monotonicMs() + budgetMs;
    const isTimeUp = () => clock.monotonicMs() >= untilMs;
    const done = { merged: 0, into: 0, removed: 0 };
    // Others may have pruned since the last pass: no chunk is taken for there because it once was.
    repository.forgetListing();
    const names = await repository.listStreamRecords(sourceId, signal);
    const newest = names.at(-1);
    if (newest === undefined) return { ...done, isMore: false };
    const isCut = await this.#read(names, isTimeUp);
    // What was not read in time may belong between what was.
    if (isTimeUp()) return { ...done, isMore: true };
    for (const stored of this.#merged()) {
      if (isTimeUp()) return { ...done, isMore: true };
      done.removed += await this.#finish(stored);
    }
    const records = [...this.#known.values()];
    const isMergedAway = mergedAway(records);
    const open = records.filter(({ name }) => !isMergedAway(name) && !this.#staying.has(name));
    for (const group of planMerges(open, newest, clock.nowMs())) {
      if (isTimeUp()) return { ...done, isMore: true };
      signal.throwIfAborted();
      const removed = await this.#merge(group);
      if (removed === null) continue;
      done.removed += removed;
      done.merged += group.length;
      done.into += 1;
    }
    for (const stored of this.#merged()) if (isSettled(stored.record, clock.nowMs())) this.#settle(stored);
    return { ...done, isMore: isCut };
  }

  #merged(): StoredStreamRecord[] {
    return [...this.#known.values()].filter(({ record }) => record.merges.length > 0);
  }

  /** Oldest first. Gives whether some were left for the next pass. */
  async #read(names: readonly string[], isTimeUp: () => boolean): Promise<boolean> {
    const { repository, cache = noCache, signal } = this.#request;
    const listed = new Set(names);
    for (const name of this.#known.keys()) if (!listed.has(name)) this.#known.delete(name);
    const unread = names.filter((name) => !this.#known.has(name) && !this.#settled.has(name));
    await inLanes(unread.slice(0, mostRead), { lanes, signal }, async (name, laneSignal) => {
      if (isTimeUp()) return;
      try {
        this.#known.set(name, await readCachedRecord(repository, name, laneSignal, cache));
      } catch (error) {
        // Another computer has merged it, or a check has to tell of it.
        if (!isUnreadableObject(error)) throw error;
        this.#settled.add(name);
      }
    });
    return unread.length > mostRead;
  }

  #settle({ name, record }: StoredStreamRecord): void {
    const names = new Set([...record.merges, shortName(name)]);
    for (const each of this.#known.keys())
      if (names.has(shortName(each))) {
        this.#known.delete(each);
        this.#settled.add(each);
      }
  }

  /** How many went; null when something of it is damaged, and all stays as it is. */
  async #merge(group: readonly StoredStreamRecord[]): Promise<number | null> {
    const { repository, guard } = this.#request;
    const names = group.map(({ name }) => name);
    try {
      return await guard(async (signal) => {
        const stored = await mergeRecords(repository, group, signal);
        this.#known.set(stored.name, stored);
        return this.#remove(names, signal);
      });
    } catch (error) {
      if (!isUnreadableObject(error)) throw error;
      for (const name of names) this.#staying.add(name);
      return null;
    }
  }

  /** A run that was killed has left what a merged record stands for: it is compared once more, and goes. */
  async #finish(merged: StoredStreamRecord): Promise<number> {
    const { repository, guard } = this.#request;
    const names = new Set(merged.record.merges);
    const left = [...this.#known.values()].filter(({ name }) => names.has(shortName(name)) && !this.#staying.has(name));
    if (left.length === 0 || this.#isLocked) return 0;
    return guard(async (signal) => {
      const held = new Set<string | null>();
      const parts = unfold(merged);
      for (const each of left) held.add(await holdsRecord(repository, parts, each, signal));
      if (held.size === 1 && held.has('held')) {
        await repository.makeDurable(chunksOf(merged.record), [merged.name], signal);
        return this.#remove(
          left.map(({ name }) => name),
          signal,
        );
      }
      // Killed before it was read back, and it is not what was written: what it was made of is whole.
      if (!held.has('unreadable') && areWhole(left, merged)) {
        await withdraw(repository, { name: merged.name, sourceId: this.#request.sourceId }, left, signal);
        this.#known.delete(merged.name);
      } else for (const { name } of left) this.#staying.add(name);
      return 0;
    });
  }

  /** Oldest first. Gives how many went. */
  async #remove(names: readonly string[], signal: AbortSignal): Promise<number> {
    const { repository } = this.#request;
    let removed = 0;
    await inLanes(names, { lanes, signal }, async (name, laneSignal) => {
      if (this.#isLocked) {
        this.#staying.add(name);
        return;
      }
      try {
        await repository.removeStreamRecord(name, laneSignal);
        this.#known.delete(name);
        removed += 1;
      } catch (error) {
        if (!isAppErrorOf(error, 'backend.locked')) throw error;
        this.#isLocked = true;
        this.#staying.add(name);
      }
    });
    return removed;
  }
}

/** They tile the merged record. */
function areWhole(records: readonly StoredStreamRecord[], { record: { from, to } }: StoredStreamRecord): boolean {
  let at = from;
  for (const { record } of [...records].sort((a, b) => a.record.from - b.record.from || b.record.to - a.record.to)) {
    if (record.from > at) return false;
    at = Math.max(at, record.to);
  }
  return at === to;
}
