import type { VerbInput, VerbName } from '../../../shared/ipc/engine-verbs.ts';

/** What opens the home: the main passphrase, or the words of its kit. */
export type Opening = VerbInput<'home.unlock'>;

type Openings = { readonly [N in VerbName]?: (input: VerbInput<N>) => Opening | null };

const openings: Openings = {
  'home.unlock': (input) => input,
  'home.init': ({ passphrase }) => ({ passphrase }),
  // Another process that opens the same home later needs the new one.
  'key.changePassphrase': ({ key, newPassphrase }) => (key === 'main' ? { passphrase: newPassphrase } : null),
  'recover.run': ({ secret }) =>
    secret.kind === 'words' ? { words: secret.words } : { passphrase: secret.passphrase },
};

/** What this call has opened the home with, once it has succeeded; null for calls that open nothing. */
export function openingOf<N extends VerbName>(verb: N, input: VerbInput<N>): Opening | null {
  return openings[verb]?.(input) ?? null;
}
