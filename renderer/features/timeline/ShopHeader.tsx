import { Button, Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useStore } from 'zustand';
import { takenBy } from '../../../shared/model/snapshot-age.ts';
import type { SourceView } from '../../../shared/model/source.ts';
import { useNow } from '../../i18n/use-now.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Library } from '../../stores/library-store.ts';
import type { StreamsStore } from '../../stores/streams-store.ts';
import { LiveLine } from '../live/index.ts';
import { lastGood, nextStep } from './next-step.ts';

interface ShopHeaderProps {
  readonly source: SourceView;
  readonly library: Library;
  readonly streams: StreamsStore;
  readonly canBackUp: boolean;
  readonly isRunning: boolean;
  readonly onChoose: (name: string) => void;
  readonly onBackUp: () => void;
}

/** The shop at a glance: the last good backup, how long ago, the next step, and the one big button. */
export function ShopHeader({ source, library, streams, canBackUp, isRunning, onChoose, onBackUp }: ShopHeaderProps) {
  const { t, format } = useWords();
  const seen = useStore(streams.store, (state) => state.streams[source.name]);
  const nowMs = useNow();
  const snapshots = library.snapshots.filter((one) => one.source === source.name);
  const good = lastGood(snapshots);
  const { key, facts } = nextStep(source, snapshots, library.destinations, nowMs);
  return (
    <Paper withBorder radius="lg" p="xl" component="section" aria-label={source.name}>
      <Group justify="space-between" wrap="nowrap" gap="xl">
        <Stack gap="md" miw={0}>
          {library.sources.length > 1 ? (
            <Select
              aria-label={t('timeline.shop')}
              value={source.name}
              allowDeselect={false}
              data={library.sources.map(({ name }) => name)}
              onChange={(name) => name !== null && onChoose(name)}
            />
          ) : (
            <Title order={1} size="h2" tabIndex={-1} className="sh-break">
              {source.name}
            </Title>
          )}
          <div>
            <Text size="sm" c="dimmed">
              {t('timeline.lastGood')}
            </Text>
            <Text fw={600} size="lg" className="sh-sentence">
              {good === null
                ? t('timeline.never')
                : t('timeline.ago', { ago: format.ago(takenBy(good), nowMs), date: format.dateShort(takenBy(good)) })}
            </Text>
          </div>
          <div>
            <Text size="sm" c="dimmed">
              {t('timeline.next')}
            </Text>
            <Text>{t(key, facts)}</Text>
          </div>
          {seen !== undefined && <LiveLine seen={seen} />}
        </Stack>
        <Button
          size="xl"
          px={48}
          flex="none"
          leftSection={<IconShieldCheck size={26} aria-hidden />}
          disabled={!canBackUp}
          loading={isRunning}
          onClick={onBackUp}
        >
          {t('backup.now')}
        </Button>
      </Group>
    </Paper>
  );
}
