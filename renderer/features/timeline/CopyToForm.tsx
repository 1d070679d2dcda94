import { Alert, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import type { JobRun } from '../../stores/job-run.ts';
import { Panel } from '../../ui/Panel.tsx';
import { JobFailure } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';

interface CopyToFormProps {
  readonly snapshot: string;
  readonly from: readonly string[];
  readonly destinations: readonly string[];
  readonly copy: JobRun<'copy.run'>;
  readonly onClose: () => void;
}

export function CopyToForm({ snapshot, from, destinations, copy, onClose }: CopyToFormProps) {
  const { t, format } = useWords();
  const state = useStore(copy.store);
  const [source, setSource] = useState(from[0] ?? '');
  const targets = destinations.filter((name) => name !== source);
  const [target, setTarget] = useState<string | null>(
    targets.find((name) => !from.includes(name)) ?? targets[0] ?? null,
  );

  if (state.view === 'running') {
    return (
      <JobCard
        title={t('copyTo.running', { name: state.subject })}
        progress={state.progress}
        cancelling={state.cancelling}
        onCancel={() => void copy.cancel()}
      />
    );
  }
  return (
    <Panel title={t('copyTo.title')}>
      <Text size="sm" c="dimmed">
        {t('copyTo.text')}
      </Text>
      {state.view === 'done' && state.value !== null && (
        <Alert color="brand" role="status">
          {t('copyTo.done', {
            copied: format.count(state.value.objectsCopied),
            bytes: format.bytes(state.value.bytesCopied),
            skipped: format.count(state.value.objectsSkipped),
          })}
        </Alert>
      )}
      <JobFailure state={state} />
      {targets.length === 0 ? (
        <Text>{t('copyTo.none')}</Text>
      ) : (
        <Stack>
          <Group grow>
            <Select
              label={t('copyTo.from')}
              value={source}
              allowDeselect={false}
              data={[...from]}
              onChange={(name) => {
                setSource(name ?? '');
                if (name === target) setTarget(null);
              }}
            />
            <Select
              label={t('copyTo.to')}
              value={target}
              allowDeselect={false}
              data={targets}
              error={target === null ? t('copyTo.same') : null}
              onChange={setTarget}
            />
          </Group>
          <Group>
            <Button
              disabled={target === null}
              onClick={() => target !== null && void copy.start(target, { snapshot, from: source, to: target })}
            >
              {t('copyTo.start')}
            </Button>
            <Button variant="subtle" color="gray" onClick={onClose}>
              {t('common.close')}
            </Button>
          </Group>
        </Stack>
      )}
    </Panel>
  );
}
