import { Alert, Loader, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { KeySlot } from '../../../shared/model/keys.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import type { LibraryStore } from '../../stores/library-store.ts';
import { Page } from '../../ui/Page.tsx';
import { ErrorCard } from '../errors/index.ts';
import { AddSheetPanel } from './AddSheetPanel.tsx';
import { ChangePassphrasePanel } from './ChangePassphrasePanel.tsx';
import { HeaderCopies } from './HeaderCopies.tsx';
import { KeyPanel } from './KeyPanel.tsx';
import { RehearsePanel } from './RehearsePanel.tsx';
import { RotateVaultPanel } from './RotateVaultPanel.tsx';
import { RevokeQuestion } from './RevokeQuestion.tsx';
import type { Acting, KeyList, KeysStore } from './keys-store.ts';

interface KeysPageProps {
  readonly keys: KeysStore;
  readonly library: LibraryStore;
  readonly dialogs: Dialogs;
}

const both = ['main', 'vault'] as const;

export function KeysPage({ keys, library, dialogs }: KeysPageProps) {
  const { t } = useWords();
  const state = useStore(keys.store);
  const [acting, setActing] = useState<Acting | null>(null);
  const [revoking, setRevoking] = useState<KeySlot | null>(null);
  useEffect(() => void keys.load(), [keys]);

  function act(next: Acting | null): void {
    for (const run of [keys.rehearse, keys.change, keys.addSheet, keys.rotateCheck, keys.rotate]) run.reset();
    setActing(next);
  }

  return (
    <Page title={t('keyring.title')} subtitle={t('keyring.subtitle')}>
      {state.view === 'loading' && <Loader aria-label={t('common.loading')} />}
      {state.view === 'failed' && <ErrorCard error={state.error} onRetry={() => void keys.load()} />}
      {state.view === 'ready' && (
        <Stack>
          <Behind behind={state.list.behind} />
          {both.map((key) => (
            <Stack key={key}>
              <KeyPanel
                name={key}
                slots={state.list.slots.filter((slot) => slot.key === key)}
                onAct={(what) => act({ what, key })}
                onRevoke={setRevoking}
              />
              {acting?.key === key && (
                <ActingPanel
                  acting={acting}
                  keys={keys}
                  library={library}
                  dialogs={dialogs}
                  onClose={() => act(null)}
                />
              )}
            </Stack>
          ))}
          {revoking !== null && <RevokeQuestion slot={revoking} keys={keys} onClose={() => setRevoking(null)} />}
        </Stack>
      )}
    </Page>
  );
}

function Behind({ behind }: Pick<KeyList, 'behind'>) {
  const { t } = useWords();
  if (behind.length === 0) return null;
  return (
    <Alert
      color="orange"
      variant="light"
      radius="lg"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('keyring.behind')}
    >
      <HeaderCopies copies={behind.map(({ destination, reason }) => ({ destination, state: reason }))} />
    </Alert>
  );
}

interface ActingPanelProps extends KeysPageProps {
  readonly acting: Acting;
  readonly onClose: () => void;
}

function ActingPanel({ acting: { what, key }, keys, library, dialogs, onClose }: ActingPanelProps) {
  switch (what) {
    case 'rehearse':
      return <RehearsePanel key={key} name={key} keys={keys} library={library} onClose={onClose} />;
    case 'change':
      return <ChangePassphrasePanel key={key} name={key} keys={keys} onClose={onClose} />;
    case 'add':
      return <AddSheetPanel key={key} name={key} keys={keys} dialogs={dialogs} onClose={onClose} />;
    case 'rotate':
      return <RotateVaultPanel keys={keys} dialogs={dialogs} onClose={onClose} />;
  }
}
