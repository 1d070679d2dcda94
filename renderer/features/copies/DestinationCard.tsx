import { Badge, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLock } from '@tabler/icons-react';
import { useStore } from 'zustand';
import { cloudVerdict } from '../../../shared/i18n/cloud-sentences.ts';
import { cloudProviderName } from '../../../shared/model/cloud-providers.ts';
import type { DestinationView } from '../../../shared/model/destination.ts';
import { provenWithinDays } from '../../../shared/model/proof.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ErrorCard } from '../errors/index.ts';
import { TestSteps } from '../live-test/index.ts';
import type { CopiesStore, Proof } from './copies-store.ts';

interface DestinationCardProps {
  readonly destination: DestinationView;
  readonly proof: Proof | null;
  readonly damaged: boolean;
  readonly copies: CopiesStore;
  readonly onVerify: () => void;
  readonly onTidyUp: () => void;
}

export function DestinationCard({ destination, proof, damaged, copies, onVerify, onTidyUp }: DestinationCardProps) {
  const { t, format, language } = useWords();
  const { name, role, place, where, provider, hasCredentials, lockDays } = destination;
  const check = useStore(copies.checks, (checks) => checks[name]);
  const [isRemoving, removing] = useDisclosure(false);
  return (
    <Panel
      title={name}
      actions={
        <Group gap="xs">
          <Button
            variant="default"
            size="xs"
            loading={check?.view === 'testing'}
            onClick={() => void copies.check(name)}
            aria-label={t('copies.testLabel', { name })}
          >
            {t('copies.test')}
          </Button>
          <Button variant="light" size="xs" onClick={onVerify} aria-label={t('copies.verifyLabel', { name })}>
            {t('copies.verify')}
          </Button>
          <Button variant="default" size="xs" onClick={onTidyUp} aria-label={t('retention.openLabel', { name })}>
            {t('retention.open')}
          </Button>
          <Button
            variant="subtle"
            color="gray"
            size="xs"
            onClick={removing.open}
            aria-label={t('copies.removeLabel', { name })}
          >
            {t('copies.remove')}
          </Button>
        </Group>
      }
    >
      <Group justify="space-between" align="flex-start">
        <Stack gap={4}>
          <Group gap="xs">
            <Badge variant="light">{t(`role.${role}`)}</Badge>
            {provider !== null && <Badge variant="default">{cloudProviderName(provider, language)}</Badge>}
            {lockDays !== undefined && (
              <Badge variant="default" leftSection={<IconLock size={12} aria-hidden />}>
                {t('copies.locked', { days: lockDays })}
              </Badge>
            )}
            {damaged && <Badge color="orange">{t('copyBadge.damaged')}</Badge>}
          </Group>
          {place !== null && <Text size="sm">{t('copies.place', { place })}</Text>}
          <Text size="sm" c="dimmed" className="sh-break">
            {where}
          </Text>
        </Stack>
        <Stack gap={2} align="flex-end">
          <Text size="sm" c="dimmed">
            {t('copies.lastProof')}
          </Text>
          <Text size="sm">
            {proof === null
              ? t('copies.noProof')
              : t('copies.lastProofText', { state: t(`copyState.${proof.state}`), date: format.dateShort(proof.at) })}
          </Text>
          <ProofFigures figures={destination.proof ?? null} />
        </Stack>
      </Group>
      {destination.maxBytesPerSecond !== undefined && (
        <Text size="sm" c="dimmed">
          {t('copies.rate', { rate: format.bytes(destination.maxBytesPerSecond) })}
        </Text>
      )}
      {!hasCredentials && (
        <Text size="sm" c="orange">
          {t('copies.noCredentials')}
        </Text>
      )}
      {check?.view === 'tested' && <TestedSteps check={check} />}
      {check?.view === 'failed' && <ErrorCard error={check.error} />}
      <Modal opened={isRemoving} onClose={removing.close} title={t('copies.removeTitle', { name })}>
        <Stack>
          <Text>{t('copies.removeText')}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={removing.close} data-autofocus>
              {t('common.cancel')}
            </Button>
            <Button color="orange" onClick={() => void copies.remove(name).then(removing.close)}>
              {t('copies.removeConfirm')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Panel>
  );
}

/** How much of the copy has been read back, and how long the rest has waited: the honest figure. */
function ProofFigures({ figures }: { readonly figures: DestinationView['proof'] }) {
  const { t, format } = useWords();
  if (figures == null)
    return (
      <Text size="sm" c="dimmed">
        {t('copies.figureUnknown')}
      </Text>
    );
  const { neverRead, provenShare, oldestUnprovenDays, objects } = figures;
  const days = Math.floor(oldestUnprovenDays);
  if (objects === 0) return null;
  const isOld = oldestUnprovenDays > provenWithinDays;
  return (
    <>
      <Text size="sm">{t('copies.figureShare', { share: Math.floor(provenShare * 100), days: provenWithinDays })}</Text>
      <Text size="sm" {...(isOld ? { c: 'orange' } : { c: 'dimmed' })}>
        {neverRead.objects === 0
          ? t(days === 0 ? 'copies.figureToday' : 'copies.figureOldest', { days })
          : t(days === 0 ? 'copies.figureNeverNew' : 'copies.figureNever', {
              count: neverRead.objects,
              bytes: format.bytes(neverRead.bytes),
              days,
            })}
      </Text>
    </>
  );
}

type Tested = Extract<ReturnType<CopiesStore['checks']['getState']>[string], { view: 'tested' }>;

function TestedSteps({ check }: { readonly check: Tested }) {
  const { language } = useWords();
  const failed = check.steps.find(({ ok }) => !ok);
  const verdict = cloudVerdict(check.steps, language);
  return (
    <>
      <TestSteps steps={check.steps} />
      {verdict !== '' && (
        <Text size="sm" role="status">
          {verdict}
        </Text>
      )}
      {failed !== undefined && (
        <ErrorCard error={{ code: (failed.errorCode ?? 'unexpected') as 'unexpected', facts: failed.facts }} />
      )}
    </>
  );
}
