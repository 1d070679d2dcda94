import { Button, Group, Text, ThemeIcon } from '@mantine/core';
import { IconCheck, IconCircle, IconCircleDot } from '@tabler/icons-react';
import { useStore } from 'zustand';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { JobProgress } from '../../../shared/model/job.ts';
import type { ColdNoRoom, ColdRound } from '../../../shared/model/cold-disk.ts';
import { useWords } from '../../i18n/use-words.ts';
import { FactList } from '../../ui/FactList.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { ErrorCard } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';
import type { ColdStore } from './cold-store.ts';

interface ColdRoundViewProps {
  readonly cold: ColdStore;
  readonly onTidyUp: (name: string) => void;
}

/** One round with a cold disk: its steps while it runs, and the calm screen at its end. */
export function ColdRoundView({ cold, onTidyUp }: ColdRoundViewProps) {
  const { t } = useWords();
  const state = useStore(cold.run.store);
  switch (state.view) {
    case 'idle':
      return null;
    case 'running':
      return (
        <JobCard
          title={t('cold.running', { name: state.subject })}
          progress={alone(state.progress)}
          cancelling={state.cancelling}
          onCancel={() => void cold.run.cancel()}
        >
          <Steps phase={state.progress?.phase ?? 'cold-find'} />
          <Text size="sm" c="dimmed">
            {t('cold.runningText')}
          </Text>
        </JobCard>
      );
    case 'failed':
      return isFull(state.error) ? (
        <NoRoom name={state.subject} error={state.error} cold={cold} onTidyUp={onTidyUp} />
      ) : (
        <ErrorCard error={state.error} onRetry={() => void cold.start(state.subject)} />
      );
    case 'cancelled':
      return <ErrorCard error={{ code: 'cancelled', facts: {} }} />;
    case 'done':
      return state.value === null ? (
        <AdoptedResult name={state.subject} cold={cold} />
      ) : (
        <RoundResult round={state.value} onDone={cold.run.reset} onTidyUp={onTidyUp} />
      );
  }
}

/** There is one copy only, and the title names it. */
function alone(progress: JobProgress | null): JobProgress | null {
  if (progress === null) return null;
  const shown = { ...progress, detail: '' };
  delete shown.copies;
  return shown;
}

/** Refused before anything was written, or filled up by somebody else on the way. */
function isFull({ code, facts }: WireError): boolean {
  return code === 'disk.no-room' || (code === 'backend.disk-full' && facts['removable'] !== undefined);
}

interface NoRoomProps extends ColdRoundViewProps {
  readonly name: string;
  readonly error: WireError;
}

/** The disk is full: what tidying up by its rule would free, for the owner to decide. */
function NoRoom({ name, error, cold, onTidyUp }: NoRoomProps) {
  const { t } = useWords();
  const { removable, reclaimable, needed, free, kept, short } = error.facts;
  const frees = typeof removable === 'number' && removable > 0;
  return (
    <Verdict tone="attention" title={t('cold.noRoomTitle', { name })} errorCode={error.code}>
      <Text>
        {needed === undefined
          ? t('cold.noRoomFilled')
          : t('cold.noRoomText', { needed, free: free ?? '', kept: kept ?? '', short: short ?? '' })}
      </Text>
      <Text>
        {frees ? t('cold.noRoomOffer', { count: removable, bytes: reclaimable ?? '' }) : t('cold.noRoomNothing')}
      </Text>
      <Group>
        <Button variant={frees ? 'filled' : 'light'} onClick={() => onTidyUp(name)}>
          {t(frees ? 'cold.noRoomLook' : 'cold.noRoomRule')}
        </Button>
        <Button variant="default" onClick={() => void cold.start(name)}>
          {t('cold.noRoomAgain')}
        </Button>
        <Button variant="subtle" color="gray" onClick={cold.run.reset}>
          {t('common.close')}
        </Button>
      </Group>
    </Verdict>
  );
}

/** A round that began by itself, or before this page was opened: its figures are gone, what it came to is on the disk's own line. */
function AdoptedResult({ name, cold }: { readonly name: string; readonly cold: ColdStore }) {
  const { t, format } = useWords();
  const { disks, isStale } = useStore(cold.store);
  const disk = disks.find((each) => each.name === name);
  if (disk === undefined || isStale) return null;
  const isSound = disk.state === 'resting' || disk.state === 'plugged-in';
  const isOut = disk.presence === 'away';
  if (!isSound)
    return (
      <Verdict tone="attention" title={t('cold.unsoundTitle')}>
        <Text>{t('cold.adoptedUnsound')}</Text>
        <DoneButton onDone={cold.run.reset} />
      </Verdict>
    );
  return (
    <Verdict tone="good" title={isOut ? t('cold.safeTitle') : t('cold.ejectTitle')}>
      {!isOut && <Text>{t('cold.eject.not-asked')}</Text>}
      {disk.place !== null && <Text>{t('cold.safeKeep', { place: disk.place })}</Text>}
      <Text size="lg">{t('cold.safeText', { day: format.day(disk.dueOn) })}</Text>
      <DoneButton onDone={cold.run.reset} />
    </Verdict>
  );
}

const steps = ['find', 'copy', 'verify', 'flush', 'eject'] as const;
/** Which step a phase of the engine belongs to. */
const stepOf: Readonly<Record<string, (typeof steps)[number]>> = {
  'cold-wait': 'find',
  'cold-find': 'find',
  'cold-compare': 'find',
  copy: 'copy',
  verify: 'verify',
  'cold-flush': 'flush',
  'cold-record': 'flush',
  'cold-eject': 'eject',
};

function Steps({ phase }: { readonly phase: string }) {
  const { t } = useWords();
  const now = steps.indexOf(stepOf[phase] ?? 'find');
  return (
    <Group gap="lg" component="ol" p={0} m={0}>
      {steps.map((step, index) => (
        <Group
          key={step}
          gap={6}
          component="li"
          wrap="nowrap"
          className="sh-plain"
          {...(index === now ? { 'aria-current': 'step' as const } : {})}
        >
          <ThemeIcon size={22} radius="xl" variant="light" color={index <= now ? 'brand' : 'gray'}>
            {index < now ? (
              <IconCheck size={14} aria-hidden />
            ) : index === now ? (
              <IconCircleDot size={14} aria-hidden />
            ) : (
              <IconCircle size={14} aria-hidden />
            )}
          </ThemeIcon>
          <Text size="sm" fw={index === now ? 600 : 400} {...(index > now ? { c: 'dimmed' } : {})}>
            {t(`cold.step.${step}`)}
          </Text>
        </Group>
      ))}
    </Group>
  );
}

interface RoundResultProps {
  readonly round: ColdRound;
  readonly onDone: () => void;
  readonly onTidyUp: (name: string) => void;
}

export function RoundResult({ round, onDone, onTidyUp }: RoundResultProps) {
  const { t, format } = useWords();
  const { verified, eject, next, nextDue, destination, place } = round;
  if (verified.damaged + verified.missing > 0) {
    return (
      <Verdict tone="attention" title={t('cold.unsoundTitle')}>
        <Text>{t('cold.unsoundText', { damaged: verified.damaged, missing: verified.missing })}</Text>
        <DoneButton onDone={onDone} />
      </Verdict>
    );
  }
  if (round.flushed === false) {
    return (
      <Verdict tone="attention" title={t('cold.notFlushedTitle')}>
        <Text>{t('cold.notFlushedText')}</Text>
        <DoneButton onDone={onDone} />
      </Verdict>
    );
  }
  const { noRoom } = round;
  if (noRoom !== null && noRoom.withoutNewest.length > 0) {
    const figures = { count: noRoom.withoutNewest.length, short: format.bytes(shortBytes(noRoom)) };
    return (
      <Verdict tone="attention" title={t('cold.noRoomNewestTitle', { name: destination })}>
        <Text>{t('cold.noRoomNewestText', figures)}</Text>
        <WhatWouldGo noRoom={noRoom} onTidyUp={() => onTidyUp(destination)} />
        <DoneButton onDone={onDone} />
      </Verdict>
    );
  }
  const isOut = eject === 'ejected';
  const facts: [string, string][] = [
    [
      t('cold.wrote'),
      round.snapshots.length === 0
        ? t('cold.wroteNothing')
        : t('cold.wroteText', {
            snapshots: round.snapshots.length,
            objects: format.count(round.objectsCopied),
            bytes: format.bytes(round.bytesCopied),
          }),
    ],
    [t('cold.from'), round.from],
    [
      t('cold.readBack'),
      t('cold.readBackText', { objects: format.count(verified.read), bytes: format.bytes(verified.bytesRead) }),
    ],
    ...(round.leftOut > 0
      ? [[t('cold.leftOut'), t('cold.leftOutText', { count: round.leftOut })] as [string, string]]
      : []),
    ...(noRoom === null
      ? []
      : [
          [
            t('cold.noRoomOld'),
            t('cold.noRoomOldText', {
              count: noRoom.snapshots.length,
              needed: format.bytes(noRoom.neededBytes),
              usable: format.bytes(noRoom.usableBytes),
            }),
          ] as [string, string],
        ]),
    ...(round.lost.length > 0
      ? [[t('cold.lost'), t('cold.lostText', { count: round.lost.length })] as [string, string]]
      : []),
    ...(verified.healed > 0 ? [[t('cold.healed'), format.count(verified.healed)] as [string, string]] : []),
  ];
  return (
    <Verdict tone="good" title={isOut ? t('cold.safeTitle') : t('cold.ejectTitle')}>
      {!isOut && <Text>{t(`cold.eject.${eject}`)}</Text>}
      {place !== null && <Text>{t('cold.safeKeep', { place })}</Text>}
      <Text size="lg">
        {next.name === destination
          ? t('cold.safeText', { day: format.day(nextDue) })
          : next.place === null
            ? t('cold.safeNext', { next: next.name, day: format.day(next.dueOn) })
            : t('cold.safeNextPlace', { next: next.name, place: next.place, day: format.day(next.dueOn) })}
      </Text>
      {round.rotten.map(({ destination: from, objects, snapshots }) => (
        <Text key={from}>
          {t('cold.rotten', { from, name: destination, objects: format.count(objects), count: snapshots.length })}
        </Text>
      ))}
      {round.notes.map((note) => (
        <Text key={note} size="sm">
          {t(`cold.note.${note}`)}
        </Text>
      ))}
      <FactList facts={facts} />
      {noRoom !== null && <WhatWouldGo noRoom={noRoom} onTidyUp={() => onTidyUp(destination)} />}
      <DoneButton onDone={onDone} />
    </Verdict>
  );
}

function shortBytes({ neededBytes, usableBytes }: ColdNoRoom): number {
  return Math.max(0, neededBytes - usableBytes);
}

/** What would make room for the rest: tidying up by the disk's rule, or a larger disk. */
function WhatWouldGo({ noRoom, onTidyUp }: { readonly noRoom: ColdNoRoom; readonly onTidyUp: () => void }) {
  const { t, format } = useWords();
  const { removable, reclaimableBytes } = noRoom;
  const frees = removable !== null && removable > 0;
  return (
    <>
      <Text size="sm">
        {frees
          ? t('cold.noRoomOffer', { count: removable, bytes: format.bytes(reclaimableBytes ?? 0) })
          : noRoom.withoutNewest.length > 0
            ? t('cold.noRoomNothing')
            : t('cold.noRoomLarger', { short: format.bytes(shortBytes(noRoom)) })}
      </Text>
      <Group>
        <Button variant="light" onClick={onTidyUp}>
          {t(frees ? 'cold.noRoomLook' : 'cold.noRoomRule')}
        </Button>
      </Group>
    </>
  );
}

function DoneButton({ onDone }: { readonly onDone: () => void }) {
  const { t } = useWords();
  return (
    <Group>
      <Button variant="light" onClick={onDone}>
        {t('cold.done')}
      </Button>
    </Group>
  );
}
