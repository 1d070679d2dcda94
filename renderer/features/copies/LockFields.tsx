import { Alert, Collapse, List, NumberInput, Stack, Switch, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLock } from '@tabler/icons-react';
import { useId } from 'react';
import { lockGuide } from '../../../shared/i18n/cloud-sentences.ts';
import { cloudProvider, maxLockDays } from '../../../shared/model/cloud-providers.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { FormErrors } from '../shop/index.ts';
import { canLock, type CloudValues } from './destination-form.ts';

interface LockFieldsProps {
  readonly value: CloudValues;
  readonly errors: FormErrors;
  readonly onChange: (value: CloudValues) => void;
}

const suggestedDays = '30';

/** Protection against deletion: a number of days where the program can set it, else what to do in the cloud's own console. */
export function LockFields({ value, errors, onChange }: LockFieldsProps) {
  const { t } = useWords();
  const { lock } = cloudProvider(value.provider);
  const error = errors['lockDays'];
  if (lock === 'none')
    return (
      <Text size="sm" c="dimmed">
        {t('cloud.lockNone')}
      </Text>
    );
  if (!canLock(value.provider)) {
    return (
      <Alert color="gray" variant="light" radius="lg" icon={<IconLock aria-hidden />} title={t('cloud.lock')}>
        <Stack gap="xs">
          <Text size="sm">{t('cloud.lockConsole')}</Text>
          <LockGuide provider={value.provider} />
        </Stack>
      </Alert>
    );
  }
  const isOn = value.lockDays !== '';
  return (
    <Stack gap="xs">
      <Switch
        label={t('cloud.lock')}
        description={t('cloud.lockText')}
        checked={isOn}
        onChange={(event) => onChange({ ...value, lockDays: event.currentTarget.checked ? suggestedDays : '' })}
      />
      {isOn && (
        <>
          <NumberInput
            label={t('cloud.lockDays')}
            description={t('cloud.lockDaysHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            min={1}
            max={maxLockDays}
            allowDecimal={false}
            value={value.lockDays}
            error={error === undefined ? null : t(error)}
            onChange={(days) => onChange({ ...value, lockDays: String(days) })}
            styles={{ wrapper: { maxWidth: 200 } }}
          />
          <LockGuide provider={value.provider} />
        </>
      )}
    </Stack>
  );
}

export function LockGuide({ provider }: { readonly provider: string }) {
  const { t, language } = useWords();
  const [isOpen, { toggle }] = useDisclosure(false);
  const id = useId();
  const steps = lockGuide(provider, language);
  if (steps.length === 0) return null;
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={isOpen} aria-controls={id} className="sh-link">
        <Text size="sm" td="underline">
          {t(isOpen ? 'cloud.guideHide' : 'cloud.guideShow')}
        </Text>
      </UnstyledButton>
      <Collapse expanded={isOpen} id={id}>
        <List type="ordered" size="sm" spacing={4} mt="xs">
          {steps.map((step) => (
            <List.Item key={step}>{step}</List.Item>
          ))}
        </List>
      </Collapse>
    </div>
  );
}
