import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useWords } from '../../i18n/use-words.ts';

interface UndoButtonProps {
  readonly size?: 'xs' | 'sm';
  readonly disabled?: boolean;
  readonly onUndo: () => void;
}

/** The shop's tables change under it: it is asked first, and says what becomes of what. */
export function UndoButton({ size = 'sm', disabled = false, onUndo }: UndoButtonProps) {
  const { t } = useWords();
  const [isAsking, asking] = useDisclosure(false);
  return (
    <>
      <Button variant="default" size={size} flex="none" disabled={disabled} onClick={asking.open}>
        {t('swap.undo')}
      </Button>
      <Modal opened={isAsking} onClose={asking.close} title={t('swap.undoAsk')}>
        <Stack>
          <Text>{t('swap.undoText')}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={asking.close} data-autofocus>
              {t('common.cancel')}
            </Button>
            <Button
              onClick={() => {
                asking.close();
                onUndo();
              }}
            >
              {t('swap.undo')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
