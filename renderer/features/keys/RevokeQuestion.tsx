import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useStore } from 'zustand';
import type { KeySlot } from '../../../shared/model/keys.ts';
import { useWords } from '../../i18n/use-words.ts';
import { JobFailure } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';
import { HeaderCopies } from './HeaderCopies.tsx';
import { sheetNumber, type KeysStore } from './keys-store.ts';

interface RevokeQuestionProps {
  readonly slot: KeySlot;
  readonly keys: KeysStore;
  readonly onClose: () => void;
}

/** Asks once more, says what revoking cannot do, and then what became of each copy. */
export function RevokeQuestion({ slot, keys, onClose }: RevokeQuestionProps) {
  const { t, format } = useWords();
  const state = useStore(keys.revoke.store);
  const number = sheetNumber(slot.id);
  const isDone = state.view === 'done';

  function close(): void {
    keys.revoke.reset();
    onClose();
  }

  function revoke(): void {
    void keys.revoke.start(slot.id, { slot: slot.id }).then((done) => {
      if (done !== null) void keys.load();
    });
  }

  return (
    <Modal
      opened
      onClose={close}
      title={t(isDone ? 'keyring.revokedTitle' : 'keyring.revokeTitle', { number })}
      size="lg"
      closeOnClickOutside={state.view !== 'running'}
    >
      <Stack>
        {state.view === 'running' && (
          <JobCard
            title={t('keyring.revoking')}
            progress={state.progress}
            cancelling={state.cancelling}
            onCancel={() => void keys.revoke.cancel()}
          />
        )}
        {isDone && (
          <>
            <Text>{t('keyring.revokedText')}</Text>
            {state.value !== null && <HeaderCopies copies={state.value.copies} />}
            <Group justify="flex-end">
              <Button onClick={close}>{t('keyring.done')}</Button>
            </Group>
          </>
        )}
        {state.view !== 'running' && !isDone && (
          <>
            <Text fw={600}>
              {slot.holder === null ? t('keyring.owner') : t('keyring.heldBy', { name: slot.holder })}
              {' · '}
              {t('keyring.writtenOn', { date: format.dateShort(slot.createdAt) })}
            </Text>
            <Text>{t('keyring.revokeText')}</Text>
            <Text size="sm">{t(slot.key === 'vault' ? 'keyring.revokeLimitVault' : 'keyring.revokeLimit')}</Text>
            <JobFailure state={state} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close} data-autofocus>
                {t('common.cancel')}
              </Button>
              <Button color="orange" onClick={revoke}>
                {t('keyring.revokeConfirm')}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
