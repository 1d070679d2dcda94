import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { IconUsb } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ErrorCard } from '../errors/index.ts';
import { ColdDiskRow } from './ColdDiskRow.tsx';
import { ColdRoundView } from './ColdRoundView.tsx';
import type { ColdStore } from './cold-store.ts';

/** The disks that travel: who is due, what arrived, and the round that runs. Nothing where there is no such disk. */
export function ColdRotation({ cold }: { readonly cold: ColdStore }) {
  const { t } = useWords();
  const state = useStore(cold.store);
  const run = useStore(cold.run.store);
  useEffect(() => void cold.load(), [cold]);

  if (state.view === 'failed' && state.error !== null)
    return <ErrorCard error={state.error} onRetry={() => void cold.load()} />;
  if (state.view === 'ready' && state.disks.length === 0) return null;
  return (
    <Panel title={t('cold.title')}>
      <Text c="dimmed">{t('cold.subtitle')}</Text>
      {state.view === 'loading' && <Loader aria-label={t('common.loading')} />}
      {state.arrived !== null && run.view !== 'running' && (
        <Arrival
          name={state.arrived}
          onStart={() => void cold.start(state.arrived ?? '')}
          onLater={cold.dismissArrival}
        />
      )}
      {run.view !== 'idle' && <ColdRoundView cold={cold} />}
      <Stack gap="sm">
        {state.disks.map((disk) => (
          <ColdDiskRow key={disk.id} disk={disk} cold={cold} isBusy={run.view === 'running'} />
        ))}
      </Stack>
    </Panel>
  );
}

interface ArrivalProps {
  readonly name: string;
  readonly onStart: () => void;
  readonly onLater: () => void;
}

function Arrival({ name, onStart, onLater }: ArrivalProps) {
  const { t } = useWords();
  return (
    <Alert
      color="brand"
      radius="lg"
      role="status"
      icon={<IconUsb aria-hidden />}
      title={t('cold.arrivedTitle', { name })}
    >
      <Stack gap="sm">
        <Text size="sm">{t('cold.arrivedText')}</Text>
        <Group>
          <Button onClick={onStart}>{t('cold.start')}</Button>
          <Button variant="subtle" color="gray" onClick={onLater}>
            {t('cold.arrivedLater')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
