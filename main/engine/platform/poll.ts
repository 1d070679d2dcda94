import { rest } from './rest.ts';

export interface PollOptions {
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks again and again until `check` gives something other than undefined. Gives undefined itself when the time is up;
 * rejects with the signal's reason on abort and with whatever `check` throws.
 */
export async function pollUntil<T>(
  check: () => Promise<T | undefined> | T | undefined,
  options: PollOptions,
): Promise<T | undefined> {
  const deadlineMs = performance.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const found = await check();
    if (found !== undefined) return found;
    if (performance.now() >= deadlineMs) return undefined;
    await rest(options.everyMs ?? 25, options.signal);
  }
}
