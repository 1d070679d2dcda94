import { PasswordInput, Stack, TextInput } from '@mantine/core';
import { useWords } from '../../i18n/use-words.ts';
import { WordsField } from '../sheet-words/index.ts';
import type { VaultAnswer } from './vault-answer.ts';

const longestReason = 300;

interface VaultFieldsProps {
  readonly value: VaultAnswer;
  readonly error: string | null;
  /** Words of a sheet that an error pointed at, from 1. */
  readonly wrong?: readonly number[];
  readonly onChange: (value: VaultAnswer) => void;
}

/** The passphrase or the words, and the reason that goes into the log of deeds. */
export function VaultFields({ value, error, wrong = [], onChange }: VaultFieldsProps) {
  const { t } = useWords();
  return (
    <Stack>
      {value.by === 'passphrase' ? (
        <PasswordInput
          label={t('restore.vaultPassphrase')}
          value={value.secret}
          error={error}
          onChange={(event) => onChange({ ...value, secret: event.currentTarget.value })}
          autoComplete="off"
          maw={420}
        />
      ) : (
        <WordsField
          value={value.secret}
          error={error}
          wrong={wrong}
          onChange={(secret) => onChange({ ...value, secret })}
        />
      )}
      <TextInput
        label={t('vault.why')}
        description={t('vault.whyHint')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={value.reason}
        maxLength={longestReason}
        onChange={(event) => onChange({ ...value, reason: event.currentTarget.value })}
        autoComplete="off"
      />
    </Stack>
  );
}
