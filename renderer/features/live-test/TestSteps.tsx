import { Group, Loader, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import { isWarning } from '../../../shared/model/check-subjects.ts';
import type { TestStep } from '../../../shared/model/source.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';

interface TestStepsProps {
  readonly steps: readonly TestStep[];
  /** While it runs: the steps that are to be expected. */
  readonly pending?: readonly string[];
}

/** A live test, step by step: a tick, a cross or a spinner, with words for those who see none of them. */
export function TestSteps({ steps, pending = [] }: TestStepsProps) {
  const { t, named } = useWords();
  const nameOf = (id: string, facts: TestStep['facts'] = {}): string => named('testStep', id, facts);
  return (
    <Panel title={t('testStep.title')}>
      <Stack component="ul" className="sh-list" gap="sm" aria-live="polite">
        {steps.map((step) => (
          <Group
            component="li"
            key={step.id}
            gap="sm"
            wrap="nowrap"
            data-step={step.id}
            data-state={isWarning(step) ? 'warned' : step.ok ? 'ok' : 'failed'}
          >
            <ThemeIcon size={24} radius="xl" color={step.ok && !isWarning(step) ? 'brand' : 'orange'} aria-hidden>
              {isWarning(step) ? (
                <IconAlertTriangle size={16} />
              ) : step.ok ? (
                <IconCheck size={16} />
              ) : (
                <IconX size={16} />
              )}
            </ThemeIcon>
            <Stack gap={0}>
              <Text>{nameOf(step.id, step.facts)}</Text>
              {step.id === 'tables' && step.facts['shops'] !== undefined && (
                <Text size="sm">{t('testStep.shops', { shops: step.facts['shops'] })}</Text>
              )}
            </Stack>
            <Text size="sm" c="dimmed">
              {isWarning(step)
                ? t('testStep.warned')
                : `${step.ok ? t('testStep.ok') : t('testStep.failed')} · ${t('testStep.ms', { ms: Math.round(step.ms) })}`}
            </Text>
          </Group>
        ))}
        {pending.map((id) => (
          <Group component="li" key={id} gap="sm" wrap="nowrap" data-step={id} data-state="running">
            <Loader size={24} type="oval" aria-hidden />
            <Text c="dimmed">{nameOf(id)}</Text>
            <Text size="sm" c="dimmed">
              {t('testStep.running')}
            </Text>
          </Group>
        ))}
      </Stack>
    </Panel>
  );
}
