import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { CommandOutput, Language } from '../../shared/ipc/contract.ts';
import type { Client } from '../bridge/client.ts';

export type AppState = CommandOutput<'app.state'>;

export type SessionState =
  | { readonly view: 'starting' }
  | { readonly view: 'failed'; readonly error: WireError }
  | { readonly view: 'ready'; readonly app: AppState };

export type SessionStore = ReturnType<typeof createSessionStore>;

/** What the app knows of itself: language, engine, whether there is a home and whether it is open. */
export function createSessionStore(client: Client) {
  const store = createStore<SessionState>(() => ({ view: 'starting' }));
  let latestRequest = 0;

  function patch(changes: Partial<AppState>): void {
    const state = store.getState();
    if (state.view === 'ready') store.setState({ view: 'ready', app: { ...state.app, ...changes } }, true);
  }

  /** Answers that arrive after a newer `load` are dropped; what is shown stays until the answer is there. */
  async function load(): Promise<void> {
    const request = ++latestRequest;
    const outcome = await client.call('app.state', {});
    if (request !== latestRequest) return;
    if (outcome.ok) store.setState({ view: 'ready', app: outcome.value }, true);
    else if (store.getState().view !== 'ready') store.setState({ view: 'failed', error: outcome.error }, true);
  }

  /**
   * The words change at once; the app is told so that menus and kits follow. A look that was already on its way still
   * speaks the old language: it is dropped, and taken again.
   */
  async function setLanguage(language: Language): Promise<void> {
    latestRequest += 1;
    patch({ language });
    await client.call('app.setLanguage', { language });
    await load();
  }

  client.listen('engine.state', (engine) => {
    patch({ engine });
    if (engine.state === 'running') void load();
  });
  client.listen('catalog.changed', () => void load());

  return { store, load, setLanguage };
}
