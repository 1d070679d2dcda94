import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { JobFailure } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';
import type { CopiesStore } from './copies-store.ts';
import { VerifyResult } from './VerifyResult.tsx';

interface VerifyPanelProps {
  readonly destination: string;
  readonly others: readonly string[];
  readonly verify: CopiesStore['verify'];
  readonly onClose: () => void;
}

const depths = { quick: 10, full: 100 } as const;
type Depth = keyof typeof depths;

/** Checking one copy: what to read, what to repair from, progress, and what was found. */
export function VerifyPanel({ destination, others, verify, onClose }: VerifyPanelProps) {
  const { t } = useWords();
  const state = useStore(verify.store);
  const [depth, setDepth] = useState<Depth>('quick');
  const [healFrom, setHealFrom] = useState<string | null>(null);

  function start(): void {
    void verify.start(destination, { destination, readPercent: depths[depth], healFrom });
  }

  if (state.view === 'running') {
    return (
      <JobCard
        title={t('verify.running', { name: state.subject })}
        progress={state.progress}
        cancelling={state.cancelling}
        onCancel={() => void verify.cancel()}
      />
    );
  }
  return (
    <Stack>
      {state.view === 'done' && state.value !== null && <VerifyResult result={state.value} healFrom={healFrom} />}
      <JobFailure state={state} />
      <Panel title={t('verify.title', { name: destination })}>
        <Text>{t('verify.text')}</Text>
        <ChoiceCards
          label={t('verify.depth')}
          value={depth}
          columns={2}
          onChange={setDepth}
          choices={[
            { value: 'quick', title: t('verify.depthQuick') },
            { value: 'full', title: t('verify.depthFull') },
          ]}
        />
        <Select
          label={t('verify.healFrom')}
          value={healFrom ?? ''}
          allowDeselect={false}
          onChange={(name) => setHealFrom(name === null || name === '' ? null : name)}
          data={[{ value: '', label: t('verify.healNone') }, ...others.map((name) => ({ value: name, label: name }))]}
        />
        <Group>
          <Button onClick={start}>{t('verify.start')}</Button>
          <Button variant="subtle" color="gray" onClick={onClose}>
            {t('common.close')}
          </Button>
        </Group>
      </Panel>
    </Stack>
  );
}
