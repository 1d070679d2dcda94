import { Button, Group, List, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { JobCopy, JobProgress } from '../../../shared/model/job.ts';
import { useWords } from '../../i18n/use-words.ts';

interface JobCardProps {
  readonly title: string;
  readonly progress: JobProgress | null;
  readonly cancelling: boolean;
  readonly onCancel: () => void;
  /** What else there is to say while this job runs. */
  readonly children?: ReactNode;
}

/** How far in the phase: by bytes where somebody knows them, else by items; null while nobody knows. */
function shareOf({ doneBytes, totalBytes, doneItems, totalItems }: JobProgress): number | null {
  if (totalBytes !== null && totalBytes > 0) return Math.min(100, (100 * doneBytes) / totalBytes);
  if (totalItems !== null && totalItems > 0) return Math.min(100, (100 * doneItems) / totalItems);
  return null;
}

/** A long job while it runs: phase, what it works on, how much, how fast, how long still, and a way to stop it. */
export function JobCard({ title, progress, cancelling, onCancel, children }: JobCardProps) {
  const { t, named, format } = useWords();
  const share = progress === null ? null : shareOf(progress);
  const phase = progress === null ? t('job.waiting') : named('job.phase', progress.phase);
  return (
    <Paper withBorder p="lg" radius="lg" component="section" aria-label={title}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Title order={2} size="h4">
              {title}
            </Title>
            <Text c="dimmed" role="status">
              {cancelling ? t('job.cancelling') : phase}
            </Text>
          </div>
          <Button variant="default" onClick={onCancel} loading={cancelling}>
            {t('job.cancel')}
          </Button>
        </Group>
        <Progress.Root size="lg" radius="xl">
          <Progress.Section
            value={share ?? 100}
            animated={share === null}
            striped={share === null}
            aria-label={t('job.progress')}
            {...(share === null ? { withAria: false, role: 'progressbar' } : {})}
          />
        </Progress.Root>
        <Group justify="space-between" gap="lg" mih={22}>
          <Text size="sm" className="sh-break">
            {progress !== null && progress.detail !== '' ? t('job.current', { detail: progress.detail }) : ' '}
          </Text>
          {progress !== null && <Figures progress={progress} format={format} t={t} />}
        </Group>
        {progress?.copies !== undefined && <CopyLines copies={progress.copies} />}
        {children}
      </Stack>
    </Paper>
  );
}

/** Each copy by itself: a slow one is seen to be slow, and one that failed is seen at once. */
function CopyLines({ copies }: { readonly copies: readonly JobCopy[] }) {
  const { t, format } = useWords();
  return (
    <List size="sm" aria-label={t('job.copies')}>
      {copies.map(({ destination, state, doneItems, totalItems, doneBytes }) => (
        <List.Item key={destination}>
          {t(`job.copyState.${state}`, {
            name: destination,
            done: doneItems,
            total: totalItems,
            bytes: format.bytes(doneBytes),
          })}
        </List.Item>
      ))}
    </List>
  );
}

type FiguresProps = { readonly progress: JobProgress } & Pick<ReturnType<typeof useWords>, 'format' | 't'>;

function Figures({ progress, format, t }: FiguresProps) {
  const { doneBytes, totalBytes, doneItems, totalItems, bytesPerSecond, etaMs } = progress;
  const parts: string[] = [];
  if (totalBytes !== null)
    parts.push(t('job.bytes', { done: format.bytes(doneBytes), total: format.bytes(totalBytes) }));
  else if (doneBytes > 0) parts.push(t('job.bytesOnly', { done: format.bytes(doneBytes) }));
  if (totalItems !== null && totalItems > 1) parts.push(t('job.items', { done: doneItems, total: totalItems }));
  if (bytesPerSecond > 0) parts.push(t('job.speed', { speed: format.bytes(bytesPerSecond) }));
  if (etaMs !== null) parts.push(t('job.eta', { time: format.duration(etaMs) }));
  else if (totalBytes !== null) parts.push(t('job.etaUnknown'));
  return (
    <Text size="sm" c="dimmed">
      {parts.join(' · ')}
    </Text>
  );
}
