import { Button, Group, Loader, Stack } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { SourceView } from '../../../shared/model/source.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import type { JobRun } from '../../stores/job-run.ts';
import type { LibraryStore } from '../../stores/library-store.ts';
import type { StreamsStore } from '../../stores/streams-store.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { DemoCard } from '../demo/index.ts';
import { ErrorCard } from '../errors/index.ts';
import { SitePage, type SiteStore } from '../site/index.ts';
import { ShopCard } from './ShopCard.tsx';
import { ShopForm } from './ShopForm.tsx';
import type { ShopStore } from './shop-store.ts';

interface ShopsPageProps {
  readonly library: LibraryStore;
  readonly shop: ShopStore;
  readonly streams: StreamsStore;
  readonly site: SiteStore;
  readonly dialogs: Dialogs;
  /** null where this machine cannot have a demo shop. */
  readonly demo: JobRun<'demo.open'> | null;
}

type Editing =
  | { readonly kind: 'none' }
  | { readonly kind: 'new' }
  | { readonly kind: 'again'; readonly known: SourceView }
  | { readonly kind: 'site'; readonly name: string };

export function ShopsPage({ library, shop, streams, site, dialogs, demo }: ShopsPageProps) {
  const { t } = useWords();
  const state = useStore(library.store);
  const [editing, setEditing] = useState<Editing>({ kind: 'none' });

  function edit(next: Editing): void {
    shop.reset();
    setEditing(next);
  }

  const add = <Button onClick={() => edit({ kind: 'new' })}>{t('shop.add')}</Button>;
  if (editing.kind === 'site') {
    const source = state.view === 'ready' ? state.library.sources.find(({ name }) => name === editing.name) : undefined;
    if (source !== undefined)
      return (
        <SitePage
          key="site"
          source={source}
          site={site}
          library={library}
          dialogs={dialogs}
          onBack={() => edit({ kind: 'none' })}
        />
      );
  }
  if (editing.kind === 'new' || editing.kind === 'again') {
    return (
      <Page
        title={editing.kind === 'new' ? t('shop.add') : t('shop.reconnect')}
        key="edit"
        actions={
          <Button variant="default" onClick={() => edit({ kind: 'none' })}>
            {t('common.cancel')}
          </Button>
        }
      >
        <ShopForm
          shop={shop}
          dialogs={dialogs}
          known={editing.kind === 'again' ? editing.known : null}
          onSaved={() => edit({ kind: 'none' })}
        />
      </Page>
    );
  }
  return (
    <Page title={t('shop.title')} subtitle={t('shop.subtitle')} actions={add} key="list">
      {state.view === 'loading' && (
        <Group>
          <Loader size="sm" /> {t('common.loading')}
        </Group>
      )}
      {state.view === 'failed' && <ErrorCard error={state.error} onRetry={() => void library.load()} />}
      {state.view === 'ready' && (
        <Stack>
          {state.library.sources.length === 0 && (
            <Panel>
              <EmptyState title={t('shop.empty')} text={t('shop.emptyText')} />
            </Panel>
          )}
          {state.library.sources.map((source) => (
            <ShopCard
              key={source.id}
              source={source}
              shop={shop}
              streams={streams}
              site={site}
              onSite={() => edit({ kind: 'site', name: source.name })}
              onReconnect={() => edit({ kind: 'again', known: source })}
            />
          ))}
          {demo !== null && <DemoCard demo={demo} onOpened={() => void library.load()} />}
        </Stack>
      )}
    </Page>
  );
}
