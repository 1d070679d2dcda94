import { Button, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import type { DetailStore } from '../../stores/detail-store.ts';
import type { EventsStore, LogEvent } from '../../stores/events-store.ts';
import type { JobRun } from '../../stores/job-run.ts';
import type { JobsStore } from '../../stores/jobs-store.ts';
import type { Library, LibraryStore } from '../../stores/library-store.ts';
import type { MoneyStore } from '../../stores/money-store.ts';
import type { StreamsStore } from '../../stores/streams-store.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { CopiesStore } from '../copies/index.ts';
import { ErrorCard } from '../errors/index.ts';
import { LogPanel } from '../log/index.ts';
import { MoneyPanel } from '../money/index.ts';
import { BackupPanel } from './BackupPanel.tsx';
import { InterruptedBanner } from './InterruptedBanner.tsx';
import { ShopHeader } from './ShopHeader.tsx';
import { SnapshotDrawer } from './SnapshotDrawer.tsx';
import { SnapshotList } from './SnapshotList.tsx';

interface TimelinePageProps {
  readonly library: LibraryStore;
  readonly jobs: JobsStore;
  readonly backup: JobRun<'backup.run'>;
  readonly copies: CopiesStore;
  readonly detail: DetailStore;
  readonly money: MoneyStore;
  readonly streams: StreamsStore;
  readonly events: EventsStore;
  readonly isEngineThere: boolean;
  readonly onAddShop: () => void;
  readonly onAddCopy: () => void;
  readonly onRestore: (source: string, snapshot: string) => void;
  readonly onRestoreBefore: (source: string, event: LogEvent) => void;
  readonly onVerify: (destination: string) => void;
}

export function TimelinePage(props: TimelinePageProps) {
  const { t } = useWords();
  const { library, onAddShop } = props;
  const state = useStore(library.store);
  if (state.view === 'loading') return <Loader aria-label={t('common.loading')} />;
  if (state.view === 'failed') return <ErrorCard error={state.error} onRetry={() => void library.load()} />;
  if (state.library.sources.length === 0) {
    return (
      <Page title={t('nav.timeline')}>
        <Panel>
          <EmptyState title={t('timeline.noShop')} text={t('timeline.noShopText')}>
            <Button onClick={onAddShop}>{t('shop.add')}</Button>
          </EmptyState>
        </Panel>
      </Page>
    );
  }
  return <Timeline {...props} picture={state.library} />;
}

function Timeline({
  picture,
  library,
  jobs,
  backup,
  copies,
  detail,
  money,
  streams,
  events,
  isEngineThere,
  onAddCopy,
  onRestore,
  onRestoreBefore,
  onVerify,
}: TimelinePageProps & { readonly picture: Library }) {
  const { t } = useWords();
  const [chosen, setChosen] = useState<string | null>(null);
  const run = useStore(backup.store);
  const jobList = useStore(jobs.store, ({ jobs: list }) => list);
  const running = run.view === 'running' ? run.subject : null;
  const source = picture.sources.find(({ name }) => name === (chosen ?? running)) ?? picture.sources[0];

  useEffect(() => detail.close, [detail]);
  useEffect(() => {
    const job = jobList.find(({ verb, state }) => verb === 'backup.run' && state === 'running');
    if (job !== undefined) backup.adopt(job);
  }, [jobList, backup]);

  if (source === undefined) return null;
  const snapshots = picture.snapshots.filter((one) => one.source === source.name);
  const canBackUp = picture.destinations.length > 0 && source.hasCredentials;

  function backUp(name: string): void {
    void backup.start(name, { source: name, to: [], maxBytesPerSecond: null }).then(() => library.load());
  }

  return (
    <Stack gap="lg" maw={1040} mx="auto">
      <InterruptedBanner
        jobs={jobs}
        lostSubject={run.view === 'failed' && run.error.code === 'engine.stopped' ? run.subject : null}
        canResume={(subject) =>
          isEngineThere && running === null && picture.sources.some(({ name }) => name === subject)
        }
        onResume={backUp}
      />
      <ShopHeader
        source={source}
        library={picture}
        streams={streams}
        canBackUp={canBackUp && running === null}
        isRunning={running === source.name}
        onChoose={setChosen}
        onBackUp={() => backUp(source.name)}
      />
      {picture.destinations.length === 0 && (
        <Panel>
          <EmptyState title={t('timeline.noCopies')} text={t('timeline.noCopiesText')}>
            <Button onClick={onAddCopy}>{t('copies.add')}</Button>
          </EmptyState>
        </Panel>
      )}
      <BackupPanel source={source.name} backup={backup} onRetry={() => backUp(source.name)} />
      <MoneyPanel
        source={source.name}
        newest={snapshots[0]?.id}
        store={money}
        onRestore={() => onRestore(source.name, snapshots[0]?.id ?? 'latest')}
      />
      {snapshots.length > 0 && (
        <LogPanel
          source={source.name}
          snapshots={snapshots}
          events={events}
          streams={streams}
          onRestoreBefore={(event) => onRestoreBefore(source.name, event)}
        />
      )}
      <Group justify="space-between" align="baseline">
        <Title order={2} size="h4">
          {t('timeline.snapshots')}
        </Title>
        {snapshots.length > 0 && (
          <Text size="sm" c="dimmed">
            {t('timeline.snapshotsCount', { count: snapshots.length })}
          </Text>
        )}
      </Group>
      {snapshots.length === 0 ? (
        <Panel>
          <EmptyState title={t('timeline.empty')} text={t('timeline.emptyText')} />
        </Panel>
      ) : (
        <SnapshotList
          snapshots={snapshots}
          source={source}
          onOpen={(id) => {
            copies.copy.reset();
            void detail.open(id);
          }}
          onRestore={(id) => onRestore(source.name, id)}
        />
      )}
      <SnapshotDrawer
        detail={detail}
        copies={copies}
        destinations={picture.destinations.map(({ name }) => name)}
        onRestore={(id) => onRestore(source.name, id)}
        onVerify={onVerify}
      />
    </Stack>
  );
}
