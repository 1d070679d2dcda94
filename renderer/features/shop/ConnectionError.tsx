import { Alert, Button, Code, Stack, Text } from '@mantine/core';
import { IconFingerprint, IconShieldX } from '@tabler/icons-react';
import type { WireError } from '../../../shared/errors/app-error.ts';
import { useWords } from '../../i18n/use-words.ts';
import { FactList } from '../../ui/FactList.tsx';
import { ErrorCard } from '../errors/index.ts';
import { unknownHostKey } from './shop-store.ts';

interface ConnectionErrorProps {
  readonly error: WireError;
  readonly onTrust: () => void;
}

/** Any error of a connection; a host key gets the room it needs: a new one can be trusted, a changed one cannot. */
export function ConnectionError({ error, onTrust }: ConnectionErrorProps) {
  const { t } = useWords();
  const seen = unknownHostKey(error);
  if (seen !== null) {
    return (
      <Alert
        role="alert"
        color="brand"
        variant="light"
        radius="lg"
        icon={<IconFingerprint aria-hidden />}
        title={t('hostKey.unknownTitle')}
      >
        <Stack gap="sm">
          <FactList
            facts={[
              [t('hostKey.fingerprint'), <Code key="fingerprint">{seen.fingerprint}</Code>],
              [t('hostKey.algorithm'), seen.algorithm],
            ]}
          />
          <Text size="sm">{t('hostKey.unknownText')}</Text>
          <Code block>{t('hostKey.command')}</Code>
          <Text size="sm">{t('hostKey.unknownSafe')}</Text>
          <Button onClick={onTrust} w="fit-content">
            {t('hostKey.trust')}
          </Button>
        </Stack>
      </Alert>
    );
  }
  if (error.code === 'tunnel.host-key-changed') {
    const { facts } = error;
    return (
      <Alert
        role="alert"
        color="red"
        variant="light"
        radius="lg"
        icon={<IconShieldX aria-hidden />}
        title={t('hostKey.changedTitle')}
      >
        <Stack gap="sm">
          <Text size="sm">{t('hostKey.changedText')}</Text>
          <FactList
            facts={[
              [
                t('hostKey.expected'),
                <Code key="expected">{String(facts['expected'] ?? facts['pinned'] ?? '…')}</Code>,
              ],
              [t('hostKey.actual'), <Code key="actual">{String(facts['actual'] ?? facts['fingerprint'] ?? '…')}</Code>],
            ]}
          />
          <Text size="sm">{t('hostKey.changedNext')}</Text>
        </Stack>
      </Alert>
    );
  }
  return <ErrorCard error={error} />;
}
