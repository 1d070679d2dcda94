import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppErrorOf, toAppError, type ErrorCode } from '../../../shared/errors/app-error.ts';
import { engineVerbs, type VerbInput, type VerbName, type VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { EngineChange } from '../../../shared/ipc/engine-messages.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { StreamStatus } from '../../../shared/model/stream.ts';
import { Catalog } from '../catalog/catalog.ts';
import { jobBeatMs } from '../catalog/job-book.ts';
import type { DiskNotice } from '../../../shared/model/cold-disk.ts';
import { systemClock, type Clock } from '../platform/clock.ts';
import { newId } from '../platform/random.ts';
import { keepNurserySmall } from '../platform/small-nursery.ts';
import { systemVolumes, type VolumeSource } from '../platform/volumes/index.ts';
import { assertPlatformFeatures } from '../repository/index.ts';
import type { EngineContext, Run, Unlocked } from './engine-context.ts';
import { dailyShareRound } from './daily-share.ts';
import { damageSeenBy } from './damage-seen.ts';
import type { DailyRound } from '../schedule/daily-round.ts';
import { homeError } from './home/home-errors.ts';
import { Home } from './home/home.ts';
import { DiskWatch } from './cold/disk-watch.ts';
import { ProgressMeter } from './progress-meter.ts';
import { streamKeeper } from './stream/kept-shops.ts';
import { ownHeader } from './keys/own-header.ts';
import { StreamBoard } from './stream/stream-board.ts';
import type { StreamKeeper } from './stream/stream-keeper.ts';
import { VaultBoard } from './vault-board.ts';
import { verbs } from './verbs/index.ts';
import { clearAfterKilled } from './restore/unfinished-files.ts';
import { productVersion } from './version.ts';

export interface EngineOptions {
  readonly homeDir: string;
  readonly language: 'zh' | 'en';
  readonly onProgress?: (progress: JobProgress) => void;
  readonly onChanged?: (what: EngineChange) => void;
  /** A disk that travels came or went: seen by a verb that looked, or by the watch. */
  readonly onDisk?: (notice: DiskNotice) => void;
  /** A shop's log, as it is being followed. */
  readonly onStream?: (stream: StreamStatus) => void;
  /** Look for disks that come and go, all the time: for a process that stays. */
  readonly watchDisks?: boolean;
  readonly clock?: Clock;
  /** The volumes of this computer; tests hand in their own. */
  readonly volumes?: VolumeSource;
  /** True in the app: work that is due comes by itself while the engine is open (following the logs, the daily share of reading back). */
  readonly worksByItself?: boolean;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly jobId?: string;
}

/** After these there may be another log to follow, or one no more. */
const streamMatters: ReadonlySet<VerbName> = new Set<VerbName>([
  'home.unlock',
  'home.init',
  'recover.run',
  // What followed with the former keys has ended.
  'key.rotateVault',
  // It may have found columns to seal.
  'backup.run',
  'source.add',
  'source.set',
  'source.remove',
  'destination.add',
  'destination.set',
  'destination.remove',
  'backup.run',
  'demo.open',
  'demo.close',
]);

/** The engine as its two faces see it: the command line in-process, the app by message. Rejects with `AppError` only. */
export interface Engine {
  call<N extends VerbName>(verb: N, input: VerbInput<N>, options?: CallOptions): Promise<VerbOutput<N>>;
  /** Names (never values) of the environment variables that hold the passphrases, as given at `init`. */
  rememberedEnvNames(): Promise<{ passphrase: string | null; vault: string | null }>;
  rememberEnvNames(names: { passphrase?: string; vault?: string }): Promise<void>;
  close(): Promise<void>;
}

/** Verbs that take long: they are written down as jobs, report progress and can be cancelled. The value names their subject. */
const longVerbs: Partial<Record<VerbName, (input: never) => string>> = {
  'backup.run': (input: VerbInput<'backup.run'>) => input.source,
  'copy.run': ({ to }: VerbInput<'copy.run'>) => (typeof to === 'string' ? to : to.join(', ')),
  'verify.run': (input: VerbInput<'verify.run'>) => input.destination,
  'prune.run': (input: VerbInput<'prune.run'>) => input.destination,
  'cold.run': (input: VerbInput<'cold.run'>) => input.name,
  'verify.due': (input: VerbInput<'verify.due'>) => input.destinations.join(', '),
  'restore.check': (input: VerbInput<'restore.check'>) => input.source,
  'restore.run': (input: VerbInput<'restore.run'>) => input.source,
  'restore.addCards': (input: VerbInput<'restore.addCards'>) => input.restore,
  'swap.compare': (input: VerbInput<'swap.compare'>) => input.restore,
  'swap.run': (input: VerbInput<'swap.run'>) => input.restore,
  'undo.run': (input: VerbInput<'undo.run'>) => input.restore,
  'export.run': (input: VerbInput<'export.run'>) => input.snapshot,
  'files.restore': (input: VerbInput<'files.restore'>) => input.source,
  'events.export': (input: VerbInput<'events.export'>) => input.source,
  'recover.run': () => '',
  'key.addSheet': (input: VerbInput<'key.addSheet'>) => input.key,
  'key.revoke': (input: VerbInput<'key.revoke'>) => input.slot,
  'key.changePassphrase': (input: VerbInput<'key.changePassphrase'>) => input.key,
  'key.rotateVault': () => 'vault',
  'key.rotateVaultCheck': () => 'vault',
  'kit.rehearse': (input: VerbInput<'kit.rehearse'>) => input.key,
  'stream.run': (input: VerbInput<'stream.run'>) => input.source,
  'demo.open': () => 'demo',
};

/** Verbs that run once at a time for one subject, and what a second one is told. */
const aloneVerbs: Partial<Record<VerbName, ErrorCode>> = {
  'backup.run': 'backup.already-running',
  'cold.run': 'disk.already-running',
  'verify.due': 'verify.already-running',
  'stream.run': 'stream.already-running',
};

/**
 * Opens a home. Errors: `engine.missing-feature`, `home.damaged`, `usage.bad-argument` {argument} when a file is where a folder should be,
 * `backend.disk-full`, `backend.read-only`, `backend.permission`, `backend.absent`.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  await assertPlatformFeatures();
  keepNurserySmall();
  const clock = options.clock ?? systemClock;
  try {
    const home = await Home.open(options.homeDir, clock);
    const catalog = await Catalog.open(home.catalogPath, clock);
    catalog.settleDeadJobs();
    await clearAfterKilled({ home });
    return new EngineImpl(options, clock, home, catalog);
  } catch (error) {
    throw homeError(error, options.homeDir);
  }
}

interface RunningJob {
  readonly controller: AbortController;
  /** Resolves when the job has ended, however. */
  readonly ended: Promise<void>;
}

/** A job that does not listen to its cancel must not keep the program from ending. */
const closeGraceMs = 5_000;

class EngineImpl implements Engine {
  readonly #options: EngineOptions;
  readonly #context: EngineContext;
  readonly #running = new Map<string, RunningJob>();
  readonly #disks: DiskWatch;
  readonly #round: DailyRound | null;
  readonly #keeper: StreamKeeper | null;
  #unlocked: Unlocked | null = null;

  constructor(options: EngineOptions, clock: Clock, home: Home, catalog: Catalog) {
    this.#options = options;
    this.#context = {
      home,
      catalog,
      clock,
      language: options.language,
      version: productVersion,
      onCatalogChanged: () => options.onChanged?.('catalog'),
      onDisk: (notice) => options.onDisk?.(notice),
      streams: new StreamBoard({
        clock,
        book: catalog.streams,
        onChanged: (status) => options.onStream?.(status),
      }),
      vaults: new VaultBoard(() => options.onChanged?.('vault')),
      volumes: options.volumes ?? systemVolumes(),
      unlocked: () => {
        if (this.#unlocked === null) throw new AppError('usage.secret-missing', { what: 'passphrase' });
        return this.#unlocked;
      },
      setUnlocked: (unlocked) => {
        this.#unlocked = unlocked;
      },
      isUnlocked: () => this.#unlocked !== null,
      cancelJob: (jobId) => this.#cancel(jobId),
      demo: null,
    };
    this.#disks = new DiskWatch(this.#context, (name) => this.call('cold.run', { name, eject: true, wait: false }));
    if (options.watchDisks === true) this.#disks.start();
    this.#round =
      options.worksByItself === true
        ? dailyShareRound(this.#context, (names, only) =>
            this.call('verify.due', { destinations: [...names], ...(only === undefined ? {} : { only }) }),
          )
        : null;
    this.#round?.start();
    this.#keeper =
      options.worksByItself === true
        ? streamKeeper(this.#context, (source, signal) => this.#followByItself(source, signal))
        : null;
    this.#keeper?.start();
  }

  async call<N extends VerbName>(verb: N, input: VerbInput<N>, options: CallOptions = {}): Promise<VerbOutput<N>> {
    try {
      const parsed = engineVerbs[verb].input.safeParse(input);
      if (!parsed.success)
        throw new AppError(
          'usage.bad-argument',
          { argument: parsed.error.issues[0]?.path.join('.') ?? verb },
          { cause: parsed.error },
        );
      const output = await this.#run(verb, parsed.data as VerbInput<N>, options);
      this.#tellKeeper(verb, parsed.data);
      return output;
    } catch (error) {
      throw toAppError(homeError(error, this.#options.homeDir));
    }
  }

  async rememberedEnvNames(): Promise<{ passphrase: string | null; vault: string | null }> {
    return (await this.#context.home.settings.read()).envNames;
  }

  async rememberEnvNames(names: { passphrase?: string; vault?: string }): Promise<void> {
    await this.#context.home.settings.update((settings) => ({
      ...settings,
      envNames: { ...settings.envNames, ...names },
    }));
  }

  async close(): Promise<void> {
    this.#disks.stop();
    const kept = this.#keeper?.stop();
    const running = [...this.#running.values()];
    for (const { controller } of running) controller.abort(new AppError('cancelled'));
    // Jobs write down how they ended, in the catalog that is closed below.
    const patience = new AbortController();
    await Promise.race([
      Promise.all(running.map(({ ended }) => ended)),
      sleep(closeGraceMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
    await this.#round?.stop();
    await kept;
    this.#context.streams.close();
    await this.#context.demo?.stop();
    this.#context.demo = null;
    this.#unlocked = null;
    this.#context.catalog.close();
  }

  #tellKeeper(verb: VerbName, input: unknown): void {
    if (verb === 'stream.set') void this.#keeper?.look((input as VerbInput<'stream.set'>).source);
    else if (streamMatters.has(verb)) void this.#keeper?.look();
  }

  /** A job like any other while it runs; how it ended is in the stream's own status, and would fill the list. */
  async #followByItself(source: string, signal: AbortSignal): Promise<void> {
    const jobId = newId();
    try {
      await this.call('stream.run', { source, forMs: null, untilCaughtUp: false, to: [] }, { signal, jobId });
    } finally {
      this.#tell(() => this.#context.catalog.forgetJob(jobId));
    }
  }

  async #run<N extends VerbName>(verb: N, input: VerbInput<N>, options: CallOptions): Promise<VerbOutput<N>> {
    const subjectOf = longVerbs[verb] as ((input: VerbInput<N>) => string) | undefined;
    if (subjectOf === undefined) {
      const signal = options.signal ?? new AbortController().signal;
      return this.#perform(verb, input, { jobId: null, signal, report: () => undefined });
    }
    return this.#runJob(verb, input, subjectOf(input), options);
  }

  async #runJob<N extends VerbName>(
    verb: N,
    input: VerbInput<N>,
    subject: string,
    options: CallOptions,
  ): Promise<VerbOutput<N>> {
    const { catalog, clock } = this.#context;
    const jobId = options.jobId ?? newId();
    const refusal = aloneVerbs[verb];
    if (!catalog.startJob({ id: jobId, verb, subject }, refusal !== undefined))
      throw new AppError(refusal ?? 'unexpected', verb === 'cold.run' ? { name: subject } : { source: subject });
    const controller = new AbortController();
    let markEnded = (): void => undefined;
    this.#running.set(jobId, { controller, ended: new Promise((resolve) => (markEnded = resolve)) });
    const beating = setInterval(() => this.#tell(() => catalog.beatJob(jobId)), jobBeatMs);
    beating.unref();
    const signal =
      options.signal === undefined ? controller.signal : AbortSignal.any([controller.signal, options.signal]);
    const meter = new ProgressMeter({ jobId, verb, subject }, clock, (progress) =>
      this.#options.onProgress?.(progress),
    );
    this.#options.onChanged?.('jobs');
    try {
      // Another program on this home may have given the vault new keys since this one was unlocked.
      if (this.#unlocked !== null) await ownHeader(this.#context).catch(exceptDamagedHome);
      const output = await this.#perform(verb, input, { jobId, signal, report: (progress) => meter.report(progress) });
      this.#tell(() => catalog.endJob(jobId, 'done', null));
      return output;
    } catch (error) {
      // Whatever an aborted piece of work throws on its way down, the person asked for it to stop.
      const thrown = toAppError(homeError(error, this.#options.homeDir));
      const known = signal.aborted ? new AppError('cancelled', keptOf(thrown), { cause: error }) : thrown;
      const { code, facts } = known;
      this.#tell(() => catalog.endJob(jobId, code === 'cancelled' ? 'cancelled' : 'failed', { code, facts }));
      throw known;
    } finally {
      clearInterval(beating);
      this.#running.delete(jobId);
      markEnded();
      this.#options.onChanged?.('jobs');
    }
  }

  /** The list of jobs is a convenience: a full disk or a closed catalog must not turn a good backup into a failed one. */
  #tell(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }

  #perform<N extends VerbName>(verb: N, input: VerbInput<N>, run: Run): Promise<VerbOutput<N>> {
    // TypeScript cannot tie verbs[verb] to its input across the union; the type of `verbs` is the proof.
    const perform = verbs[verb] as (context: EngineContext, input: VerbInput<N>, run: Run) => Promise<VerbOutput<N>>;
    return perform(this.#context, input, run);
  }

  #cancel(jobId: string): boolean {
    const job = this.#running.get(jobId);
    job?.controller.abort(new AppError('cancelled'));
    return job !== undefined;
  }
}

/** The keys in memory are as good as before; whoever needs the keyring itself meets its damage again, and says so. */
function exceptDamagedHome(error: unknown): void {
  if (!isAppErrorOf(error, 'home.damaged', 'home.not-initialised')) throw error;
}

/** What a stopped piece of work could not clear away again, and what it had found damaged, is still said. */
function keptOf(error: AppError): AppError['facts'] {
  const { leftBehind } = error.facts;
  return { ...(leftBehind === undefined ? {} : { leftBehind }), ...damageSeenBy(error) };
}
