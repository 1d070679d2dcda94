import { Stack, Text, Title } from '@mantine/core';
import { useWords } from '../../i18n/use-words.ts';
import type { SnapshotDetail } from '../../stores/detail-store.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { VaultFields } from '../vault/index.ts';
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
          {answers.vault !== 'closed' && (
            <VaultFields
              value={{ by: answers.vault, secret: answers.vaultSecret, reason: answers.vaultReason }}
              error={error}
              onChange={({ secret, reason }) => onAnswer({ vaultSecret: secret, vaultReason: reason })}
            />
          )}
        </>
      ) : (
        <Text>{t('restore.vaultNone')}</Text>
      )}
    </Stack>
  );
}
