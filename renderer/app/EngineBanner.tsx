import { Alert } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import type { EngineState } from '../../shared/ipc/contract.ts';
import { useWords } from '../i18n/use-words.ts';

/** Says what the background process is doing whenever it is not simply running. */
export function EngineBanner({ engine }: { readonly engine: EngineState }) {
  const { t } = useWords();
  if (engine.state === 'running') return null;
  return (
    <Alert
      role="status"
      color={engine.state === 'stopped' ? 'orange' : 'gray'}
      variant="light"
      radius="lg"
      maw={1040}
      mx="auto"
      mb="md"
      icon={<IconInfoCircle aria-hidden />}
      title={t(`engine.${engine.state}`)}
    />
  );
}
