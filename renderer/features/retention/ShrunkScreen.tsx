import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ShrinkFinding, ShrunkSource } from '../../../shared/model/retention.ts';
import { useWords } from '../../i18n/use-words.ts';
import { FactList } from '../../ui/FactList.tsx';
import { Verdict } from '../../ui/Verdict.tsx';

interface ShrunkScreenProps {
  readonly shrunk: ShrunkSource;
  readonly onRestore: () => void;
  readonly onMine: () => void;
  readonly onBack: () => void;
}

const mostFindings = 8;

/** The shop looks robbed: what fell, what to look at, the way to a restore, and only then the way on. */
export function ShrunkScreen({ shrunk, onRestore, onMine, onBack }: ShrunkScreenProps) {
  const { t, named, format } = useWords();
  const [isAsking, asking] = useDisclosure(false);
  const { source, at, findings } = shrunk;
  const amount = ({ kind }: ShrinkFinding, value: number) =>
    kind === 'bytes' ? format.bytes(value) : format.count(value);
  return (
    <Verdict tone="attention" title={t('shrunk.title', { source })}>
      <Text>{t('shrunk.text', { date: format.dateShort(at) })}</Text>
      <FactList
        facts={findings.slice(0, mostFindings).map((finding) => [
          t(`shrunk.${finding.kind}`, {
            name: ['ledger', 'status-flip', 'closed-day'].includes(finding.kind)
              ? named('ledgerName', finding.name)
              : finding.name,
            detail: finding.detail ?? '',
          }),
          `${t('shrunk.change', {
            before: amount(finding, finding.before),
            after: amount(finding, finding.after),
          })} · ${t('shrunk.since', { date: format.dateShort(finding.since) })}`,
        ])}
      />
      <Text>{t('shrunk.next')}</Text>
      <Group>
        <Button onClick={onRestore}>{t('shrunk.restore')}</Button>
        <Button variant="default" onClick={asking.open}>
          {t('shrunk.mine')}
        </Button>
        <Button variant="subtle" color="gray" onClick={onBack}>
          {t('common.close')}
        </Button>
      </Group>
      <Modal opened={isAsking} onClose={asking.close} title={t('shrunk.confirmTitle')}>
        <Stack>
          <Text>{t('shrunk.confirmText', { source })}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={asking.close} data-autofocus>
              {t('common.cancel')}
            </Button>
            <Button color="orange" onClick={onMine}>
              {t('shrunk.confirm')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Verdict>
  );
}
