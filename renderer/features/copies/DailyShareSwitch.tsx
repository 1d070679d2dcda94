import { Group, Stack, Switch, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import type { CopiesStore } from './copies-store.ts';

/** The quiet work that goes on by itself, and the way to switch it off. */
export function DailyShareSwitch({ share }: { readonly share: CopiesStore['share'] }) {
  const { t } = useWords();
  const { enabled, progress } = useStore(share.store);
  useEffect(() => void share.load(), [share]);
  return (
    <Panel>
      <Stack gap={4}>
        <Switch
          label={t('copies.share')}
          description={t('copies.shareText')}
          checked={enabled ?? true}
          disabled={enabled === null}
          onChange={(event) => void share.set(event.currentTarget.checked)}
        />
        {progress !== null && (
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              {t('copies.shareRunning', {
                name: progress.detail,
                done: progress.doneItems,
                total: progress.totalItems ?? progress.doneItems,
              })}
            </Text>
          </Group>
        )}
      </Stack>
    </Panel>
  );
}
