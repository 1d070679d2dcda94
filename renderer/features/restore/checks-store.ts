import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { CommandInput } from '../../../shared/ipc/contract.ts';
import type { RestoreCheck } from '../../../shared/model/restore-check.ts';
import type { Client } from '../../bridge/client.ts';

export type ChecksState =
  | { readonly view: 'idle' }
  | { readonly view: 'looking'; readonly jobId: string }
  | { readonly view: 'ready'; readonly checks: readonly RestoreCheck[] }
  | { readonly view: 'failed'; readonly error: WireError };

export type ChecksStore = ReturnType<typeof createChecksStore>;

/** What stands in the way of the restore that is about to be asked for. Other answers, another look: what an older one says is dropped. */
export function createChecksStore(client: Client, newId: () => string = () => crypto.randomUUID()) {
  const store = createStore<ChecksState>(() => ({ view: 'idle' }));

  async function look(input: Omit<CommandInput<'restore.check'>, 'jobId'>): Promise<void> {
    leave();
    const jobId = newId();
    store.setState({ view: 'looking', jobId }, true);
    const outcome = await client.call('restore.check', { ...input, jobId });
    const state = store.getState();
    if (state.view !== 'looking' || state.jobId !== jobId) return;
    store.setState(
      outcome.ok ? { view: 'ready', checks: outcome.value.checks } : { view: 'failed', error: outcome.error },
      true,
    );
  }

  /** The person has gone elsewhere: nobody waits for it. */
  function leave(): void {
    const state = store.getState();
    store.setState({ view: 'idle' }, true);
    if (state.view === 'looking') void client.call('job.cancel', { jobId: state.jobId });
  }

  return { store, look, leave };
}

/** Whether the restore would be refused. What could not be looked at does not stand in its way. */
export function isRefused(state: ChecksState): boolean {
  return state.view === 'ready' && state.checks.some((check) => check.state === 'fail');
}
