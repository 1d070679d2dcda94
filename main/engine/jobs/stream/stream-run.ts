import pRetry from 'p-retry';
import { AppError, isAppErrorOf, toAppError, type ErrorCode } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { BinlogPlace, StreamGap, StreamRecord, StreamWarning } from '../../../../shared/model/stream.ts';
import { isoUtc } from '../../platform/clock.ts';
import { rest } from '../../platform/rest.ts';
import type { Repository } from '../../repository/index.ts';
import { connectMysql, type MysqlTarget } from '../../source/mysql/index.ts';
import {
  CarryMemory,
  carryStream,
  followLog,
  StreamCompaction,
  type FollowReport,
  type FollowRequest,
} from '../../stream/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedDestination, SavedSource } from '../home/settings-file.ts';
import { bringOwedHeader } from '../keys/publish-header.ts';
import { letPass } from '../let-pass.ts';
import { nearestFirst } from '../nearness.ts';
import { withWriterLease } from '../repository-lease.ts';
import { accessOfSaved, withServerSession } from '../source-session.ts';
import { withRepository } from '../stores.ts';
import { backupRun } from '../verbs/backup-verb.ts';
import { findDestination, findSnapshot, findSource } from '../verbs/lookup.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';
import { watchOf } from '../watch-copy.ts';
import { streamHolder } from './stream-leases.ts';
import { agoMs, momentNow, type LiveStream, type Moment } from './stream-board.ts';
import { SecretsOfShop, twinsOf } from './stream-secrets.ts';
import { readLogFacts, replicaIdentity, type LogFacts } from './log-facts.ts';

type Output = VerbOutput<'stream.run'>;
type CopyOutcome = Output['copies'][number];
type Heard = Parameters<NonNullable<FollowRequest['onHeard']>>[0];

/** What was brought to one of the other copies. */
interface CarriedCopy extends CopyOutcome {
  allStored: Moment | null;
  /** How many segments had been stored when it was last brought up to date; -1: never. */
  readonly segments: number;
  readonly carriedMs: number;
}

/** On the first copy; the others are fed from it. */
const closeAfterMs = 5_000;
/** A stretch is closed at a word of the server: the shorter this is, the less waits for the next word. */
const heartbeatMs = 2_500;
/** So many transactions a second cost a server some hundredths of a core when each is told as it comes (`npm run bench:stream -- rpo`). */
const askAbovePerSecond = 100;
const carryEveryMs = 60_000;
/** Soon after the beginning: what was stored last time may not be everywhere. */
const firstCarryMs = 10_000;
/** A copy that lacks nothing is looked at all the same, this often. */
const lookAgainMs = 10 * 60_000;
/** What is old is merged, beside the following, so long at a time; then it rests, shortly while there is more to do. */
const compactForMs = 20_000;
const firstCompactMs = 30_000;
const compactSoonMs = 60_000;
const compactEveryMs = 10 * 60_000;
/** The server tells its clock in whole seconds, so that it may be almost one further. */
const wholeSecondMs = 1_000;
/** How long to wait before a line that broke is tried again, the first time and at most. */
const firstWaitMs = 1_000;
const longestWaitMs = 30_000;
/** For a run that ends by itself: more tries would be a server that is gone. */
const triesToCatchUp = 5;

/** What passes, so that the next try may go on where this one stopped. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'mysql.connection-lost',
  'mysql.unreachable',
  'tunnel.unreachable',
  'tunnel.lost',
  'binlog.replaced',
  'binlog.damaged',
]);

/**
 * Follows a shop's log into the nearest copy, and from there into the others. A broken line is taken up again; a gap that cannot be closed is told, and
 * a backup begins the next unbroken stretch. Errors: `binlog.*`, `mysql.*`, `tunnel.*`, those of the first copy; a copy that
 * fails besides is named.
 */
export async function streamRun(context: EngineContext, input: VerbInput<'stream.run'>, run: Run): Promise<Output> {
  const startedMs = context.clock.monotonicMs();
  await ensureCatalogBuilt(context, run.signal);
  const source = await findSource(context, input.source);
  const output = await followInto(context, input, run, source, await copiesFor(context, input.to));
  const { gaps, segments, events } = output;
  if (segments > 0)
    await context.home.audit.append('stream', { source: source.name, segments, events, gaps: gaps.length });
  return { ...output, durationMs: Math.round(context.clock.monotonicMs() - startedMs) };
}

/** Into the first copy that opens, nearest first; those that did not are tried again with the others. With none the nearest one's error is the run's. */
async function followInto(
  context: EngineContext,
  input: VerbInput<'stream.run'>,
  run: Run,
  source: SavedSource,
  wanted: readonly SavedDestination[],
): Promise<Omit<Output, 'durationMs'>> {
  let firstError: AppError | null = null;
  for (const primary of wanted) {
    // An object, because the callback below sets it.
    const place = { isOpen: false };
    try {
      return await withRepository(
        context.unlocked().keys,
        primary,
        run.signal,
        async (repository) => {
          place.isOpen = true;
          await bringOwedHeader(context, primary, repository, run.signal);
          const others = wanted.filter(({ id }) => id !== primary.id);
          return new LogSession(context, input, run, { source, primary, others, repository }).run();
        },
        { watch: watchOf(context, primary) },
      );
    } catch (error) {
      if (place.isOpen || run.signal.aborted) throw error;
      firstError ??= toAppError(error);
    }
  }
  throw firstError ?? new AppError('destination.none', {});
}

interface Places {
  readonly source: SavedSource;
  readonly primary: SavedDestination;
  readonly others: readonly SavedDestination[];
  /** Of `primary`. */
  readonly repository: Repository;
}

class LogSession {
  readonly #context: EngineContext;
  readonly #input: VerbInput<'stream.run'>;
  readonly #run: Run;
  readonly #places: Places;
  /** When it is over: told to stop, or the time is up. */
  readonly #until: AbortSignal;
  readonly #gaps: StreamGap[] = [];
  readonly #copies = new Map<string, CarriedCopy>();
  readonly #carried = new Map<string, CarryMemory>();
  readonly #compaction: StreamCompaction;
  readonly #secrets: SecretsOfShop;
  /** Records that were merged away on the first copy. */
  #merged = 0;
  #from: BinlogPlace | null = null;
  #to: BinlogPlace | null = null;
  #segments = 0;
  /** Of them, and of those of the try that is under way. */
  #stored = 0;
  #events = 0;
  #bytes = 0;
  #storedBytes = 0;
  #warnings: readonly StreamWarning[] = [];
  /** Until when all that the server had is stored on the first copy. */
  #allStored: Moment | null = null;
  /** The server's clock, in milliseconds since the epoch, when our steady one was at 0; null: nobody knows. */
  #serverZeroMs: number | null = null;
  /** When the last event happened that was heard: seconds since the epoch, by the server's clock. */
  #lastEventSeconds: number | null = null;
  readonly #live: LiveStream;

  constructor(context: EngineContext, input: VerbInput<'stream.run'>, run: Run, places: Places) {
    this.#context = context;
    this.#input = input;
    this.#run = run;
    this.#places = places;
    this.#live = context.streams.of(places.source.id, places.source.name);
    const { repository, source } = places;
    this.#secrets = new SecretsOfShop(context, source, repository);
    this.#compaction = new StreamCompaction({
      repository,
      sourceId: source.id,
      guard: (work) => withWriterLease(repository, streamHolder(source.name), context, run.signal, work),
      cache: context.catalog.streamRecords,
      clock: context.clock,
      signal: run.signal,
    });
    this.#until = input.forMs === null ? run.signal : AbortSignal.any([run.signal, AbortSignal.timeout(input.forMs)]);
  }

  async run(): Promise<Omit<Output, 'durationMs'>> {
    const { primary, others } = this.#places;
    this.#live.begin([primary, ...others]);
    const ended = new AbortController();
    const carrying = this.#carryNowAndThen(ended.signal);
    const compacting = asBug(this.#compactNowAndThen(ended.signal));
    const looking = asBug(this.#secrets.lookNowAndThen(AbortSignal.any([ended.signal, this.#until])));
    try {
      await this.#followThroughBreaks();
    } finally {
      ended.abort();
      await carrying;
      await compacting;
      await looking;
      this.#live.note();
    }
    const bug = (await compacting) ?? (await looking);
    if (bug !== null) throw bug.error;
    if (!this.#run.signal.aborted) {
      await this.#compact();
      await this.#carry();
    }
    this.#live.rest('unknown', null);
    return this.#output();
  }

  async #followThroughBreaks(): Promise<void> {
    let waitMs = firstWaitMs;
    for (let tries = 1; ; tries += 1) {
      const before = this.#segments;
      try {
        await this.#followOnce();
        return;
      } catch (error) {
        const mayTryAgain = !this.#input.untilCaughtUp || tries < triesToCatchUp;
        if (this.#until.aborted && !this.#run.signal.aborted) return;
        if (this.#run.signal.aborted || !mayTryAgain || !passing.has(toAppError(error).code)) throw error;
        if (this.#segments > before) waitMs = firstWaitMs;
        const { code, facts } = toAppError(error);
        this.#live.broke(code, facts);
        this.#say('stream-wait');
        await rest(waitMs, this.#until).catch(() => undefined);
        waitMs = Math.min(2 * waitMs, longestWaitMs);
      }
    }
  }

  async #followOnce(): Promise<void> {
    const { source } = this.#places;
    const access = accessOfSaved(this.#context.unlocked().keys, source);
    await withServerSession(access, this.#until, async ({ target }) => {
      const facts = await this.#facts(target);
      await this.#secrets.look(this.#until);
      this.#warnings = facts.warnings;
      this.#live.connected(facts.warnings);
      const { clock } = this.#context;
      this.#serverZeroMs =
        facts.clockAheadMs === null ? null : clock.nowMs() - facts.clockAheadMs - clock.monotonicMs();
      this.#add(await this.#follow(target, facts));
    });
  }

  async #facts(target: MysqlTarget): Promise<LogFacts> {
    const connection = await connectMysql(target, { signal: this.#until });
    try {
      return await readLogFacts(connection, this.#until);
    } finally {
      connection.close();
    }
  }

  #follow(target: MysqlTarget, facts: LogFacts): Promise<FollowReport> {
    const { source, repository } = this.#places;
    const { home, clock } = this.#context;
    const { id, uuid } = replicaIdentity(home.dir, source.id);
    return followLog({
      repository,
      sourceId: source.id,
      server: facts.server,
      connect: () => connectMysql(target, { signal: this.#until }),
      freshStart: async (gap) => {
        const place = await this.#freshStart(gap === 'start' ? facts.files : []);
        await this.#secrets.look(this.#until);
        return place;
      },
      hasSecrets: this.#secrets.log.has,
      twins: twinsOf(this.#context, source, repository, this.#secrets, {
        target,
        server: facts.server,
        signal: this.#until,
      }),
      replicaId: id,
      replicaUuid: uuid,
      untilCaughtUp: this.#input.untilCaughtUp,
      guard: (write) => this.#guarded(write),
      heartbeatMs,
      closeAfterMs,
      askAbovePerSecond,
      clock,
      onStored: ({ record }) => {
        if (record.gap !== null && record.gap !== 'start') this.#live.gap(this.#gapBefore(record, record.gap));
        this.#to = { file: record.file, position: record.to };
        this.#stored += 1;
        this.#live.wrote(record.events, record.to - record.from);
        this.#say('stream');
      },
      onHeard: (heard) => this.#heard(heard),
      signal: this.#until,
    });
  }

  /**
   * Everything that happened before the last event that was heard is stored, or, when the server has nothing more, everything until now. On a line that
   * lags behind these are not the same: what is on its way would be lost.
   */
  #heard({ isAllStored, eventSeconds }: Heard): void {
    if (eventSeconds !== null && eventSeconds > 0) this.#lastEventSeconds = eventSeconds;
    const isIdle = eventSeconds === null;
    this.#live.heard(isIdle || eventSeconds === 0 ? null : isoUtc(eventSeconds * 1000));
    if (isAllStored) this.#noteAllStored(isIdle ? 0 : this.#lagMs());
  }

  /** How long ago the last event happened; null where nobody can know. */
  #lagMs(): number | null {
    if (this.#serverZeroMs === null || this.#lastEventSeconds === null) return null;
    const serverNowMs = this.#serverZeroMs + this.#context.clock.monotonicMs();
    return Math.max(0, serverNowMs - this.#lastEventSeconds * 1000) + wholeSecondMs;
  }

  #noteAllStored(lagMs: number | null): void {
    if (lagMs === null) return;
    const moment = momentNow(this.#context.clock, lagMs);
    if (this.#allStored !== null && this.#allStored.monotonicMs > moment.monotonicMs) return;
    this.#allStored = moment;
    this.#live.storedUntil(this.#places.primary.id, moment);
    // What was carried whole is as new as the first copy while nothing was stored since.
    for (const destination of this.#places.others) {
      const copy = this.#copies.get(destination.name);
      if (copy?.ok !== true || copy.segments !== this.#stored) continue;
      copy.allStored = moment;
      this.#live.storedUntil(destination.id, moment);
    }
  }

  #gapBefore({ file, from, firstCommitAt, closedAt }: StreamRecord, reason: StreamGap['reason']): StreamGap {
    return {
      after: this.#to,
      until: { file, position: from },
      reason,
      afterAt: null,
      untilAt: firstCommitAt ?? closedAt,
    };
  }

  /** Where the newest snapshot stands, when the server still has its log from there; otherwise a new snapshot is made. */
  async #freshStart(files: readonly string[]): Promise<BinlogPlace> {
    const { source } = this.#places;
    const known = newestCoordinate(this.#context, source.name);
    if (known !== null && files.includes(known.file)) return known;
    const to = this.#input.to.length === 0 ? [] : [...this.#input.to];
    const backup = await backupRun(this.#context, { source: source.name, to, maxBytesPerSecond: null }, this.#run);
    const { file, position } = backup.snapshot.coordinate;
    if (file === null || position === null)
      throw new AppError('mysql.no-privilege', { statement: 'SHOW MASTER STATUS', privilege: 'REPLICATION CLIENT' });
    return { file, position };
  }

  /** While somebody tidies up, the stretch waits in memory, and the server behind it. */
  #guarded<T>(write: () => Promise<T>): Promise<T> {
    const { source, repository } = this.#places;
    return pRetry(
      () => withWriterLease(repository, streamHolder(source.name), this.#context, this.#run.signal, () => write()),
      {
        retries: Infinity,
        minTimeout: firstWaitMs,
        maxTimeout: longestWaitMs,
        factor: 2,
        signal: this.#run.signal,
        shouldRetry: ({ error }) => isAppErrorOf(error, 'repository.leased'),
      },
    );
  }

  #add({ from, to, segments, events, bytes, storedBytes, gaps }: FollowReport): void {
    this.#from ??= from;
    this.#to = to ?? this.#to;
    this.#segments += segments;
    this.#events += events;
    this.#bytes += bytes;
    this.#storedBytes += storedBytes;
    this.#gaps.push(...gaps);
    // It ended with everything stored that was heard: all there is when it caught up.
    this.#noteAllStored(this.#input.untilCaughtUp ? 0 : this.#lagMs());
  }

  async #carryNowAndThen(ended: AbortSignal): Promise<void> {
    if (this.#places.others.length === 0) return;
    const over = AbortSignal.any([ended, this.#until]);
    for (let waitMs = firstCarryMs; ; waitMs = carryEveryMs) {
      await rest(waitMs, over).catch(() => undefined);
      if (over.aborted) return;
      await this.#carry();
    }
  }

  async #compactNowAndThen(ended: AbortSignal): Promise<void> {
    const over = AbortSignal.any([ended, this.#until]);
    for (let waitMs = firstCompactMs; ;) {
      await rest(waitMs, over).catch(() => undefined);
      if (over.aborted) return;
      waitMs = (await this.#compact()) ? compactSoonMs : compactEveryMs;
    }
  }

  /** Whether there is more to do. What a place has against it is met again by the following itself, and tried again later. */
  async #compact(): Promise<boolean> {
    try {
      const { removed, isMore } = await this.#compaction.pass(compactForMs);
      this.#merged += removed;
      return isMore;
    } catch (error) {
      if (!this.#run.signal.aborted) letPass(error, this.#run.signal);
      return false;
    }
  }

  /** Each copy by itself: one that fails is named and holds back nobody. */
  async #carry(): Promise<void> {
    const { others } = this.#places;
    await Promise.all(others.map((destination) => this.#carryTo(destination)));
  }

  async #carryTo(destination: SavedDestination): Promise<void> {
    const { source, repository } = this.#places;
    const { signal } = this.#run;
    const known = this.#copies.get(destination.name);
    const allStored = this.#allStored;
    const segments = this.#stored;
    const { clock } = this.#context;
    const memory = this.#carried.get(destination.name) ?? new CarryMemory();
    this.#carried.set(destination.name, memory);
    // Nothing new, and it was looked at a moment ago: a cloud is not asked for nothing.
    if (known?.ok === true && known.segments === segments && clock.monotonicMs() - known.carriedMs < lookAgainMs)
      return;
    try {
      const carried = await withRepository(
        this.#context.unlocked().keys,
        destination,
        signal,
        async (to) => {
          await bringOwedHeader(this.#context, destination, to, signal);
          return withWriterLease(to, streamHolder(source.name), this.#context, signal, (leased) =>
            carryStream(repository, to, source.id, clock.nowMs(), memory, leased),
          );
        },
        { watch: watchOf(this.#context, destination) },
      );
      this.#copies.set(destination.name, {
        destination: destination.name,
        ok: true,
        records: (known?.records ?? 0) + carried.records,
        bytes: (known?.bytes ?? 0) + carried.bytes,
        rpoMs: null,
        errorCode: null,
        allStored,
        segments,
        carriedMs: clock.monotonicMs(),
      });
      if (allStored !== null) this.#live.storedUntil(destination.id, allStored);
    } catch (error) {
      if (signal.aborted) return;
      this.#copies.set(destination.name, {
        destination: destination.name,
        ok: false,
        records: known?.records ?? 0,
        bytes: known?.bytes ?? 0,
        rpoMs: null,
        errorCode: toAppError(error).code,
        allStored: known?.allStored ?? null,
        segments: known?.segments ?? -1,
        carriedMs: known?.carriedMs ?? 0,
      });
      this.#live.copyFailed(destination.id, toAppError(error).code);
    }
  }

  #say(phase: 'stream' | 'stream-wait'): void {
    const { primary } = this.#places;
    this.#run.report({
      phase,
      detail: this.#to === null ? primary.name : `${this.#to.file}:${this.#to.position}`,
      doneBytes: this.#bytes,
      totalBytes: null,
      doneItems: this.#segments,
      totalItems: null,
    });
  }

  #output(): Omit<Output, 'durationMs'> {
    const since = (moment: Moment | null) => (moment === null ? null : agoMs(this.#context.clock, moment));
    const { primary } = this.#places;
    const rpoMs = since(this.#allStored);
    const first: CopyOutcome = {
      destination: primary.name,
      ok: true,
      records: this.#segments,
      bytes: this.#storedBytes,
      rpoMs,
      errorCode: null,
    };
    const others = [...this.#copies.values()].map(({ destination, ok, records, bytes, allStored, errorCode }) => ({
      destination,
      ok,
      records,
      bytes,
      rpoMs: since(allStored),
      errorCode,
    }));
    return {
      from: this.#from,
      to: this.#to,
      segments: this.#segments,
      events: this.#events,
      bytes: this.#bytes,
      storedBytes: this.#storedBytes,
      merged: this.#merged,
      gaps: [...this.#gaps],
      rpoMs,
      copies: [first, ...others],
      warnings: [...this.#warnings],
    };
  }
}

/** Null: it ended well. */
function asBug(work: Promise<void>): Promise<{ readonly error: unknown } | null> {
  return work.then(
    () => null,
    (error: unknown) => ({ error }),
  );
}

/** Named ones in that order; else all but disks that travel, nearest first. */
async function copiesFor(context: EngineContext, names: readonly string[]): Promise<SavedDestination[]> {
  if (names.length > 0) return Promise.all(names.map((name) => findDestination(context, name)));
  return followedCopies((await context.home.settings.read()).destinations);
}

/** All but disks that travel, nearest first. */
export function followedCopies(destinations: readonly SavedDestination[]): SavedDestination[] {
  return nearestFirst(destinations.filter(({ role }) => role !== 'cold' && role !== 'offsite'));
}

function newestCoordinate(context: EngineContext, source: string): BinlogPlace | null {
  try {
    const { file, position } = findSnapshot(context, 'latest', source).manifest.coordinate;
    return file === null || position === null ? null : { file, position };
  } catch (error) {
    if (isAppErrorOf(error, 'snapshot.unknown')) return null;
    throw error;
  }
}
