import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { ColdDisk } from '../../../shared/model/cold-disk.ts';
import type { ColdSchedule } from '../../../shared/model/cold-schedule.ts';
import type { Client } from '../../bridge/client.ts';
import { createJobRun } from '../../stores/job-run.ts';

export interface ColdState {
  readonly view: 'loading' | 'ready' | 'failed';
  /** The one that is due first on top. Those of the last good answer while a new one is on its way. */
  readonly disks: readonly ColdDisk[];
  readonly error: WireError | null;
  /** A disk that has just been plugged in and is offered to be filled; null when the person has answered. */
  readonly arrived: string | null;
  /** A newer answer is on its way: what is on the screen may be over. */
  readonly isStale: boolean;
}

export type ColdStore = ReturnType<typeof createColdStore>;

/** The rotation, arrivals, and the one round that runs. */
export function createColdStore(client: Client) {
  const store = createStore<ColdState>(() => ({
    view: 'loading',
    disks: [],
    error: null,
    arrived: null,
    isStale: false,
  }));
  const run = createJobRun(client, 'cold.run');
  let latestRequest = 0;
  let wanted = false;

  async function load(): Promise<void> {
    wanted = true;
    const request = ++latestRequest;
    store.setState({ isStale: true });
    const outcome = await client.call('cold.list', {});
    if (request !== latestRequest) return;
    if (outcome.ok) store.setState({ view: 'ready', disks: outcome.value.disks, error: null, isStale: false });
    // A list on the screen stays while the engine is away for a moment.
    else if (store.getState().view !== 'ready')
      store.setState({ view: 'failed', error: outcome.error, isStale: false });
    else store.setState({ isStale: false });
  }

  async function start(name: string): Promise<void> {
    store.setState({ arrived: null });
    await run.start(name, { name, eject: true, wait: false });
    await load();
  }

  async function schedule(name: string, wish: ColdSchedule): Promise<WireError | null> {
    const outcome = await client.call('cold.set', { name, schedule: wish });
    await load();
    return outcome.ok ? null : outcome.error;
  }

  function dismissArrival(): void {
    store.setState({ arrived: null });
  }

  /** A round that the engine began by itself is shown like one that was begun here. */
  async function adoptRunning(): Promise<void> {
    if (!wanted || run.store.getState().view === 'running') return;
    const outcome = await client.call('jobs.list', {});
    if (!outcome.ok) return;
    const running = outcome.value.jobs.find(({ verb, state }) => verb === 'cold.run' && state === 'running');
    if (running !== undefined) {
      store.setState({ arrived: null });
      run.adopt(running);
    }
  }

  client.listen('disk.changed', ({ destination, state }) => {
    const { arrived } = store.getState();
    const isRunning = run.store.getState().view === 'running';
    if (state === 'arrived' && !isRunning) store.setState({ arrived: destination });
    if (state === 'gone' && arrived === destination) store.setState({ arrived: null });
    if (wanted) void load();
  });
  client.listen('catalog.changed', () => {
    if (wanted) void load();
  });
  client.listen('jobs.changed', () => {
    void adoptRunning();
    if (wanted) void load();
  });
  // A round that was taken over ends without figures: what it came to is in the list.
  run.store.subscribe(({ view }, before) => {
    if (view !== 'running' && before.view === 'running' && wanted) void load();
  });

  return { store, run, load, start, schedule, dismissArrival };
}
