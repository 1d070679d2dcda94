import { createStore } from 'zustand/vanilla';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { Client } from '../../bridge/client.ts';

export interface DailyShareState {
  /** Null until the engine has answered. */
  readonly enabled: boolean | null;
  /** While a share is being read. */
  readonly progress: JobProgress | null;
}

/** Whether a share of every copy is read back each day, and how far it is right now. */
export function createDailyShareStore(client: Client) {
  const store = createStore<DailyShareState>(() => ({ enabled: null, progress: null }));

  async function load(): Promise<void> {
    const outcome = await client.call('share.status', {});
    if (outcome.ok) store.setState({ enabled: outcome.value.enabled });
  }

  async function set(enabled: boolean): Promise<void> {
    const outcome = await client.call('share.set', { enabled });
    if (outcome.ok) store.setState({ enabled: outcome.value.enabled });
  }

  client.listen('job.progress', (progress) => {
    if (progress.verb === 'verify.due') store.setState({ progress });
  });
  // A job began or ended: if it was not this one, its next notice comes in a moment.
  client.listen('jobs.changed', () => store.setState({ progress: null }));

  return { store, load, set };
}
