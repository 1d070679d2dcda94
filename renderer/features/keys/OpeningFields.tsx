import { PasswordInput } from '@mantine/core';
import type { CommandInput } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { WordsField, wordsIn } from '../sheet-words/index.ts';

/** What somebody opens a key with, as it is typed. */
export interface Opening {
  readonly by: 'passphrase' | 'words';
  readonly passphrase: string;
  readonly words: string;
}

export const notTyped: Opening = { by: 'passphrase', passphrase: '', words: '' };

export function isTyped(opening: Opening): boolean {
  return opening[opening.by].trim() !== '';
}

export function toOpening({ by, passphrase, words }: Opening): CommandInput<'key.changePassphrase'>['current'] {
  return by === 'words' ? { words: wordsIn(words).join(' ') } : { passphrase };
}

interface OpeningFieldsProps {
  readonly value: Opening;
  readonly says: { readonly byPassphrase: string; readonly byWords: string; readonly passphrase: string };
  readonly error: string | null;
  /** Words that an error pointed at, from 1. */
  readonly wrong: readonly number[];
  readonly onChange: (value: Opening) => void;
}

/** The present passphrase, or the 24 words of a sheet. */
export function OpeningFields({ value, says, error, wrong, onChange }: OpeningFieldsProps) {
  const { t } = useWords();
  return (
    <>
      <ChoiceCards
        label={t('keyring.changeBy')}
        value={value.by}
        columns={2}
        onChange={(by) => onChange({ ...value, by })}
        choices={[
          { value: 'passphrase', title: says.byPassphrase },
          { value: 'words', title: says.byWords },
        ]}
      />
      {value.by === 'passphrase' ? (
        <PasswordInput
          label={says.passphrase}
          value={value.passphrase}
          error={error}
          onChange={(event) => onChange({ ...value, passphrase: event.currentTarget.value })}
          autoComplete="off"
        />
      ) : (
        <WordsField
          value={value.words}
          error={error}
          wrong={wrong}
          onChange={(words) => onChange({ ...value, words })}
        />
      )}
    </>
  );
}
