import { createStore } from 'zustand/vanilla';
import type { Outcome, WireError } from '../../../shared/errors/app-error.ts';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { Client } from '../../bridge/client.ts';

export type Coverage = CommandOutput<'coverage.show'>;

export interface CoverageState {
  /** Null: not read yet, or it could not be. */
  readonly coverage: Coverage | null;
  /** What is under way: a look, or the thing that was answered. */
  readonly busy: string | null;
  readonly error: WireError | null;
}

export const looking = 'look';

export type CoverageStore = ReturnType<typeof createCoverageStore>;

/** What is on one shop's server, and the owner's word about it. */
export function createCoverageStore(client: Client) {
  const store = createStore<CoverageState>(() => ({ coverage: null, busy: null, error: null }));
  let latestRequest = 0;

  /** An answer that comes after a newer request is dropped; an error leaves what is shown. */
  async function ask(busy: string | null, asking: () => Promise<Outcome<Coverage>>): Promise<boolean> {
    const request = ++latestRequest;
    store.setState({ busy, error: null });
    const outcome = await asking();
    if (request !== latestRequest) return false;
    store.setState(outcome.ok ? { coverage: outcome.value, busy: null } : { busy: null, error: outcome.error });
    return outcome.ok;
  }

  /** A backup has ended, or somebody has said something elsewhere: what is shown is read again, an answer under way is not disturbed. */
  client.listen('catalog.changed', () => {
    const { coverage, busy, error } = store.getState();
    if (coverage === null || busy !== null || error !== null) return;
    void ask(null, () => client.call('coverage.show', { source: coverage.source, look: false }));
  });

  return {
    store,
    /** What was seen the last time. */
    load: (source: string) => {
      if (store.getState().coverage?.source !== source) store.setState({ coverage: null });
      return ask(null, () => client.call('coverage.show', { source, look: false }));
    },
    look: (source: string) => ask(looking, () => client.call('coverage.show', { source, look: true })),
    accept: (source: string, id: string, reason: string) =>
      ask(id, () =>
        client.call('coverage.answer', {
          source,
          accept: [id],
          reason: reason.trim() === '' ? null : reason.trim(),
          askAgain: [],
        }),
      ),
    askAgain: (source: string, id: string) =>
      ask(id, () => client.call('coverage.answer', { source, accept: [], reason: null, askAgain: [id] })),
    keep: (source: string, things: string[]) =>
      ask(things.length === 1 ? (things[0] ?? looking) : looking, () =>
        client.call('coverage.keep', { source, things }),
      ),
  };
}
