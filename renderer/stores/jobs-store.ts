import { createStore } from 'zustand/vanilla';
import type { JobView } from '../../shared/model/job.ts';
import type { Client } from '../bridge/client.ts';

export interface JobsState {
  readonly jobs: readonly JobView[];
  /** Interruptions the person has read and put away. */
  readonly dismissed: readonly string[];
}

export type JobsStore = ReturnType<typeof createJobsStore>;

/** The catalog's memory of jobs. A list that could not be read leaves the last one standing: it only informs. */
export function createJobsStore(client: Client) {
  const store = createStore<JobsState>(() => ({ jobs: [], dismissed: [] }));
  let latestRequest = 0;

  async function load(): Promise<void> {
    const request = ++latestRequest;
    const outcome = await client.call('jobs.list', {});
    if (request === latestRequest && outcome.ok) store.setState({ jobs: outcome.value.jobs });
  }

  function dismiss(jobId: string): void {
    store.setState(({ dismissed }) => ({ dismissed: [...dismissed, jobId] }));
  }

  client.listen('jobs.changed', () => void load());
  client.listen('engine.state', ({ state }) => {
    if (state === 'running') void load();
  });

  return { store, load, dismiss };
}

/** Jobs whose last run for the same work was cut off: nothing newer of the same kind has started since. Following a log goes on by itself. */
export function interruptedJobs({ jobs, dismissed }: JobsState): readonly JobView[] {
  const newest = new Map<string, JobView>();
  for (const job of jobs) {
    const work = `${job.verb} ${job.subject}`;
    const known = newest.get(work);
    if (known === undefined || known.startedAt < job.startedAt) newest.set(work, job);
  }
  return [...newest.values()].filter(
    ({ verb, state, jobId }) => state === 'interrupted' && verb !== 'stream.run' && !dismissed.includes(jobId),
  );
}
