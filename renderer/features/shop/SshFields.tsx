import { Group, NumberInput, PasswordInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useId } from 'react';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import { ChooseField } from '../choose/index.ts';
import type { FormErrors, SshValues } from './shop-form.ts';

interface SshFieldsProps {
  readonly value: SshValues;
  readonly errors: FormErrors;
  readonly dialogs: Dialogs;
  readonly onChange: (value: SshValues) => void;
}

export function SshFields({ value, errors, dialogs, onChange }: SshFieldsProps) {
  const { t } = useWords();
  const authId = useId();
  const errorOf = (path: string): string | null => {
    const key = errors[`ssh.${path}`];
    return key === undefined ? null : t(key);
  };
  const set = (changes: Partial<SshValues>): void => onChange({ ...value, ...changes });
  return (
    <Stack gap="md">
      <Group align="flex-start" grow preventGrowOverflow={false} wrap="nowrap">
        <TextInput
          label={t('shop.host')}
          description={t('shop.hostHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={value.host}
          error={errorOf('host')}
          onChange={(event) => set({ host: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
        <NumberInput
          label={t('shop.port')}
          maw={110}
          hideControls
          value={value.port}
          error={errorOf('port')}
          onChange={(port) => set({ port })}
        />
        <TextInput
          label={t('shop.user')}
          value={value.user}
          error={errorOf('user')}
          onChange={(event) => set({ user: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
      </Group>
      <div>
        <Text size="sm" fw={500} mb={4} id={authId}>
          {t('shop.auth')}
        </Text>
        <SegmentedControl
          aria-labelledby={authId}
          value={value.auth}
          onChange={(auth) => set({ auth: auth })}
          data={[
            { value: 'key', label: t('shop.authKey') },
            { value: 'password', label: t('shop.authPassword') },
            { value: 'agent', label: t('shop.authAgent') },
          ]}
        />
      </div>
      {value.auth === 'key' && (
        <Group align="flex-start" grow>
          <ChooseField
            kind="file"
            label={t('shop.keyFile')}
            value={value.key}
            error={errorOf('key')}
            choose={dialogs.chooseSshKey}
            onChange={(key) => set({ key })}
          />
          <PasswordInput
            label={t('shop.keyPassphrase')}
            placeholder={t('common.optional')}
            value={value.keyPassphrase}
            onChange={(event) => set({ keyPassphrase: event.currentTarget.value })}
            autoComplete="off"
          />
        </Group>
      )}
      {value.auth === 'password' && (
        <PasswordInput
          label={t('shop.sshPassword')}
          value={value.password}
          error={errorOf('password')}
          onChange={(event) => set({ password: event.currentTarget.value })}
          autoComplete="off"
        />
      )}
    </Stack>
  );
}
