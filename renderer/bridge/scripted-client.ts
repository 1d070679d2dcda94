import { failure, success } from '../../shared/errors/app-error.ts';
import type { ErrorCode, ErrorFacts, Outcome } from '../../shared/errors/app-error.ts';
import type { CommandName, NoticeName } from '../../shared/ipc/channels.ts';
import { commands } from '../../shared/ipc/contract.ts';
import type { CommandInput, CommandOutput, Language, NoticePayload } from '../../shared/ipc/contract.ts';
import type { JobProgress, JobView } from '../../shared/model/job.ts';
import type { Client } from './client.ts';
import { coldCommands } from './scripted/cold-commands.ts';
import { coverageCommands } from './scripted/coverage-commands.ts';
import { createFakeJobs } from './scripted/fake-jobs.ts';
import { idOf } from './scripted/sample-shop.ts';
import { keyCommands } from './scripted/key-commands.ts';
import { setUpCommands } from './scripted/set-up-commands.ts';
import { swapCommands } from './scripted/swap-commands.ts';
import { siteCommands } from './scripted/site-commands.ts';
import { streamCommands } from './scripted/stream-commands.ts';
import { vaultCommands } from './scripted/vault-commands.ts';
import { workCommands } from './scripted/work-commands.ts';
import { createWorld } from './scripted/world.ts';
import type { Scene, World } from './scripted/world.ts';

/**
 * A fake of the whole app, in memory, for tests and for looking at the page in a browser. It holds both ends to the
 * contract: an input or an answer of the wrong shape is an error. It never reaches the product build.
 */
export interface ScriptedClient extends Client {
  readonly world: World;
  /** The next call of this name waits until it is answered by hand. */
  hold<N extends CommandName>(
    name: N,
  ): { succeed(value: CommandOutput<N>): void; fail(code: ErrorCode, facts?: ErrorFacts): void };
  /** Every later call of this name fails; `null` ends that. */
  fail(name: CommandName, code: ErrorCode | null, facts?: ErrorFacts): void;
  /** The inputs a command was called with, in order. */
  calls<N extends CommandName>(name: N): CommandInput<N>[];
  announce<N extends NoticeName>(name: N, payload: NoticePayload<N>): void;
  announceProgress(progress: Partial<JobProgress>): void;
  addJob(job: Partial<JobView>): JobView;
  /** Resolves when whatever was started has come to rest. */
  settled(): Promise<void>;
}

interface Options {
  readonly scene?: Scene;
  readonly language?: Language;
  /** How slowly calls and jobs go, in milliseconds per step. */
  readonly paceMs?: number;
}

type Handler = (input: never) => unknown;

export function createScriptedClient({ scene = 'empty', language = 'zh', paceMs = 0 }: Options = {}): ScriptedClient {
  const world = createWorld(scene, language, Date.now());
  const listeners = new Map<NoticeName, Set<(payload: never) => void>>();
  const held = new Map<CommandName, Promise<Outcome<unknown>>>();
  const failing = new Map<CommandName, Outcome<never>>();
  const made: { name: CommandName; input: unknown }[] = [];

  function announce<N extends NoticeName>(name: N, payload: NoticePayload<N>): void {
    for (const listener of listeners.get(name) ?? []) (listener as (payload: NoticePayload<N>) => void)(payload);
  }
  const changed = (): void => announce('catalog.changed', {});
  const jobs = createFakeJobs({
    world,
    paceMs: paceMs * 2,
    announce: (progress) => announce('job.progress', progress),
    jobsChanged: () => announce('jobs.changed', {}),
  });
  const handlers: Record<CommandName, Handler> = {
    'app.state': () => ({
      language: world.language,
      version: '0.1.0',
      engine: world.engine,
      home: {
        initialised: world.initialised,
        unlocked: world.unlocked,
        repositoryId: world.initialised ? idOf(2) : null,
        sources: world.sources.length,
        destinations: world.destinations.length,
        version: '0.1.0',
      },
      demoPossible: true,
    }),
    'app.setLanguage': (input: CommandInput<'app.setLanguage'>) => {
      world.language = input.language;
      return {};
    },
    'app.openKit': () => ({}),
    'app.openLink': () => ({}),
    ...setUpCommands(world, jobs, changed),
    ...keyCommands(world, jobs, changed),
    ...siteCommands(world, jobs, changed),
    ...workCommands(world, jobs, changed),
    ...coldCommands(world, jobs, changed),
    ...coverageCommands(changed),
    ...swapCommands(world, jobs),
    ...vaultCommands(world, jobs, () => announce('vault.changed', {})),
    ...streamCommands(world, (status) => announce('stream.changed', status)),
  };

  async function answer<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Outcome<unknown>> {
    made.push({ name, input });
    const waiting = held.get(name);
    if (waiting !== undefined) {
      held.delete(name);
      return waiting;
    }
    const refusal = failing.get(name);
    if (refusal !== undefined) return refusal;
    const checked = commands[name].input.safeParse(input);
    if (!checked.success)
      return { ok: false, error: { code: 'ipc.bad-input', facts: { command: name, why: checked.error.message } } };
    try {
      if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs));
      const value = await handlers[name](checked.data as never);
      return success(commands[name].output.parse(value));
    } catch (error) {
      return failure(error);
    }
  }

  return {
    world,
    announce,
    async call<N extends CommandName>(name: N, input: CommandInput<N>) {
      return (await answer(name, input)) as Outcome<CommandOutput<N>>;
    },
    listen<N extends NoticeName>(name: N, onNotice: (payload: NoticePayload<N>) => void) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(onNotice));
      return () => void set.delete(onNotice);
    },
    hold(name) {
      const { promise, resolve } = Promise.withResolvers<Outcome<unknown>>();
      held.set(name, promise);
      return {
        succeed: (value) => resolve(success(value)),
        fail: (code, facts = {}) => resolve({ ok: false, error: { code, facts } }),
      };
    },
    fail(name, code, facts = {}) {
      if (code === null) failing.delete(name);
      else failing.set(name, { ok: false, error: { code, facts } });
    },
    calls<N extends CommandName>(name: N) {
      return made.filter((call) => call.name === name).map(({ input }) => input as CommandInput<N>);
    },
    announceProgress(progress) {
      announce('job.progress', {
        jobId: idOf(0),
        verb: 'backup.run',
        subject: '',
        phase: 'rows',
        doneBytes: 0,
        totalBytes: null,
        doneItems: 0,
        totalItems: null,
        bytesPerSecond: 0,
        etaMs: null,
        detail: '',
        ...progress,
      });
    },
    addJob(changes) {
      const startedAt = new Date().toISOString();
      const job: JobView = {
        jobId: idOf(world.nextNumber++),
        verb: 'backup.run',
        subject: '',
        state: 'running',
        startedAt,
        endedAt: null,
        errorCode: null,
        errorFacts: {},
        ...changes,
      };
      jobs.record(job);
      return job;
    },
    async settled() {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}
