import { Button, Code, Group, Loader, Paper, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { takenBy } from '../../../shared/model/snapshot-age.ts';
import type { SnapshotSummary } from '../../../shared/model/snapshot.ts';
import { useNow } from '../../i18n/use-now.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { EventsStore, LogEvent, ShopLog } from '../../stores/events-store.ts';
import { newestStored, type StreamsStore } from '../../stores/streams-store.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ErrorCard } from '../errors/index.ts';
import { bandOf } from './band.ts';
import { eventText } from './event-text.ts';
import { LogBand } from './LogBand.tsx';

interface LogPanelProps {
  readonly source: string;
  readonly snapshots: readonly SnapshotSummary[];
  readonly events: EventsStore;
  readonly streams: StreamsStore;
  readonly onRestoreBefore: (event: LogEvent) => void;
}

/** What a shop's log holds between its snapshots, and what in it took data away. */
export function LogPanel({ source, snapshots, events, streams, onRestoreBefore }: LogPanelProps) {
  const { t } = useWords();
  const state = useStore(events.store, (logs) => logs[source]);
  const storedAt = useStore(streams.store, ({ streams: all }) => newestStored(all[source]));

  useEffect(() => void events.load(source), [events, source]);

  return (
    <Panel title={t('log.title')}>
      {(state === undefined || state.view === 'loading') && (
        <Group gap="xs">
          <Loader size="xs" aria-hidden />
          <Text size="sm" c="dimmed" role="status">
            {t('log.loading')}
          </Text>
        </Group>
      )}
      {state?.view === 'none' && <Text c="dimmed">{t('log.notYet')}</Text>}
      {state?.view === 'failed' && <ErrorCard error={state.error} onRetry={() => void events.load(source)} />}
      {state?.view === 'ready' && (
        <Log log={state.log} snapshots={snapshots} storedAt={storedAt} onRestoreBefore={onRestoreBefore} />
      )}
    </Panel>
  );
}

interface LogProps {
  readonly log: ShopLog;
  readonly snapshots: readonly SnapshotSummary[];
  readonly storedAt: string | null;
  readonly onRestoreBefore: (event: LogEvent) => void;
}

const firstShown = 5;

function Log({ log, snapshots, storedAt, onRestoreBefore }: LogProps) {
  const { t, format } = useWords();
  const nowMs = useNow();
  const [isWhole, setIsWhole] = useState(false);
  const taken = snapshots.map((snapshot) => ({ id: snapshot.id, at: takenBy(snapshot) }));
  const band = bandOf(log, taken, storedAt, nowMs);
  const newestFirst = [...log.events].reverse();
  const shown = isWhole ? newestFirst : newestFirst.slice(0, firstShown);
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t('log.reach')}
      </Text>
      {band !== null && <LogBand band={band} />}
      {log.gaps.map(({ reason, afterAt, untilAt, until }) => (
        <Text size="sm" key={`${until.file}:${until.position}`} c="orange">
          {t(`log.gap.${reason}`, {
            from: afterAt === null ? '?' : format.date(afterAt),
            until: untilAt === null ? '?' : format.date(untilAt),
          })}
        </Text>
      ))}
      {shown.length === 0 ? (
        <Text size="sm">{t('log.nothing')}</Text>
      ) : (
        <>
          <Text fw={600}>{t('log.found', { count: newestFirst.length })}</Text>
          <Stack component="ul" className="sh-list" gap="xs" aria-label={t('log.title')}>
            {shown.map((event) => (
              <EventRow key={event.id} event={event} onRestore={() => onRestoreBefore(event)} />
            ))}
          </Stack>
        </>
      )}
      {shown.length < newestFirst.length && (
        <Button variant="subtle" size="xs" w="fit-content" onClick={() => setIsWhole(true)}>
          {t('log.showAll', { count: newestFirst.length })}
        </Button>
      )}
      <Text size="xs" c="dimmed">
        {t('log.readsUnseen')}
      </Text>
    </Stack>
  );
}

function EventRow({ event, onRestore }: { readonly event: LogEvent; readonly onRestore: () => void }) {
  const words = useWords();
  const { t, format } = words;
  const { at, kind, rows, share, threadId, statement } = event;
  const facts = [
    ...(rows === null
      ? []
      : [
          share === null
            ? t('log.rows', { rows: format.count(rows) })
            : t('log.rowsShare', { rows: format.count(rows), percent: Math.round(share * 100) }),
        ]),
    ...(threadId === null ? [] : [t('log.thread', { thread: threadId })]),
  ];
  return (
    <Paper component="li" withBorder radius="md" p="sm" data-event={kind}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Group gap="sm" wrap="nowrap" align="flex-start" miw={0}>
          <IconAlertTriangle
            size={18}
            color="var(--mantine-color-orange-6)"
            aria-hidden
            style={{ flex: 'none', marginTop: 2 }}
          />
          <Stack gap={2} miw={0}>
            <Text fw={600} className="sh-break">
              {eventText(event, words)}
            </Text>
            <Text size="sm" c="dimmed">
              {[format.date(at), ...facts].join(' · ')}
            </Text>
            {statement !== null && <Code className="sh-break">{statement}</Code>}
          </Stack>
        </Group>
        <Button
          variant="light"
          size="xs"
          flex="none"
          onClick={onRestore}
          aria-label={t('log.restoreBeforeLabel', { at: format.date(at), kind: t(`log.kind.${kind}`) })}
        >
          {t('log.restoreBefore')}
        </Button>
      </Group>
    </Paper>
  );
}
