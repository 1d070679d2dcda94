import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ShrinkFinding, ShrunkSource } from '../../../shared/model/retention.ts';
import { useWords } from '../../i18n/use-words.ts';
import { FactList } from '../../ui/FactList.tsx';
import { Verdict } from '../../ui/Verdict.tsx';

interface MoneyAlarmProps {
  readonly alarm: ShrunkSource;
  readonly onRestore: () => void;
  readonly onMine: (snapshot: string) => void;
}

const mostFindings = 8;
const ofLedgers: ReadonlySet<ShrinkFinding['kind']> = new Set(['ledger', 'status-flip', 'closed-day']);

/** What does not happen by itself: what, before and after, since when; and who decides what it was. */
export function MoneyAlarm({ alarm: { source, snapshot, findings }, onRestore, onMine }: MoneyAlarmProps) {
  const { t, named, format } = useWords();
  const [isAsking, asking] = useDisclosure(false);
  const amount = ({ kind, exact }: ShrinkFinding, value: number, side: 'before' | 'after') =>
    exact?.[side] ?? (kind === 'bytes' ? format.bytes(value) : format.count(value));
  return (
    <Verdict tone="attention" title={t('shrunk.title', { source })}>
      <FactList
        facts={findings.slice(0, mostFindings).map((finding) => [
          t(`shrunk.${finding.kind}`, {
            name: ofLedgers.has(finding.kind) ? named('ledgerName', finding.name) : finding.name,
            detail: finding.detail ?? '',
          }),
          `${t('shrunk.change', {
            before: amount(finding, finding.before, 'before'),
            after: amount(finding, finding.after, 'after'),
          })} · ${t('shrunk.since', { date: format.dateShort(finding.since) })}`,
        ])}
      />
      <Text>{t('money.alarmNext')}</Text>
      <Group>
        <Button onClick={onRestore}>{t('shrunk.restore')}</Button>
        <Button variant="default" onClick={asking.open}>
          {t('money.mine')}
        </Button>
      </Group>
      <Modal opened={isAsking} onClose={asking.close} title={t('money.confirmTitle')}>
        <Stack>
          <Text>{t('money.confirmText', { source })}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={asking.close} data-autofocus>
              {t('common.cancel')}
            </Button>
            <Button
              color="orange"
              onClick={() => {
                asking.close();
                onMine(snapshot);
              }}
            >
              {t('money.confirm')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Verdict>
  );
}
