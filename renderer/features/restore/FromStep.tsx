import { Stack, Title } from '@mantine/core';
import { useWords } from '../../i18n/use-words.ts';
import type { SnapshotDetail } from '../../stores/detail-store.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import type { RestoreAnswers } from './restore-answers.ts';

interface FromStepProps {
  readonly detail: SnapshotDetail;
  readonly answers: RestoreAnswers;
  readonly onAnswer: (changes: Partial<RestoreAnswers>) => void;
}

/** No copy may be called this, because names start with a letter or digit. */
const nearest = '*';

export function FromStep({ detail, answers, onAnswer }: FromStepProps) {
  const { t, format } = useWords();
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('restore.fromTitle')}
      </Title>
      <ChoiceCards
        label={t('restore.fromTitle')}
        value={answers.from ?? nearest}
        onChange={(from) => onAnswer({ from: from === nearest ? null : from })}
        choices={[
          { value: nearest, title: t('restore.nearest'), text: t('restore.nearestText') },
          ...detail.copies.map(({ destination, state, at, intact }) => ({
            value: destination,
            title: destination,
            text: `${t(`copyState.${state}`)} · ${format.dateShort(at)}${intact ? '' : ` · ${t('copyBadge.damaged')}`}`,
          })),
        ]}
      />
    </Stack>
  );
}
