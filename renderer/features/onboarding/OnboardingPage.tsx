import { Box, Button, Group, Loader, Stack, Stepper, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import type { JobRun } from '../../stores/job-run.ts';
import type { Library, LibraryStore } from '../../stores/library-store.ts';
import { Panel } from '../../ui/Panel.tsx';
import { useFreshStart } from '../../ui/use-fresh-start.ts';
import type { CopiesStore } from '../copies/index.ts';
import { DemoCard, openDemo } from '../demo/index.ts';
import { ShopForm } from '../shop/index.ts';
import type { ShopStore } from '../shop/index.ts';
import { CopiesStep } from './CopiesStep.tsx';
import { KeysStep } from './KeysStep.tsx';
import { KitStep } from './KitStep.tsx';
import { WelcomeStep } from './WelcomeStep.tsx';
import type { OnboardingState, OnboardingStore } from './onboarding-store.ts';

interface OnboardingPageProps {
  readonly onboarding: OnboardingStore;
  readonly library: LibraryStore;
  readonly shop: ShopStore;
  readonly copies: CopiesStore;
  readonly demo: JobRun<'demo.open'>;
  readonly demoPossible: boolean;
  readonly dialogs: Dialogs;
  readonly onRecover: () => void;
  readonly onFirstBackup: () => void;
}

const steps = ['welcome', 'keys', 'kit', 'shop', 'copies', 'ready'] as const;

export function OnboardingPage(props: OnboardingPageProps) {
  const { t } = useWords();
  const state = useStore(props.onboarding.store);
  useFreshStart(state.step);
  if (state.step === 'away') return null;
  return (
    <Box maw={960} mx="auto" px="md" pb={48}>
      <Stack gap="xl">
        <Stepper
          active={steps.indexOf(state.step)}
          size="sm"
          iconSize={30}
          wrap={false}
          allowNextStepsSelect={false}
          aria-label={t('start.steps')}
        >
          {steps.map((step) => (
            <Stepper.Step key={step} label={t(`start.step.${step}`)} />
          ))}
        </Stepper>
        <CurrentStep {...props} state={state} />
      </Stack>
    </Box>
  );
}

type CurrentStepProps = OnboardingPageProps & { readonly state: Exclude<OnboardingState, { step: 'away' }> };

function CurrentStep({ state, onboarding, demo, demoPossible, dialogs, onRecover, ...rest }: CurrentStepProps) {
  switch (state.step) {
    case 'welcome':
      return <WelcomeStep demo={demoPossible ? demo : null} onBegin={onboarding.begin} onRecover={onRecover} />;
    case 'keys':
      return (
        <KeysStep
          dialogs={dialogs}
          busy={state.busy}
          error={state.error}
          onBack={onboarding.backToWelcome}
          onCreate={(input) => void onboarding.createKeys(input)}
        />
      );
    case 'kit':
      return (
        <KitStep
          files={state.files}
          error={state.error}
          onOpen={(kit) => void onboarding.openKit(kit)}
          onConfirm={onboarding.confirmKit}
        />
      );
    case 'shop':
      return (
        <ShopStep
          wantsDemo={state.wantsDemo && demoPossible}
          demo={demoPossible ? demo : null}
          dialogs={dialogs}
          shop={rest.shop}
          onSaved={onboarding.shopSaved}
          onDemo={onboarding.copiesChosen}
          onSkip={onboarding.leave}
        />
      );
    case 'copies':
      return (
        <WithLibrary library={rest.library}>
          {(library) => (
            <CopiesStep library={library} copies={rest.copies} dialogs={dialogs} onDone={onboarding.copiesChosen} />
          )}
        </WithLibrary>
      );
    case 'ready':
      return (
        <WithLibrary library={rest.library}>
          {(library) => <ReadyStep library={library} onFirstBackup={rest.onFirstBackup} onLater={onboarding.leave} />}
        </WithLibrary>
      );
  }
}

interface ShopStepProps {
  readonly wantsDemo: boolean;
  readonly demo: JobRun<'demo.open'> | null;
  readonly dialogs: Dialogs;
  readonly shop: ShopStore;
  readonly onSaved: () => void;
  readonly onDemo: () => void;
  readonly onSkip: () => void;
}

function ShopStep({ wantsDemo, demo, dialogs, shop, onSaved, onDemo, onSkip }: ShopStepProps) {
  const { t } = useWords();
  useEffect(() => {
    if (wantsDemo && demo !== null && demo.store.getState().view === 'idle') {
      void openDemo(demo).then((opened) => (opened ? onDemo() : undefined));
    }
  }, [wantsDemo, demo, onDemo]);
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        {t('start.shopTitle')}
      </Title>
      <Text c="dimmed">{t('start.shopText')}</Text>
      {demo !== null && <DemoCard demo={demo} onOpened={onDemo} />}
      <ShopForm shop={shop} dialogs={dialogs} onSaved={onSaved} />
      <Button variant="subtle" color="gray" onClick={onSkip} w="fit-content">
        {t('start.skip')}
      </Button>
    </Stack>
  );
}

interface ReadyStepProps {
  readonly library: Library;
  readonly onFirstBackup: () => void;
  readonly onLater: () => void;
}

function ReadyStep({ library, onFirstBackup, onLater }: ReadyStepProps) {
  const { t } = useWords();
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        {t('start.readyTitle')}
      </Title>
      <Text size="lg">{t('start.readyText')}</Text>
      <Panel>
        <Text>{t('start.shopReady', { name: library.sources.map(({ name }) => name).join(', ') })}</Text>
        <Text>{t('start.copiesReady', { names: library.destinations.map(({ name }) => name).join(', ') })}</Text>
      </Panel>
      <Group>
        <Button size="lg" onClick={onFirstBackup}>
          {t('start.firstBackup')}
        </Button>
        <Button size="lg" variant="subtle" color="gray" onClick={onLater}>
          {t('start.later')}
        </Button>
      </Group>
    </Stack>
  );
}

function WithLibrary({
  library,
  children,
}: {
  readonly library: LibraryStore;
  readonly children: (library: Library) => React.ReactNode;
}) {
  const state = useStore(library.store);
  useEffect(() => void library.load(), [library]);
  return state.view === 'ready' ? children(state.library) : <Loader />;
}
