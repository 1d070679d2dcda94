import { Box, Button, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { CommandInput, CommandOutput, Choice } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import type { JobRun } from '../../stores/job-run.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { ChooseField } from '../choose/index.ts';
import { CloudFields, cloudErrors, emptyCloud, toCloudInput } from '../copies/index.ts';
import { JobFailure } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';
import { WordsField, wordsIn, wrongWords } from '../sheet-words/index.ts';
import type { FormErrors } from '../shop/index.ts';

interface RecoverPageProps {
  readonly recover: JobRun<'recover.run'>;
  readonly dialogs: Dialogs;
  readonly onBack: () => void;
  readonly onOpen: () => void;
}

type RecoverInput = Omit<CommandInput<'recover.run'>, 'jobId'>;

/** Everything back from one copy and one secret. */
export function RecoverPage({ recover, dialogs, onBack, onOpen }: RecoverPageProps) {
  const { t } = useWords();
  const state = useStore(recover.store);
  return (
    <Box maw={860} mx="auto" px="md" pb={48}>
      <Stack gap="md">
        <Title order={1} size="h2">
          {t('recover.title')}
        </Title>
        <Text c="dimmed">{t('recover.text')}</Text>
        {state.view === 'running' && (
          <JobCard
            title={t('recover.running')}
            progress={state.progress}
            cancelling={state.cancelling}
            onCancel={() => void recover.cancel()}
          />
        )}
        {state.view === 'done' && <RecoverDone value={state.value} onOpen={onOpen} />}
        {/* The form stays mounted while it runs, so that an error leaves what was typed in place. */}
        <div hidden={state.view === 'running' || state.view === 'done'}>
          <RecoverForm recover={recover} dialogs={dialogs} onBack={onBack} />
        </div>
      </Stack>
    </Box>
  );
}

interface RecoverDoneProps {
  /** Null where the page was opened after it had begun. */
  readonly value: CommandOutput<'recover.run'> | null;
  readonly onOpen: () => void;
}

/** What came back, and what did not: passwords, and the lock of a bucket. */
export function RecoverDone({ value, onOpen }: RecoverDoneProps) {
  const { t, format } = useWords();
  return (
    <Verdict tone="good" title={t('recover.doneTitle')}>
      {value !== null && (
        <Text>
          {t('recover.doneText', { snapshots: format.count(value.snapshots), sources: value.sources.join(', ') })}
        </Text>
      )}
      {value?.lockedUntil !== undefined && (
        <Text>{t('recover.lock', { name: value.destination, until: format.dateShort(value.lockedUntil) })}</Text>
      )}
      <Text size="sm" c="dimmed">
        {t('recover.passwords')}
      </Text>
      <Button onClick={onOpen} w="fit-content">
        {t('recover.open')}
      </Button>
    </Verdict>
  );
}

function RecoverForm({ recover, dialogs, onBack }: Omit<RecoverPageProps, 'onOpen'>) {
  const { t } = useWords();
  const state = useStore(recover.store);
  const [from, setFrom] = useState<'disk' | 'cloud'>('disk');
  const [folder, setFolder] = useState<Choice>(null);
  const [cloud, setCloud] = useState(emptyCloud);
  const [by, setBy] = useState<'passphrase' | 'words'>('passphrase');
  const [passphrase, setPassphrase] = useState('');
  const [words, setWords] = useState('');
  const [errors, setErrors] = useState<FormErrors>({});

  function submit(): void {
    const found: FormErrors = {
      ...(from === 'cloud' ? cloudErrors(cloud) : folder === null ? { folder: 'recover.folderMissing' } : {}),
      ...((by === 'words' ? words : passphrase).trim() === '' ? { secret: 'common.required' } : {}),
    };
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    const input: RecoverInput = {
      from:
        from === 'disk' ? { kind: 'disk', folderToken: folder?.token ?? '' } : { kind: 's3', ...toCloudInput(cloud) },
      secret: by === 'words' ? { kind: 'words', words: wordsIn(words).join(' ') } : { kind: 'passphrase', passphrase },
    };
    void recover.start('recovered', input);
  }

  const errorOf = (path: string): string | null => {
    const key = errors[path];
    return key === undefined ? null : t(key);
  };
  const wrong = state.view === 'failed' ? wrongWords(state.error) : [];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="md">
        <Panel title={t('recover.from')}>
          <ChoiceCards
            label={t('recover.from')}
            value={from}
            columns={2}
            onChange={setFrom}
            choices={[
              { value: 'disk', title: t('recover.fromDisk') },
              { value: 'cloud', title: t('recover.fromCloud') },
            ]}
          />
          {from === 'disk' ? (
            <ChooseField
              kind="folder"
              label={t('recover.folder')}
              hint={t('recover.folderHint')}
              value={folder}
              error={errorOf('folder')}
              choose={() => dialogs.chooseFolder('recover')}
              onChange={setFolder}
            />
          ) : (
            <CloudFields value={cloud} errors={errors} onChange={setCloud} />
          )}
        </Panel>
        <Panel title={t('recover.secret')}>
          <ChoiceCards
            label={t('recover.secret')}
            value={by}
            columns={2}
            onChange={setBy}
            choices={[
              { value: 'passphrase', title: t('recover.byPassphrase') },
              { value: 'words', title: t('recover.byWords') },
            ]}
          />
          {by === 'passphrase' ? (
            <PasswordInput
              label={t('recover.passphrase')}
              value={passphrase}
              error={errorOf('secret')}
              onChange={(event) => setPassphrase(event.currentTarget.value)}
              autoComplete="off"
            />
          ) : (
            <WordsField
              value={words}
              error={errorOf('secret')}
              wrong={wrong}
              onChange={(next) => {
                setWords(next);
                recover.reset();
              }}
            />
          )}
        </Panel>
        <JobFailure state={state} />
        <Group>
          <Button variant="default" size="md" onClick={onBack}>
            {t('recover.back')}
          </Button>
          <Button type="submit" size="md">
            {t('recover.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
