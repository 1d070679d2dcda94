import { Group, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { useWords } from '../../i18n/use-words.ts';
import type { FormErrors } from '../shop/index.ts';
import { cloudProviders, needsEndpoint, providerName } from './cloud-providers.ts';
import type { CloudValues } from './destination-form.ts';

interface CloudFieldsProps {
  readonly value: CloudValues;
  readonly errors: FormErrors;
  readonly onChange: (value: CloudValues) => void;
}

export function CloudFields({ value, errors, onChange }: CloudFieldsProps) {
  const { t, language } = useWords();
  const set = (changes: Partial<CloudValues>): void => onChange({ ...value, ...changes });
  const errorOf = (path: string): string | null => {
    const key = errors[path];
    return key === undefined ? null : t(key);
  };
  const order = {
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[],
  };
  const region = cloudProviders.find(({ id }) => id === value.provider)?.region;
  return (
    <Stack gap="md">
      <Group align="flex-start" grow>
        <Select
          label={t('cloud.provider')}
          value={value.provider}
          allowDeselect={false}
          onChange={(provider) => set({ provider: provider ?? 'custom' })}
          data={[
            ...cloudProviders.map(({ id }) => ({ value: id, label: providerName(id, language) })),
            { value: 'custom', label: t('cloud.custom') },
          ]}
        />
        <TextInput
          label={t('cloud.bucket')}
          description={t('cloud.bucketHint')}
          {...order}
          value={value.bucket}
          error={errorOf('bucket')}
          onChange={(event) => set({ bucket: event.currentTarget.value })}
          spellCheck={false}
        />
      </Group>
      <Group align="flex-start" grow>
        <TextInput
          label={t('cloud.region')}
          placeholder={region ?? t('common.optional')}
          value={value.region}
          error={errorOf('region')}
          onChange={(event) => set({ region: event.currentTarget.value })}
          spellCheck={false}
        />
        <TextInput
          label={t('cloud.endpoint')}
          description={needsEndpoint(value.provider) ? undefined : t('cloud.endpointHint')}
          {...order}
          placeholder={needsEndpoint(value.provider) ? 'https://' : t('common.optional')}
          value={value.endpoint}
          error={errorOf('endpoint')}
          onChange={(event) => set({ endpoint: event.currentTarget.value })}
          spellCheck={false}
        />
        <TextInput
          label={t('cloud.prefix')}
          placeholder={t('common.optional')}
          value={value.prefix}
          onChange={(event) => set({ prefix: event.currentTarget.value })}
          spellCheck={false}
        />
      </Group>
      <Group align="flex-start" grow>
        <TextInput
          label={t('cloud.accessKey')}
          description={t('cloud.keyHint')}
          {...order}
          value={value.accessKey}
          error={errorOf('accessKey')}
          onChange={(event) => set({ accessKey: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
        <PasswordInput
          label={t('cloud.secretKey')}
          value={value.secretKey}
          error={errorOf('secretKey')}
          onChange={(event) => set({ secretKey: event.currentTarget.value })}
          autoComplete="off"
        />
      </Group>
    </Stack>
  );
}
