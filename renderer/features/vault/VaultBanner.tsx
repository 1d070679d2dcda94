import { Alert, Group, Stack, Text } from '@mantine/core';
import { IconLockOpen } from '@tabler/icons-react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import { AskedButton } from '../asking/index.ts';
import { ErrorCard } from '../errors/index.ts';
import type { VaultStore } from './vault-store.ts';

/** Says on every screen that the card vault is open: for what, why, since when, and how to close it at once. */
export function VaultBanner({ vault }: { readonly vault: VaultStore }) {
  const { t, named, format } = useWords();
  const { open, isClosing, error } = useStore(vault.store);
  if (open.length === 0) return null;
  return (
    <Alert
      role="status"
      color="orange"
      variant="light"
      radius="lg"
      maw={1040}
      mx="auto"
      mb="md"
      icon={<IconLockOpen aria-hidden />}
      title={t('vault.openTitle')}
    >
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="lg">
        <Stack gap="xs" miw={0}>
          {open.map(({ id, openedAt, closesAt, reason, source = '', for: purpose = '' }) => (
            <div key={id}>
              <Text size="sm" fw={600} className="sh-break">
                {named('vault.openFor', purpose, { source })}
              </Text>
              <Text size="sm" className="sh-break">
                {t('vault.since', {
                  at: format.time(openedAt),
                  reason: reason === '' ? t('vault.noReason') : t('vault.reason', { reason }),
                })}
              </Text>
              <Text size="sm">{t('vault.closes', { at: format.time(closesAt) })}</Text>
            </div>
          ))}
          {error !== null && <ErrorCard error={error} />}
        </Stack>
        <AskedButton
          label={isClosing ? t('vault.closing') : t('vault.closeNow')}
          title={t('vault.closeAsk')}
          text={t('vault.closeText')}
          variant="default"
          size="xs"
          flex="none"
          disabled={isClosing}
          onYes={() => void vault.close()}
        />
      </Group>
    </Alert>
  );
}
