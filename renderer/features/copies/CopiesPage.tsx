import { Button, Loader, Stack } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import type { LibraryStore } from '../../stores/library-store.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ColdRotation, type ColdStore } from '../cold-disk/index.ts';
import { ErrorCard } from '../errors/index.ts';
import { RetentionPanel, type RetentionStore } from '../retention/index.ts';
import { DailyShareSwitch } from './DailyShareSwitch.tsx';
import { DestinationCard } from './DestinationCard.tsx';
import { DestinationForm } from './DestinationForm.tsx';
import { VerifyPanel } from './VerifyPanel.tsx';
import { isDamaged, lastProof } from './copies-store.ts';
import type { CopiesStore } from './copies-store.ts';

interface CopiesPageProps {
  readonly library: LibraryStore;
  readonly copies: CopiesStore;
  readonly cold: ColdStore;
  readonly retention: RetentionStore;
  readonly dialogs: Dialogs;
  readonly onRestore: () => void;
  /** A copy whose check was asked for elsewhere. */
  readonly verifyFirst: string | null;
}

export function CopiesPage({ library, copies, cold, retention, dialogs, onRestore, verifyFirst }: CopiesPageProps) {
  const { t } = useWords();
  const state = useStore(library.store);
  const run = useStore(copies.verify.store);
  const [isAdding, setIsAdding] = useState(false);
  const [chosen, setChosen] = useState<string | null>(() =>
    run.view === 'idle' ? verifyFirst : (verifyFirst ?? run.subject),
  );

  const [tidied, setTidied] = useState<string | null>(() => subjectOf(retention));

  function openAdd(open: boolean): void {
    copies.connect.reset();
    setIsAdding(open);
  }

  function tidyUp(name: string | null): void {
    retention.reset();
    setTidied(name);
  }

  function verify(name: string | null): void {
    copies.verify.reset();
    setChosen(name);
  }

  const verifying = run.view === 'running' ? run.subject : chosen;
  return (
    <Page
      title={t('copies.title')}
      subtitle={t('copies.subtitle')}
      actions={isAdding ? null : <Button onClick={() => openAdd(true)}>{t('copies.add')}</Button>}
    >
      {state.view === 'loading' && <Loader aria-label={t('common.loading')} />}
      {state.view === 'failed' && <ErrorCard error={state.error} onRetry={() => void library.load()} />}
      {state.view === 'ready' && (
        <Stack>
          {isAdding && (
            <DestinationForm
              copies={copies}
              dialogs={dialogs}
              role={state.library.destinations.length === 0 ? 'main' : 'second-disk'}
              taken={state.library.destinations.map(({ name }) => name)}
              onSaved={() => openAdd(false)}
              onCancel={() => openAdd(false)}
            />
          )}
          <ColdRotation cold={cold} />
          {state.library.destinations.length === 0 && !isAdding && (
            <Panel>
              <EmptyState title={t('copies.empty')} text={t('copies.emptyText')} />
            </Panel>
          )}
          {state.library.destinations.map((destination) => (
            <Stack key={destination.id}>
              <DestinationCard
                destination={destination}
                proof={lastProof(destination.name, state.library.snapshots)}
                damaged={isDamaged(destination.name, state.library.snapshots)}
                copies={copies}
                onVerify={() => verify(destination.name)}
                onTidyUp={() => tidyUp(destination.name)}
              />
              {tidied === destination.name && (
                <RetentionPanel
                  key={`tidy ${destination.name}`}
                  destination={destination.name}
                  rule={destination.retention}
                  retention={retention}
                  onClose={() => tidyUp(null)}
                  onRestore={onRestore}
                />
              )}
              {verifying === destination.name && (
                <VerifyPanel
                  key={destination.name}
                  destination={destination.name}
                  others={state.library.destinations
                    .map(({ name }) => name)
                    .filter((name) => name !== destination.name)}
                  verify={copies.verify}
                  onClose={() => verify(null)}
                />
              )}
            </Stack>
          ))}
          {state.library.destinations.length > 0 && <DailyShareSwitch share={copies.share} />}
        </Stack>
      )}
    </Page>
  );
}

/** Who left the page and comes back finds the tidying where it was. */
function subjectOf({ rehearsal, run }: RetentionStore): string | null {
  for (const job of [run, rehearsal]) {
    const state = job.store.getState();
    if (state.view !== 'idle') return state.subject;
  }
  return null;
}
