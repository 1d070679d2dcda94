import { Button, Checkbox, Group, NumberInput, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { ColdDisk } from '../../../shared/model/cold-disk.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ErrorCard } from '../errors/index.ts';
import type { ColdStore } from './cold-store.ts';

/** A Sunday, to name the days of the week after. */
const aSunday = Date.UTC(2026, 10, 22);
const dayMs = 86_400_000;

interface ScheduleFormProps {
  readonly disk: ColdDisk;
  readonly cold: ColdStore;
  readonly onDone: () => void;
}

/** How often a disk comes home, on which day, and whether it begins by itself. */
export function ScheduleForm({ disk, cold, onDone }: ScheduleFormProps) {
  const { t, language } = useWords();
  const [wish, setWish] = useState(disk.schedule);
  const [error, setError] = useState<WireError | null>(null);
  const weekday = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'long', timeZone: 'UTC' });

  async function save(): Promise<void> {
    const failed = await cold.schedule(disk.name, wish);
    if (failed === null) onDone();
    else setError(failed);
  }

  return (
    <Stack gap="sm">
      <Group align="flex-end">
        <NumberInput
          label={t('cold.everyDays')}
          min={1}
          max={365}
          allowDecimal={false}
          clampBehavior="strict"
          value={wish.everyDays}
          onChange={(value) => setWish({ ...wish, everyDays: Math.max(1, Number(value) || 1) })}
          w={120}
        />
        <Select
          label={t('cold.weekday')}
          allowDeselect={false}
          value={wish.weekday === null ? '' : String(wish.weekday)}
          data={[
            { value: '', label: t('cold.anyDay') },
            ...Array.from({ length: 7 }, (_, day) => ({
              value: String(day),
              label: weekday.format(aSunday + day * dayMs),
            })),
          ]}
          onChange={(value) => setWish({ ...wish, weekday: value === null || value === '' ? null : Number(value) })}
          w={160}
        />
        <Checkbox
          label={t('cold.autoRun')}
          checked={wish.autoRun}
          onChange={(event) => setWish({ ...wish, autoRun: event.currentTarget.checked })}
          mb={8}
        />
      </Group>
      {error !== null && <ErrorCard error={error} />}
      <Group>
        <Button size="xs" onClick={() => void save()}>
          {t('cold.save')}
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={onDone}>
          {t('common.cancel')}
        </Button>
      </Group>
    </Stack>
  );
}
