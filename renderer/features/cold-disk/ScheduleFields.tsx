import { Checkbox, Group, NumberInput, Select, Stack } from '@mantine/core';
import type { ColdSchedule } from '../../../shared/model/cold-schedule.ts';
import { useWords } from '../../i18n/use-words.ts';

interface ScheduleFieldsProps {
  readonly value: ColdSchedule;
  readonly onChange: (schedule: ColdSchedule) => void;
}

/** How often a disk comes home, on which day, and whether it begins by itself: where it is added and where that is changed. */
export function ScheduleFields({ value, onChange }: ScheduleFieldsProps) {
  const { t, format } = useWords();
  return (
    <Stack gap="sm">
      <Group align="flex-start">
        <NumberInput
          label={t('cold.everyDays')}
          min={1}
          max={365}
          allowDecimal={false}
          clampBehavior="strict"
          value={value.everyDays}
          onChange={(days) => onChange({ ...value, everyDays: Math.max(1, Number(days) || 1) })}
          w={180}
        />
        <Select
          label={t('cold.weekday')}
          allowDeselect={false}
          value={value.weekday === null ? '' : String(value.weekday)}
          data={[
            { value: '', label: t('cold.anyDay') },
            ...Array.from({ length: 7 }, (_, day) => ({ value: String(day), label: format.weekday(day) })),
          ]}
          onChange={(day) => onChange({ ...value, weekday: day === null || day === '' ? null : Number(day) })}
          w={160}
        />
      </Group>
      <Checkbox
        label={t('cold.autoRun')}
        checked={value.autoRun}
        onChange={(event) => onChange({ ...value, autoRun: event.currentTarget.checked })}
      />
    </Stack>
  );
}
