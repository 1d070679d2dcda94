import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { isoUtc, type Clock } from '../../platform/clock.ts';
import { inLanes } from '../../platform/in-lanes.ts';
import { parseManifestName, parseStreamName } from '../format.ts';
import { addDeed, sayingsOf } from '../deeds/deeds.ts';
import { mergeDeeds, type FoundDeed } from '../deeds/merge-deeds.ts';
import type { LeaseBook } from '../leases.ts';
import type { Repository } from '../repository.ts';
import { PruneLease } from './prune-lease.ts';
import { surveyRepository, type PrunableSnapshot, type Survey } from './survey.ts';

/** Nothing that is younger than this goes, by the store's clock: three days, so that a clock that is wrong by one does no harm. */
export const defaultGraceMs = 72 * 3_600_000;

const usualMergedFrom = 16;

export interface PruneProgress {
  readonly phase: 'read' | 'remove';
  readonly done: number;
  readonly total: number;
  readonly bytesFreed: number;
}

export interface PruneOptions<T> {
  /** What the caller has to know of a manifest to judge it; kept for every snapshot, so small. */
  readonly digest: (manifest: Manifest) => T;
  /**
   * Names of the snapshots that go, given all of the copy, oldest first. Called once, before anything is removed; whatever it throws ends
   * the prune with nothing removed. It must leave a snapshot of every source and all that are young: else a `RangeError`, and nothing is removed.
   */
  readonly choose: (
    snapshots: readonly PrunableSnapshot<T>[],
    now: PruneNow,
    deeds: readonly FoundDeed[],
  ) => ReadonlySet<string> | Promise<ReadonlySet<string>>;
  /** What of the stored logs goes with them; absent: nothing. */
  readonly logs?: PrunableLogs<T>;
  /** Looks and counts; takes no lease and writes nothing. */
  readonly dryRun: boolean;
  /** What runs and where, for people who meet the lease. */
  readonly holder: string;
  readonly host: string;
  readonly clock: Clock;
  /** Tells which leases nobody holds any more; see `LeaseRequest`. */
  readonly book?: LeaseBook;
  /** Default 72 hours. */
  readonly graceMs?: number;
  /** Requests at once; default 8. */
  readonly concurrency?: number;
  /** So many old deeds of one type become one; default 16. */
  readonly mergedFrom?: number;
  readonly onProgress?: (progress: PruneProgress) => void;
  readonly signal: AbortSignal;
}

export interface PrunableLogs<T> {
  /** Hears of every stream record, once, in any order. */
  readonly note: (name: string, payload: Uint8Array) => void;
  /**
   * Names of the stream records that go, given the snapshots that stay. Called once, when what goes of these has gone. One that is young stays all the same; the last of a source's must stay: else a
   * `RangeError`.
   */
  readonly choose: (staying: readonly PrunableSnapshot<T>[]) => ReadonlySet<string>;
}

export interface PruneNow {
  /** The store's time, or this computer's where the store has none (or in a dry run, which writes nothing). */
  readonly storeNowMs: number;
  readonly isYoung: (object: { readonly modifiedAtMs: number }) => boolean;
}

export interface PruneReport<T> {
  readonly snapshots: readonly PrunableSnapshot<T>[];
  /** Manifests that were removed; in a dry run, that would be. */
  readonly removed: ReadonlySet<string>;
  /** Manifests that were to go and are under object lock: these snapshots stay, whole. */
  readonly lockedSnapshots: ReadonlySet<string>;
  /** Stream records that were removed; in a dry run, that would be. */
  readonly removedStreams: ReadonlySet<string>;
  /** Manifests, stream records and chunks; in a dry run, what would go if nothing is locked. */
  readonly objectsRemoved: number;
  readonly bytesFreed: number;
  /** Chunks that are there afterwards. */
  readonly objectsKept: number;
  /** Of these, those that nobody names and that are younger than the grace time. */
  readonly tooYoung: number;
  /** Deeds that are not there any more, because others say the same. */
  readonly deedsMerged: readonly string[];
  /** Manifests and chunks that the store keeps under object lock though nobody needs them. */
  readonly locked: number;
}

/**
 * Removes the snapshots that `choose` names and every chunk that no remaining manifest or stream record needs (FORMAT.md §8).
 *
 * A kill at any point leaves a valid repository, and the next run goes on: what is to go is written down first (§14); manifests go next and are durably gone before the first
 * chunk goes; a chunk goes only while the exclusive lease holds. A snapshot under object lock stays with all its chunks; chunks under
 * object lock whose snapshot could be removed stay for a later run, which does no harm.
 *
 * Errors: `repository.leased` when somebody else writes, `repository.lease-lost` when the lease is lost; `prune.unreadable`; `prune.changed-meanwhile` when
 * something was written beside the lease; those of the store; the signal's reason.
 */
export async function pruneRepository<T>(repository: Repository, options: PruneOptions<T>): Promise<PruneReport<T>> {
  if (options.dryRun) {
    const now = nowFrom(options.clock.nowMs(), options);
    const run = new Pruning(repository, options, now, () => Promise.resolve());
    return run.rehearse();
  }
  const lease = await PruneLease.take(repository, options);
  try {
    return await new Pruning(repository, options, nowFrom(lease.storeNowMs, options), lease.beat).run();
  } finally {
    await lease.release();
  }
}

function nowFrom(storeNowMs: number, { graceMs = defaultGraceMs }: { readonly graceMs?: number }): PruneNow {
  // A store that gives no time for an object says nothing about its age.
  const isYoung = ({ modifiedAtMs }: { readonly modifiedAtMs: number }) =>
    !(modifiedAtMs > 0) || modifiedAtMs > storeNowMs - graceMs;
  return { storeNowMs, isYoung };
}

class Pruning<T> {
  readonly #repository: Repository;
  readonly #options: PruneOptions<T>;
  readonly #now: PruneNow;
  readonly #beat: () => Promise<void>;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #objectsRemoved = 0;
  #bytesFreed = 0;
  #locked = 0;

  constructor(repository: Repository, options: PruneOptions<T>, now: PruneNow, beat: () => Promise<void>) {
    this.#repository = repository;
    this.#options = options;
    this.#now = now;
    this.#beat = beat;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  async rehearse(): Promise<PruneReport<T>> {
    const { survey, going } = await this.#decide();
    const streams = this.#goingStreams(survey, going);
    const waste = this.#wasteOf(survey, going, streams);
    const manifests = survey.snapshots.filter(({ name }) => going.has(name));
    const logBytes = [...streams].reduce((sum, name) => sum + (survey.streams.get(name)?.sizeBytes ?? 0), 0);
    const bytes = waste.numbers.reduce((sum, number) => sum + (survey.chunks.sizeBytes[number] ?? 0), logBytes);
    return {
      snapshots: survey.snapshots,
      removed: going,
      lockedSnapshots: new Set(),
      removedStreams: streams,
      objectsRemoved: manifests.length + streams.size + waste.numbers.length,
      bytesFreed: manifests.reduce((sum, { sizeBytes }) => sum + sizeBytes, bytes),
      objectsKept: survey.chunks.ids.size - waste.numbers.length,
      tooYoung: waste.tooYoung,
      deedsMerged: [],
      locked: 0,
    };
  }

  async run(): Promise<PruneReport<T>> {
    const { survey, going } = await this.#decide();
    await this.#writeDown(survey, going);
    const lockedSnapshots = await this.#removeManifests(survey, going);
    const removed = going.difference(lockedSnapshots);
    const removedStreams = await this.#removeStreams(survey, this.#goingStreams(survey, removed));
    await this.#assertNothingNew(survey);
    const waste = this.#wasteOf(survey, removed, removedStreams);
    const before = this.#objectsRemoved;
    await this.#removeChunks(survey, waste.numbers);
    const deedsMerged = await this.#mergeDeeds(survey);
    return {
      snapshots: survey.snapshots,
      removed,
      lockedSnapshots,
      removedStreams,
      objectsRemoved: this.#objectsRemoved,
      bytesFreed: this.#bytesFreed,
      objectsKept: survey.chunks.ids.size - (this.#objectsRemoved - before),
      tooYoung: waste.tooYoung,
      deedsMerged,
      locked: this.#locked,
    };
  }

  async #decide(): Promise<{ readonly survey: Survey<T>; readonly going: ReadonlySet<string> }> {
    const { digest, choose, logs, concurrency = 8 } = this.#options;
    const survey = await surveyRepository({
      repository: this.#repository,
      digest,
      concurrency,
      onStream: logs?.note,
      isAlone: !this.#options.dryRun,
      beat: this.#beat,
      onProgress: (done, total) => this.#report('read', done, total),
      signal: this.#signal,
    });
    const going = await choose(survey.snapshots, this.#now, survey.deeds);
    this.#assertSpares(survey.snapshots, going);
    return { survey, going };
  }

  /** Whatever was decided above: these two never go. */
  #assertSpares(snapshots: readonly PrunableSnapshot<T>[], going: ReadonlySet<string>): void {
    const known = new Set(snapshots.map(({ name }) => name));
    if (!going.isSubsetOf(known)) throw new RangeError('unknown snapshots were to be removed');
    const staying = snapshots.filter(({ name }) => !going.has(name));
    const sources = new Set(staying.map(({ sourceId }) => sourceId));
    if (snapshots.some(({ sourceId }) => !sources.has(sourceId)))
      throw new RangeError('all snapshots of a source were to be removed');
    if (snapshots.some((snapshot) => going.has(snapshot.name) && this.#now.isYoung(snapshot)))
      throw new RangeError('a snapshot within the grace time was to be removed');
  }

  /**
   * What is going to go, before any of it does: a manifest that is missing without it was lost. One that is still there is there, whatever is written. A prune that
   * goes on for a dead one, or finds the same under object lock again, does not write it twice.
   */
  async #writeDown({ snapshots, deeds }: Survey<T>, going: ReadonlySet<string>): Promise<void> {
    const said = new Set(deeds.flatMap(sayingsOf));
    const at = isoUtc(this.#now.storeNowMs);
    const entries = snapshots.flatMap(({ name, id, sourceId }) => {
      const taken = parseManifestName(name)?.at;
      if (!going.has(name) || said.has(`pruned ${id}`) || taken === undefined) return [];
      return [{ snapshot: id, source: sourceId, at, taken }];
    });
    if (entries.length === 0) return;
    await this.#beat();
    await addDeed(this.#repository, { type: 'pruned', entries }, this.#options.clock.nowMs(), this.#signal);
  }

  /** Removes them, oldest first, durably; gives those that are under object lock. */
  async #removeManifests({ snapshots, records }: Survey<T>, going: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const locked = new Set<string>();
    const leaving = snapshots.filter(({ name }) => going.has(name));
    await this.#each(leaving, async ({ name, sizeBytes }) => {
      const isGone = await this.#remove(() => this.#repository.removeManifest(name, this.#signal), sizeBytes);
      if (!isGone) locked.add(name);
    });
    // A folder is flushed by the names that stay in it; there is always one. Also when none goes today: an earlier prune may have died
    // between removing some and this line, and a pulled plug would bring them back without the chunks that go now.
    const staying = [...records].filter((name) => !going.has(name) || locked.has(name));
    await this.#repository.store.flush(staying, this.#signal);
    return locked;
  }

  /** Of those that are chosen, the ones that are old enough. */
  #goingStreams({ snapshots, streams }: Survey<T>, gone: ReadonlySet<string>): ReadonlySet<string> {
    const { logs } = this.#options;
    if (logs === undefined) return new Set();
    const chosen = logs.choose(snapshots.filter(({ name }) => !gone.has(name)));
    const going = [...chosen].filter((name) => {
      const found = streams.get(name);
      if (found === undefined) throw new RangeError('an unknown stream record was to be removed');
      return !this.#now.isYoung(found);
    });
    const newest = new Map([...streams.keys()].sort().map((name) => [parseStreamName(name)?.sourceId, name]));
    if ([...newest.values()].some((name) => chosen.has(name)))
      throw new RangeError('the newest stream record of a source was to be removed');
    return new Set(going);
  }

  /** Removes them, oldest first, durably; gives those that went. */
  async #removeStreams({ streams }: Survey<T>, going: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const gone = new Set<string>();
    await this.#each([...going].sort(), async (name) => {
      const remove = () => this.#repository.removeStreamRecord(name, this.#signal);
      if (await this.#remove(remove, streams.get(name)?.sizeBytes ?? 0)) gone.add(name);
    });
    if (going.size > 0)
      await this.#repository.store.flush(
        [...streams.keys()].filter((name) => !gone.has(name)),
        this.#signal,
      );
    return gone;
  }

  async #removeChunks({ chunks }: Survey<T>, numbers: readonly number[]): Promise<void> {
    let done = 0;
    await this.#each(numbers, async (number) => {
      const id = chunks.ids.idAt(number);
      await this.#remove(() => this.#repository.removeObject(id, this.#signal), chunks.sizeBytes[number] ?? 0);
      done += 1;
      this.#report('remove', done, numbers.length);
    });
  }

  #mergeDeeds({ deeds }: Survey<T>): Promise<string[]> {
    const { mergedFrom = usualMergedFrom, clock } = this.#options;
    return mergeDeeds(this.#repository, {
      deeds,
      isYoung: this.#now.isYoung,
      mergedFrom,
      nowMs: clock.nowMs(),
      beat: this.#beat,
      signal: this.#signal,
    });
  }

  /** Whether it is gone; false when the store keeps it under object lock. */
  async #remove(remove: () => Promise<void>, sizeBytes: number): Promise<boolean> {
    await this.#beat();
    try {
      await remove();
    } catch (error) {
      if (!isAppErrorOf(error, 'backend.locked')) throw error;
      this.#locked += 1;
      return false;
    }
    this.#objectsRemoved += 1;
    this.#bytesFreed += sizeBytes;
    return true;
  }

  /** A writer that did not see the lease may have published something that needs what would go. */
  async #assertNothingNew({ records }: Survey<T>): Promise<void> {
    const isRecord = (name: string) => parseManifestName(name) !== undefined || parseStreamName(name) !== undefined;
    for (const prefix of ['manifests/', 'streams/']) {
      await this.#beat();
      for await (const { name } of this.#repository.store.list(prefix, this.#signal))
        if (isRecord(name) && !records.has(name)) throw new AppError('prune.changed-meanwhile', { object: name });
    }
  }

  /** Numbers of the chunks that nobody needs and that are old enough to go. */
  #wasteOf(
    { chunks, snapshots, streams, ofSnapshot }: Survey<T>,
    gone: ReadonlySet<string>,
    goneStreams: ReadonlySet<string>,
  ): { readonly numbers: number[]; readonly tooYoung: number } {
    const needed = new Uint8Array(chunks.ids.size);
    for (const [name, stream] of streams)
      if (!goneStreams.has(name)) for (const number of stream.chunks) needed[number] = 1;
    for (const { name } of snapshots) if (!gone.has(name)) for (const number of ofSnapshot(name)) needed[number] = 1;
    const numbers: number[] = [];
    let tooYoung = 0;
    for (const [number, isNeeded] of needed.entries()) {
      if (isNeeded === 1) continue;
      if (this.#now.isYoung({ modifiedAtMs: chunks.modifiedAtMs[number] ?? 0 })) tooYoung += 1;
      else numbers.push(number);
    }
    return { numbers, tooYoung };
  }

  async #each<I>(items: readonly I[], work: (item: I) => Promise<void>): Promise<void> {
    const onFailure = (error: unknown) => this.#stop.abort(error);
    await inLanes(items, { lanes: this.#options.concurrency ?? 8, signal: this.#signal, onFailure }, work);
  }

  #report(phase: PruneProgress['phase'], done: number, total: number): void {
    this.#options.onProgress?.({ phase, done, total, bytesFreed: this.#bytesFreed });
  }
}
