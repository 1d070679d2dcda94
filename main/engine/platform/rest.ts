import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits. Rejects with the signal's own reason on abort: Node's timer gives an error of its own there, and a lost lease or a failed
 * neighbour would look like a cancel.
 */
export async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
