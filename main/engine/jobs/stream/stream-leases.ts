import pRetry from 'p-retry';
import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';

const beginning = 'stream of ';

/** Who holds the lease under which a stretch of a log is written: for people, and for `besideStreams`. */
export function streamHolder(source: string): string {
  return beginning + source;
}

/** A stretch takes a moment, and comes every few seconds: who needs the place alone meets one often, and none for long. */
const pauseMs = 300;
const tries = 200;

/**
 * Takes a place alone although logs are being followed into it: steps in between two stretches. Whoever else holds it is no passing matter. `work` must
 * have done nothing when it rejects with `repository.leased`.
 */
export function besideStreams<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return pRetry(work, {
    retries: tries,
    minTimeout: pauseMs,
    maxTimeout: pauseMs,
    factor: 1,
    signal,
    shouldRetry: ({ error }) =>
      isAppErrorOf(error, 'repository.leased') && String(error.facts['holder'] ?? '').startsWith(beginning),
  });
}
