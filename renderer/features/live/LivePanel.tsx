import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { useStore } from 'zustand';
import type { ErrorCode, WireError } from '../../../shared/errors/app-error.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { SeenStream, StreamsStore } from '../../stores/streams-store.ts';
import { ErrorCard } from '../errors/index.ts';
import { LiveLine } from './LiveLine.tsx';
import { reasonOf } from './reason.ts';

/** For the server's own settings, in its section `[mysqld]`. */
const binlogLines = ['log_bin = binlog', 'binlog_format = ROW', 'server_id = 1', 'binlog_expire_logs_seconds = 604800'];

/** MariaDB takes the old name of BINLOG MONITOR as well. */
const grantStatement = "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'user'@'host';";

interface LivePanelProps {
  readonly source: string;
  readonly streams: StreamsStore;
}

/** Following a shop's log: the line, the reason when it does not run, and the owner's say. */
export function LivePanel({ source, streams }: LivePanelProps) {
  const seen = useStore(streams.store, (state) => state.streams[source]);
  const failed = useStore(streams.store, (state) => state.failed[source]);
  if (seen === undefined) return null;
  return <LiveDetails seen={seen} failed={failed} onPause={(paused) => void streams.setPaused(source, paused)} />;
}

interface LiveDetailsProps {
  readonly seen: SeenStream;
  /** Why a pause or its end could not be saved. */
  readonly failed: WireError | undefined;
  /** Not paused: also tries again at once. */
  readonly onPause: (paused: boolean) => void;
}

export function LiveDetails({ seen, failed, onPause }: LiveDetailsProps) {
  const { t, format } = useWords();
  const { state, today, warnings, copies } = seen.status;
  const isPaused = state === 'paused';
  return (
    <Stack gap="xs" component="section" aria-label={t('live.title')}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <LiveLine seen={seen} />
        <Button variant="default" size="xs" flex="none" onClick={() => onPause(!isPaused)} data-live-switch>
          {t(isPaused ? 'live.resume' : 'live.pause')}
        </Button>
      </Group>
      {isPaused && (
        <Text size="sm" c="dimmed">
          {t('live.pausedText')}
        </Text>
      )}
      <Reason seen={seen} onRetry={() => onPause(false)} />
      {copies
        .filter(({ errorCode }) => errorCode !== null)
        .map(({ destination, errorCode }) => (
          <CopyProblem key={destination} destination={destination} code={errorCode as ErrorCode} />
        ))}
      {today.events > 0 && (
        <Text size="sm" c="dimmed">
          {t('live.today', { events: format.count(today.events), bytes: format.bytes(today.bytes) })}
        </Text>
      )}
      {warnings.map((warning) => (
        <Text key={warning} size="sm" c="orange">
          {t(`live.warning.${warning}`)}
        </Text>
      ))}
      {failed !== undefined && <ErrorCard error={failed} />}
    </Stack>
  );
}

function CopyProblem({ destination, code }: { readonly destination: string; readonly code: ErrorCode }) {
  const { t, error } = useWords();
  const { message } = error({ code, facts: { name: destination, destination, path: destination } });
  return (
    <Text size="sm" c="orange">
      {t('live.copyFailed', { name: destination, reason: message })}
    </Text>
  );
}

function Reason({ seen, onRetry }: { readonly seen: SeenStream; readonly onRetry: () => void }) {
  const { t } = useWords();
  const { state, errorCode, errorFacts } = seen.status;
  if (state === 'off' && errorCode === 'binlog.off') {
    return (
      <Alert color="orange" variant="light" radius="lg" title={t('live.binlogOffTitle')} data-error-code={errorCode}>
        <Stack gap="xs" align="flex-start">
          <Text size="sm">{t('live.binlogOffText')}</Text>
          <Code block>{['[mysqld]', ...binlogLines].join('\n')}</Code>
          <Text size="sm">{t('live.binlogOffPanel')}</Text>
          <Button size="xs" variant="light" onClick={onRetry}>
            {t('common.retry')}
          </Button>
        </Stack>
      </Alert>
    );
  }
  if (errorCode === 'mysql.no-privilege') {
    return (
      <Alert color="orange" variant="light" radius="lg" title={t('live.grantTitle')} data-error-code={errorCode}>
        <Stack gap="xs" align="flex-start">
          <Text size="sm">{t('live.grantText')}</Text>
          <Code block>{grantStatement}</Code>
          <Button size="xs" variant="light" onClick={onRetry}>
            {t('common.retry')}
          </Button>
        </Stack>
      </Alert>
    );
  }
  if (state === 'failed' || state === 'off')
    return errorCode === null ? null : (
      <ErrorCard error={{ code: errorCode as ErrorCode, facts: errorFacts }} onRetry={onRetry} />
    );
  const key = reasonOf(seen.status);
  return key === null ? null : (
    <Text size="sm" c="dimmed">
      {t(key)}
    </Text>
  );
}
