import { settleAll } from './settle-all.ts';

export interface LanesOptions {
  /** Items in work at once. */
  readonly lanes: number;
  /** Begins nothing more once it aborts, and rejects with its reason. */
  readonly signal: AbortSignal;
  /** Hears of the first failure at once, to end what is under way. */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * Does `work` for every item, several at once: each lane takes the next item when it is free. After a failure nothing more is begun, and
 * the signal that `work` is given aborts with the failure. Ends only when every piece of work has ended; the first failure is thrown.
 */
export async function inLanes<T>(
  items: Iterable<T> & ArrayLike<T>,
  { lanes, signal, onFailure }: LanesOptions,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failing = new AbortController();
  const running = AbortSignal.any([signal, failing.signal]);
  // One iterator for all lanes.
  const rest = Iterator.from(items);
  const lane = async () => {
    for (const item of rest) {
      running.throwIfAborted();
      await work(item, running);
    }
  };
  await settleAll(Array.from({ length: Math.min(lanes, items.length) }, lane), (error) => {
    failing.abort(error);
    onFailure?.(error);
  });
}
