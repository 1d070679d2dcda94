import { Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ColdDisk, ColdState } from '../../../shared/model/cold-disk.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ScheduleForm } from './ScheduleForm.tsx';
import type { ColdStore } from './cold-store.ts';

const colours: Readonly<Record<ColdState, string>> = {
  new: 'orange',
  'due-today': 'orange',
  overdue: 'orange',
  running: 'brand',
  'plugged-in': 'brand',
  'left-in': 'orange',
  resting: 'brand',
};

interface ColdDiskRowProps {
  readonly disk: ColdDisk;
  readonly cold: ColdStore;
  /** A round runs: only one at a time. */
  readonly isBusy: boolean;
}

/** One disk of the rotation: its place, what it is doing, when it comes home. */
export function ColdDiskRow({ disk, cold, isBusy }: ColdDiskRowProps) {
  const { t, format } = useWords();
  const [isPlanning, planning] = useDisclosure(false);
  const { name, place, state, presence, dueOn, overdueDays, lastCompletedAt, lastSeenAt, freeBytes, sizeBytes } = disk;
  const isHere = presence === 'here';
  const hasNeverLeft = isHere && !disk.hasLeft && lastCompletedAt !== null;
  return (
    <Paper withBorder p="md" radius="md" component="article" aria-label={name}>
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start">
          <Stack gap={4} flex={1} miw={220}>
            <Group gap="xs">
              <Text fw={600}>{name}</Text>
              <Badge variant="light" color={colours[state]}>
                {t(`cold.state.${state}`, { days: overdueDays })}
              </Badge>
              {isHere && <Badge variant="default">{t('cold.here')}</Badge>}
            </Group>
            <Text size="sm">{place === null ? t('cold.noPlace') : t('cold.place', { place })}</Text>
            {isHere && freeBytes !== null && sizeBytes !== null && (
              <Text size="sm" c="dimmed">
                {t('cold.free', { free: format.bytes(freeBytes), total: format.bytes(sizeBytes) })}
              </Text>
            )}
          </Stack>
          <Stack gap={2} align="flex-end">
            <Text size="sm" fw={600}>
              {t('cold.due', { day: format.day(dueOn) })}
            </Text>
            <Text size="sm" c="dimmed">
              {lastCompletedAt === null
                ? t('cold.never')
                : t('cold.lastCompleted', { date: format.dateShort(lastCompletedAt) })}
            </Text>
            {!isHere && lastSeenAt !== null && (
              <Text size="sm" c="dimmed">
                {t('cold.lastSeen', { date: format.dateShort(lastSeenAt) })}
              </Text>
            )}
          </Stack>
        </Group>
        {hasNeverLeft && (
          <Text size="sm" c="orange">
            {t('cold.neverLeft')}
          </Text>
        )}
        {disk.notes.map((note) => (
          <Text key={note} size="sm" c="orange">
            {t(`cold.note.${note}`)}
          </Text>
        ))}
        <Group gap="xs">
          {isHere && (
            <Button
              size="xs"
              variant={state === 'plugged-in' || state === 'left-in' ? 'light' : 'filled'}
              disabled={isBusy}
              onClick={() => void cold.start(name)}
              aria-label={t('cold.startLabel', { name })}
            >
              {t('cold.start')}
            </Button>
          )}
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={planning.toggle}
            aria-expanded={isPlanning}
            aria-label={t('cold.scheduleLabel', { name })}
          >
            {t('cold.schedule')}
          </Button>
        </Group>
        {isPlanning && <ScheduleForm disk={disk} cold={cold} onDone={planning.close} />}
      </Stack>
    </Paper>
  );
}
