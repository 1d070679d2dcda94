import { Button, Group, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Choice, CommandOutput } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { ChooseField } from '../choose/index.ts';
import { JobForm } from '../jobs/index.ts';
import type { SiteStore } from './site-store.ts';

interface RestoreFilesProps {
  readonly source: string;
  readonly snapshot: string;
  /** On the server; null: everything. */
  readonly path: string | null;
  readonly site: SiteStore;
  readonly dialogs: Dialogs;
  readonly onClose: () => void;
}

/** Brings files back to a place where nothing is: an empty folder here, or a new one on the server. */
export function RestoreFiles({ source, snapshot, path, site, dialogs, onClose }: RestoreFilesProps) {
  const { t } = useWords();
  const state = useStore(site.restore.store);
  const [kind, setKind] = useState<'folder' | 'server'>('folder');
  const [folder, setFolder] = useState<Choice>(null);
  const [isAsked, setIsAsked] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  // It opens above a list in which somebody has pressed a button.
  useEffect(() => place.current?.scrollIntoView({ block: 'nearest' }), []);

  function start(): void {
    setIsAsked(true);
    if (kind === 'folder' && folder === null) return;
    const to = kind === 'server' ? { kind } : { kind, folderToken: folder?.token ?? '' };
    void site.restore.start(source, { source, snapshot, path, from: null, to });
  }

  if (state.view === 'done' && state.value !== null) return <Restored restored={state.value} onClose={onClose} />;
  return (
    <div ref={place}>
      <JobForm
        state={state}
        title={t('site.restoreTitle')}
        running={t('site.restoring')}
        submit={t('site.restoreStart')}
        onSubmit={start}
        onCancel={() => void site.restore.cancel()}
        onClose={onClose}
      >
        <Text className="sh-break">{path === null ? t('site.restoreWhatAll') : t('site.restoreWhat', { path })}</Text>
        <ChoiceCards
          label={t('site.restoreTo')}
          value={kind}
          columns={2}
          onChange={setKind}
          choices={[
            { value: 'folder', title: t('site.toFolder'), text: t('site.toFolderText') },
            { value: 'server', title: t('site.toServer'), text: t('site.toServerText') },
          ]}
        />
        {kind === 'folder' && (
          <ChooseField
            kind="folder"
            label={t('site.targetFolder')}
            value={folder}
            error={isAsked && folder === null ? t('site.targetMissing') : null}
            choose={() => dialogs.chooseFolder('files')}
            onChange={setFolder}
          />
        )}
        <Text size="sm">{t('site.nothingOverwritten')}</Text>
      </JobForm>
    </div>
  );
}

const mostNamed = 10;

interface RestoredProps {
  readonly restored: CommandOutput<'files.restore'>;
  readonly onClose: () => void;
}

function Restored({ restored, onClose }: RestoredProps) {
  const { t, format } = useWords();
  const { files, bytes, places, unread, changedWhileRead, ownersNotGiven, renamed, linksNotMade } = restored;
  const named = (paths: readonly string[]): string =>
    `${paths.slice(0, mostNamed).join(', ')}${paths.length > mostNamed ? ' …' : ''}`;
  const notes = [
    ...(unread.length === 0 ? [] : [t('site.restoredUnread', { paths: named(unread) })]),
    ...(changedWhileRead.length === 0 ? [] : [t('site.restoredChanged', { paths: named(changedWhileRead) })]),
    ...(ownersNotGiven === 0 ? [] : [t('site.restoredOwners', { count: format.count(ownersNotGiven) })]),
    ...(renamed.length === 0 ? [] : [t('site.restoredRenamed', { count: format.count(renamed.length) })]),
    ...(linksNotMade === 0 ? [] : [t('site.restoredLinks', { count: format.count(linksNotMade) })]),
  ];
  return (
    <Verdict tone={unread.length === 0 ? 'good' : 'attention'} title={t('site.restoredTitle')}>
      <Stack gap={4}>
        <Text className="sh-break">
          {t('site.restoredText', {
            files: format.count(files),
            bytes: format.bytes(bytes),
            places: places.join(', '),
          })}
        </Text>
        {notes.map((note) => (
          <Text key={note} size="sm" className="sh-break">
            {note}
          </Text>
        ))}
      </Stack>
      <Group>
        <Button variant="default" onClick={onClose}>
          {t('common.close')}
        </Button>
      </Group>
    </Verdict>
  );
}
