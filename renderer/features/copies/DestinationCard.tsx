import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect, useState, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { cloudVerdict } from '../../../shared/i18n/cloud-sentences.ts';
import { cloudProvider, cloudProviderId, cloudProviderName } from '../../../shared/model/cloud-providers.ts';
import type { ColdDisk } from '../../../shared/model/cold-disk.ts';
import type { DestinationView } from '../../../shared/model/destination.ts';
import { provenWithinDays } from '../../../shared/model/proof.ts';
import { useWords } from '../../i18n/use-words.ts';
import { FactList } from '../../ui/FactList.tsx';
import { coldFacts, coldSentence, isEarly, ScheduleForm, type ColdStore } from '../cold-disk/index.ts';
import { ErrorCard } from '../errors/index.ts';
import { TestSteps } from '../live-test/index.ts';
import { CopyCard } from './CopyCard.tsx';
import type { CopiesStore, Proof } from './copies-store.ts';
import { copySentence } from './copy-sentence.ts';
import { LockForm } from './LockForm.tsx';

interface DestinationCardProps {
  readonly destination: DestinationView;
  readonly proof: Proof | null;
  readonly damaged: boolean;
  readonly copies: CopiesStore;
  /** The rotation that it is part of, for a disk that travels. */
  readonly cold: ColdStore | null;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onVerify: () => void;
  readonly onTidyUp: () => void;
}

/** One copy: a line that says what matters, and on demand where it is, how well it is proven and what can be done with it. */
export function DestinationCard(props: DestinationCardProps) {
  const { destination, proof, damaged, copies, cold, isOpen, onToggle, onVerify, onTidyUp } = props;
  const words = useWords();
  const { t, format, language } = words;
  const { name, role, place, where, provider, lockDays, maxBytesPerSecond } = destination;
  const disk = useColdDisk(cold, name);
  const check = useStore(copies.checks, (checks) => checks[name]);
  const known = copySentence(destination, proof, damaged, words);
  const { text, isAttention } = disk === null || damaged ? known : coldSentence(disk, words, disk.isStale);
  const proofFacts: [string, ReactNode][] =
    proof === null
      ? []
      : [
          [
            t('copies.lastProof'),
            t('copies.lastProofText', { state: t(`copyState.${proof.state}`), date: format.dateShort(proof.at) }),
          ],
          [t('copies.figureLabel'), <ProofFigures key="figures" figures={destination.proof ?? null} />],
        ];
  const facts: [string, ReactNode][] = [
    ...(place === null ? [] : [[t('copies.placeLabel'), place] as [string, ReactNode]]),
    [
      t(destination.kind === 's3' ? 'cloud.bucket' : 'copies.folder'),
      <span key="where" className="sh-break">
        {where}
      </span>,
    ],
    ...(provider === null ? [] : [[t('cloud.provider'), cloudProviderName(provider, language)] as [string, ReactNode]]),
    ...(lockDays === undefined
      ? []
      : [[t('copies.lockedLabel'), t('copies.locked', { days: lockDays })] as [string, ReactNode]]),
    ...(disk === null ? [] : coldFacts(disk, words)),
    ...proofFacts,
    ...(maxBytesPerSecond === undefined
      ? []
      : [[t('copies.rateLabel'), t('copies.rate', { rate: format.bytes(maxBytesPerSecond) })] as [string, ReactNode]]),
  ];
  return (
    <CopyCard
      name={name}
      role={role}
      sentence={text}
      isAttention={isAttention}
      isOpen={isOpen}
      onToggle={onToggle}
      action={
        damaged ? (
          <Button variant="light" color="orange" size="xs" onClick={onVerify}>
            {t('copies.verify')}
          </Button>
        ) : cold !== null && disk?.presence === 'here' ? (
          <StartRound disk={disk} cold={cold} />
        ) : undefined
      }
    >
      <FactList facts={facts} />
      {disk?.notes.map((note) => (
        <Text key={note} size="sm" c="orange.8">
          {t(`cold.note.${note}`)}
        </Text>
      ))}
      <Actions
        destination={destination}
        copies={copies}
        isTesting={check?.view === 'testing'}
        onVerify={onVerify}
        onTidyUp={onTidyUp}
        cold={cold}
        disk={disk}
      />
      {check?.view === 'tested' && <TestedSteps check={check} />}
      {check?.view === 'failed' && <ErrorCard error={check.error} />}
    </CopyCard>
  );
}

/** Null where it does not travel, and while the rotation is not known. */
function useColdDisk(cold: ColdStore | null, name: string): (ColdDisk & { readonly isStale: boolean }) | null {
  const [state, setState] = useState(() => cold?.store.getState() ?? null);
  useEffect(() => cold?.store.subscribe(setState), [cold]);
  const disk = state?.disks.find((each) => each.name === name);
  return disk === undefined ? null : { ...disk, isStale: state?.isStale === true };
}

/** Only one round runs at a time. */
function StartRound({ disk, cold }: { readonly disk: ColdDisk; readonly cold: ColdStore }) {
  const { t } = useWords();
  const { view } = useStore(cold.run.store);
  const isDone = disk.state === 'plugged-in' || disk.state === 'left-in';
  if (disk.state === 'running') return null;
  return (
    <Button
      size="xs"
      variant={isDone ? 'light' : 'filled'}
      disabled={view === 'running'}
      onClick={() => void cold.start(disk.name)}
      aria-label={t('cold.startLabel', { name: disk.name })}
    >
      {t(isDone && !isEarly(disk) ? 'cold.again' : 'cold.start')}
    </Button>
  );
}

interface ActionsProps extends Pick<DestinationCardProps, 'copies' | 'cold' | 'onVerify' | 'onTidyUp'> {
  readonly destination: DestinationView;
  readonly isTesting: boolean;
  readonly disk: ColdDisk | null;
}

function Actions({ destination, copies, isTesting, cold, disk, onVerify, onTidyUp }: ActionsProps) {
  const { t } = useWords();
  const { name, lockDays } = destination;
  const provider = cloudProviderId(destination.provider ?? '');
  const mayLock = provider !== undefined && cloudProvider(provider).lock !== 'none';
  const [isLocking, locking] = useDisclosure(false);
  const [isRemoving, removing] = useDisclosure(false);
  const [isPlanning, planning] = useDisclosure(false);
  return (
    <>
      <Group gap="xs">
        <Button
          variant="default"
          size="xs"
          loading={isTesting}
          onClick={() => void copies.check(name)}
          aria-label={t('copies.testLabel', { name })}
        >
          {t('copies.test')}
        </Button>
        <Button variant="default" size="xs" onClick={onVerify} aria-label={t('copies.verifyLabel', { name })}>
          {t('copies.verify')}
        </Button>
        <Button variant="default" size="xs" onClick={onTidyUp} aria-label={t('retention.openLabel', { name })}>
          {t('retention.open')}
        </Button>
        {disk !== null && (
          <Button
            variant="default"
            size="xs"
            onClick={planning.toggle}
            aria-expanded={isPlanning}
            aria-label={t('cold.scheduleLabel', { name })}
          >
            {t('cold.schedule')}
          </Button>
        )}
        {mayLock && (
          <Button
            variant="default"
            size="xs"
            onClick={locking.toggle}
            aria-expanded={isLocking}
            aria-label={t('cloud.lockLabel', { name })}
          >
            {t(lockDays === undefined ? 'cloud.lockOn' : 'cloud.lockChange')}
          </Button>
        )}
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
      {cold !== null && disk !== null && isPlanning && <ScheduleForm disk={disk} cold={cold} onDone={planning.close} />}
      {provider !== undefined && isLocking && (
        <LockForm
          name={name}
          provider={provider}
          lockDays={lockDays ?? null}
          onSave={(days) => void copies.lock(name, days)}
          onDone={locking.close}
        />
      )}
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
    </>
  );
}

/** How much of the copy has been read back, and how long the rest has waited: the honest figure. */
function ProofFigures({ figures }: { readonly figures: DestinationView['proof'] }) {
  const { t, format } = useWords();
  if (figures == null) return <Text inherit>{t('copies.figureUnknown')}</Text>;
  const { neverRead, provenShare, oldestUnprovenDays, objects } = figures;
  const days = Math.floor(oldestUnprovenDays);
  if (objects === 0) return <Text inherit>{t('copies.figureUnknown')}</Text>;
  const isOld = oldestUnprovenDays > provenWithinDays;
  return (
    <>
      <Text inherit>{t('copies.figureShare', { share: Math.floor(provenShare * 100), days: provenWithinDays })}</Text>
      <Text inherit {...(isOld ? { c: 'orange.8' } : {})}>
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
