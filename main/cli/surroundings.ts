import type { Writable } from 'node:stream';
import type { Engine, EngineOptions } from '../engine/jobs/index.ts';
import type { Language } from './language.ts';

export type { Engine, EngineOptions };

export interface DemoOptions {
  readonly dir?: string;
  readonly keep: boolean;
  readonly language: Language;
  readonly write: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Everything the command line takes from the process it runs in, so that a test can be the process. */
export interface CliSurroundings {
  openEngine(options: EngineOptions): Promise<Engine>;
  runDemo(options: DemoOptions): Promise<{ readonly ok: boolean }>;
  defaultHomeDir(): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The system's language tag, such as `zh-CN`. */
  readonly systemLocale: string;
  readonly version: string;
  /** Results go here and nothing else does. */
  writeOut(text: string): void;
  /** Words for a person: progress, warnings, questions. */
  readonly errorStream: Writable;
  readonly isErrorTty: boolean;
  /** Whether a person can be asked. */
  readonly isInputTty: boolean;
  readonly columns: number;
  /** One line from the terminal; what is typed is not shown when `hidden`. Rejects with `cancelled` on Ctrl-C. */
  ask(question: string, options: { readonly hidden: boolean }): Promise<string>;
  /** Calls `listener` for every Ctrl-C or request to end, until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  /** Calls `listener` when something failed that nobody waited for. */
  onCrash(listener: (error: unknown) => void): () => void;
  /** Ends the process at once. */
  exitNow(code: number): void;
}
