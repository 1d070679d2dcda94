import { Badge, Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import type { Library } from '../../stores/library-store.ts';
import type { DestinationRole } from '../../../shared/model/destination.ts';
import { Panel } from '../../ui/Panel.tsx';
import { DestinationForm } from '../copies/index.ts';
import type { CopiesStore } from '../copies/index.ts';

interface CopiesStepProps {
  readonly library: Library;
  readonly copies: CopiesStore;
  readonly dialogs: Dialogs;
  readonly onDone: () => void;
}

const suggestions = [
  { role: 'main', title: 'start.suggestMain', text: 'start.suggestMainText' },
  { role: 'second-disk', title: 'start.suggestSecond', text: 'start.suggestSecondText' },
  { role: 'cold', title: 'start.suggestCold', text: 'start.suggestColdText' },
  { role: 'cloud', title: 'start.suggestCloud', text: 'start.suggestCloudText' },
] as const;

export function CopiesStep({ library, copies, dialogs, onDone }: CopiesStepProps) {
  const { t } = useWords();
  const { destinations } = library;
  const [adding, setAdding] = useState<DestinationRole | null>(null);

  function open(role: DestinationRole | null): void {
    copies.connect.reset();
    setAdding(role);
  }

  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        {t('start.copiesTitle')}
      </Title>
      <Text c="dimmed">{t('start.copiesText')}</Text>
      <Panel title={t('start.copiesAdded')}>
        {destinations.length === 0 ? (
          <Text c="dimmed">{t('start.copiesNone')}</Text>
        ) : (
          <Stack component="ul" className="sh-list" gap="xs">
            {destinations.map(({ id, name, role, where }) => (
              <Group component="li" key={id} gap="sm">
                <Badge variant="light">{t(`role.${role}`)}</Badge>
                <Text fw={600}>{name}</Text>
                <Text size="sm" c="dimmed" className="sh-break">
                  {where}
                </Text>
              </Group>
            ))}
          </Stack>
        )}
      </Panel>
      {adding === null ? (
        <SimpleGrid cols={2}>
          {suggestions.map(({ role, title, text }) => (
            <Button
              key={role}
              variant="default"
              h="auto"
              py="md"
              justify="flex-start"
              onClick={() => open(role)}
              aria-label={`${t('common.add')}：${t(title)}`}
            >
              <Stack gap={2} align="flex-start">
                <Text fw={600}>{t(title)}</Text>
                <Text size="sm" c="dimmed">
                  {t(text)}
                </Text>
              </Stack>
            </Button>
          ))}
        </SimpleGrid>
      ) : (
        <DestinationForm
          key={adding}
          copies={copies}
          dialogs={dialogs}
          role={adding}
          taken={destinations.map(({ name }) => name)}
          onSaved={() => open(null)}
          onCancel={() => open(null)}
        />
      )}
      {adding === null && (
        <Group>
          <Button size="md" disabled={destinations.length === 0} onClick={onDone}>
            {t('common.continue')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
