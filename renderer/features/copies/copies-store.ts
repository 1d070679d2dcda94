import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { CommandOutput, PageDestinationInput } from '../../../shared/ipc/contract.ts';
import type { CopyState, SnapshotSummary } from '../../../shared/model/snapshot.ts';
import type { TestStep } from '../../../shared/model/source.ts';
import type { Client } from '../../bridge/client.ts';
import { createJobRun } from '../../stores/job-run.ts';
import { createTryStore } from '../../stores/try-store.ts';
import type { TryStore } from '../../stores/try-store.ts';
import { createDailyShareStore } from './daily-share-store.ts';

export type CopiesStore = ReturnType<typeof createCopiesStore>;

export type CheckState =
  | { readonly view: 'testing' }
  | { readonly view: 'tested'; readonly steps: readonly TestStep[] }
  | { readonly view: 'failed'; readonly error: WireError };

/** Adding, testing, checking and removing copies. */
export function createCopiesStore(client: Client) {
  const checks = createStore<Readonly<Record<string, CheckState>>>(() => ({}));
  const connect: TryStore<PageDestinationInput, CommandOutput<'destination.add'>> = createTryStore({
    tryIt: (input: PageDestinationInput) => client.call('destination.try', input),
    add: (input: PageDestinationInput) => client.call('destination.add', input),
  });
  const verify = createJobRun(client, 'verify.run');
  const copy = createJobRun(client, 'copy.run');
  const share = createDailyShareStore(client);

  async function check(name: string): Promise<void> {
    checks.setState({ [name]: { view: 'testing' } });
    const outcome = await client.call('destination.test', { name });
    checks.setState({
      [name]: outcome.ok ? { view: 'tested', steps: outcome.value.steps } : { view: 'failed', error: outcome.error },
    });
  }

  async function remove(name: string): Promise<void> {
    const outcome = await client.call('destination.remove', { name });
    if (!outcome.ok) checks.setState({ [name]: { view: 'failed', error: outcome.error } });
  }

  /** Switches protection against deletion on, or changes its days; tried on a test file first, so its steps are shown like those of a test. */
  async function lock(name: string, lockDays: number): Promise<void> {
    checks.setState({ [name]: { view: 'testing' } });
    const outcome = await client.call('destination.set', { name, retention: {}, pin: [], unpin: [], lockDays });
    checks.setState({
      [name]: outcome.ok
        ? { view: 'tested', steps: outcome.value.steps ?? [] }
        : { view: 'failed', error: outcome.error },
    });
  }

  return { connect, verify, copy, share, checks, check, lock, remove };
}

export interface Proof {
  readonly state: CopyState;
  readonly at: string;
}

/** The latest thing that was seen of any snapshot on this copy. */
export function lastProof(destination: string, snapshots: readonly SnapshotSummary[]): Proof | null {
  let latest: Proof | null = null;
  for (const { copies } of snapshots) {
    for (const copy of copies) {
      if (copy.destination === destination && (latest === null || copy.at > latest.at))
        latest = { state: copy.state, at: copy.at };
    }
  }
  return latest;
}

export function isDamaged(destination: string, snapshots: readonly SnapshotSummary[]): boolean {
  return snapshots.some(({ copies }) => copies.some((copy) => copy.destination === destination && !copy.intact));
}
