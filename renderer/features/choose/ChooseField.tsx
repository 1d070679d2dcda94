import { Button, Group, Input, Stack, Text } from '@mantine/core';
import { IconFolder } from '@tabler/icons-react';
import { useState } from 'react';
import type { Outcome, WireError } from '../../../shared/errors/app-error.ts';
import type { Choice } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ErrorCard } from '../errors/index.ts';

interface ChooseFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly kind: 'folder' | 'file';
  readonly value: Choice;
  readonly error?: string | null;
  readonly choose: () => Promise<Outcome<Choice>>;
  readonly onChange: (choice: Choice) => void;
}

/** A folder or file picked in the system's own dialog. Closing the dialog keeps the earlier choice. */
export function ChooseField({ label, hint, kind, value, error, choose, onChange }: ChooseFieldProps) {
  const { t } = useWords();
  const [failure, setFailure] = useState<WireError | null>(null);

  async function pick(): Promise<void> {
    const outcome = await choose();
    setFailure(outcome.ok ? null : outcome.error);
    if (outcome.ok && outcome.value !== null) onChange(outcome.value);
  }

  return (
    <Input.Wrapper label={label} description={hint} error={error} labelElement="div">
      <Stack gap="xs" mt={hint === undefined ? 0 : 6} mb={error == null ? 0 : 4}>
        <Group gap="sm">
          <Button
            variant="default"
            leftSection={<IconFolder size={18} aria-hidden />}
            onClick={() => void pick()}
            aria-label={`${label}：${t(kind === 'folder' ? 'common.chooseFolder' : 'common.chooseFile')}`}
          >
            {t(kind === 'folder' ? 'common.chooseFolder' : 'common.chooseFile')}
          </Button>
          <Text size="sm" c={value === null ? 'dimmed' : 'inherit'} className="sh-break">
            {value === null ? t('common.notChosen') : value.label}
          </Text>
        </Group>
        {failure !== null && <ErrorCard error={failure} />}
      </Stack>
    </Input.Wrapper>
  );
}
