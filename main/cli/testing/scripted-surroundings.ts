import { Writable } from 'node:stream';
import type { VerbInput, VerbName, VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { CliSurroundings, Engine, EngineOptions } from '../surroundings.ts';
import { runCli } from '../run-cli.ts';

/** What the scripted engine answers, verb by verb; a verb without an answer fails the test. */
export type Script = {
  readonly [N in VerbName]?: (
    input: VerbInput<N>,
    signal: AbortSignal | undefined,
  ) => VerbOutput<N> | Promise<VerbOutput<N>>;
};

export interface Scene {
  readonly script?: Script;
  readonly env?: Record<string, string>;
  /** What a person types, answer by answer; without it nobody is at the terminal. */
  readonly typed?: readonly string[];
  readonly remembered?: { passphrase: string | null; vault: string | null };
  readonly progress?: readonly JobProgress[];
  readonly demo?: CliSurroundings['runDemo'];
  readonly cwd?: string;
  /** Called once with the means to interrupt and to crash. */
  readonly onReady?: (world: { interrupt: () => void; crash: (error: unknown) => void }) => void;
}

export interface Seen {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
  readonly calls: readonly { verb: VerbName; input: unknown }[];
  readonly questions: readonly string[];
  readonly rememberedNow: Record<string, string>;
  readonly homeDir: string | undefined;
  readonly exitedWith: number | undefined;
  readonly closed: boolean;
  /** The one JSON document on stdout; throws when there is none or more than one. */
  json(): Record<string, unknown>;
}

const unlockedHome: Script = {
  'home.status': () => ({
    initialised: true,
    unlocked: false,
    repositoryId: 'r',
    sources: 1,
    destinations: 1,
    version: '0',
  }),
  'home.unlock': () => ({}),
};

/** Runs the command line in this process, against a script instead of an engine. */
export async function act(argv: readonly string[], scene: Scene = {}): Promise<Seen> {
  const script: Script = { ...unlockedHome, ...scene.script };
  const calls: { verb: VerbName; input: unknown }[] = [];
  const questions: string[] = [];
  const rememberedNow: Record<string, string> = {};
  const answers = [...(scene.typed ?? [])];
  const interrupts = new Set<() => void>();
  const crashes = new Set<(error: unknown) => void>();
  const seen = {
    out: '',
    err: '',
    homeDir: undefined as string | undefined,
    exitedWith: undefined as number | undefined,
    closed: false,
  };

  function openEngine(options: EngineOptions): Promise<Engine> {
    seen.homeDir = options.homeDir;
    const engine: Engine = {
      async call<N extends VerbName>(
        verb: N,
        input: VerbInput<N>,
        callOptions: { signal?: AbortSignal } = {},
      ): Promise<VerbOutput<N>> {
        calls.push({ verb, input });
        const answer = script[verb] as
          ((input: VerbInput<N>, signal: AbortSignal | undefined) => Promise<VerbOutput<N>>) | undefined;
        if (answer === undefined) throw new Error(`no script for ${verb}`);
        if (!verb.startsWith('home.')) for (const progress of scene.progress ?? []) options.onProgress?.(progress);
        return await answer(input, callOptions.signal);
      },
      rememberedEnvNames: () => Promise.resolve(scene.remembered ?? { passphrase: null, vault: null }),
      rememberEnvNames: (names) => {
        Object.assign(rememberedNow, names);
        return Promise.resolve();
      },
      close: () => {
        seen.closed = true;
        return Promise.resolve();
      },
    };
    return Promise.resolve(engine);
  }

  const surroundings: CliSurroundings = {
    openEngine,
    runDemo: scene.demo ?? (() => Promise.reject(new Error('no demo in this scene'))),
    defaultHomeDir: () => Promise.resolve('/default/home'),
    env: { LANG: 'en_US.UTF-8', ...scene.env },
    cwd: scene.cwd ?? '/srv/here',
    systemLocale: 'en-US',
    version: '1.2.3',
    writeOut: (text) => {
      seen.out += text;
    },
    errorStream: new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        seen.err += text;
        done();
      },
    }),
    isErrorTty: false,
    isInputTty: scene.typed !== undefined,
    columns: 100,
    ask: (question) => {
      questions.push(question);
      return Promise.resolve(answers.shift() ?? '');
    },
    onInterrupt: (listener) => {
      interrupts.add(listener);
      return () => interrupts.delete(listener);
    },
    onCrash: (listener) => {
      crashes.add(listener);
      return () => crashes.delete(listener);
    },
    exitNow: (code) => {
      seen.exitedWith = code;
    },
  };
  scene.onReady?.({
    interrupt: () => interrupts.forEach((listener) => listener()),
    crash: (error) => crashes.forEach((listener) => listener(error)),
  });
  const exitCode = await runCli(argv, surroundings);
  return {
    ...seen,
    exitCode,
    calls,
    questions,
    rememberedNow,
    json: () => {
      if (!/^[^\n]+\n$/.test(seen.out)) throw new Error(`not one JSON document: ${seen.out}`);
      return JSON.parse(seen.out) as Record<string, unknown>;
    },
  };
}
