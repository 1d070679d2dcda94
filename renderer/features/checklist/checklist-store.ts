import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { ChecklistItem } from '../../../shared/model/checklist.ts';
import type { Client } from '../../bridge/client.ts';

export type ChecklistState =
  | { readonly view: 'loading' }
  | { readonly view: 'ready'; readonly items: readonly ChecklistItem[] }
  | { readonly view: 'failed'; readonly error: WireError };

export type ChecklistStore = ReturnType<typeof createChecklistStore>;

export function createChecklistStore(client: Client) {
  const store = createStore<ChecklistState>(() => ({ view: 'loading' }));
  let latestRequest = 0;

  async function load(source: string | null): Promise<void> {
    const request = ++latestRequest;
    const outcome = await client.call('checklist', { source });
    if (request !== latestRequest) return;
    store.setState(
      outcome.ok ? { view: 'ready', items: outcome.value.items } : { view: 'failed', error: outcome.error },
      true,
    );
  }

  return { store, load };
}
