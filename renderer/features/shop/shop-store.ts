import { createStore } from 'zustand/vanilla';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { CommandInput, CommandOutput, PageSourceInput } from '../../../shared/ipc/contract.ts';
import type { TestStep } from '../../../shared/model/source.ts';
import type { Client } from '../../bridge/client.ts';
import { createTryStore } from '../../stores/try-store.ts';
import type { TryStore } from '../../stores/try-store.ts';

export type ShopStore = ReturnType<typeof createShopStore>;

/** What the last test of a saved shop found. */
export type CheckState =
  | { readonly view: 'testing' }
  | { readonly view: 'tested'; readonly steps: readonly TestStep[] }
  | { readonly view: 'destroyed'; readonly dropped: string }
  | { readonly view: 'failed'; readonly error: WireError };

/** What was found when a shop was looked at for cards and money. */
export type ProposalState =
  | { readonly view: 'looking' }
  | { readonly view: 'found'; readonly round: number; readonly found: CommandOutput<'source.propose'> }
  | { readonly view: 'failed'; readonly error: WireError };

/** The engine's name for the demo shop. */
export const demoShopName = 'demo-shop';

/** Connecting a shop: test, see the host key, trust it, save. And the tests and removals of shops that are there. */
export function createShopStore(client: Client) {
  const pins = new Map<string, string>();
  const checks = createStore<Readonly<Record<string, CheckState>>>(() => ({}));
  const proposals = createStore<Readonly<Record<string, ProposalState | undefined>>>(() => ({}));
  let rounds = 0;
  const connect: TryStore<PageSourceInput, CommandOutput<'source.add'>> = createTryStore({
    tryIt: (input: PageSourceInput) => client.call('source.try', input),
    add: (input: PageSourceInput) => client.call('source.add', input),
  });

  const placeOf = ({ host, port }: { host: string; port: number }): string => `${host}:${port}`;

  /** A fingerprint that was trusted for this address is asked for again, so that nobody can slip in between two tests. */
  function test(input: PageSourceInput): Promise<void> {
    const { ssh } = input;
    if (ssh === null || ssh.fingerprint !== null) return connect.test(input);
    return connect.test({ ...input, ssh: { ...ssh, fingerprint: pins.get(placeOf(ssh)) ?? null } });
  }

  /** “This is my server”: remembers the fingerprint that was shown, and tests again with it. */
  async function trust(): Promise<void> {
    const state = connect.store.getState();
    if (state.view !== 'refused' || state.input.ssh === null) return;
    const fingerprint = unknownHostKey(state.error)?.fingerprint;
    if (fingerprint === undefined) return;
    pins.set(placeOf(state.input.ssh), fingerprint);
    await test(state.input);
  }

  async function check(name: string): Promise<void> {
    checks.setState({ [name]: { view: 'testing' } });
    const outcome = await client.call('source.test', { name });
    checks.setState({
      [name]: outcome.ok ? { view: 'tested', steps: outcome.value.steps } : { view: 'failed', error: outcome.error },
    });
  }

  /** From the next backup on. */
  async function keepAccounts(name: string, accounts: boolean): Promise<void> {
    const outcome = await client.call('source.set', { name, accounts });
    if (!outcome.ok) checks.setState({ [name]: { view: 'failed', error: outcome.error } });
  }

  async function propose(name: string): Promise<void> {
    proposals.setState({ [name]: { view: 'looking' } });
    const outcome = await client.call('source.propose', { name });
    rounds += 1;
    proposals.setState({
      [name]: outcome.ok
        ? { view: 'found', round: rounds, found: outcome.value }
        : { view: 'failed', error: outcome.error },
    });
  }

  /** What the owner says of a shop, from the next backup on. */
  async function say(wish: CommandInput<'source.set'>): Promise<void> {
    const outcome = await client.call('source.set', wish);
    proposals.setState({ [wish.name]: outcome.ok ? undefined : { view: 'failed', error: outcome.error } });
  }

  async function remove(name: string): Promise<void> {
    const outcome = await client.call('source.remove', { name });
    if (!outcome.ok) checks.setState({ [name]: { view: 'failed', error: outcome.error } });
  }

  /** Practice: the demo shop loses its orders table. The engine refuses every other shop. */
  async function destroyDemo(name: string): Promise<void> {
    const outcome = await client.call('demo.destroy', {});
    checks.setState({
      [name]: outcome.ok
        ? { view: 'destroyed', dropped: outcome.value.dropped }
        : { view: 'failed', error: outcome.error },
    });
  }

  return { ...connect, test, trust, checks, check, proposals, propose, say, keepAccounts, remove, destroyDemo };
}

export interface SeenHostKey {
  readonly fingerprint: string;
  readonly algorithm: string;
}

/** The key of a server met for the first time, if that is what the error is about. */
export function unknownHostKey({ code, facts }: WireError): SeenHostKey | null {
  if (code !== 'tunnel.host-key-unknown') return null;
  return { fingerprint: String(facts['fingerprint'] ?? ''), algorithm: String(facts['algorithm'] ?? '') };
}
