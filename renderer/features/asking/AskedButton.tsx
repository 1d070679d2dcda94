import { Button, Group, Modal, Stack, Text, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useWords } from '../../i18n/use-words.ts';

interface AskedButtonProps extends Pick<ButtonProps, 'size' | 'variant' | 'w' | 'flex'> {
  readonly label: string;
  readonly title: string;
  readonly text: string;
  readonly disabled: boolean;
  readonly onYes: () => void;
}

/** Asks before it does something to the shop, and says what becomes of what. */
export function AskedButton({ label, title, text, disabled, onYes, ...button }: AskedButtonProps) {
  const { t } = useWords();
  const [isAsking, asking] = useDisclosure(false);
  return (
    <>
      <Button {...button} disabled={disabled} onClick={asking.open}>
        {label}
      </Button>
      <Modal opened={isAsking} onClose={asking.close} title={title}>
        <Stack>
          <Text>{text}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={asking.close} data-autofocus>
              {t('common.cancel')}
            </Button>
            <Button
              onClick={() => {
                asking.close();
                onYes();
              }}
            >
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
