import { Button, Group, Stack, Table, Text } from '@mantine/core';
import type { GoReason, KeepReason } from '../../../shared/model/retention.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import type { PruneOutput } from './retention-store.ts';

interface RetentionPlanProps {
  readonly plan: PruneOutput;
  /** A person said that the shop shrank by their own hand: written down also when nothing goes. */
  readonly isConfirming: boolean;
  readonly onBack: () => void;
  readonly onConfirm: () => void;
}

/** What would go and what would stay, each with its reason, and the one button that does it. */
export function RetentionPlan({ plan, isConfirming, onBack, onConfirm }: RetentionPlanProps) {
  const { t, format } = useWords();
  const { kept, removed, bytesFreed, objectsRemoved, tooYoung, locked, timeZone } = plan;
  const isNothing = removed.length === 0 && objectsRemoved === 0;
  const counts = { kept: format.count(kept.length), removed: format.count(removed.length) };
  return (
    <Stack>
      <Verdict tone="neutral" title={t(isNothing ? 'retention.planNothingTitle' : 'retention.planTitle', counts)}>
        {isNothing
          ? t('retention.planNothingText', counts)
          : t('retention.planText', { bytes: format.bytes(bytesFreed) })}
      </Verdict>
      <Panel>
        {removed.length > 0 && (
          <SnapshotTable
            title={t('retention.goes')}
            snapshots={removed.map((each) => ({
              ...each,
              why: each.reasons.map((reason: GoReason) =>
                t(`retention.goReason.${reason.id}`, { bucket: reason.bucket ?? '' }),
              ),
            }))}
          />
        )}
        <SnapshotTable
          title={t('retention.stays')}
          snapshots={kept.map((each) => ({
            ...each,
            why: each.reasons.map((reason: KeepReason) =>
              t(`retention.keepReason.${reason.id}`, { bucket: reason.bucket ?? '' }),
            ),
          }))}
        />
        <Text size="sm" c="dimmed">
          {t('retention.zone', { zone: timeZone })}
        </Text>
        {tooYoung > 0 && <Text size="sm">{t('retention.young', { count: format.count(tooYoung) })}</Text>}
        {locked > 0 && <Text size="sm">{t('retention.locked', { count: format.count(locked) })}</Text>}
        <Group>
          {!isNothing && (
            <Button color="orange" onClick={onConfirm}>
              {t('retention.confirm', { count: format.count(removed.length) })}
            </Button>
          )}
          {isNothing && isConfirming && <Button onClick={onConfirm}>{t('retention.noteOnly')}</Button>}
          <Button variant="default" onClick={onBack}>
            {t('retention.again')}
          </Button>
        </Group>
      </Panel>
    </Stack>
  );
}

interface SnapshotTableProps {
  readonly title: string;
  readonly snapshots: readonly {
    readonly snapshot: string;
    readonly at: string;
    readonly source: string;
    readonly green: boolean;
    readonly why: readonly string[];
  }[];
}

function SnapshotTable({ title, snapshots }: SnapshotTableProps) {
  const { t, format, language } = useWords();
  return (
    <Table aria-label={title} layout="fixed" verticalSpacing={6}>
      <Table.Caption style={{ captionSide: 'top', textAlign: 'start' }}>
        <Text fw={600}>{title}</Text>
      </Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="26%">{t('retention.when')}</Table.Th>
          <Table.Th w="20%">{t('retention.shop')}</Table.Th>
          <Table.Th>{t('retention.why')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {snapshots.map(({ snapshot, at, source, green, why }) => (
          <Table.Tr key={snapshot}>
            <Table.Td>{format.dateShort(at)}</Table.Td>
            <Table.Td>{source}</Table.Td>
            <Table.Td>
              {why.join(language === 'zh' ? '，' : ', ')}
              {!green && (
                <Text span size="sm" c="orange">
                  {language === 'zh' ? `（${t('retention.red')}）` : ` (${t('retention.red')})`}
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
