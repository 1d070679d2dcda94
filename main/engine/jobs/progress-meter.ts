import type { JobProgress } from '../../../shared/model/job.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunProgress } from './engine-context.ts';

const noticeIntervalMs = 250;
const rateWindowMs = 5_000;

interface Sample {
  readonly atMs: number;
  readonly doneBytes: number;
}

/**
 * Thins progress out to four notices a second and adds speed (over the last five seconds) and time left. The first notice
 * of every phase always passes, so that a page never shows the last phase's words.
 */
export class ProgressMeter {
  readonly #job: Pick<JobProgress, 'jobId' | 'verb' | 'subject'>;
  readonly #clock: Clock;
  readonly #emit: (progress: JobProgress) => void;
  #lastAtMs = -noticeIntervalMs;
  #lastPhase = '';
  #samples: Sample[] = [];

  constructor(
    job: Pick<JobProgress, 'jobId' | 'verb' | 'subject'>,
    clock: Clock,
    emit: (progress: JobProgress) => void,
  ) {
    this.#job = job;
    this.#clock = clock;
    this.#emit = emit;
  }

  report(progress: RunProgress): void {
    const atMs = this.#clock.monotonicMs();
    const isNewPhase = progress.phase !== this.#lastPhase;
    if (!isNewPhase && atMs - this.#lastAtMs < noticeIntervalMs) return;
    if (isNewPhase) this.#samples = [];
    this.#lastAtMs = atMs;
    this.#lastPhase = progress.phase;
    this.#samples = [...this.#recent(atMs), { atMs, doneBytes: progress.doneBytes }];
    const bytesPerSecond = this.#rate();
    const leftBytes = progress.totalBytes === null ? null : Math.max(0, progress.totalBytes - progress.doneBytes);
    this.#emit({
      ...this.#job,
      ...progress,
      bytesPerSecond,
      etaMs: leftBytes === null || bytesPerSecond === 0 ? null : Math.round((leftBytes / bytesPerSecond) * 1000),
    });
  }

  /** Those of the last five seconds and the one before them: bytes that came in one piece after a silence took that long. */
  #recent(atMs: number): Sample[] {
    const first = this.#samples.findIndex((sample) => atMs - sample.atMs < rateWindowMs);
    return first === -1 ? this.#samples.slice(-1) : this.#samples.slice(Math.max(0, first - 1));
  }

  #rate(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs - first.atMs < noticeIntervalMs) return 0;
    return Math.max(0, Math.round(((last.doneBytes - first.doneBytes) / (last.atMs - first.atMs)) * 1000));
  }
}
