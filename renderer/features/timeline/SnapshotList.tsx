import { Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { isClockDoubtful } from '../../../shared/model/snapshot-age.ts';
import type { SnapshotSummary } from '../../../shared/model/snapshot.ts';
import type { SourceView } from '../../../shared/model/source.ts';
import { unitOf } from '../../i18n/ledger-unit.ts';
import { useNow } from '../../i18n/use-now.ts';
import { useWords } from '../../i18n/use-words.ts';
import { CopyBadge } from './CopyBadge.tsx';

interface SnapshotListProps {
  readonly snapshots: readonly SnapshotSummary[];
  readonly source: SourceView;
  readonly onOpen: (id: string) => void;
  readonly onRestore: (id: string) => void;
}

/** Newest first. */
export function SnapshotList({ snapshots, source, onOpen, onRestore }: SnapshotListProps) {
  const { t } = useWords();
  const nowMs = useNow();
  return (
    <Stack component="ul" className="sh-list" gap="sm" aria-label={t('timeline.snapshots')}>
      {snapshots.map((snapshot) => (
        <SnapshotRow
          key={snapshot.id}
          snapshot={snapshot}
          source={source}
          nowMs={nowMs}
          onOpen={() => onOpen(snapshot.id)}
          onRestore={() => onRestore(snapshot.id)}
        />
      ))}
    </Stack>
  );
}

interface SnapshotRowProps {
  readonly snapshot: SnapshotSummary;
  readonly source: SourceView;
  readonly nowMs: number;
  readonly onOpen: () => void;
  readonly onRestore: () => void;
}

function SnapshotRow({ snapshot, source, nowMs, onOpen, onRestore }: SnapshotRowProps) {
  const { t, format, named } = useWords();
  const { id, at, tables, rows, bytes, ledgers, checksOk, copies } = snapshot;
  const date = format.dateShort(at);
  return (
    <Paper component="li" withBorder radius="lg" p="md" aria-label={t('snapshot.label', { date })} data-snapshot={id}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Stack gap={6} miw={0} flex={1}>
          <Group gap="sm">
            <Text fw={650}>{date}</Text>
            <Text size="sm" c="dimmed">
              {format.ago(at, nowMs)}
            </Text>
            {isClockDoubtful(snapshot) && (
              <Badge color="yellow" variant="light" tt="none" title={t('snapshot.clockWrongTitle')}>
                {t('snapshot.clockWrong')}
              </Badge>
            )}
            {!checksOk && (
              <Badge color="orange" tt="none">
                {t('snapshot.checksBad')}
              </Badge>
            )}
          </Group>
          <Group gap="lg">
            <Text size="sm" c="dimmed">
              {t('common.tables', { count: tables })} · {t('common.rows', { count: rows, shown: format.count(rows) })} ·{' '}
              {format.bytes(bytes)}
            </Text>
            {ledgers.map(({ name, sum, currency }) => (
              <Text size="sm" key={name}>
                {t('snapshot.paid', { name: named('ledgerName', name) })}{' '}
                <b>{format.money(sum, currency, unitOf(name, source.ledgers))}</b>
              </Text>
            ))}
          </Group>
          <Group gap="xs">
            {copies.map((copy) => (
              <CopyBadge key={copy.destination} copy={copy} />
            ))}
          </Group>
        </Stack>
        <Group gap="xs" wrap="nowrap">
          <Button variant="default" size="xs" onClick={onOpen} aria-label={t('snapshot.openLabel', { date })}>
            {t('snapshot.open')}
          </Button>
          <Button variant="light" size="xs" onClick={onRestore} aria-label={t('snapshot.restoreLabel', { date })}>
            {t('snapshot.restore')}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
