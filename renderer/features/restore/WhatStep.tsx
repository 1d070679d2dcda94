import { Badge, Checkbox, Group, ScrollArea, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useWords } from '../../i18n/use-words.ts';
import type { SnapshotDetail } from '../../stores/detail-store.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { RestoreAnswers } from './restore-answers.ts';

interface WhatStepProps {
  readonly detail: SnapshotDetail;
  readonly answers: RestoreAnswers;
  readonly error: string | null;
  readonly onAnswer: (changes: Partial<RestoreAnswers>) => void;
}

export function WhatStep({ detail, answers, error, onAnswer }: WhatStepProps) {
  const { t, format } = useWords();
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('restore.whatTitle')}
      </Title>
      <ChoiceCards
        label={t('restore.whatTitle')}
        value={answers.what}
        columns={2}
        onChange={(what) => onAnswer({ what })}
        choices={[
          {
            value: 'everything',
            title: t('restore.everything'),
            text: t('restore.everythingText', {
              count: format.count(detail.tables.length),
              rows: format.count(detail.snapshot.rows),
            }),
          },
          { value: 'some', title: t('restore.some'), text: t('restore.someText') },
        ]}
      />
      {answers.what === 'some' && (
        <TablePicker detail={detail} chosen={answers.tables} onChange={(tables) => onAnswer({ tables })} />
      )}
      {error !== null && (
        <Text c="orange" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}

interface TablePickerProps {
  readonly detail: SnapshotDetail;
  readonly chosen: readonly string[];
  readonly onChange: (tables: string[]) => void;
}

function TablePicker({ detail, chosen, onChange }: TablePickerProps) {
  const { t, format } = useWords();
  const [wanted, setWanted] = useState('');
  const found = detail.tables.filter(({ database, name }) =>
    `${database}.${name}`.includes(wanted.trim().toLowerCase()),
  );
  return (
    <Panel
      title={t('restore.tablesLabel')}
      actions={<Text size="sm">{t('restore.tablesChosen', { count: chosen.length })}</Text>}
    >
      <TextInput
        aria-label={t('restore.tablesSearch')}
        placeholder={t('restore.tablesSearch')}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <Checkbox.Group
        value={[...chosen]}
        onChange={onChange}
        label={t('restore.tablesLabel')}
        labelProps={{ className: 'sh-unseen' }}
      >
        <ScrollArea.Autosize mah={280}>
          <Stack gap="xs">
            {found.map(({ database, name, rows, sealed }) => (
              <Group key={`${database}.${name}`} justify="space-between" pr="md">
                <Checkbox value={`${database}.${name}`} label={`${database}.${name}`} />
                <Group gap="xs">
                  {sealed && (
                    <Badge variant="light" tt="none" size="sm">
                      {t('snapshot.sealed')}
                    </Badge>
                  )}
                  <Text size="sm" c="dimmed">
                    {t('common.rows', { count: rows, shown: format.count(rows) })}
                  </Text>
                </Group>
              </Group>
            ))}
          </Stack>
        </ScrollArea.Autosize>
      </Checkbox.Group>
    </Panel>
  );
}
