import { Group, PasswordInput, Progress, Stack, Text } from '@mantine/core';
import { useWords } from '../../i18n/use-words.ts';
import { strengthOf } from './strength.ts';

interface PassphraseFieldsProps {
  readonly label: string;
  readonly hint: string;
  readonly againLabel: string;
  readonly value: string;
  readonly again: string;
  readonly error: string | null;
  readonly againError: string | null;
  readonly onChange: (value: string) => void;
  readonly onAgain: (value: string) => void;
}

const colors = ['gray', 'orange', 'yellow', 'brand', 'brand'] as const;

/** A new passphrase, typed twice, with a meter. */
export function PassphraseFields(props: PassphraseFieldsProps) {
  const { t } = useWords();
  const strength = strengthOf(props.value);
  const level = t(`keys.strengthLevel.${strength}`);
  return (
    <Stack gap="xs">
      <Group grow align="flex-start">
        <PasswordInput
          label={props.label}
          description={props.hint}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={props.value}
          error={props.error}
          onChange={(event) => props.onChange(event.currentTarget.value)}
          autoComplete="new-password"
        />
        <PasswordInput
          label={props.againLabel}
          value={props.again}
          error={props.againError}
          onChange={(event) => props.onAgain(event.currentTarget.value)}
          autoComplete="new-password"
        />
      </Group>
      <Group gap="sm" maw={420} wrap="nowrap">
        <Progress.Root flex={1} size="sm">
          <Progress.Section
            value={props.value === '' ? 0 : (strength + 1) * 20}
            color={colors[strength]}
            aria-label={`${props.label} ${t('keys.strength')}`}
          />
        </Progress.Root>
        <Text size="sm" c="dimmed" miw={72}>
          {props.value === '' ? t('keys.strength') : level}
        </Text>
      </Group>
    </Stack>
  );
}
