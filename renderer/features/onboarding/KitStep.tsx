import { Button, Code, Group, List, Stack, Text, Title } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import type { WireError } from '../../../shared/errors/app-error.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ErrorCard } from '../errors/index.ts';

interface KitStepProps {
  readonly files: readonly string[];
  readonly error: WireError | null;
  readonly onOpen: (kit: 'main' | 'vault') => void;
  readonly onConfirm: () => void;
}

export function KitStep({ files, error, onOpen, onConfirm }: KitStepProps) {
  const { t } = useWords();
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        {t('kit.title')}
      </Title>
      <Text c="dimmed">{t('kit.text')}</Text>
      <Panel title={t('kit.files')}>
        <List size="sm">
          {files.map((file) => (
            <List.Item key={file} className="sh-break">
              <Code>{file}</Code>
            </List.Item>
          ))}
        </List>
        <Stack align="flex-start">
          <Button size="md" leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => onOpen('main')}>
            {t('kit.openMain')}
          </Button>
          <Button size="md" leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => onOpen('vault')}>
            {t('kit.openVault')}
          </Button>
        </Stack>
        <Text size="sm">{t('kit.advice')}</Text>
      </Panel>
      {error !== null && <ErrorCard error={error} />}
      <Group>
        <Button size="md" variant="light" onClick={onConfirm}>
          {t('kit.confirm')}
        </Button>
        <Button size="md" variant="subtle" color="gray" onClick={onConfirm}>
          {t('kit.later')}
        </Button>
      </Group>
    </Stack>
  );
}
