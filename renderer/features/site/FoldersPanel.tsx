import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { SourceView } from '../../../shared/model/source.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ErrorCard } from '../errors/index.ts';
import { FolderChooser } from './FolderChooser.tsx';
import type { SiteStore } from './site-store.ts';

/** Which folders of the server go with every backup, and what is left out of them. */
export function FoldersPanel({ source, site }: { readonly source: SourceView; readonly site: SiteStore }) {
  const { t } = useWords();
  const { name, files = [], leaveOut = [] } = source;
  const save = useStore(site.save.store);
  const [isChoosing, setIsChoosing] = useState(false);
  const keep = (folders: readonly string[]) => void site.save.ask({ source: name, folders: [...folders] });
  const skip = (rules: readonly string[]) => void site.save.ask({ source: name, leaveOut: [...rules] });
  const isBusy = save.view === 'asking';
  return (
    <Panel
      title={t('site.foldersTitle')}
      actions={
        <Button
          size="xs"
          variant={files.length === 0 && !isChoosing ? 'filled' : 'default'}
          disabled={!source.hasCredentials}
          aria-expanded={isChoosing}
          onClick={() => {
            if (!isChoosing) void site.browse.ask({ source: name, folder: null });
            setIsChoosing(!isChoosing);
          }}
        >
          {t(isChoosing ? 'site.close' : 'site.choose')}
        </Button>
      }
    >
      {files.length === 0 ? (
        <Text size="sm">{t('site.foldersNone')}</Text>
      ) : (
        <Stack component="ul" className="sh-list" gap="xs" aria-label={t('site.foldersTitle')}>
          {files.map((folder) => (
            <Group component="li" key={folder} justify="space-between" wrap="nowrap">
              <Text className="sh-break">{folder}</Text>
              <Button
                size="xs"
                variant="subtle"
                color="gray"
                flex="none"
                disabled={isBusy}
                aria-label={`${t('site.drop')}: ${folder}`}
                onClick={() => keep(files.filter((each) => each !== folder))}
              >
                {t('site.drop')}
              </Button>
            </Group>
          ))}
        </Stack>
      )}
      {leaveOut.length > 0 && (
        <div>
          <Text size="sm" fw={600}>
            {t('site.leaveOutTitle')}
          </Text>
          <Stack component="ul" className="sh-list" gap={4}>
            {leaveOut.map((rule) => (
              <Group component="li" key={rule} justify="space-between" wrap="nowrap">
                <Text size="sm" className="sh-break">
                  {rule}
                </Text>
                <Button
                  size="compact-xs"
                  variant="subtle"
                  color="gray"
                  flex="none"
                  disabled={isBusy}
                  aria-label={`${t('site.unskip')}: ${rule}`}
                  onClick={() => skip(leaveOut.filter((each) => each !== rule))}
                >
                  {t('site.unskip')}
                </Button>
              </Group>
            ))}
          </Stack>
        </div>
      )}
      <Text size="sm" c="dimmed">
        {t('site.foldersHint')}
      </Text>
      {save.view === 'failed' && <ErrorCard error={save.error} />}
      {isChoosing && (
        <FolderChooser
          name={name}
          kept={files}
          leaveOut={leaveOut}
          isBusy={isBusy}
          site={site}
          onKeep={(folder) => keep([...files, folder])}
          onSkip={(rule) => skip([...leaveOut, rule])}
        />
      )}
    </Panel>
  );
}
