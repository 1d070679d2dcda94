import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { CommandInput } from '../../../shared/ipc/contract.ts';
import type { RestoreWithoutCardsView } from '../../../shared/model/cards.ts';
import type { RestoreEntry, UnfinishedRestore } from '../../../shared/model/swap.ts';
import type { Client } from '../../bridge/client.ts';
import { createJobRun, type JobRunState } from '../../stores/job-run.ts';

export type SwapStore = ReturnType<typeof createSwapStore>;

/** What became of another restore is not this one's state. */
export function ofRestore<O>(run: JobRunState<O>, restoreId: string): JobRunState<O> {
  return run.view !== 'idle' && run.subject !== restoreId ? { view: 'idle' } : run;
}

/** Putting a restore in the place of what the shop has now, and taking that back. One restore at a time: that of the last result. */
export function createSwapStore(client: Client) {
  const compare = createJobRun(client, 'swap.compare');
  const run = createJobRun(client, 'swap.run');
  const undo = createJobRun(client, 'undo.run');
  const cards = createJobRun(client, 'restore.addCards');

  /** Restores that lie on servers, newest first; empty while nobody knows. */
  const past = createStore<readonly RestoreEntry[]>(() => []);

  /** Those that stopped half-way. */
  const unfinished = createStore<readonly UnfinishedRestore[]>(() => []);
  /** Those that were made with the vault closed. */
  const withoutCards = createStore<readonly RestoreWithoutCardsView[]>(() => []);
  /** What came of the last one that was to be taken away. */
  const removal = createStore<{ readonly error: WireError | null; readonly left: readonly string[] }>(() => ({
    error: null,
    left: [],
  }));

  async function loadPast(): Promise<void> {
    const outcome = await client.call('restores.list', { source: null });
    if (!outcome.ok) return;
    past.setState(outcome.value.restores, true);
    unfinished.setState(outcome.value.unfinished, true);
    withoutCards.setState(outcome.value.withoutCards, true);
  }

  /** Takes away what it left on its server. */
  async function removeUnfinished(restore: string): Promise<void> {
    const outcome = await client.call('restores.remove', { restore });
    removal.setState(outcome.ok ? { error: null, left: outcome.value.left } : { error: outcome.error, left: [] }, true);
    await loadPast();
  }

  function reset(): void {
    for (const job of [compare, run, undo, cards]) job.reset();
  }

  async function openResaleFolder(restoreId: string): Promise<void> {
    await client.call('app.openResaleFolder', { restoreId });
  }

  return {
    compare,
    run,
    undo,
    cards,
    past,
    unfinished,
    withoutCards,
    removal,
    loadPast,
    removeUnfinished,
    reset,
    openResaleFolder,
    startCompare: (restore: string) => compare.start(restore, { restore }),
    startSwap: (restore: string) => {
      undo.reset();
      return run.start(restore, { restore });
    },
    startCards: (restore: string, vault: CommandInput<'restore.addCards'>['vault']) =>
      cards.start(restore, { restore, vault, from: null }),
    startUndo: (restore: string) => undo.start(restore, { restore }),
  };
}
