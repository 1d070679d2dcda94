import { Button, List, Paper, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { JobRun } from '../../stores/job-run.ts';
import { useWords } from '../../i18n/use-words.ts';
import { DemoCard } from '../demo/index.ts';

interface WelcomeStepProps {
  readonly demo: JobRun<'demo.open'> | null;
  readonly onBegin: (wantsDemo: boolean) => void;
  readonly onRecover: () => void;
}

export function WelcomeStep({ demo, onBegin, onRecover }: WelcomeStepProps) {
  const { t } = useWords();
  const promises = [t('start.promise1'), t('start.promise2'), t('start.promise3')];
  return (
    <Stack gap="xl">
      <Stack gap="sm">
        <Title order={1} tabIndex={-1}>
          {t('start.welcomeTitle')}
        </Title>
        <Text size="lg" c="dimmed" maw={720}>
          {t('start.welcomeText')}
        </Text>
        <List
          spacing="xs"
          center
          icon={
            <ThemeIcon size={22} radius="xl">
              <IconCheck size={14} aria-hidden />
            </ThemeIcon>
          }
        >
          {promises.map((promise) => (
            <List.Item key={promise}>{promise}</List.Item>
          ))}
        </List>
        <Button size="lg" mt="md" w="fit-content" onClick={() => onBegin(false)}>
          {t('start.begin')}
        </Button>
      </Stack>
      <SimpleGrid cols={demo === null ? 1 : 2}>
        {demo !== null && <DemoCard demo={demo} onOpened={() => undefined} onChosen={() => onBegin(true)} />}
        <Paper withBorder p="lg" radius="lg">
          <Stack gap="sm" align="flex-start">
            <Title order={3} size="h5">
              {t('start.recoverTitle')}
            </Title>
            <Text size="sm" c="dimmed">
              {t('start.recoverText')}
            </Text>
            <Button variant="light" onClick={onRecover}>
              {t('start.recover')}
            </Button>
          </Stack>
        </Paper>
      </SimpleGrid>
    </Stack>
  );
}
