import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { KeyName } from '../../../shared/model/keys.ts';
import type { Client } from '../../bridge/client.ts';
import { createJobRun } from '../../stores/job-run.ts';

export type KeyList = CommandOutput<'key.list'>;

/** What is being done below the key that it is done to; one thing at a time. */
export interface Acting {
  readonly what: 'rehearse' | 'change' | 'add' | 'rotate';
  readonly key: KeyName;
}

export type KeysState =
  | { readonly view: 'loading' }
  | { readonly view: 'ready'; readonly list: KeyList }
  | { readonly view: 'failed'; readonly error: WireError };

export type KeysStore = ReturnType<typeof createKeysStore>;

/** The ways into both keys, and what can be done about them. Words and passphrases pass through and are not kept. */
export function createKeysStore(client: Client) {
  const store = createStore<KeysState>(() => ({ view: 'loading' }));
  let latestRequest = 0;

  /** Answers that arrive after a newer `load` are dropped; what is shown stays until the answer is there. */
  async function load(): Promise<void> {
    const request = ++latestRequest;
    const outcome = await client.call('key.list', {});
    if (request !== latestRequest) return;
    store.setState(
      outcome.ok ? { view: 'ready', list: outcome.value } : { view: 'failed', error: outcome.error },
      true,
    );
  }

  client.listen('catalog.changed', () => {
    if (store.getState().view === 'ready') void load();
  });

  return {
    store,
    load,
    addSheet: createJobRun(client, 'key.addSheet'),
    revoke: createJobRun(client, 'key.revoke'),
    change: createJobRun(client, 'key.changePassphrase'),
    rehearse: createJobRun(client, 'kit.rehearse'),
    rotateCheck: createJobRun(client, 'key.rotateVaultCheck'),
    rotate: createJobRun(client, 'key.rotateVault'),
    print: (kit: KeyName) => client.call('app.openKit', { kit }),
  };
}

/** How a sheet is called on the page and on the paper: the beginning of its slot's id. */
export function sheetNumber(slotId: string): string {
  return slotId.slice(0, 8);
}
