import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { CommandOutput } from '../../shared/ipc/contract.ts';
import type { Client } from '../bridge/client.ts';

export type Money = CommandOutput<'ledgers.show'>;

export type MoneyState =
  | { readonly view: 'loading' }
  | { readonly view: 'ready'; readonly money: Money; readonly confirmError: WireError | null }
  | { readonly view: 'failed'; readonly error: WireError };

export type MoneyStore = ReturnType<typeof createMoneyStore>;

/** Money and stock of one shop's newest snapshot. The shop asked for last is the one shown. */
export function createMoneyStore(client: Client) {
  const store = createStore<MoneyState>(() => ({ view: 'loading' }));
  let latestRequest = 0;

  async function load(source: string): Promise<void> {
    const request = ++latestRequest;
    const outcome = await client.call('ledgers.show', { source, snapshot: null });
    if (request !== latestRequest) return;
    store.setState(
      outcome.ok
        ? { view: 'ready', money: outcome.value, confirmError: null }
        : { view: 'failed', error: outcome.error },
      true,
    );
  }

  async function confirm(source: string, snapshot: string): Promise<void> {
    const outcome = await client.call('ledgers.confirm', { source, snapshot });
    const state = store.getState();
    if (!outcome.ok && state.view === 'ready') store.setState({ ...state, confirmError: outcome.error }, true);
    else await load(source);
  }

  return { store, load, confirm };
}
