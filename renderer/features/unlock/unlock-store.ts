import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { Client } from '../../bridge/client.ts';

export type UnlockState =
  { readonly view: 'locked' } | { readonly view: 'opening' } | { readonly view: 'refused'; readonly error: WireError };

export type UnlockStore = ReturnType<typeof createUnlockStore>;

export function createUnlockStore(client: Client, onOpened: () => Promise<void>) {
  const store = createStore<UnlockState>(() => ({ view: 'locked' }));

  async function unlock(passphrase: string): Promise<void> {
    if (store.getState().view === 'opening') return;
    store.setState({ view: 'opening' }, true);
    const outcome = await client.call('home.unlock', { passphrase });
    if (outcome.ok) await onOpened();
    store.setState(outcome.ok ? { view: 'locked' } : { view: 'refused', error: outcome.error }, true);
  }

  return { store, unlock };
}
