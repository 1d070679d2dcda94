import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { CloudProviderId } from '../../../shared/model/cloud-providers.ts';
import { maxLockDays } from '../../../shared/model/cloud-providers.ts';
import { useWords } from '../../i18n/use-words.ts';
import { canLock } from './destination-form.ts';
import { LockGuide } from './LockFields.tsx';

interface LockFormProps {
  readonly name: string;
  readonly provider: CloudProviderId;
  /** Null: it is not protected. */
  readonly lockDays: number | null;
  readonly onSave: (lockDays: number) => void;
  readonly onDone: () => void;
}

const suggestedDays = 30;

/** Switches protection against deletion on for a bucket that is in use; where only the cloud's own console can, the steps for that. */
export function LockForm({ name, provider, lockDays, onSave, onDone }: LockFormProps) {
  const { t } = useWords();
  const [days, setDays] = useState<number | string>(lockDays ?? suggestedDays);
  const wanted = Number(days);
  const isRight = Number.isInteger(wanted) && wanted >= 1 && wanted <= maxLockDays;
  if (!canLock(provider))
    return (
      <Stack gap="xs">
        <Text size="sm">{t('cloud.lockConsole')}</Text>
        <LockGuide provider={provider} />
      </Stack>
    );
  return (
    <Stack gap="sm" role="group" aria-label={t('cloud.lockLabel', { name })}>
      <NumberInput
        label={t('cloud.lockDays')}
        description={t('cloud.lockDaysHint')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        min={1}
        max={maxLockDays}
        allowDecimal={false}
        value={days}
        error={isRight ? null : t('cloud.lockDaysWrong')}
        onChange={setDays}
        styles={{ wrapper: { maxWidth: 200 } }}
      />
      <LockGuide provider={provider} />
      <Group>
        <Button
          size="xs"
          disabled={!isRight}
          onClick={() => {
            onSave(wanted);
            onDone();
          }}
        >
          {t('cloud.lockSave')}
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={onDone}>
          {t('common.cancel')}
        </Button>
      </Group>
    </Stack>
  );
}
