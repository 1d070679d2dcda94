import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { CommandName } from '../../shared/ipc/channels.ts';
import type { CommandInput, CommandOutput } from '../../shared/ipc/contract.ts';
import type { Client } from '../bridge/client.ts';

/** `about`: what the question was. */
export type Asked<I, O> =
  | { readonly view: 'idle' }
  | { readonly view: 'asking'; readonly about: I }
  | { readonly view: 'answered'; readonly about: I; readonly value: O }
  | { readonly view: 'failed'; readonly about: I; readonly error: WireError };

export type Question<N extends CommandName> = ReturnType<typeof createQuestion<N>>;

/** One command whose answer is shown. Of several askings the last one counts, whichever answer comes first. */
export function createQuestion<N extends CommandName>(client: Client, name: N) {
  const store = createStore<Asked<CommandInput<N>, CommandOutput<N>>>(() => ({ view: 'idle' }));
  let latestRequest = 0;

  /** Resolves to the answer, or null when there is none or another question came after. */
  async function ask(about: CommandInput<N>): Promise<CommandOutput<N> | null> {
    const request = ++latestRequest;
    store.setState({ view: 'asking', about }, true);
    const outcome = await client.call(name, about);
    if (request !== latestRequest) return null;
    store.setState(
      outcome.ok ? { view: 'answered', about, value: outcome.value } : { view: 'failed', about, error: outcome.error },
      true,
    );
    return outcome.ok ? outcome.value : null;
  }

  function reset(): void {
    latestRequest += 1;
    store.setState({ view: 'idle' }, true);
  }

  return { store, ask, reset };
}
