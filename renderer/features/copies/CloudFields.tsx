import { Autocomplete, Group, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import {
  cloudProvider,
  cloudProviderId,
  cloudProviderIds,
  needsCloudEndpoint,
} from '../../../shared/model/cloud-providers.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { FormErrors } from '../shop/index.ts';
import type { CloudValues } from './destination-form.ts';

interface CloudFieldsProps {
  readonly value: CloudValues;
  readonly errors: FormErrors;
  readonly onChange: (value: CloudValues) => void;
}

const order = {
  inputWrapperOrder: ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[],
};

/** Which bucket, where, and with which keys: for a new copy and for recovery. */
export function CloudFields({ value, errors, onChange }: CloudFieldsProps) {
  const { t, language } = useWords();
  const set = (changes: Partial<CloudValues>): void => onChange({ ...value, ...changes });
  const errorOf = (path: string): string | null => {
    const key = errors[path];
    return key === undefined ? null : t(key);
  };
  const provider = cloudProvider(value.provider);
  const isOwnEndpoint = needsCloudEndpoint(value.provider);
  const regionNames = new Map(provider.regions.map(([id, zh, en]) => [id, language === 'zh' ? zh : en]));
  return (
    <Stack gap="md">
      <Group align="flex-start" grow>
        <Select
          label={t('cloud.provider')}
          value={value.provider}
          allowDeselect={false}
          maxDropdownHeight={320}
          onChange={(id) => set({ provider: cloudProviderId(id ?? '') ?? 'custom', region: '', endpoint: '' })}
          data={cloudProviderIds.map((id) => ({ value: id, label: cloudProvider(id).name[language] }))}
        />
        <TextInput
          label={t('cloud.bucket')}
          description={t(bucketHint(value.provider))}
          {...order}
          placeholder={provider.bucketExample}
          value={value.bucket}
          error={errorOf('bucket')}
          onChange={(event) => set({ bucket: event.currentTarget.value })}
          spellCheck={false}
        />
      </Group>
      <Group align="flex-start" grow>
        <Autocomplete
          label={t('cloud.region')}
          description={regionNames.get(value.region) ?? (regionNames.size > 0 ? t('cloud.regionHint') : undefined)}
          {...order}
          placeholder={provider.defaultRegion === '' ? t('cloud.regionChoose') : t('common.optional')}
          data={[...regionNames.keys()]}
          limit={60}
          maxDropdownHeight={320}
          filter={({ options, search }) =>
            options.filter(
              (option) =>
                'value' in option && `${option.value} ${regionNames.get(option.value) ?? ''}`.includes(search.trim()),
            )
          }
          renderOption={({ option }) => (
            <Group justify="space-between" gap="xs" wrap="nowrap" flex={1}>
              <Text size="sm">{regionNames.get(option.value)}</Text>
              <Text size="xs" c="dimmed">
                {option.value}
              </Text>
            </Group>
          )}
          value={value.region}
          error={errorOf('region')}
          onChange={(region) => set({ region })}
          spellCheck={false}
        />
        <TextInput
          label={t('cloud.endpoint')}
          description={isOwnEndpoint ? undefined : t('cloud.endpointHint')}
          {...order}
          placeholder={provider.endpointExample ?? t('common.optional')}
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
      {provider.customDomain && (
        <TextInput
          label={t('cloud.customDomain')}
          description={t(value.provider === 'aliyun-oss' ? 'cloud.customDomainOss' : 'cloud.customDomainHint')}
          {...order}
          placeholder="https://backup.example.com"
          value={value.customDomain}
          error={errorOf('customDomain')}
          onChange={(event) => set({ customDomain: event.currentTarget.value })}
          spellCheck={false}
        />
      )}
      <Group align="flex-start" grow>
        <TextInput
          label={t('cloud.accessKey')}
          description={t(value.provider === 'backblaze-b2' ? 'cloud.keyHintB2' : 'cloud.keyHint')}
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

function bucketHint(
  provider: CloudValues['provider'],
): 'cloud.bucketHintKodo' | 'cloud.bucketHintCos' | 'cloud.bucketHint' {
  if (provider === 'qiniu-kodo') return 'cloud.bucketHintKodo';
  return provider === 'tencent-cos' ? 'cloud.bucketHintCos' : 'cloud.bucketHint';
}
