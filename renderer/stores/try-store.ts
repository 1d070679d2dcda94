import { createStore } from 'zustand/vanilla';
import type { Outcome, WireError } from '../../shared/errors/app-error.ts';
import type { TestStep } from '../../shared/model/source.ts';

/** Try first, save after: what a shop and a copy have in common. */
export type TryState<I, A> =
  | { readonly view: 'editing' }
  | { readonly view: 'testing' }
  | { readonly view: 'tested'; readonly input: I; readonly steps: readonly TestStep[] }
  | { readonly view: 'refused'; readonly input: I; readonly steps: readonly TestStep[]; readonly error: WireError }
  | { readonly view: 'saving'; readonly steps: readonly TestStep[] }
  | { readonly view: 'saved'; readonly added: A };

interface TryVerbs<I, A> {
  readonly tryIt: (input: I) => Promise<Outcome<{ readonly steps: TestStep[] }>>;
  readonly add: (input: I) => Promise<Outcome<A>>;
}

export type TryStore<I, A> = ReturnType<typeof createTryStore<I, A>>;

/** Only what passed the test can be saved, and exactly that. An edit drops the answer that is still on its way. */
export function createTryStore<I, A>({ tryIt, add }: TryVerbs<I, A>) {
  const store = createStore<TryState<I, A>>(() => ({ view: 'editing' }));
  let latestRequest = 0;

  async function test(input: I): Promise<void> {
    const request = ++latestRequest;
    store.setState({ view: 'testing' }, true);
    const outcome = await tryIt(input);
    if (request !== latestRequest) return;
    if (!outcome.ok) {
      store.setState({ view: 'refused', input, steps: [], error: outcome.error }, true);
      return;
    }
    const { steps } = outcome.value;
    const failed = steps.find(({ ok }) => !ok);
    store.setState(
      failed === undefined
        ? { view: 'tested', input, steps }
        : { view: 'refused', input, steps, error: errorOf(failed) },
      true,
    );
  }

  async function save(): Promise<A | null> {
    const state = store.getState();
    if (state.view !== 'tested') return null;
    const request = ++latestRequest;
    const { input, steps } = state;
    store.setState({ view: 'saving', steps }, true);
    const outcome = await add(input);
    if (request !== latestRequest) return outcome.ok ? outcome.value : null;
    if (outcome.ok) {
      store.setState({ view: 'saved', added: outcome.value }, true);
      return outcome.value;
    }
    store.setState({ view: 'refused', input, steps, error: outcome.error }, true);
    return null;
  }

  /** The form has changed: earlier findings no longer speak of it. */
  function edited(): void {
    const { view } = store.getState();
    if (view === 'editing' || view === 'saving') return;
    latestRequest += 1;
    store.setState({ view: 'editing' }, true);
  }

  function reset(): void {
    latestRequest += 1;
    store.setState({ view: 'editing' }, true);
  }

  return { store, test, save, edited, reset };
}

function errorOf(step: TestStep): WireError {
  return { code: (step.errorCode ?? 'unexpected') as WireError['code'], facts: step.facts };
}
