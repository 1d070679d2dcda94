import { Button, Code, Group, List, PasswordInput, Text, TextInput } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { Choice, CommandOutput } from '../../../shared/ipc/contract.ts';
import type { KeyName } from '../../../shared/model/keys.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { ChooseField } from '../choose/index.ts';
import { ErrorCard } from '../errors/index.ts';
import { HeaderCopies } from './HeaderCopies.tsx';
import { JobForm } from '../jobs/index.ts';
import { sheetNumber, type KeysStore } from './keys-store.ts';

interface AddSheetPanelProps {
  readonly name: KeyName;
  readonly keys: KeysStore;
  readonly dialogs: Dialogs;
  readonly onClose: () => void;
}

/** Writes one more sheet into a folder, for printing. The words go from the engine to the paper, never to this page. */
export function AddSheetPanel({ name, keys, dialogs, onClose }: AddSheetPanelProps) {
  const { t } = useWords();
  const state = useStore(keys.addSheet.store);
  const [passphrase, setPassphrase] = useState('');
  const [holder, setHolder] = useState('');
  const [folder, setFolder] = useState<Choice>(null);
  const [isAsked, setIsAsked] = useState(false);

  function start(): void {
    setIsAsked(true);
    if (passphrase === '' || folder === null) return;
    const input = {
      key: name,
      current: { passphrase },
      holder: holder.trim() === '' ? null : holder.trim(),
      folderToken: folder.token,
    };
    void keys.addSheet.start(name, input).then((done) => {
      if (done !== null) void keys.load();
    });
  }

  if (state.view === 'done' && state.value !== null)
    return <Written name={name} written={state.value} keys={keys} onClose={onClose} />;
  return (
    <JobForm
      state={state}
      title={t('keyring.addTitle', { key: t(`keyring.key.${name}`) })}
      running={t('keyring.adding')}
      submit={t('keyring.addStart')}
      onSubmit={start}
      onCancel={() => void keys.addSheet.cancel()}
      onClose={onClose}
    >
      <Text>{t('keyring.addText')}</Text>
      {name === 'vault' && <Text fw={600}>{t('keyring.addVaultText')}</Text>}
      <PasswordInput
        label={t(name === 'main' ? 'keys.main' : 'keys.vault')}
        value={passphrase}
        error={isAsked && passphrase === '' ? t('common.required') : null}
        onChange={(event) => setPassphrase(event.currentTarget.value)}
        autoComplete="off"
      />
      <TextInput
        label={t('keyring.holder')}
        description={t('keyring.holderHint')}
        placeholder={t('common.optional')}
        value={holder}
        maxLength={60}
        onChange={(event) => setHolder(event.currentTarget.value)}
      />
      <ChooseField
        kind="folder"
        label={t('keyring.folder')}
        hint={t('keyring.folderHint')}
        value={folder}
        error={isAsked && folder === null ? t('keyring.folderMissing') : null}
        choose={() => dialogs.chooseFolder('kit')}
        onChange={setFolder}
      />
    </JobForm>
  );
}

interface WrittenProps extends Pick<AddSheetPanelProps, 'name' | 'keys' | 'onClose'> {
  readonly written: CommandOutput<'key.addSheet'>;
}

function Written({ name, written, keys, onClose }: WrittenProps) {
  const { t } = useWords();
  const [error, setError] = useState<WireError | null>(null);

  async function print(): Promise<void> {
    const outcome = await keys.print(name);
    setError(outcome.ok ? null : outcome.error);
  }

  return (
    <Verdict tone="good" title={t('keyring.addedTitle', { number: sheetNumber(written.slot.id) })}>
      <Text>{t('keyring.addedText')}</Text>
      <List size="sm">
        {written.kitFiles.map((file) => (
          <List.Item key={file} className="sh-break">
            <Code>{file}</Code>
          </List.Item>
        ))}
      </List>
      <HeaderCopies copies={written.copies} />
      {error !== null && <ErrorCard error={error} />}
      <Group>
        <Button leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => void print()}>
          {t('keyring.print')}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t('keyring.done')}
        </Button>
      </Group>
    </Verdict>
  );
}
