import { isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { BinlogPlace, StreamGap, StreamRecord, TableLayout } from '../../../shared/model/stream.ts';
import type { Clock } from '../platform/clock.ts';
import { rest } from '../platform/rest.ts';
import type { Repository } from '../repository/index.ts';
import { firstPosition, positionLimit, readBinlog, type BinlogItem } from '../source/mysql/binlog/index.ts';
import type { MysqlConnection } from '../source/mysql/index.ts';
import { LayoutAsker, type AskLayouts } from './ask-layouts.ts';
import { CommitPace } from './commit-pace.ts';
import { endBehind, findStoredEnd, isSameServer, SameLog, type StoredEnd } from './resume.ts';
import { SegmentBuilder } from './segment.ts';
import type { HasSecrets } from './secret-events.ts';
import { TwinEvents, type TwinRules } from './twin-events.ts';
import { lastSequence, StreamWriter, type StoredStreamRecord, type StreamServer } from './stream-records.ts';

export interface FollowRequest {
  readonly repository: Repository;
  readonly sourceId: string;
  readonly server: StreamServer;
  /** A connection of its own for each call; it is used up. */
  readonly connect: () => Promise<MysqlConnection>;
  /** Where to begin when nothing is stored, or what is stored cannot be continued. */
  readonly freshStart: (gap: Gap) => Promise<BinlogPlace>;
  /** Null: the shop has no secret column. */
  readonly hasSecrets: HasSecrets | null;
  /** How what is sealed gets an open side; absent: it gets none. */
  readonly twins?: TwinRequest;
  /** For the server, which throws out one of two replicas with the same. */
  readonly replicaId: number;
  readonly replicaUuid: string;
  /** Ends when everything that the server had is stored. */
  readonly untilCaughtUp: boolean;
  /** Runs one write, with what keeps a prune away meanwhile. */
  readonly guard: <T>(write: () => Promise<T>) => Promise<T>;
  /** How often the server says that nothing happened: then all that was heard is stored. */
  readonly heartbeatMs: number;
  /** A stretch is closed when its first event is so old. */
  readonly closeAfterMs: number;
  /** Transactions a second above which the server is asked every `closeAfterMs` instead of telling each as it comes. */
  readonly askAbovePerSecond: number;
  readonly clock: Clock;
  readonly onStored?: (stored: StoredStreamRecord) => void;
  /** An event came (when it happened, in seconds by the server's clock; 0 where it does not say), or the server has nothing more (null). */
  readonly onHeard?: (heard: { readonly isAllStored: boolean; readonly eventSeconds: number | null }) => void;
  readonly signal: AbortSignal;
}

export interface TwinRequest extends Pick<TwinRules, 'secretsOf' | 'isOfShop' | 'onTouched'> {
  /** How tables with secrets stand in the log exactly at the place of a fresh start; of those that are not among them it is not known. */
  readonly layoutsAt: (start: BinlogPlace) => Promise<readonly TableLayout[]>;
  readonly ask: AskLayouts;
}

type Gap = NonNullable<StreamRecord['gap']>;

export interface FollowReport {
  readonly from: BinlogPlace | null;
  readonly to: BinlogPlace | null;
  readonly segments: number;
  readonly events: number;
  readonly bytes: number;
  readonly storedBytes: number;
  readonly gaps: readonly StreamGap[];
}

/** A stretch is closed when it holds so many bytes. */
const closeAtBytes = 4 * 1024 * 1024;
/** Below this part of `askAbovePerSecond` the server tells each transaction again: not at the first lull. */
const lull = 0.5;
/** A store that takes longer for a stretch is not there. */
const writeTimeoutMs = 10 * 60_000;

/**
 * Follows a server's log and stores it stretch by stretch, from where the repository's records end. It ends at a signal with everything stored that
 * was heard, or when it has caught up. A log that cannot be continued is begun anew, and the gap is told: never are two logs joined.
 *
 * Errors: those of `readBinlog` but for `binlog.purged` and `binlog.rewritten`; those of the repository. After an error nothing that was stored is
 * lost, and the next call goes on.
 */
export async function followLog(request: FollowRequest): Promise<FollowReport> {
  return new Following(request).run();
}

class Following {
  readonly #request: FollowRequest;
  readonly #clock: Clock;
  #writer!: StreamWriter;
  #builder!: SegmentBuilder;
  #twins: TwinEvents | null = null;
  #asker: LayoutAsker | null = null;
  #end: StoredEnd | null = null;
  #gap: Gap | null = 'start';
  #firstEventMs = 0;
  /** A write is under way, or failed: what it was to store is not there. */
  #isStoreBroken = false;
  #from: BinlogPlace | null = null;
  readonly #gaps: StreamGap[] = [];
  #segments = 0;
  #events = 0;
  #bytes = 0;
  #storedBytes = 0;
  /**
   * A server that tells a replica each transaction as it comes is woken by each: at 500 a second that costs it as much as a third of what they cost
   * themselves. Asked now and then it reads its file in one go. `pace` is of what was heard anew.
   */
  #isAsking = false;
  readonly #pace: CommitPace;

  constructor(request: FollowRequest) {
    this.#request = request;
    this.#clock = request.clock;
    this.#pace = new CommitPace(request.clock, request.closeAfterMs);
  }

  async run(): Promise<FollowReport> {
    const { repository, sourceId, server, signal } = this.#request;
    const names = await repository.listStreamRecords(sourceId, signal);
    this.#writer = new StreamWriter(repository, sourceId, server, lastSequence(names), this.#clock);
    this.#end = await findStoredEnd(repository, names, signal);
    if (this.#end !== null) {
      this.#gap = isSameServer(this.#end.last.record, server) ? null : 'another-server';
      this.#from = { file: this.#end.last.record.file, position: this.#end.last.record.to };
    }
    for (;;) {
      const beganMs = this.#clock.monotonicMs();
      await this.#followThroughGap();
      if (this.#request.untilCaughtUp || signal.aborted) return this.#report();
      await this.#chooseToAsk(beganMs);
    }
  }

  /** The server was heard to its end, or tells more than it is to be woken for. */
  async #chooseToAsk(beganMs: number): Promise<void> {
    const { repository, sourceId, askAbovePerSecond, closeAfterMs, onHeard, signal } = this.#request;
    if (this.#isAsking) onHeard?.({ isAllStored: true, eventSeconds: null });
    const pace = this.#isAsking ? this.#pace.perSecond() : null;
    this.#isAsking = (pace === null || pace > askAbovePerSecond * lull) && this.#canBeginAtEnd();
    if (this.#end !== null && !this.#canBeginAtEnd()) {
      const names = await repository.listStreamRecords(sourceId, signal);
      this.#end = await endBehind(repository, names, this.#end.last, signal);
    }
    const restMs = beganMs + closeAfterMs - this.#clock.monotonicMs();
    // The signal ends the rest, and the next reading at once.
    if (this.#isAsking && restMs > 0) await rest(restMs, signal).catch(() => undefined);
  }

  /** There is a place shortly before the end at which a replica can begin. */
  #canBeginAtEnd(): boolean {
    const record = this.#end?.last.record;
    return record !== undefined && !record.endsWithin && record.trace.from < positionLimit;
  }

  async #followThroughGap(): Promise<void> {
    try {
      await this.#followFrom(false);
    } catch (error) {
      const reason = gapOf(error);
      if (reason === null || this.#gap !== null) throw error;
      this.#gap = reason;
      await this.#followFrom(false);
    }
  }

  /** A file that ended with the name of the next may be gone from the server: nothing is missing then. */
  async #followFrom(isNextFile: boolean): Promise<void> {
    const before = this.#segments;
    try {
      await this.#follow(isNextFile);
    } catch (error) {
      const mayGoOn = !isNextFile && this.#gap === null && this.#segments === before;
      if (!mayGoOn || !isAppErrorOf(error, 'binlog.purged') || this.#end?.last.record.nextFile == null) throw error;
      await this.#follow(true);
    }
  }

  async #follow(isNextFile: boolean): Promise<void> {
    const { hasSecrets, freshStart } = this.#request;
    const known = this.#gap === null ? (this.#end as StoredEnd) : null;
    const from = known === null ? await freshStart(this.#gap as Gap) : startOf(known, isNextFile);
    await this.#prepareTwins(known, from, isNextFile);
    this.#builder = new SegmentBuilder(hasSecrets, known?.last.record.format ?? null, this.#twins);
    if (known === null) this.#noteGap(from);
    const same = known === null || isNextFile ? null : new SameLog(known.last.record);
    try {
      await this.#hearAll(from, same);
    } catch (error) {
      // A line that broke took nothing away from what was heard before. A stretch that could not be stored must not be followed by another.
      if (!this.#isStoreBroken) await this.#store();
      throw error;
    }
    await this.#store();
  }

  async #prepareTwins(known: StoredEnd | null, from: BinlogPlace, isNextFile: boolean): Promise<void> {
    const { hasSecrets, twins, clock } = this.#request;
    if (hasSecrets === null || twins === undefined) return;
    const { file, to, layouts } = known?.last.record ?? { file: from.file, to: from.position, layouts: null };
    const start = isNextFile ? from : { file, position: to };
    // It goes on where it ended: what the server said of a place ahead still counts.
    if (layouts !== null && this.#twins?.resumeAt(start) === true) return;
    this.#twins = new TwinEvents({ ...twins, hasSecrets }, start, layouts ?? (await twins.layoutsAt(start)));
    this.#asker = new LayoutAsker(this.#twins, twins.ask, clock);
  }

  async #hearAll(from: BinlogPlace, same: SameLog | null): Promise<void> {
    for await (const item of this.#itemsOf(from)) {
      if (item.kind === 'format') this.#builder.beginWith(item.bytes);
      else if (same !== null && !same.isProven) {
        if (item.kind === 'idle') throw same.rewritten(item);
        same.take(item);
        this.#builder.recall(item);
      } else if ((await this.#hear(item)) === 'ask') return;
    }
    if (same !== null && !same.isProven && !this.#request.signal.aborted) throw same.rewritten(from);
  }

  /** Reads until the end, or until the signal: then what was heard is stored, and that is a good end. */
  async *#itemsOf(from: BinlogPlace): AsyncGenerator<BinlogItem> {
    const { connect, server, replicaId, replicaUuid, untilCaughtUp, heartbeatMs, signal } = this.#request;
    const options = {
      from,
      flavour: server.flavour,
      replicaId,
      replicaUuid,
      untilEnd: untilCaughtUp || this.#isAsking,
      heartbeatMs,
      signal,
    };
    try {
      yield* readBinlog(await connect(), options);
    } catch (error) {
      if (!signal.aborted || untilCaughtUp) throw error;
    }
  }

  /** `ask`: the server tells so much that it is better asked now and then. */
  async #hear(item: BinlogItem): Promise<'ask' | null> {
    const builder = this.#builder;
    if (item.kind === 'event') {
      this.#pace.take(item);
      if (builder.file !== null && builder.file !== item.file) await this.#store();
      if (builder.sizeBytes === 0) this.#firstEventMs = this.#clock.monotonicMs();
      this.#from ??= { file: item.file, position: item.position };
      builder.take(item);
      this.#asker?.look();
    }
    if (builder.sizeBytes >= closeAtBytes || (await this.#isDue(item.kind === 'idle'))) await this.#store();
    this.#request.onHeard?.({
      isAllStored: builder.sizeBytes === 0,
      eventSeconds: item.kind === 'event' ? item.header.timestampS : null,
    });
    if (this.#isAsking || this.#request.untilCaughtUp || builder.sizeBytes > 0) return null;
    const pace = this.#pace.perSecond() ?? 0;
    return pace > this.#request.askAbovePerSecond && this.#canBeginAtEnd() ? 'ask' : null;
  }

  /** A stretch that is old enough waits once more for what the server said of a place just ahead. */
  async #isDue(isIdle: boolean): Promise<boolean> {
    const { closeAfterMs } = this.#request;
    const ageMs = () => this.#clock.monotonicMs() - this.#firstEventMs;
    if (this.#builder.sizeBytes === 0 || (!isIdle && ageMs() < closeAfterMs)) return false;
    await this.#asker?.settled();
    return this.#twins?.isAwaiting !== true || ageMs() >= 2 * closeAfterMs;
  }

  async #store(): Promise<void> {
    await this.#asker?.settled();
    const segment = this.#builder.close();
    if (segment === null) return;
    const continues = this.#gap === null ? (this.#end?.last.name ?? null) : null;
    const gap = this.#gap;
    // Not the caller's signal: what was heard is worth the moment that it takes.
    const write = () => this.#writer.write(segment, { continues, gap }, AbortSignal.timeout(writeTimeoutMs));
    this.#isStoreBroken = true;
    const stored = await this.#request.guard(write);
    this.#isStoreBroken = false;
    this.#gap = null;
    this.#end = { last: stored, readFrom: stored.record.trace.from };
    this.#segments += 1;
    this.#events += segment.events;
    this.#bytes += segment.bytes.length;
    this.#storedBytes += stored.storedBytes;
    this.#request.onStored?.(stored);
  }

  #noteGap(until: BinlogPlace): void {
    const last = this.#end?.last.record ?? null;
    if (this.#gap === 'start' || this.#gap === null) return;
    this.#gaps.push({
      after: last === null ? null : { file: last.file, position: last.to },
      until,
      reason: this.#gap,
      afterAt: last?.lastCommitAt ?? last?.closedAt ?? null,
      untilAt: null,
    });
    this.#from = until;
  }

  #report(): FollowReport {
    const last = this.#end?.last.record ?? null;
    return {
      from: this.#from,
      to: last === null ? null : { file: last.file, position: last.to },
      segments: this.#segments,
      events: this.#events,
      bytes: this.#bytes,
      storedBytes: this.#storedBytes,
      gaps: this.#gaps,
    };
  }
}

function startOf({ last, readFrom }: StoredEnd, isNextFile: boolean): BinlogPlace {
  const { file, nextFile } = last.record;
  return isNextFile && nextFile !== null ? { file: nextFile, position: firstPosition } : { file, position: readFrom };
}

function gapOf(error: unknown): Gap | null {
  if (isAppErrorOf(error, 'binlog.purged')) return 'purged';
  return isAppErrorOf(error, 'binlog.rewritten') ? 'rewritten' : null;
}
