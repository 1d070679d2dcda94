import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { CommandOutput } from '../../shared/ipc/contract.ts';
import type { Client } from '../bridge/client.ts';

export type SnapshotDetail = CommandOutput<'snapshot.show'>;

export type DetailState =
  | { readonly view: 'closed' }
  | { readonly view: 'loading'; readonly id: string }
  | { readonly view: 'ready'; readonly id: string; readonly detail: SnapshotDetail }
  | { readonly view: 'failed'; readonly id: string; readonly error: WireError };

export type DetailStore = ReturnType<typeof createDetailStore>;

/** One snapshot in full. The one asked for last is the one shown, whichever answer comes first. */
export function createDetailStore(client: Client) {
  const store = createStore<DetailState>(() => ({ view: 'closed' }));
  let latestRequest = 0;

  async function open(id: string): Promise<void> {
    const request = ++latestRequest;
    store.setState({ view: 'loading', id }, true);
    const outcome = await client.call('snapshot.show', { snapshot: id });
    if (request !== latestRequest) return;
    store.setState(
      outcome.ok ? { view: 'ready', id, detail: outcome.value } : { view: 'failed', id, error: outcome.error },
      true,
    );
  }

  function close(): void {
    latestRequest += 1;
    store.setState({ view: 'closed' }, true);
  }

  return { store, open, close };
}
