import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Choice, CommandOutput } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { ChooseField } from '../choose/index.ts';
import { JobForm } from '../jobs/index.ts';
import type { SiteStore } from './site-store.ts';

interface ExportHistoryProps {
  readonly source: string;
  readonly snapshot: string;
  readonly site: SiteStore;
  readonly dialogs: Dialogs;
  readonly onClose: () => void;
}

/** Writes the history of config and code into an empty folder here, for somebody who knows git. */
export function ExportHistory({ source, snapshot, site, dialogs, onClose }: ExportHistoryProps) {
  const { t } = useWords();
  const state = useStore(site.exportGit.store);
  const [folder, setFolder] = useState<Choice>(null);
  const [isAsked, setIsAsked] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.scrollIntoView({ block: 'nearest' }), []);

  function start(): void {
    setIsAsked(true);
    if (folder === null) return;
    void site.exportGit.start(source, { source, snapshot, from: null, folderToken: folder.token });
  }

  if (state.view === 'done' && state.value !== null) return <Exported exported={state.value} onClose={onClose} />;
  return (
    <div ref={place}>
      <JobForm
        state={state}
        title={t('site.historyTitle')}
        running={t('site.historyRunning')}
        submit={t('site.historyStart')}
        onSubmit={start}
        onCancel={() => void site.exportGit.cancel()}
        onClose={onClose}
      >
        <Text>{t('site.historyText')}</Text>
        <Alert color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />}>
          {t('site.historyClear')}
        </Alert>
        <ChooseField
          kind="folder"
          label={t('site.historyFolder')}
          hint={t('site.historyFolderHint')}
          value={folder}
          error={isAsked && folder === null ? t('site.targetMissing') : null}
          choose={() => dialogs.chooseFolder('files')}
          onChange={setFolder}
        />
      </JobForm>
    </div>
  );
}

interface ExportedProps {
  readonly exported: CommandOutput<'files.export-git'>;
  readonly onClose: () => void;
}

function Exported({ exported: { commits, files, place, outside, isBehind }, onClose }: ExportedProps) {
  const { t, format } = useWords();
  const left = outside.reduce((sum, each) => sum + each.files, 0);
  return (
    <Verdict tone={isBehind ? 'attention' : 'good'} title={t('site.historyDone')}>
      <Stack gap={4}>
        <Text className="sh-break">
          {t('site.historyDoneText', { commits: format.count(commits), files: format.count(files), place })}
        </Text>
        <Text size="sm">{t('site.historyLook')}</Text>
        <Code block className="sh-break">{`git -C "${place}" log --stat`}</Code>
        {left > 0 && <Text size="sm">{t('site.historyOutside', { count: format.count(left) })}</Text>}
        {isBehind && <Text size="sm">{t('site.historyBehind')}</Text>}
        <Text size="sm" fw={600}>
          {t('site.historyClear')}
        </Text>
      </Stack>
      <Group>
        <Button variant="default" onClick={onClose}>
          {t('common.close')}
        </Button>
      </Group>
    </Verdict>
  );
}
