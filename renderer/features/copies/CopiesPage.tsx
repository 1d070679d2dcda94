import { Button, Loader, Stack, Text, Title } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import type { DestinationView } from '../../../shared/model/destination.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import type { LibraryStore } from '../../stores/library-store.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ColdNow, type ColdStore } from '../cold-disk/index.ts';
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

  /** Opened and closed by hand; several may be open. */
  const [opened, setOpened] = useState<ReadonlySet<string>>(() => new Set());
  const coldDisks = useStore(cold.store, ({ disks }) => disks);

  function toggle(name: string): void {
    setOpened((before) => {
      const now = new Set(before);
      if (!now.delete(name)) now.add(name);
      return now;
    });
  }

  const destinations = state.view === 'ready' ? state.library.destinations : [];
  const snapshots = state.view === 'ready' ? state.library.snapshots : [];
  const isTravelling = ({ role }: DestinationView): boolean => role === 'cold' || role === 'offsite';
  const fixed = destinations.filter((destination) => !isTravelling(destination));
  const turnOf = ({ name }: DestinationView): number => coldDisks.findIndex((disk) => disk.name === name);
  const travelling = destinations.filter(isTravelling).sort((a, b) => turnOf(a) - turnOf(b));

  const verifying = run.view === 'running' ? run.subject : chosen;
  function cardOf(destination: DestinationView): ReactNode {
    const { name, id } = destination;
    return (
      <Stack key={id}>
        <DestinationCard
          destination={destination}
          proof={lastProof(name, snapshots)}
          damaged={isDamaged(name, snapshots)}
          copies={copies}
          cold={isTravelling(destination) ? cold : null}
          isOpen={opened.has(name)}
          onToggle={() => toggle(name)}
          onVerify={() => verify(name)}
          onTidyUp={() => tidyUp(name)}
        />
        {tidied === name && (
          <RetentionPanel
            key={`tidy ${name}`}
            destination={name}
            rule={destination.retention}
            retention={retention}
            onClose={() => tidyUp(null)}
            onRestore={onRestore}
          />
        )}
        {verifying === name && (
          <VerifyPanel
            key={name}
            destination={name}
            others={destinations.map((other) => other.name).filter((other) => other !== name)}
            verify={copies.verify}
            onClose={() => verify(null)}
          />
        )}
      </Stack>
    );
  }

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
          <ColdNow cold={cold} onTidyUp={tidyUp} />
          {state.library.destinations.length === 0 && !isAdding && (
            <Panel>
              <EmptyState title={t('copies.empty')} text={t('copies.emptyText')} />
            </Panel>
          )}
          {fixed.map(cardOf)}
          {travelling.length > 0 && (
            <Stack gap={2} mt="sm">
              <Title order={2} size="h4">
                {t('cold.title')}
              </Title>
              <Text c="dimmed" size="sm">
                {t('cold.subtitle')}
              </Text>
            </Stack>
          )}
          {travelling.map(cardOf)}
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
