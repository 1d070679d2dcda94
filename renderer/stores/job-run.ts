import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { CommandInput, CommandOutput } from '../../shared/ipc/contract.ts';
import type { JobProgress, JobView } from '../../shared/model/job.ts';
import type { Client } from '../bridge/client.ts';

/** The commands that take a job id and can be watched and cancelled. */
export type JobCommand =
  | 'backup.run'
  | 'copy.run'
  | 'verify.run'
  | 'prune.run'
  | 'cold.run'
  | 'restore.check'
  | 'restore.run'
  | 'restore.addCards'
  | 'files.restore'
  | 'files.export-git'
  | 'swap.compare'
  | 'swap.run'
  | 'undo.run'
  | 'recover.run'
  | 'demo.open'
  | 'key.addSheet'
  | 'key.revoke'
  | 'key.changePassphrase'
  | 'key.rotateVault'
  | 'key.rotateVaultCheck'
  | 'kit.rehearse';

/** `done` without a value: the job was started by an earlier page, so its figures are only in the timeline. */
export type JobRunState<O> =
  | { readonly view: 'idle' }
  | {
      readonly view: 'running';
      readonly jobId: string;
      readonly subject: string;
      readonly progress: JobProgress | null;
      readonly cancelling: boolean;
    }
  | { readonly view: 'done'; readonly subject: string; readonly value: O | null }
  | { readonly view: 'failed'; readonly subject: string; readonly error: WireError }
  | { readonly view: 'cancelled'; readonly subject: string };

export type JobRun<N extends JobCommand> = ReturnType<typeof createJobRun<N>>;

/**
 * One long command at a time: its id, its progress, its cancel. Notices and answers of an earlier run are dropped. A job
 * that was already running when the page opened is adopted and followed through the job list.
 */
export function createJobRun<N extends JobCommand>(
  client: Client,
  name: N,
  newId: () => string = () => crypto.randomUUID(),
) {
  type Output = CommandOutput<N>;
  type Input = Omit<CommandInput<N>, 'jobId'>;
  const store = createStore<JobRunState<Output>>(() => ({ view: 'idle' }));
  let adoptedId: string | null = null;

  const isCurrent = (jobId: string): boolean => {
    const state = store.getState();
    return state.view === 'running' && state.jobId === jobId;
  };

  /** Resolves when the run has ended, to its figures or null. A second start while one runs does nothing. */
  async function start(subject: string, input: Input): Promise<Output | null> {
    if (store.getState().view === 'running') return null;
    const jobId = newId();
    adoptedId = null;
    store.setState({ view: 'running', jobId, subject, progress: null, cancelling: false }, true);
    const outcome = await client.call(name, { ...input, jobId } as unknown as CommandInput<N>);
    if (!isCurrent(jobId)) return null;
    if (outcome.ok) {
      store.setState({ view: 'done', subject, value: outcome.value }, true);
      return outcome.value;
    }
    end(subject, outcome.error);
    return null;
  }

  function end(subject: string, error: WireError): void {
    store.setState(
      error.code === 'cancelled' ? { view: 'cancelled', subject } : { view: 'failed', subject, error },
      true,
    );
  }

  /** The job goes on until the engine says that it has stopped. */
  async function cancel(): Promise<void> {
    const state = store.getState();
    if (state.view !== 'running' || state.cancelling) return;
    store.setState({ ...state, cancelling: true }, true);
    const outcome = await client.call('job.cancel', { jobId: state.jobId });
    const current = store.getState();
    if (!outcome.ok && current.view === 'running' && isCurrent(state.jobId))
      store.setState({ ...current, cancelling: false }, true);
  }

  /** Takes over a job that an earlier page started. */
  function adopt(job: JobView): void {
    if (store.getState().view === 'running') return;
    adoptedId = job.jobId;
    store.setState(
      { view: 'running', jobId: job.jobId, subject: job.subject, progress: null, cancelling: false },
      true,
    );
  }

  function reset(): void {
    if (store.getState().view !== 'running') store.setState({ view: 'idle' }, true);
  }

  async function followAdopted(): Promise<void> {
    const jobId = adoptedId;
    if (jobId === null || !isCurrent(jobId)) return;
    const outcome = await client.call('jobs.list', {});
    if (!outcome.ok || !isCurrent(jobId)) return;
    const job = outcome.value.jobs.find((one) => one.jobId === jobId);
    if (job?.state === 'running') return;
    adoptedId = null;
    if (job === undefined || job.state === 'done')
      store.setState({ view: 'done', subject: job?.subject ?? '', value: null }, true);
    else if (job.state === 'interrupted') store.setState({ view: 'idle' }, true);
    else end(job.subject, { code: (job.errorCode ?? 'cancelled') as WireError['code'], facts: job.errorFacts });
  }

  client.listen('job.progress', (progress) => {
    const state = store.getState();
    if (state.view === 'running' && state.jobId === progress.jobId) store.setState({ ...state, progress }, true);
  });
  client.listen('jobs.changed', () => void followAdopted());

  return { store, start, cancel, adopt, reset };
}
