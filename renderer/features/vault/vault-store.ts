import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { OpenVault } from '../../../shared/model/vault.ts';
import type { Client } from '../../bridge/client.ts';

export interface VaultState {
  /** Empty while nobody knows. */
  readonly open: readonly OpenVault[];
  readonly isClosing: boolean;
  readonly error: WireError | null;
}

export type VaultStore = ReturnType<typeof createVaultStore>;

/** The card vaults that are open now: asked for once, and again whenever one was opened or closed. */
export function createVaultStore(client: Client) {
  const store = createStore<VaultState>(() => ({ open: [], isClosing: false, error: null }));
  let latestRequest = 0;

  async function load(): Promise<void> {
    const request = ++latestRequest;
    const outcome = await client.call('vault.status', {});
    if (request !== latestRequest || !outcome.ok) return;
    const { open } = outcome.value;
    store.setState(open.length === 0 ? { open, isClosing: false, error: null } : { open });
  }

  /** The work that uses them is told to stop; each is closed when it has. */
  async function close(): Promise<void> {
    store.setState({ isClosing: true, error: null });
    const outcome = await client.call('vault.close', {});
    if (!outcome.ok) store.setState({ isClosing: false, error: outcome.error });
    await load();
  }

  client.listen('vault.changed', () => void load());
  client.listen('engine.state', ({ state }) => {
    // The keys were in the memory of the process that is gone.
    if (state === 'running') void load();
    else {
      latestRequest += 1;
      store.setState({ open: [], isClosing: false, error: null });
    }
  });

  return { store, load, close };
}
