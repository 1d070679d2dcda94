import { Button, Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconCheck, IconCircle, IconCircleDot } from '@tabler/icons-react';
import { useStore } from 'zustand';
import type { ColdRound } from '../../../shared/model/cold-disk.ts';
import { useWords } from '../../i18n/use-words.ts';
import { FactList } from '../../ui/FactList.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { ErrorCard } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';
import type { ColdStore } from './cold-store.ts';

/** One round with a cold disk: its steps while it runs, and the calm screen at its end. */
export function ColdRoundView({ cold }: { readonly cold: ColdStore }) {
  const { t } = useWords();
  const state = useStore(cold.run.store);
  switch (state.view) {
    case 'idle':
      return null;
    case 'running':
      return (
        <Stack gap="sm">
          <JobCard
            title={t('cold.running', { name: state.subject })}
            progress={state.progress}
            cancelling={state.cancelling}
            onCancel={() => void cold.run.cancel()}
          />
          <Steps phase={state.progress?.phase ?? 'cold-find'} />
          <Text size="sm" c="dimmed">
            {t('cold.runningText')}
          </Text>
        </Stack>
      );
    case 'failed':
      return <ErrorCard error={state.error} onRetry={() => void cold.start(state.subject)} />;
    case 'cancelled':
      return <ErrorCard error={{ code: 'cancelled', facts: {} }} />;
    case 'done':
      return state.value === null ? null : <RoundResult round={state.value} onDone={cold.run.reset} />;
  }
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

function RoundResult({ round, onDone }: { readonly round: ColdRound; readonly onDone: () => void }) {
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
    ...(verified.healed > 0 ? [[t('cold.healed'), format.count(verified.healed)] as [string, string]] : []),
  ];
  return (
    <Verdict tone="good" title={isOut ? t('cold.safeTitle') : t('cold.ejectTitle')}>
      {!isOut && <Text>{t(`cold.eject.${eject}`)}</Text>}
      <Text size="lg">
        {next.name === destination
          ? t('cold.safeText', { day: format.day(nextDue) })
          : next.place === null
            ? t('cold.safeNext', { next: next.name, day: format.day(next.dueOn) })
            : t('cold.safeNextPlace', { next: next.name, place: next.place, day: format.day(next.dueOn) })}
      </Text>
      {place !== null && <Text>{t('cold.safeKeep', { place })}</Text>}
      {round.notes.map((note) => (
        <Text key={note} size="sm">
          {t(`cold.note.${note}`)}
        </Text>
      ))}
      <FactList facts={facts} />
      <DoneButton onDone={onDone} />
    </Verdict>
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
