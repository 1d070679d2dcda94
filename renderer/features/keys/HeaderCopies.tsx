import { List } from '@mantine/core';
import type { HeaderCopy } from '../../../shared/model/keys.ts';
import { useWords } from '../../i18n/use-words.ts';

const sentences = {
  renewed: 'keyring.copyRenewed',
  owed: 'keyring.copyOwed',
  'changed-elsewhere': 'keyring.copyElsewhere',
} as const;

/** What became of each copy, one line each. */
export function HeaderCopies({ copies }: { readonly copies: readonly Pick<HeaderCopy, 'destination' | 'state'>[] }) {
  const { t } = useWords();
  return (
    <List size="sm">
      {copies.map(({ destination, state }) => (
        <List.Item key={destination} data-copy={destination} data-state={state}>
          {t(sentences[state], { destination })}
        </List.Item>
      ))}
    </List>
  );
}
