import pRetry from 'p-retry';
import { AppError, isAppErrorOf, toAppError, type ErrorCode } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { BinlogPlace, StreamGap, StreamWarning } from '../../../../shared/model/stream.ts';
import { rest } from '../../platform/rest.ts';
import type { Repository } from '../../repository/index.ts';
import { connectMysql, type MysqlTarget } from '../../source/mysql/index.ts';
import { carryStream, followLog, type FollowReport, type HasSecrets } from '../../stream/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedDestination, SavedSource } from '../home/settings-file.ts';
import { nearness } from '../nearness.ts';
import { withWriterLease } from '../repository-lease.ts';
import { accessOfSaved, withServerSession } from '../source-session.ts';
import { withRepository } from '../stores.ts';
import { backupRun } from '../verbs/backup-verb.ts';
import { findDestination, findSnapshot, findSource } from '../verbs/lookup.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';
import { watchOf } from '../watch-copy.ts';
import { readLogFacts, replicaIdentity, type LogFacts } from './log-facts.ts';

type Output = VerbOutput<'stream.run'>;
type CopyOutcome = Output['copies'][number];

/** On the first copy; the others are fed from it. */
const closeAfterMs = 5_000;
const heartbeatMs = 5_000;
const carryEveryMs = 60_000;
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
  const [primary, ...others] = await copiesFor(context, input.to);
  if (primary === undefined) throw new AppError('destination.none', {});
  const output = await withRepository(
    context.unlocked().keys,
    primary,
    run.signal,
    (repository) => new LogSession(context, input, run, { source, primary, others, repository }).run(),
    { watch: watchOf(context, primary) },
  );
  const { gaps, segments, events } = output;
  if (segments > 0)
    await context.home.audit.append('stream', { source: source.name, segments, events, gaps: gaps.length });
  return { ...output, durationMs: Math.round(context.clock.monotonicMs() - startedMs) };
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
  readonly #copies = new Map<string, CopyOutcome & { allStoredMs: number | null }>();
  #from: BinlogPlace | null = null;
  #to: BinlogPlace | null = null;
  #segments = 0;
  #events = 0;
  #bytes = 0;
  #storedBytes = 0;
  #warnings: readonly StreamWarning[] = [];
  /** When all that the server had said was last stored on the first copy. */
  #allStoredMs: number | null = null;

  constructor(context: EngineContext, input: VerbInput<'stream.run'>, run: Run, places: Places) {
    this.#context = context;
    this.#input = input;
    this.#run = run;
    this.#places = places;
    this.#until = input.forMs === null ? run.signal : AbortSignal.any([run.signal, AbortSignal.timeout(input.forMs)]);
  }

  async run(): Promise<Output> {
    const ended = new AbortController();
    const carrying = this.#carryNowAndThen(ended.signal);
    try {
      await this.#followThroughBreaks();
    } finally {
      ended.abort();
      await carrying;
    }
    if (!this.#run.signal.aborted) await this.#carry();
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
      this.#warnings = facts.warnings;
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
      freshStart: (gap) => this.#freshStart(gap === 'start' ? facts.files : []),
      hasSecrets: secretTables(source),
      replicaId: id,
      replicaUuid: uuid,
      untilCaughtUp: this.#input.untilCaughtUp,
      guard: (write) => this.#guarded(write),
      heartbeatMs,
      closeAfterMs,
      clock,
      onStored: ({ record }) => {
        this.#to = { file: record.file, position: record.to };
        this.#say('stream');
      },
      onHeard: ({ isAllStored }) => {
        if (isAllStored) this.#allStoredMs = clock.monotonicMs();
      },
      signal: this.#until,
    });
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
      () => withWriterLease(repository, `stream of ${source.name}`, this.#context, this.#run.signal, () => write()),
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
    this.#allStoredMs = this.#context.clock.monotonicMs();
  }

  async #carryNowAndThen(ended: AbortSignal): Promise<void> {
    if (this.#places.others.length === 0) return;
    const over = AbortSignal.any([ended, this.#until]);
    for (;;) {
      await rest(carryEveryMs, over).catch(() => undefined);
      if (over.aborted) return;
      await this.#carry();
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
    const allStoredMs = this.#allStoredMs;
    try {
      const carried = await withRepository(
        this.#context.unlocked().keys,
        destination,
        signal,
        (to) =>
          withWriterLease(to, `stream of ${source.name}`, this.#context, signal, (leased) =>
            carryStream(repository, to, source.id, leased),
          ),
        { watch: watchOf(this.#context, destination) },
      );
      this.#copies.set(destination.name, {
        destination: destination.name,
        ok: true,
        records: (known?.records ?? 0) + carried.records,
        bytes: (known?.bytes ?? 0) + carried.bytes,
        rpoMs: null,
        errorCode: null,
        allStoredMs,
      });
    } catch (error) {
      if (signal.aborted) return;
      this.#copies.set(destination.name, {
        destination: destination.name,
        ok: false,
        records: known?.records ?? 0,
        bytes: known?.bytes ?? 0,
        rpoMs: null,
        errorCode: toAppError(error).code,
        allStoredMs: known?.allStoredMs ?? null,
      });
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

  #output(): Omit<Output, 'durationMs'> & { durationMs: number } {
    const nowMs = this.#context.clock.monotonicMs();
    const since = (ms: number | null) => (ms === null ? null : Math.max(0, Math.round(nowMs - ms)));
    const { primary } = this.#places;
    const rpoMs = since(this.#allStoredMs);
    const first: CopyOutcome = {
      destination: primary.name,
      ok: true,
      records: this.#segments,
      bytes: this.#storedBytes,
      rpoMs,
      errorCode: null,
    };
    const others = [...this.#copies.values()].map(({ allStoredMs, ...copy }) => ({
      ...copy,
      rpoMs: since(allStoredMs),
    }));
    return {
      from: this.#from,
      to: this.#to,
      segments: this.#segments,
      events: this.#events,
      bytes: this.#bytes,
      storedBytes: this.#storedBytes,
      gaps: [...this.#gaps],
      rpoMs,
      copies: [first, ...others],
      warnings: [...this.#warnings],
      durationMs: 0,
    };
  }
}

/** Named ones in that order; else all but disks that travel, nearest first. */
async function copiesFor(context: EngineContext, names: readonly string[]): Promise<SavedDestination[]> {
  if (names.length > 0) return Promise.all(names.map((name) => findDestination(context, name)));
  const { destinations } = await context.home.settings.read();
  return destinations
    .filter(({ role }) => role !== 'cold' && role !== 'offsite')
    .sort((a, b) => nearness[a.role] - nearness[b.role]);
}

/** Null: the shop has no secret column. */
function secretTables({ secretColumns }: SavedSource): HasSecrets | null {
  if (secretColumns.length === 0) return null;
  const tables = new Set(secretColumns.map((column) => column.toLowerCase().split('.').slice(0, -1).join('.')));
  return (database, table) => {
    const name = table.toLowerCase();
    return tables.has(name) || tables.has(`${database.toLowerCase()}.${name}`);
  };
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
