import { Button, Paper, Stack, Text, Title } from '@mantine/core';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import type { JobRun } from '../../stores/job-run.ts';
import { JobFailure } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';

/** The name that says whose job it is; the demo shop's own name is the engine's business. */
const subject = 'demo';

interface DemoCardProps {
  readonly demo: JobRun<'demo.open'>;
  readonly onOpened: () => void;
  /** Instead of opening at once, for where the keys do not exist yet. */
  readonly onChosen?: () => void;
}

export function openDemo(demo: JobRun<'demo.open'>): Promise<boolean> {
  return demo.start(subject, { rows: null }).then((opened) => opened !== null);
}

/** The visible way to try everything without one's own shop. */
export function DemoCard({ demo, onOpened, onChosen }: DemoCardProps) {
  const { t } = useWords();
  const state = useStore(demo.store);
  if (state.view === 'running') {
    return (
      <JobCard
        title={t('demo.opening')}
        progress={state.progress}
        cancelling={state.cancelling}
        onCancel={() => void demo.cancel()}
      />
    );
  }
  return (
    <Paper withBorder p="lg" radius="lg">
      <Stack gap="sm" align="flex-start">
        <Title order={3} size="h5">
          {t('demo.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('demo.text')}
        </Text>
        <Button
          variant="light"
          onClick={onChosen ?? (() => void openDemo(demo).then((opened) => (opened ? onOpened() : undefined)))}
        >
          {t('demo.open')}
        </Button>
        <JobFailure state={state} />
      </Stack>
    </Paper>
  );
}
