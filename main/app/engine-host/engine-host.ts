import { z } from 'zod';
import { AppError, type ErrorCode, errorCodes, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { EngineState } from '../../../shared/ipc/contract.ts';
import {
  closeRequest,
  engineMessageSchema,
  type EngineChange,
  type EngineMessage,
} from '../../../shared/ipc/engine-messages.ts';
import type { VerbInput, VerbName, VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { DiskNotice } from '../../../shared/model/cold-disk.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { StreamStatus } from '../../../shared/model/stream.ts';
import { openingOf, type Opening } from './opening.ts';

/** What we need of the engine's process, whichever way it was started, so that tests can hand in a fake. */
export interface EngineProcess {
  postMessage(message: unknown): void;
  onMessage(listener: (raw: unknown) => void): void;
  /** Also called when the process could not be started. */
  onExit(listener: (exitCode: number) => void): void;
  kill(): void;
}

export interface EngineHostOptions {
  readonly fork: () => EngineProcess;
  /** Runs something later; the returned function takes it back. */
  readonly after: (delayMs: number, run: () => void) => () => void;
  readonly now: () => number;
  readonly onState: (state: EngineState) => void;
  readonly onProgress: (progress: JobProgress) => void;
  readonly onChanged: (what: EngineChange) => void;
  readonly onDisk: (disk: DiskNotice) => void;
  readonly onStream: (stream: StreamStatus) => void;
  readonly report: (what: string, error: unknown) => void;
}

interface Call {
  readonly isJob: boolean;
  resolve(value: unknown): void;
  reject(error: AppError): void;
}

const outcomeSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      code: z.string(),
      facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  }),
]);

const restartDelaysMs = [0, 1_000, 5_000, 30_000] as const;
const healthyAfterMs = 60_000;
const killGraceMs = 2_000;

/**
 * Keeps one engine process alive and turns messages into promises.
 *
 * When the engine dies, every call in flight rejects with `engine.stopped` at once: a backup that was running is reported
 * as cut off, never left "in progress". The engine restarts after a growing delay, and the delay resets only after it has
 * stayed up for a minute, so a crash loop cannot spin the processor.
 *
 * The keys were in the memory of the process that died. What a person opened the home with is kept in the memory of this
 * process, never on a disk and never given to the page, so that the next engine opens it again by itself: calls wait for
 * that, and the page hears that the engine runs when it can be worked with.
 */
export class EngineHost {
  readonly #options: EngineHostOptions;
  readonly #calls = new Map<number, Call>();
  #state: EngineState = { state: 'starting', interruptedJobs: 0 };
  #engine: EngineProcess | undefined;
  #cancelRestart: (() => void) | undefined;
  #stopping: { readonly done: Promise<void>; readonly markDone: () => void } | undefined;
  #nextId = 0;
  #crashes = 0;
  #startedAtMs = 0;
  #opening: Opening | null = null;
  #reopening: Promise<void> | undefined;

  constructor(options: EngineHostOptions) {
    this.#options = options;
  }

  get state(): EngineState {
    return this.#state;
  }

  get runningJobs(): number {
    return [...this.#calls.values()].filter(({ isJob }) => isJob).length;
  }

  start(): void {
    this.#startedAtMs = this.#options.now();
    let engine: EngineProcess;
    try {
      engine = this.#options.fork();
    } catch (error) {
      this.#options.report('starting the engine', error);
      this.#onExit(-1);
      return;
    }
    this.#engine = engine;
    engine.onMessage((raw) => {
      if (engine === this.#engine) this.#receive(raw);
    });
    engine.onExit((exitCode) => {
      if (engine === this.#engine) this.#onExit(exitCode);
    });
    if (this.#opening !== null) this.#reopen(this.#opening);
  }

  /** Rejects with `AppError` only. A call made while the engine is starting, or opening the home again, waits for it. */
  async call<N extends VerbName>(verb: N, input: VerbInput<N>, jobId: string | null = null): Promise<VerbOutput<N>> {
    if (this.#reopening !== undefined) await this.#reopening;
    const value = await this.#send(verb, input, jobId);
    this.#opening = openingOf(verb, input) ?? this.#opening;
    return value;
  }

  #send<N extends VerbName>(verb: N, input: VerbInput<N>, jobId: string | null): Promise<VerbOutput<N>> {
    const engine = this.#engine;
    if (engine === undefined || this.#stopping !== undefined) {
      return Promise.reject(new AppError('engine.stopped', { call: verb }));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { isJob: jobId !== null, resolve, reject });
      engine.postMessage({ id, verb, input, jobId });
    });
  }

  /** Asks the engine to cancel, put everything away and end; kills it when it has not done so after `graceMs`. */
  stop(graceMs: number): Promise<void> {
    if (this.#stopping !== undefined) return this.#stopping.done;
    let markDone = (): void => undefined;
    const done = new Promise<void>((resolve) => (markDone = resolve));
    this.#stopping = { done, markDone };
    this.#cancelRestart?.();
    const engine = this.#engine;
    if (engine === undefined) {
      this.#onExit(0);
      return done;
    }
    engine.postMessage({ id: this.#nextId++, verb: closeRequest, input: {}, jobId: null });
    const cancelKill = this.#options.after(graceMs, () => engine.kill());
    const cancelGivingUp = this.#options.after(graceMs + killGraceMs, () => this.#onExit(-1));
    return done.finally(() => {
      cancelKill();
      cancelGivingUp();
    });
  }

  /** A home that cannot be opened this way any more (its passphrase was changed elsewhere) stays locked: the page then asks. */
  #reopen(opening: Opening): void {
    const reopening = this.#send('home.unlock', opening, null)
      .catch((error: unknown) => {
        this.#options.report('opening the home again', error);
        if (!isAppErrorOf(error, 'engine.stopped')) this.#opening = null;
      })
      .then(() => {
        if (this.#reopening === reopening) this.#reopening = undefined;
      });
    this.#reopening = reopening;
  }

  async #onReady(): Promise<void> {
    const engine = this.#engine;
    if (this.#reopening !== undefined) await this.#reopening;
    if (engine !== this.#engine || this.#stopping !== undefined) return;
    this.#setState('running');
    // Whatever the engine before this one was doing has ended without a word.
    this.#options.onChanged('jobs');
  }

  #receive(raw: unknown): void {
    const message = engineMessageSchema.safeParse(raw);
    if (message.success) this.#handle(message.data);
    else this.#options.report('message of the engine', message.error);
  }

  #handle(message: EngineMessage): void {
    switch (message.type) {
      case 'ready':
        void this.#onReady();
        break;
      case 'reply':
        this.#settle(message.id, message.outcome);
        break;
      case 'progress':
        this.#options.onProgress(message.progress);
        break;
      case 'disk':
        this.#options.onDisk(message.disk);
        break;
      case 'stream':
        this.#options.onStream(message.stream);
        break;
      case 'changed':
        this.#options.onChanged(message.what);
        break;
    }
  }

  #settle(id: number, raw: unknown): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    const outcome = outcomeSchema.safeParse(raw);
    if (!outcome.success) call?.reject(new AppError('unexpected', {}, { cause: outcome.error }));
    else if (outcome.data.ok) call?.resolve(outcome.data.value);
    else call?.reject(new AppError(knownCode(outcome.data.error.code), outcome.data.error.facts));
  }

  #onExit(exitCode: number): void {
    this.#engine = undefined;
    const cutOff = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of cutOff) call.reject(new AppError('engine.stopped', { exitCode }));
    if (this.#stopping !== undefined) {
      this.#setState('stopped');
      this.#stopping.markDone();
      return;
    }
    this.#options.report('engine', new Error(`The engine ended unexpectedly (exit code ${exitCode}).`));
    const wasHealthy = this.#options.now() - this.#startedAtMs >= healthyAfterMs;
    this.#crashes = wasHealthy ? 0 : this.#crashes + 1;
    this.#setState('restarting', cutOff.filter(({ isJob }) => isJob).length);
    const delayMs = restartDelaysMs[Math.min(this.#crashes, restartDelaysMs.length - 1)] ?? 0;
    this.#cancelRestart = this.#options.after(delayMs, () => this.start());
  }

  #setState(state: EngineState['state'], interruptedJobs = this.#state.interruptedJobs): void {
    this.#state = { state, interruptedJobs };
    this.#options.onState(this.#state);
  }
}

function knownCode(code: string): ErrorCode {
  return errorCodes.find((known) => known === code) ?? 'unexpected';
}
