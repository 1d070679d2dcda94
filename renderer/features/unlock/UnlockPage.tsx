import { Button, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import { ErrorCard } from '../errors/index.ts';
import type { UnlockStore } from './unlock-store.ts';

interface UnlockPageProps {
  readonly unlock: UnlockStore;
  readonly onRecover: () => void;
}

export function UnlockPage({ unlock, onRecover }: UnlockPageProps) {
  const { t } = useWords();
  const state = useStore(unlock.store);
  const [passphrase, setPassphrase] = useState('');
  return (
    <Paper withBorder radius="lg" p="xl" maw={480} mx="auto" mt={72}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (passphrase !== '') void unlock.unlock(passphrase);
        }}
      >
        <Stack>
          <IconLock size={36} color="var(--mantine-primary-color-filled)" aria-hidden />
          <Title order={1} size="h2">
            {t('unlock.title')}
          </Title>
          <Text c="dimmed">{t('unlock.text')}</Text>
          <PasswordInput
            label={t('unlock.passphrase')}
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
            data-autofocus
            autoFocus
            autoComplete="off"
            size="md"
          />
          {state.view === 'refused' && <ErrorCard error={state.error} />}
          <Button type="submit" size="md" loading={state.view === 'opening'} disabled={passphrase === ''}>
            {t('unlock.submit')}
          </Button>
          <Text size="sm" c="dimmed">
            {t('unlock.forgot')}
          </Text>
          <Button variant="subtle" onClick={onRecover}>
            {t('start.recover')}
          </Button>
        </Stack>
      </form>
    </Paper>
  );
}
