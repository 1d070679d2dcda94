import { toAppError } from '../../../shared/errors/app-error.ts';

/**
 * For care that is taken in passing, while a copy is open for something else: its failure is not that of the work, and is met again, in words, by
 * whoever looks at this copy next. Throws only the signal's reason, and what no code foresaw: a bug must not pass for a disk that is away.
 */
export function letPass(error: unknown, signal: AbortSignal): void {
  signal.throwIfAborted();
  if (toAppError(error).code === 'unexpected') throw error;
}
