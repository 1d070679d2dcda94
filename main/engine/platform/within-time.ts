import { rest } from './rest.ts';

/**
 * What `work` resolves to, or undefined when it has not ended in time. The work goes on behind our back: this is for calls that
 * a broken disk can hold for ever and nobody can take back (a child in an uninterruptible wait, a `stat` on a dead mount).
 */
export async function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  const patience = new AbortController();
  try {
    return await Promise.race([work, rest(timeoutMs, patience.signal).then(() => undefined)]);
  } finally {
    patience.abort();
    // Its late failure is nobody's any more.
    work.catch(() => undefined);
  }
}
