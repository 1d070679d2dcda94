import { PasswordInput, Stack, Text, Textarea, Title } from '@mantine/core';
import { useWords } from '../../i18n/use-words.ts';
import type { SnapshotDetail } from '../../stores/detail-store.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { holdsSecrets } from './restore-answers.ts';
import type { RestoreAnswers } from './restore-answers.ts';

interface VaultStepProps {
  readonly detail: SnapshotDetail;
  readonly answers: RestoreAnswers;
  readonly error: string | null;
  readonly onAnswer: (changes: Partial<RestoreAnswers>) => void;
}

export function VaultStep({ detail, answers, error, onAnswer }: VaultStepProps) {
  const { t } = useWords();
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('restore.vaultTitle')}
      </Title>
      {holdsSecrets(answers, detail) ? (
        <>
          <ChoiceCards
            label={t('restore.vaultTitle')}
            value={answers.vault}
            onChange={(vault) => onAnswer({ vault, vaultSecret: '' })}
            choices={[
              { value: 'closed', title: t('restore.vaultClosed'), text: t('restore.vaultClosedText') },
              { value: 'passphrase', title: t('restore.vaultOpen'), text: t('restore.vaultOpenText') },
              { value: 'words', title: t('restore.vaultWords'), text: t('restore.vaultWordsText') },
            ]}
          />
          {answers.vault === 'passphrase' && (
            <PasswordInput
              label={t('restore.vaultPassphrase')}
              value={answers.vaultSecret}
              error={error}
              onChange={(event) => onAnswer({ vaultSecret: event.currentTarget.value })}
              autoComplete="off"
              maw={420}
            />
          )}
          {answers.vault === 'words' && (
            <Textarea
              label={t('recover.words')}
              description={t('recover.wordsHint')}
              value={answers.vaultSecret}
              error={error}
              onChange={(event) => onAnswer({ vaultSecret: event.currentTarget.value })}
              autoComplete="off"
              spellCheck={false}
              autosize
              minRows={3}
            />
          )}
        </>
      ) : (
        <Text>{t('restore.vaultNone')}</Text>
      )}
    </Stack>
  );
}
