import { Select, Stack, Title } from '@mantine/core';
import { useNow } from '../../i18n/use-now.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Library } from '../../stores/library-store.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import type { RestoreAnswers } from './restore-answers.ts';

interface SnapshotStepProps {
  readonly library: Library;
  readonly answers: RestoreAnswers;
  readonly onShop: (name: string) => void;
  readonly onChoose: (id: string) => void;
}

export function SnapshotStep({ library, answers, onShop, onChoose }: SnapshotStepProps) {
  const { t, format } = useWords();
  const nowMs = useNow();
  const snapshots = library.snapshots.filter(({ source }) => source === answers.source);
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('restore.snapshotTitle')}
      </Title>
      {library.sources.length > 1 && (
        <Select
          label={t('restore.shop')}
          value={answers.source}
          allowDeselect={false}
          data={library.sources.map(({ name }) => name)}
          onChange={(name) => name !== null && onShop(name)}
        />
      )}
      <ChoiceCards
        label={t('restore.snapshotTitle')}
        value={answers.snapshot}
        onChange={onChoose}
        choices={snapshots.map(({ id, at, tables, rows, bytes, checksOk }, index) => ({
          value: id,
          title: `${format.dateShort(at)}${index === 0 ? ` · ${t('restore.latest')}` : ''}`,
          text: [
            format.ago(at, nowMs),
            t('common.tables', { count: tables }),
            t('common.rows', { count: rows, shown: format.count(rows) }),
            format.bytes(bytes),
            ...(checksOk ? [] : [t('snapshot.checksBad')]),
          ].join(' · '),
        }))}
      />
    </Stack>
  );
}
