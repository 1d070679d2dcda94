import { Button, Group, List, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { FactList } from '../../ui/FactList.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { JobFailure } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';
import type { CopiesStore } from './copies-store.ts';

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

interface VerifyResultProps {
  readonly result: CommandOutput<'verify.run'>;
  readonly healFrom: string | null;
}

function VerifyResult({ result, healFrom }: VerifyResultProps) {
  const { t, format } = useWords();
  const { damaged, missing, healed, objects, read, bytesRead } = result;
  const found = damaged.length + missing.length;
  if (found === 0) {
    return (
      <Verdict tone="good" title={t('verify.goodTitle')}>
        {t('verify.goodText', {
          objects: format.count(objects),
          read: format.count(read),
          bytes: format.bytes(bytesRead),
        })}
      </Verdict>
    );
  }
  const isHealed = healed.length >= found;
  return (
    <Verdict tone={isHealed ? 'good' : 'attention'} title={isHealed ? t('verify.healedTitle') : t('verify.badTitle')}>
      <FactList
        facts={[
          [t('verify.objects'), format.count(objects)],
          [t('verify.read'), `${format.count(read)} · ${format.bytes(bytesRead)}`],
          [t('verify.damaged'), format.count(damaged.length)],
          [t('verify.missing'), format.count(missing.length)],
          [t('verify.healed'), format.count(healed.length)],
        ]}
      />
      {healed.length > 0 && healFrom !== null && (
        <Text>{t('verify.healedFrom', { count: healed.length, from: healFrom })}</Text>
      )}
      {!isHealed && <Text>{t('verify.next')}</Text>}
      <ObjectList
        title={t('verify.damagedList')}
        objects={damaged.map(({ object, reason }) => `${object} · ${reason}`)}
      />
      <ObjectList title={t('verify.missingList')} objects={missing} />
    </Verdict>
  );
}

function ObjectList({ title, objects }: { readonly title: string; readonly objects: readonly string[] }) {
  if (objects.length === 0) return null;
  return (
    <details>
      <summary>{title}</summary>
      <List size="xs" ff="monospace" className="sh-break">
        {objects.slice(0, 50).map((object) => (
          <List.Item key={object}>{object}</List.Item>
        ))}
      </List>
    </details>
  );
}
