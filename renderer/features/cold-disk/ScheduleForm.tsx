import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { ColdDisk } from '../../../shared/model/cold-disk.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ErrorCard } from '../errors/index.ts';
import { ScheduleFields } from './ScheduleFields.tsx';
import type { ColdStore } from './cold-store.ts';

interface ScheduleFormProps {
  readonly disk: ColdDisk;
  readonly cold: ColdStore;
  readonly onDone: () => void;
}

/** Changes the days of a disk that is in rotation. */
export function ScheduleForm({ disk, cold, onDone }: ScheduleFormProps) {
  const { t } = useWords();
  const [wish, setWish] = useState(disk.schedule);
  const [error, setError] = useState<WireError | null>(null);

  async function save(): Promise<void> {
    const failed = await cold.schedule(disk.name, wish);
    if (failed === null) onDone();
    else setError(failed);
  }

  return (
    <Stack gap="sm">
      <ScheduleFields value={wish} onChange={setWish} />
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
