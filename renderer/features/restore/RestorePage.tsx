import { Button, Group, Loader, Stack, Stepper } from '@mantine/core';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { UiKey } from '../../../shared/i18n/ui.zh.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import type { EventsStore } from '../../stores/events-store.ts';
import type { Library, LibraryStore } from '../../stores/library-store.ts';
import type { StreamsStore } from '../../stores/streams-store.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { useFreshStart } from '../../ui/use-fresh-start.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { ErrorCard } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';
import { ConnectionError } from '../shop/index.ts';
import { ChecksPanel } from './ChecksPanel.tsx';
import { isRefused } from './checks-store.ts';
import { ConfirmStep } from './ConfirmStep.tsx';
import { FromStep } from './FromStep.tsx';
import { IntoStep } from './IntoStep.tsx';
import { PastRestores } from './PastRestores.tsx';
import { ProofPage } from './ProofPage.tsx';
import { MomentStep } from './MomentStep.tsx';
import { VaultStep } from './VaultStep.tsx';
import { WhatStep } from './WhatStep.tsx';
import { restoreSteps } from './restore-answers.ts';
import type { RestoreStore } from './restore-store.ts';
import type { SwapStore } from './swap-store.ts';

interface RestorePageProps {
  readonly library: LibraryStore;
  readonly restore: RestoreStore;
  readonly swap: SwapStore;
  readonly events: EventsStore;
  readonly streams: StreamsStore;
  readonly dialogs: Dialogs;
  readonly onTimeline: () => void;
}

export function RestorePage({ library, restore, swap, events, streams, dialogs, onTimeline }: RestorePageProps) {
  const { t } = useWords();
  const state = useStore(library.store);
  return (
    <Page title={t('restore.title')} subtitle={t('restore.subtitle')}>
      {state.view === 'loading' && <Loader aria-label={t('common.loading')} />}
      {state.view === 'failed' && <ErrorCard error={state.error} onRetry={() => void library.load()} />}
      {state.view === 'ready' &&
        (state.library.snapshots.length === 0 ? (
          <Panel>
            <EmptyState title={t('restore.noShop')} text={t('restore.noShopText')} />
          </Panel>
        ) : (
          <Restore
            library={state.library}
            restore={restore}
            swap={swap}
            events={events}
            streams={streams}
            dialogs={dialogs}
            onTimeline={onTimeline}
          />
        ))}
    </Page>
  );
}

type RestoreProps = Omit<RestorePageProps, 'library'> & { readonly library: Library };
type WizardProps = Omit<RestoreProps, 'onTimeline' | 'swap'>;

/** The wizard, the restore under way, or what came of it. */
function Restore({ library, restore, swap, events, streams, dialogs, onTimeline }: RestoreProps) {
  const { t } = useWords();
  const run = useStore(restore.run.store);
  const { answers, step } = useStore(restore.store);
  const detail = useStore(restore.detail.store);
  useFreshStart(run.view === 'idle' ? step : run.view);
  const firstSource = library.snapshots[0]?.source ?? '';

  useEffect(() => {
    if (restore.store.getState().answers.source === '') restore.begin(firstSource, null);
  }, [restore, firstSource]);

  switch (run.view) {
    case 'running':
      return (
        <Stack>
          <JobCard
            title={t('restore.running')}
            progress={run.progress}
            cancelling={run.cancelling}
            onCancel={() => void restore.run.cancel()}
          />
          <Verdict tone="neutral" title={t('restore.untouched')} />
        </Stack>
      );
    case 'done':
      if (run.value === null) break;
      return (
        <ProofPage
          result={run.value}
          detail={detail.view === 'ready' ? detail.detail : null}
          into={answers.into}
          swap={swap}
          onAgain={() => {
            swap.reset();
            restore.begin(answers.source, null);
          }}
          onTimeline={onTimeline}
        />
      );
    case 'cancelled':
      return (
        <Verdict tone="neutral" title={t('restore.cancelledText')}>
          <Button variant="default" w="fit-content" onClick={restore.run.reset}>
            {t('restore.changeAnswers')}
          </Button>
        </Verdict>
      );
    case 'failed':
      return (
        <Stack>
          <ConnectionError error={run.error} onTrust={() => void restore.trust()} />
          <Group>
            <Button variant="default" onClick={restore.run.reset}>
              {t('restore.changeAnswers')}
            </Button>
          </Group>
        </Stack>
      );
    case 'idle':
      break;
  }
  return (
    <Stack gap="xl">
      <Wizard library={library} restore={restore} events={events} streams={streams} dialogs={dialogs} />
      {step === 'snapshot' && <PastRestores source={answers.source} swap={swap} />}
    </Stack>
  );
}

function Wizard({ library, restore, events, streams, dialogs }: WizardProps) {
  const { t } = useWords();
  const { step } = useStore(restore.store);
  const isReady = useStore(restore.detail.store, ({ view }) => view === 'ready');
  const isStopped = useStore(restore.checks.store, isRefused);
  return (
    <Stack gap="lg">
      <Stepper
        active={restoreSteps.indexOf(step)}
        size="sm"
        iconSize={28}
        wrap={false}
        allowNextStepsSelect={false}
        aria-label={t('restore.steps')}
      >
        {restoreSteps.map((one) => (
          <Stepper.Step key={one} label={t(`restore.step.${one}`)} />
        ))}
      </Stepper>
      <StepContent library={library} restore={restore} events={events} streams={streams} dialogs={dialogs} />
      <Group>
        {step !== 'snapshot' && (
          <Button variant="default" size="md" onClick={restore.back}>
            {t('common.back')}
          </Button>
        )}
        {step === 'confirm' ? (
          <Button size="md" disabled={!isReady || isStopped} onClick={() => void restore.start()}>
            {t('restore.start')}
          </Button>
        ) : (
          <Button size="md" disabled={!isReady} onClick={restore.next}>
            {t('common.next')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function StepContent({ library, restore, events, streams, dialogs }: WizardProps) {
  const { t } = useWords();
  const { step, answers, errors } = useStore(restore.store);
  const state = useStore(restore.detail.store);
  const checks = useStore(restore.checks.store);
  const said = (key: UiKey | undefined): string | null => (key === undefined ? null : t(key));
  if (step === 'snapshot') {
    return (
      <MomentStep
        library={library}
        events={events}
        streams={streams}
        answers={answers}
        onShop={(name) => restore.begin(name, null)}
        onSnapshot={restore.chooseSnapshot}
        onMoment={restore.chooseMoment}
      />
    );
  }
  if (state.view === 'failed')
    return <ErrorCard error={state.error} onRetry={() => void restore.detail.open(state.id)} />;
  if (state.view !== 'ready') return <Loader aria-label={t('common.loading')} />;
  const { detail } = state;
  switch (step) {
    case 'what':
      return <WhatStep detail={detail} answers={answers} error={said(errors['tables'])} onAnswer={restore.answer} />;
    case 'from':
      return <FromStep detail={detail} answers={answers} onAnswer={restore.answer} />;
    case 'into':
      return (
        <IntoStep
          source={library.sources.find(({ name }) => name === answers.source) ?? null}
          detail={detail}
          answers={answers}
          errors={errors}
          dialogs={dialogs}
          onAnswer={restore.answer}
        />
      );
    case 'vault':
      return <VaultStep detail={detail} answers={answers} error={said(errors['vault'])} onAnswer={restore.answer} />;
    case 'confirm':
      return (
        <Stack>
          <ConfirmStep detail={detail} answers={answers} />
          <ChecksPanel state={checks} />
        </Stack>
      );
  }
}
