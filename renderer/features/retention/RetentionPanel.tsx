import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import { defaultRetention, type RetentionRule } from '../../../shared/model/retention.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { ErrorCard } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';
import { RetentionPlan } from './RetentionPlan.tsx';
import { ShrunkScreen } from './ShrunkScreen.tsx';
import type { RetentionStore } from './retention-store.ts';

interface RetentionPanelProps {
  readonly destination: string;
  readonly rule: RetentionRule | undefined;
  readonly retention: RetentionStore;
  readonly onClose: () => void;
  readonly onRestore: () => void;
}

/** Settings, the rehearsal with its reasons, a refusal when the shop looks robbed, and the tidying itself. */
export function RetentionPanel({ destination, rule, retention, onClose, onRestore }: RetentionPanelProps) {
  const { t, format } = useWords();
  const rehearsal = useStore(retention.rehearsal.store);
  const run = useStore(retention.run.store);
  const { error: notSaved } = useStore(retention.saving);
  const [wanted, setWanted] = useState<RetentionRule>(rule ?? defaultRetention);
  const [confirmed, setConfirmed] = useState<string | null>(null);

  const rehearse = (confirmShrink: string | null) => {
    setConfirmed(confirmShrink);
    void retention.rehearse(destination, wanted, confirmShrink);
  };

  if (rehearsal.view === 'running')
    return <Running title={t('retention.rehearsing', { name: destination })} job={retention.rehearsal} />;
  if (run.view === 'running')
    return <Running title={t('retention.running', { name: destination })} job={retention.run} />;
  if (rehearsal.view === 'done' && rehearsal.value !== null) {
    const [shrunk] = rehearsal.value.shrunk;
    if (shrunk !== undefined)
      return (
        <ShrunkScreen
          shrunk={shrunk}
          onRestore={onRestore}
          onMine={() => rehearse(shrunk.snapshot)}
          onBack={retention.reset}
        />
      );
    return (
      <RetentionPlan
        plan={rehearsal.value}
        isConfirming={confirmed !== null}
        onBack={retention.reset}
        onConfirm={() => void retention.tidyUp(destination, confirmed)}
      />
    );
  }
  return (
    <Stack>
      {run.view === 'done' && run.value !== null && (
        <Verdict tone="good" title={t('retention.doneTitle')}>
          {t('retention.doneText', {
            removed: format.count(run.value.removed.length),
            bytes: format.bytes(run.value.bytesFreed),
            kept: format.count(run.value.kept.length),
          })}
        </Verdict>
      )}
      {run.view === 'failed' && <ErrorCard error={run.error} />}
      {rehearsal.view === 'failed' && <ErrorCard error={rehearsal.error} />}
      {(run.view === 'cancelled' || rehearsal.view === 'cancelled') && (
        <ErrorCard error={{ code: 'cancelled', facts: {} }} />
      )}
      {notSaved !== null && <ErrorCard error={notSaved} />}
      <Panel title={t('retention.title', { name: destination })}>
        <Text>{t('retention.text')}</Text>
        <ChoiceCards
          label={t('retention.keep')}
          value={wanted.keepAll ? 'all' : 'some'}
          columns={2}
          onChange={(choice) => setWanted({ ...wanted, keepAll: choice === 'all' })}
          choices={[
            { value: 'some', title: t('retention.keepSome') },
            { value: 'all', title: t('retention.keepAll') },
          ]}
        />
        {!wanted.keepAll && (
          <Group grow align="flex-end">
            {(['daily', 'weekly', 'monthly'] as const).map((kind) => (
              <NumberInput
                key={kind}
                label={t(`retention.${kind}`)}
                min={0}
                max={3660}
                clampBehavior="strict"
                allowDecimal={false}
                value={wanted[fields[kind]]}
                onChange={(count) => setWanted({ ...wanted, [fields[kind]]: Number(count) })}
              />
            ))}
          </Group>
        )}
        <Text size="sm" c="dimmed">
          {t('retention.safe')}
        </Text>
        <Group>
          <Button onClick={() => rehearse(null)}>{t('retention.rehearse')}</Button>
          <Button variant="subtle" color="gray" onClick={onClose}>
            {t('common.close')}
          </Button>
        </Group>
      </Panel>
    </Stack>
  );
}

const fields = { daily: 'keepDaily', weekly: 'keepWeekly', monthly: 'keepMonthly' } as const;

function Running({ title, job }: { readonly title: string; readonly job: RetentionStore['run'] }) {
  const state = useStore(job.store);
  if (state.view !== 'running') return null;
  return (
    <JobCard title={title} progress={state.progress} cancelling={state.cancelling} onCancel={() => void job.cancel()} />
  );
}
