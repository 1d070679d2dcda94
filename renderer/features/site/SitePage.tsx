import { Alert, Button, Stack } from '@mantine/core';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { SourceView } from '../../../shared/model/source.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import type { LibraryStore } from '../../stores/library-store.ts';
import { Page } from '../../ui/Page.tsx';
import { FilesPanel, perPage } from './FilesPanel.tsx';
import { FindingsPanel } from './FindingsPanel.tsx';
import { FoldersPanel } from './FoldersPanel.tsx';
import { ChangesPanel } from './ChangesPanel.tsx';
import { RedisPanel } from './RedisPanel.tsx';
import type { SiteStore } from './site-store.ts';

interface SitePageProps {
  readonly source: SourceView;
  readonly site: SiteStore;
  readonly library: LibraryStore;
  readonly dialogs: Dialogs;
  readonly onBack: () => void;
}

/** One shop besides its database: files of its site and settings in its Redis. */
export function SitePage({ source, site, library, dialogs, onBack }: SitePageProps) {
  const { t } = useWords();
  const { name } = source;
  const newest = useStore(library.store, (known) =>
    known.view === 'ready' ? known.library.snapshots.find((each) => each.source === name)?.id : undefined,
  );
  useEffect(() => {
    site.open();
    void site.list.ask({ source: name, snapshot: 'latest', path: null, limit: perPage });
  }, [site, name]);
  // A night may pass while the page stands open.
  useEffect(() => {
    void site.loadFindings(name);
    void site.kept.ask({ source: name, snapshot: 'latest' });
  }, [site, name, newest]);
  return (
    <Page
      title={t('site.title', { name })}
      actions={
        <Button variant="default" flex="none" onClick={onBack}>
          {t('site.back')}
        </Button>
      }
    >
      <Stack>
        {source.ssh === null ? (
          <Alert color="gray">{t('site.noSsh')}</Alert>
        ) : (
          <>
            <FindingsPanel source={name} site={site} />
            <FoldersPanel source={source} site={site} />
            <FilesPanel source={name} site={site} library={library} dialogs={dialogs} />
            <ChangesPanel source={name} site={site} />
          </>
        )}
        <RedisPanel source={source} site={site} />
      </Stack>
    </Page>
  );
}
