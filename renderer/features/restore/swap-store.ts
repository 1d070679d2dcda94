import type { Client } from '../../bridge/client.ts';
import { createJobRun } from '../../stores/job-run.ts';

export type SwapStore = ReturnType<typeof createSwapStore>;

/** Putting a restore in the place of what the shop has now, and taking that back. One restore at a time: that of the last result. */
export function createSwapStore(client: Client) {
  const compare = createJobRun(client, 'swap.compare');
  const run = createJobRun(client, 'swap.run');
  const undo = createJobRun(client, 'undo.run');

  function reset(): void {
    for (const job of [compare, run, undo]) job.reset();
  }

  async function openResaleFolder(restoreId: string): Promise<void> {
    await client.call('app.openResaleFolder', { restoreId });
  }

  return {
    compare,
    run,
    undo,
    reset,
    openResaleFolder,
    startCompare: (restore: string) => compare.start(restore, { restore }),
    startSwap: (restore: string) => {
      undo.reset();
      return run.start(restore, { restore });
    },
    startUndo: (restore: string) => undo.start(restore, { restore }),
  };
}
