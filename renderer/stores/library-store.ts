import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { DestinationView } from '../../shared/model/destination.ts';
import { takenBy } from '../../shared/model/snapshot-age.ts';
import type { SnapshotSummary } from '../../shared/model/snapshot.ts';
import type { SourceView } from '../../shared/model/source.ts';
import type { Client } from '../bridge/client.ts';

export interface Library {
  readonly sources: readonly SourceView[];
  readonly destinations: readonly DestinationView[];
  /** Newest first. */
  readonly snapshots: readonly SnapshotSummary[];
}

export type LibraryState =
  | { readonly view: 'loading' }
  | { readonly view: 'ready'; readonly library: Library }
  | { readonly view: 'failed'; readonly error: WireError };

export type LibraryStore = ReturnType<typeof createLibraryStore>;

/** Shops, copies and snapshots: one picture that several screens read, renewed when the catalog changes. */
export function createLibraryStore(client: Client) {
  const store = createStore<LibraryState>(() => ({ view: 'loading' }));
  let latestRequest = 0;
  let wanted = false;

  /**
   * A list on the screen stays until its successor is complete: nothing flickers. It also stays while there is no engine to
   * ask, which is over in a moment. Late answers are dropped.
   */
  async function load(): Promise<void> {
    wanted = true;
    const request = ++latestRequest;
    const [sources, destinations, snapshots] = await Promise.all([
      client.call('source.list', {}),
      client.call('destination.list', {}),
      client.call('snapshots.list', { source: null, atDestination: null }),
    ]);
    if (request !== latestRequest) return;
    if (!sources.ok || !destinations.ok || !snapshots.ok) {
      const failed = [sources, destinations, snapshots].find(({ ok }) => !ok);
      const isShown = store.getState().view === 'ready';
      if (failed?.ok === false && !(isShown && failed.error.code === 'engine.stopped'))
        store.setState({ view: 'failed', error: failed.error }, true);
      return;
    }
    const newestFirst = [...snapshots.value.snapshots].sort((a, b) => takenBy(b).localeCompare(takenBy(a)));
    const library = { ...sources.value, ...destinations.value, snapshots: newestFirst };
    store.setState({ view: 'ready', library }, true);
  }

  client.listen('catalog.changed', () => {
    if (wanted) void load();
  });
  client.listen('engine.state', ({ state }) => {
    if (wanted && state === 'running') void load();
  });

  return { store, load };
}
