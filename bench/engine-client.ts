import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { VerbInput, VerbName, VerbOutput } from '../shared/ipc/engine-verbs.ts';

/** One question at a time. */
export interface EngineQuestion {
  readonly homeDir: string;
  readonly verb: VerbName | 'close';
  readonly input: unknown;
}
export type EngineAnswer =
  | {
      readonly ok: true;
      readonly output: unknown;
      readonly wallMs: number;
      readonly cpuMs: number;
      readonly peakBytes: number;
    }
  | { readonly ok: false; readonly message: string };

/** What one verb gave and took. CPU is that of the whole engine process, worker threads included. */
export interface Measured<N extends VerbName> {
  readonly output: VerbOutput<N>;
  readonly wallMs: number;
  readonly cpuMs: number;
  /** The most memory the process has held since its start. */
  readonly peakBytes: number;
}

/** An engine in a Node process of its own, so that its memory and CPU time are nobody else's. */
export class EngineClient {
  readonly #homeDir: string;
  readonly #child: ChildProcess;

  /**
   * @param program of `bundleEngine`
   * @param profileDir writes a CPU profile per thread there
   */
  constructor(program: string, homeDir: string, profileDir: string | null = null) {
    this.#homeDir = homeDir;
    const profiling = profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
    this.#child = fork(program, [], { execArgv: profiling });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The engine did not start');
    return this.#child.pid;
  }

  async call<N extends VerbName>(verb: N, input: VerbInput<N>): Promise<Measured<N>> {
    const answer = await this.#ask({ homeDir: this.#homeDir, verb, input });
    return { ...answer, output: answer.output as VerbOutput<N> };
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || !this.#child.connected) return;
    await this.#ask({ homeDir: this.#homeDir, verb: 'close', input: {} });
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  /** For the way out after a failure. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #ask(question: EngineQuestion): Promise<Extract<EngineAnswer, { ok: true }>> {
    return new Promise((resolve, reject) => {
      const settle = (settleNow: () => void) => {
        this.#child.off('message', onMessage);
        this.#child.off('exit', onExit);
        settleNow();
      };
      const onMessage = (message: unknown) => {
        const answer = message as EngineAnswer;
        settle(() =>
          answer.ok ? resolve(answer) : reject(new Error(`The engine failed at ${question.verb}: ${answer.message}`)),
        );
      };
      const onExit = () => settle(() => reject(new Error(`The engine ended during ${question.verb}`)));
      this.#child.on('message', onMessage);
      this.#child.on('exit', onExit);
      this.#child.send(question);
    });
  }
}
