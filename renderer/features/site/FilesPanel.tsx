import { Button, Group, Loader, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import type { LibraryStore } from '../../stores/library-store.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ErrorCard } from '../errors/index.ts';
import { ExportHistory } from './ExportHistory.tsx';
import { RestoreFiles } from './RestoreFiles.tsx';
import type { SiteStore } from './site-store.ts';

export const perPage = 20;

interface FilesPanelProps {
  readonly source: string;
  readonly site: SiteStore;
  readonly library: LibraryStore;
  readonly dialogs: Dialogs;
}

/** The files of one snapshot, found by their paths, a page at a time, and the way back for one, some or all. */
export function FilesPanel({ source, site, library, dialogs }: FilesPanelProps) {
  const { t, format } = useWords();
  const state = useStore(site.list.store);
  const known = useStore(library.store);
  const run = useStore(site.restore.store, ({ view }) => view);
  const exporting = useStore(site.exportGit.store, ({ view }) => view);
  const [snapshot, setSnapshot] = useState('latest');
  const [search, setSearch] = useState('');
  /** What is to come back; null as its path: all. */
  const [wanted, setWanted] = useState<{ readonly path: string | null } | null>(null);
  const [isExporting, setIsExporting] = useState(false);
  const ask = (of: string, skip: number) =>
    void site.list.ask({ source, snapshot: of, path: null, limit: perPage, search: search.trim(), skip });
  const snapshots = known.view === 'ready' ? known.library.snapshots.filter((each) => each.source === source) : [];
  const isNever = state.view === 'failed' && snapshot === 'latest' && isNothing(state.error.code);

  function want(path: string | null): void {
    site.restore.reset();
    setWanted({ path });
    if (exporting !== 'running') setIsExporting(false);
  }

  function wantHistory(): void {
    site.exportGit.reset();
    setIsExporting(true);
    // One thing at a time: what came back is told, what runs goes on.
    if (run !== 'running') setWanted(null);
  }

  return (
    <Panel
      title={t('site.filesTitle')}
      actions={
        state.view === 'answered' && (
          <Group gap="xs">
            <Button size="xs" variant="default" disabled={exporting === 'running'} onClick={wantHistory}>
              {t('site.history')}
            </Button>
            <Button size="xs" variant="default" disabled={run === 'running'} onClick={() => want(null)}>
              {t('site.restoreAll')}
            </Button>
          </Group>
        )
      }
    >
      {isNever ? (
        <Text size="sm">{t('site.filesNone')}</Text>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            ask(snapshot, 0);
          }}
        >
          <Group align="flex-end" wrap="nowrap">
            <Select
              label={t('site.snapshot')}
              value={snapshot}
              allowDeselect={false}
              w={260}
              onChange={(chosen) => {
                if (chosen === null) return;
                setSnapshot(chosen);
                ask(chosen, 0);
              }}
              data={[
                { value: 'latest', label: t('site.latest') },
                ...snapshots.map(({ id, at }) => ({ value: id, label: format.dateShort(at) })),
              ]}
            />
            <TextInput
              label={t('site.search')}
              flex={1}
              value={search}
              maxLength={200}
              spellCheck={false}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" flex="none" loading={state.view === 'asking'}>
              {t('site.find')}
            </Button>
          </Group>
        </form>
      )}
      {state.view === 'asking' && <Loader size="sm" aria-label={t('common.loading')} />}
      {state.view === 'failed' && !isNever && <ErrorCard error={state.error} />}
      {isExporting && (
        <ExportHistory
          source={source}
          snapshot={state.view === 'answered' ? state.value.snapshot.id : snapshot}
          site={site}
          dialogs={dialogs}
          onClose={() => setIsExporting(false)}
        />
      )}
      {wanted !== null && (
        <RestoreFiles
          key={wanted.path ?? ''}
          source={source}
          snapshot={state.view === 'answered' ? state.value.snapshot.id : snapshot}
          path={wanted.path}
          site={site}
          dialogs={dialogs}
          onClose={() => setWanted(null)}
        />
      )}
      {state.view === 'answered' && (
        <Listing
          listing={state.value}
          skip={state.about.skip ?? 0}
          onGo={(skip) => ask(snapshot, skip)}
          onWant={want}
        />
      )}
    </Panel>
  );
}

/** No snapshot at all, or none with files: a beginning and no failure. */
function isNothing(code: string): boolean {
  return code === 'files.none' || code === 'snapshot.unknown';
}

interface ListingProps {
  readonly listing: CommandOutput<'files.list'>;
  readonly skip: number;
  readonly onGo: (skip: number) => void;
  readonly onWant: (path: string) => void;
}

function Listing({ listing: { entries, isCut, snapshot }, skip, onGo, onWant }: ListingProps) {
  const { t, format } = useWords();
  if (entries.length === 0) return <Text size="sm">{t('site.nothingFound')}</Text>;
  return (
    <Stack gap="sm">
      <Table aria-label={t('site.filesTitle')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('site.path')}</Table.Th>
            <Table.Th ta="right">{t('site.size')}</Table.Th>
            <Table.Th>{t('site.modified')}</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map(({ folder, path, type, size, modifiedAt }) => (
            <Table.Tr key={`${folder}/${path}`}>
              <Table.Td className="sh-break">{path === '' ? folder : path}</Table.Td>
              <Table.Td ta="right" className="sh-whole">
                {type === 'file' ? format.bytes(size) : t(`site.type.${type}`)}
              </Table.Td>
              <Table.Td className="sh-whole">{modifiedAt === null ? '' : format.dateShort(modifiedAt)}</Table.Td>
              <Table.Td ta="right">
                {type !== 'unread' && (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    aria-label={t('site.restoreNamed', { path })}
                    onClick={() => onWant(path === '' ? folder : `${folder.replace(/\/+$/, '')}/${path}`)}
                  >
                    {t('site.restoreOne')}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('site.range', {
            from: format.count(skip + 1),
            to: format.count(skip + entries.length),
            at: format.dateShort(snapshot.at),
          })}
        </Text>
        <Group gap="xs">
          <Button size="xs" variant="default" disabled={skip === 0} onClick={() => onGo(Math.max(0, skip - perPage))}>
            {t('site.previous')}
          </Button>
          <Button size="xs" variant="default" disabled={!isCut} onClick={() => onGo(skip + perPage)}>
            {t('site.next')}
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}
