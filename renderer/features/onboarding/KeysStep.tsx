import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { Choice } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ChooseField } from '../choose/index.ts';
import { ErrorCard } from '../errors/index.ts';
import { PassphraseFields } from './PassphraseFields.tsx';
import type { KeysInput } from './onboarding-store.ts';
import { isLongEnough } from './strength.ts';

interface KeysStepProps {
  readonly dialogs: Dialogs;
  readonly busy: boolean;
  readonly error: WireError | null;
  readonly onBack: () => void;
  readonly onCreate: (input: KeysInput) => void;
}

export function KeysStep({ dialogs, busy, error, onBack, onCreate }: KeysStepProps) {
  const { t } = useWords();
  const [main, setMain] = useState('');
  const [mainAgain, setMainAgain] = useState('');
  const [vault, setVault] = useState('');
  const [vaultAgain, setVaultAgain] = useState('');
  const [folder, setFolder] = useState<Choice>(null);
  const [isAsked, setIsAsked] = useState(false);

  const short = (value: string): string | null => (isAsked && !isLongEnough(value) ? t('keys.short') : null);
  const differs = (value: string, again: string): string | null =>
    isAsked && value !== again ? t('keys.differ') : null;
  const isSame = vault !== '' && vault.normalize('NFKC') === main.normalize('NFKC');
  const isComplete =
    isLongEnough(main) &&
    isLongEnough(vault) &&
    main === mainAgain &&
    vault === vaultAgain &&
    !isSame &&
    folder !== null;

  function create(): void {
    setIsAsked(true);
    if (isComplete) onCreate({ passphrase: main, vaultPassphrase: vault, folderToken: folder.token });
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create();
      }}
    >
      <Stack gap="md">
        <Title order={1} size="h2">
          {t('keys.title')}
        </Title>
        <Alert color="brand" variant="light" radius="lg" icon={<IconKey aria-hidden />} title={t('keys.why')}>
          <Text size="sm">{t('keys.whyText')}</Text>
        </Alert>
        <Panel>
          <PassphraseFields
            label={t('keys.main')}
            hint={t('keys.mainHint')}
            againLabel={t('keys.mainAgain')}
            value={main}
            again={mainAgain}
            error={short(main)}
            againError={differs(main, mainAgain)}
            onChange={setMain}
            onAgain={setMainAgain}
          />
        </Panel>
        <Panel>
          <PassphraseFields
            label={t('keys.vault')}
            hint={t('keys.vaultHint')}
            againLabel={t('keys.vaultAgain')}
            value={vault}
            again={vaultAgain}
            error={isSame ? t('keys.equal') : short(vault)}
            againError={differs(vault, vaultAgain)}
            onChange={setVault}
            onAgain={setVaultAgain}
          />
        </Panel>
        <Panel>
          <ChooseField
            kind="folder"
            label={t('keys.folder')}
            hint={t('keys.folderHint')}
            value={folder}
            error={isAsked && folder === null ? t('keys.folderMissing') : null}
            choose={() => dialogs.chooseFolder('kit')}
            onChange={setFolder}
          />
        </Panel>
        {error !== null && <ErrorCard error={error} />}
        <Group>
          <Button variant="default" size="md" onClick={onBack}>
            {t('common.back')}
          </Button>
          <Button type="submit" size="md" loading={busy}>
            {t('keys.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
