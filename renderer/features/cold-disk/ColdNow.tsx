import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconUsb } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import { ErrorCard } from '../errors/index.ts';
import { ColdRoundView } from './ColdRoundView.tsx';
import type { ColdStore } from './cold-store.ts';

interface ColdNowProps {
  readonly cold: ColdStore;
  /** The way on from a disk that is full. */
  readonly onTidyUp: (name: string) => void;
}

/** What is happening with disks that travel right now: one that has just arrived, and the round that runs or ran. Mostly nothing. */
export function ColdNow({ cold, onTidyUp }: ColdNowProps) {
  const state = useStore(cold.store);
  const run = useStore(cold.run.store);
  useEffect(() => void cold.load(), [cold]);

  return (
    <>
      {state.view === 'failed' && state.error !== null && (
        <ErrorCard error={state.error} onRetry={() => void cold.load()} />
      )}
      {state.arrived !== null && run.view !== 'running' && (
        <Arrival
          name={state.arrived}
          onStart={() => void cold.start(state.arrived ?? '')}
          onLater={cold.dismissArrival}
        />
      )}
      {run.view !== 'idle' && <ColdRoundView cold={cold} onTidyUp={onTidyUp} />}
    </>
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
