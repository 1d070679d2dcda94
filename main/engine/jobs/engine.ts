import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { engineVerbs, type VerbInput, type VerbName, type VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import { Catalog } from '../catalog/catalog.ts';
import { systemClock, type Clock } from '../platform/clock.ts';
import { newId } from '../platform/random.ts';
import { assertPlatformFeatures } from '../repository/index.ts';
import type { EngineContext, Run, Unlocked } from './engine-context.ts';
import { Home } from './home/home.ts';
import { ProgressMeter } from './progress-meter.ts';
import { verbs } from './verbs/index.ts';
import { productVersion } from './version.ts';

export interface EngineOptions {
  readonly homeDir: string;
  readonly language: 'zh' | 'en';
  readonly onProgress?: (progress: JobProgress) => void;
  readonly onChanged?: (what: 'jobs' | 'catalog') => void;
  readonly clock?: Clock;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly jobId?: string;
}

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
  'copy.run': (input: VerbInput<'copy.run'>) => input.to,
  'verify.run': (input: VerbInput<'verify.run'>) => input.destination,
  'restore.run': (input: VerbInput<'restore.run'>) => input.source,
  'export.run': (input: VerbInput<'export.run'>) => input.snapshot,
  'recover.run': () => '',
  'demo.open': () => 'demo',
};

/** Opens a home. Errors: `engine.missing-feature`, `home.damaged`. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  await assertPlatformFeatures();
  const clock = options.clock ?? systemClock;
  const home = await Home.open(options.homeDir, clock);
  const catalog = await Catalog.open(home.catalogPath, clock);
  catalog.settleDeadJobs();
  return new EngineImpl(options, clock, home, catalog);
}

class EngineImpl implements Engine {
  readonly #options: EngineOptions;
  readonly #context: EngineContext;
  readonly #running = new Map<string, AbortController>();
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
      return await this.#run(verb, parsed.data as VerbInput<N>, options);
    } catch (error) {
      throw toAppError(error);
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
    for (const controller of this.#running.values()) controller.abort(new AppError('cancelled'));
    await this.#context.demo?.stop();
    this.#context.demo = null;
    this.#unlocked = null;
    this.#context.catalog.close();
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
    if (!catalog.startJob({ id: jobId, verb, subject }, verb === 'backup.run'))
      throw new AppError('backup.already-running', { source: subject });
    const controller = new AbortController();
    this.#running.set(jobId, controller);
    const signal =
      options.signal === undefined ? controller.signal : AbortSignal.any([controller.signal, options.signal]);
    const meter = new ProgressMeter({ jobId, verb, subject }, clock, (progress) =>
      this.#options.onProgress?.(progress),
    );
    this.#options.onChanged?.('jobs');
    try {
      const output = await this.#perform(verb, input, { jobId, signal, report: (progress) => meter.report(progress) });
      catalog.endJob(jobId, 'done', null);
      return output;
    } catch (error) {
      // Whatever an aborted piece of work throws on its way down, the person asked for it to stop.
      const known = signal.aborted ? new AppError('cancelled', {}, { cause: error }) : toAppError(error);
      catalog.endJob(jobId, known.code === 'cancelled' ? 'cancelled' : 'failed', {
        code: known.code,
        facts: known.facts,
      });
      throw known;
    } finally {
      this.#running.delete(jobId);
      this.#options.onChanged?.('jobs');
    }
  }

  #perform<N extends VerbName>(verb: N, input: VerbInput<N>, run: Run): Promise<VerbOutput<N>> {
    // TypeScript cannot tie verbs[verb] to its input across the union; the type of `verbs` is the proof.
    const perform = verbs[verb] as (context: EngineContext, input: VerbInput<N>, run: Run) => Promise<VerbOutput<N>>;
    return perform(this.#context, input, run);
  }

  #cancel(jobId: string): boolean {
    const controller = this.#running.get(jobId);
    controller?.abort(new AppError('cancelled'));
    return controller !== undefined;
  }
}
