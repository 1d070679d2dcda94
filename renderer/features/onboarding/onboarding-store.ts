import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { Client } from '../../bridge/client.ts';
import type { AppState } from '../../stores/session-store.ts';

/** `away`: the first set-up is done, or was left for now. */
export type OnboardingState =
  | { readonly step: 'away' }
  | { readonly step: 'welcome' }
  | { readonly step: 'keys'; readonly wantsDemo: boolean; readonly busy: boolean; readonly error: WireError | null }
  | {
      readonly step: 'kit';
      readonly wantsDemo: boolean;
      readonly files: readonly string[];
      readonly error: WireError | null;
    }
  | { readonly step: 'shop'; readonly wantsDemo: boolean }
  | { readonly step: 'copies' }
  | { readonly step: 'ready' };

export interface KeysInput {
  readonly passphrase: string;
  readonly vaultPassphrase: string;
  readonly folderToken: string;
}

export type OnboardingStore = ReturnType<typeof createOnboardingStore>;

/** The first start, one step at a time; a set-up that was cut short goes on where something is still missing. */
export function createOnboardingStore(client: Client, onHomeChanged: () => Promise<void>) {
  const store = createStore<OnboardingState>(() => ({ step: 'away' }));
  let wasLeft = false;

  function go(state: OnboardingState): void {
    store.setState(state, true);
  }

  /** Looks at the home and enters where it is incomplete; does nothing while locked, while busy, or once left. */
  function consider({ initialised, unlocked, sources, destinations }: AppState['home']): void {
    if (store.getState().step !== 'away') return;
    if (!initialised) go({ step: 'welcome' });
    else if (!unlocked || wasLeft) return;
    else if (sources === 0) go({ step: 'shop', wantsDemo: false });
    else if (destinations === 0) go({ step: 'copies' });
    else wasLeft = true;
  }

  function begin(wantsDemo: boolean): void {
    go({ step: 'keys', wantsDemo, busy: false, error: null });
  }

  function backToWelcome(): void {
    if (store.getState().step === 'keys') go({ step: 'welcome' });
  }

  async function createKeys(input: KeysInput): Promise<void> {
    const state = store.getState();
    if (state.step !== 'keys' || state.busy) return;
    go({ ...state, busy: true, error: null });
    const outcome = await client.call('home.init', input);
    if (!outcome.ok) {
      go({ ...state, busy: false, error: outcome.error });
      return;
    }
    go({ step: 'kit', wantsDemo: state.wantsDemo, files: outcome.value.kitFiles, error: null });
    await onHomeChanged();
  }

  async function openKit(kit: 'main' | 'vault'): Promise<void> {
    const outcome = await client.call('app.openKit', { kit });
    const state = store.getState();
    if (state.step === 'kit') go({ ...state, error: outcome.ok ? null : outcome.error });
  }

  function confirmKit(): void {
    const state = store.getState();
    if (state.step === 'kit') go({ step: 'shop', wantsDemo: state.wantsDemo });
  }

  const shopSaved = (): void => go({ step: 'copies' });
  const copiesChosen = (): void => go({ step: 'ready' });

  function leave(): void {
    wasLeft = true;
    go({ step: 'away' });
  }

  return { store, consider, begin, backToWelcome, createKeys, openKit, confirmKit, shopSaved, copiesChosen, leave };
}
