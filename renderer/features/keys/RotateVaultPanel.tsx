import { Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { Choice, CommandOutput } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ChooseField } from '../choose/index.ts';
import { JobForm } from '../jobs/index.ts';
import { isLongEnough, PassphraseFields } from '../onboarding/index.ts';
import { wrongWords } from '../sheet-words/index.ts';
import type { KeysStore } from './keys-store.ts';
import { isTyped, notTyped, OpeningFields, toOpening } from './OpeningFields.tsx';
import { RotatedVault } from './RotatedVault.tsx';
import { RotationOutlook } from './RotationOutlook.tsx';

const longestReason = 300;

interface RotateVaultPanelProps {
  readonly keys: KeysStore;
  readonly dialogs: Dialogs;
  readonly onClose: () => void;
}

/** New keys for the vault: first what would happen, then who stays, why, and where the new paper goes. */
export function RotateVaultPanel({ keys, dialogs, onClose }: RotateVaultPanelProps) {
  const { t } = useWords();
  const look = useStore(keys.rotateCheck.store);
  const run = useStore(keys.rotate.store);
  useEffect(() => void keys.rotateCheck.start('vault', {}), [keys]);

  if (run.view === 'done' && run.value !== null)
    return <RotatedVault rotated={run.value} keys={keys} onClose={onClose} />;
  if (look.view === 'done' && look.value !== null)
    return <RotationForm outlook={look.value} keys={keys} dialogs={dialogs} onClose={onClose} />;
  return (
    <JobForm
      state={look}
      title={t('keyring.rotateTitle')}
      running={t('keyring.rotateLooking')}
      submit={t('keyring.rotateLook')}
      onSubmit={() => void keys.rotateCheck.start('vault', {})}
      onCancel={() => void keys.rotateCheck.cancel()}
      onClose={onClose}
    >
      <Text>{t('keyring.rotateText')}</Text>
    </JobForm>
  );
}

interface RotationFormProps extends RotateVaultPanelProps {
  readonly outlook: CommandOutput<'key.rotateVaultCheck'>;
}

function RotationForm({ outlook, keys, dialogs, onClose }: RotationFormProps) {
  const { t } = useWords();
  const state = useStore(keys.rotate.store);
  const [kept, setKept] = useState<readonly string[]>([]);
  const [opening, setOpening] = useState(notTyped);
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [reason, setReason] = useState('');
  const [folder, setFolder] = useState<Choice>(null);
  const [isAsked, setIsAsked] = useState(false);

  function start(): void {
    setIsAsked(true);
    if (!isTyped(opening) || !isLongEnough(next) || next !== again || folder === null) return;
    const why = reason.trim() === '' ? {} : { reason: reason.trim() };
    const current = toOpening(opening);
    const input = { current, newPassphrase: next, keep: [...kept], folderToken: folder.token, ...why };
    void keys.rotate.start('vault', input).then((done) => {
      if (done !== null) void keys.load();
    });
  }

  return (
    <Stack>
      {state.view !== 'running' && (
        <Panel title={t('keyring.rotateOutlook')}>
          <Text>{t('keyring.rotateText')}</Text>
          <RotationOutlook outlook={outlook} kept={kept} onKept={setKept} />
        </Panel>
      )}
      <JobForm
        state={state}
        title={t('keyring.rotateTitle')}
        running={t('keyring.rotating')}
        submit={t('keyring.rotateStart')}
        onSubmit={start}
        onCancel={() => void keys.rotate.cancel()}
        onClose={onClose}
      >
        <OpeningFields
          value={opening}
          says={{
            byPassphrase: t('keyring.rotateByPassphrase'),
            byWords: t('keyring.rotateByWords'),
            passphrase: t('keyring.rotateCurrent'),
          }}
          error={isAsked && !isTyped(opening) ? t('common.required') : null}
          wrong={state.view === 'failed' ? wrongWords(state.error) : []}
          onChange={(typed) => {
            // What an error pointed at is no longer there.
            if (typed.words !== opening.words) keys.rotate.reset();
            setOpening(typed);
          }}
        />
        <PassphraseFields
          label={t('keyring.rotateNext')}
          hint={t('keyring.rotateNextHint')}
          againLabel={t('keyring.nextAgain')}
          value={next}
          again={again}
          error={isAsked && !isLongEnough(next) ? t('keys.short') : null}
          againError={isAsked && next !== again ? t('keys.differ') : null}
          onChange={setNext}
          onAgain={setAgain}
        />
        <TextInput
          label={t('keyring.rotateWhy')}
          description={t('keyring.rotateWhyHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          placeholder={t('common.optional')}
          value={reason}
          maxLength={longestReason}
          onChange={(event) => setReason(event.currentTarget.value)}
          autoComplete="off"
        />
        <ChooseField
          kind="folder"
          label={t('keyring.folder')}
          hint={t('keyring.rotateFolderHint')}
          value={folder}
          error={isAsked && folder === null ? t('keyring.folderMissing') : null}
          choose={() => dialogs.chooseFolder('kit')}
          onChange={setFolder}
        />
      </JobForm>
    </Stack>
  );
}
