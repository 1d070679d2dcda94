import { AppShell, NavLink, Stack } from '@mantine/core';
import { IconArrowBackUp, IconBuildingStore, IconChecklist, IconCopy, IconHome, IconKey } from '@tabler/icons-react';
import { useEffect } from 'react';
import { NavLink as RouterLink, Navigate, Route, Routes, useLocation, useNavigate } from 'react-router';
import { ChecklistPage } from '../features/checklist/index.ts';
import { CopiesPage } from '../features/copies/index.ts';
import { KeysPage } from '../features/keys/index.ts';
import { baseOf, RestorePage } from '../features/restore/index.ts';
import { ShopsPage } from '../features/shop/index.ts';
import { TimelinePage } from '../features/timeline/index.ts';
import { VaultBanner } from '../features/vault/index.ts';
import { useWords } from '../i18n/use-words.ts';
import type { AppState } from '../stores/session-store.ts';
import { useFreshStart } from '../ui/use-fresh-start.ts';
import { EngineBanner } from './EngineBanner.tsx';
import type { Stores } from './stores.ts';

const pages = [
  { path: '/', word: 'nav.timeline', icon: IconHome },
  { path: '/copies', word: 'nav.copies', icon: IconCopy },
  { path: '/restore', word: 'nav.restore', icon: IconArrowBackUp },
  { path: '/checklist', word: 'nav.checklist', icon: IconChecklist },
  { path: '/keys', word: 'nav.keys', icon: IconKey },
  { path: '/shops', word: 'nav.shops', icon: IconBuildingStore },
] as const;

/** The open home: menu and screens. */
export function Console({ app, stores }: { readonly app: AppState; readonly stores: Stores }) {
  const { t } = useWords();
  const { library, jobs, streams, vault } = stores;

  useEffect(() => {
    void library.load();
    void jobs.load();
    void streams.load();
    void vault.load();
  }, [library, jobs, streams, vault]);

  return (
    <>
      <AppShell.Navbar p="md" aria-label={t('nav.label')} className="sh-nav">
        <Stack gap={4}>
          {pages.map(({ path, word, icon: Icon }) => (
            <NavLink
              key={path}
              component={RouterLink}
              to={path}
              end={path === '/'}
              label={t(word)}
              leftSection={<Icon size={20} aria-hidden />}
              style={{ borderRadius: 8 }}
            />
          ))}
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main id="content">
        <EngineBanner engine={app.engine} />
        <VaultBanner vault={vault} />
        <Pages stores={stores} demoPossible={app.demoPossible} isEngineThere={app.engine.state === 'running'} />
      </AppShell.Main>
    </>
  );
}

interface PagesProps {
  readonly stores: Stores;
  readonly demoPossible: boolean;
  readonly isEngineThere: boolean;
}

function Pages({ stores, demoPossible, isEngineThere }: PagesProps) {
  const navigate = useNavigate();
  const location = useLocation();
  useFreshStart(location.pathname);
  const { library, jobs, backup, copies, detail, money, restore, retention, shop, checklist, coverage, keys, dialogs } =
    stores;
  const go = (path: string, state?: unknown): void => void navigate(path, { state });
  const verifyFirst = (location.state as { readonly verify?: string } | null)?.verify ?? null;
  return (
    <Routes>
      <Route
        path="/"
        element={
          <TimelinePage
            library={library}
            jobs={jobs}
            backup={backup}
            copies={copies}
            detail={detail}
            money={money}
            streams={stores.streams}
            events={stores.events}
            isEngineThere={isEngineThere}
            onAddShop={() => go('/shops')}
            onAddCopy={() => go('/copies')}
            onRestore={(source, snapshot) => {
              restore.begin(source, snapshot);
              go('/restore');
            }}
            onRestoreBefore={(source, event) => {
              const state = library.store.getState();
              const snapshots = state.view === 'ready' ? state.library.snapshots : [];
              const base = baseOf(
                snapshots.filter((one) => one.source === source),
                event.at,
              );
              restore.beginBefore(source, event, base?.id ?? null);
              go('/restore');
            }}
            onVerify={(destination) => go('/copies', { verify: destination })}
          />
        }
      />
      <Route
        path="/copies"
        element={
          <CopiesPage
            library={library}
            copies={copies}
            cold={stores.cold}
            retention={retention}
            dialogs={dialogs}
            onRestore={() => go('/restore')}
            verifyFirst={verifyFirst}
          />
        }
      />
      <Route
        path="/restore"
        element={
          <RestorePage
            library={library}
            restore={restore}
            swap={stores.swap}
            events={stores.events}
            streams={stores.streams}
            dialogs={dialogs}
            onTimeline={() => go('/')}
          />
        }
      />
      <Route
        path="/checklist"
        element={<ChecklistPage checklist={checklist} coverage={coverage} library={library} />}
      />
      <Route path="/keys" element={<KeysPage keys={keys} library={library} dialogs={dialogs} />} />
      <Route
        path="/shops"
        element={
          <ShopsPage
            library={library}
            shop={shop}
            streams={stores.streams}
            site={stores.site}
            dialogs={dialogs}
            demo={demoPossible ? stores.demo : null}
          />
        }
      />
      <Route path="*" element={<Navigate to="/" replace />} />
    </Routes>
  );
}
