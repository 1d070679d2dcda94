import { AppShell, Box, Center, Loader, MantineThemeProvider, Stack, Text } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Language } from '../../shared/ipc/contract.ts';
import { ErrorCard } from '../features/errors/index.ts';
import { OnboardingPage } from '../features/onboarding/index.ts';
import { RecoverPage } from '../features/recover/index.ts';
import { UnlockPage } from '../features/unlock/index.ts';
import { useWords } from '../i18n/use-words.ts';
import type { AppState } from '../stores/session-store.ts';
import { Console } from './Console.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { TopBar } from './TopBar.tsx';
import type { Stores } from './stores.ts';

interface AppProps {
  readonly stores: Stores;
  readonly isFake: boolean;
}

export function App({ stores, isFake }: AppProps) {
  const { t, language } = useWords();
  const { i18n } = useTranslation();
  const { session, onboarding } = stores;
  const state = useStore(session.store);
  const [isRecovering, setIsRecovering] = useState(false);
  const setUp = useStore(onboarding.store, ({ step }) => step);
  const app = state.view === 'ready' ? state.app : null;
  const known = app?.language;
  const home = app?.home;

  useEffect(() => void session.load(), [session]);
  useEffect(() => {
    if (known !== undefined) void i18n.changeLanguage(known);
  }, [i18n, known]);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.title = t('app.name');
  }, [language, t]);
  useEffect(() => {
    if (home !== undefined) onboarding.consider(home);
  }, [home, onboarding]);

  /** Mantine's own words for what has no text of its own. */
  const spoken = useMemo(
    () => ({
      components: {
        PasswordInput: { defaultProps: { visibilityToggleButtonProps: { 'aria-label': t('common.showPassword') } } },
        Drawer: { defaultProps: { closeButtonProps: { 'aria-label': t('common.close') } } },
        Modal: { defaultProps: { closeButtonProps: { 'aria-label': t('common.close') } } },
      },
    }),
    [t],
  );

  function setLanguage(next: Language): void {
    void i18n.changeLanguage(next);
    void session.setLanguage(next);
  }

  const isOpen = app !== null && app.home.unlocked && setUp === 'away' && !isRecovering;
  return (
    <ErrorBoundary words={{ title: t('app.crashed'), text: t('app.crashedMore'), reload: t('app.reload') }}>
      <a href="#content" className="sh-skip" onClick={(event) => skip(event)}>
        {t('app.skip')}
      </a>
      <MantineThemeProvider theme={spoken}>
        <AppShell
          header={{ height: 60 }}
          {...(isOpen ? { navbar: { width: 208, breakpoint: 0 } } : {})}
          padding="xl"
          styles={{ main: { background: 'var(--sh-page)' } }}
        >
          <AppShell.Header>
            <TopBar app={app} isFake={isFake} onLanguage={setLanguage} />
          </AppShell.Header>
          {isOpen ? (
            <Console app={app} stores={stores} />
          ) : (
            <AppShell.Main id="content">
              {state.view === 'starting' && <Starting />}
              {state.view === 'failed' && (
                <Box maw={640} mx="auto" mt={80}>
                  <ErrorCard error={state.error} onRetry={() => void session.load()} />
                </Box>
              )}
              {app !== null && (
                <Closed app={app} stores={stores} isRecovering={isRecovering} onRecovering={setIsRecovering} />
              )}
            </AppShell.Main>
          )}
        </AppShell>
      </MantineThemeProvider>
    </ErrorBoundary>
  );
}

/** The hash belongs to the router, so the skip link moves the focus itself. */
function skip(event: React.MouseEvent): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#content h1')?.focus();
}

function Starting() {
  const { t } = useWords();
  return (
    <Center mt={160}>
      <Stack align="center">
        <Loader aria-hidden />
        <Text role="status">{t('app.starting')}</Text>
      </Stack>
    </Center>
  );
}

interface ClosedProps {
  readonly app: AppState;
  readonly stores: Stores;
  readonly isRecovering: boolean;
  readonly onRecovering: (isRecovering: boolean) => void;
}

/** Before the home is open: recovering, setting up, or unlocking. */
function Closed({ app, stores, isRecovering, onRecovering }: ClosedProps) {
  const { onboarding, library, shop, copies, demo, dialogs, recover, unlock, session, backup } = stores;
  const setUp = useStore(onboarding.store, ({ step }) => step);

  function firstBackup(): void {
    const state = library.store.getState();
    const source = state.view === 'ready' ? state.library.sources.at(-1) : undefined;
    if (source !== undefined) {
      void backup
        .start(source.name, { source: source.name, to: [], maxBytesPerSecond: null })
        .then(() => library.load());
    }
    onboarding.leave();
  }

  if (isRecovering) {
    return (
      <RecoverPage
        recover={recover}
        dialogs={dialogs}
        onBack={() => onRecovering(false)}
        onOpen={() => {
          onboarding.leave();
          void session.load().then(() => onRecovering(false));
        }}
      />
    );
  }
  if (setUp !== 'away') {
    return (
      <OnboardingPage
        onboarding={onboarding}
        library={library}
        shop={shop}
        copies={copies}
        demo={demo}
        demoPossible={app.demoPossible}
        dialogs={dialogs}
        onRecover={() => onRecovering(true)}
        onFirstBackup={firstBackup}
      />
    );
  }
  return app.home.initialised && !app.home.unlocked ? (
    <UnlockPage unlock={unlock} onRecover={() => onRecovering(true)} />
  ) : null;
}
