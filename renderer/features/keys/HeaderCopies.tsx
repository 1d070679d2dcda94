import { List } from '@mantine/core';
import type { HeaderCopy } from '../../../shared/model/keys.ts';
import { useWords } from '../../i18n/use-words.ts';

const sentences = {
  renewed: 'keyring.copyRenewed',
  owed: 'keyring.copyOwed',
  'changed-elsewhere': 'keyring.copyElsewhere',
} as const;

type SeenCopy = Pick<HeaderCopy, 'destination' | 'state' | 'oldForDays'> & Partial<Pick<HeaderCopy, 'errorCode'>>;

/** What became of each copy, one line each. */
export function HeaderCopies({ copies }: { readonly copies: readonly SeenCopy[] }) {
  const { t } = useWords();
  const sentenceOf = ({ destination, state, errorCode, oldForDays: days }: SeenCopy): string => {
    if (state === 'owed' && errorCode === 'backend.locked') return t('keyring.copyLocked', { destination });
    if (days !== undefined) return t('keyring.copyOldStays', { destination, days });
    return t(sentences[state], { destination });
  };
  return (
    <List size="sm">
      {copies.map((copy) => (
        <List.Item key={copy.destination} data-copy={copy.destination} data-state={copy.state}>
          {sentenceOf(copy)}
        </List.Item>
      ))}
    </List>
  );
}
