import { Button, Code, Group, List, Text } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useState } from 'react';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { ErrorCard } from '../errors/index.ts';
import { HeaderCopies } from './HeaderCopies.tsx';
import { sheetNumber, type KeysStore } from './keys-store.ts';
import { sheetName } from './RotationOutlook.tsx';

interface RotatedVaultProps {
  readonly rotated: CommandOutput<'key.rotateVault'>;
  readonly keys: KeysStore;
  readonly onClose: () => void;
}

/** What a rotation did, the new paper for printing, and what is left to do. */
export function RotatedVault({ rotated, keys, onClose }: RotatedVaultProps) {
  const { t, format } = useWords();
  const [error, setError] = useState<WireError | null>(null);
  const { slot, kept, gone, kitFiles, copies, sealedBytes } = rotated;
  const goneSheets = gone.filter(({ kind }) => kind === 'recovery');

  async function print(): Promise<void> {
    const outcome = await keys.print('vault');
    setError(outcome.ok ? null : outcome.error);
  }

  return (
    <Verdict tone="good" title={t('keyring.rotatedTitle')}>
      <Text>{t('keyring.rotatedText', { number: sheetNumber(slot.id) })}</Text>
      <List size="sm">
        {kitFiles.map((file) => (
          <List.Item key={file} className="sh-break">
            <Code>{file}</Code>
          </List.Item>
        ))}
      </List>
      <Group>
        <Button leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => void print()}>
          {t('keyring.print')}
        </Button>
      </Group>
      {error !== null && <ErrorCard error={error} />}
      <List size="sm">
        {kept.map((each) => (
          <List.Item key={each.id}>{t('keyring.rotatedKept', { sheet: sheetName(each, t) })}</List.Item>
        ))}
        {goneSheets.map((each) => (
          <List.Item key={each.id}>{t('keyring.rotatedGone', { sheet: sheetName(each, t) })}</List.Item>
        ))}
      </List>
      <HeaderCopies copies={copies} />
      <Text>{t('keyring.rotatedNext')}</Text>
      <List size="sm" type="ordered">
        {(['backup', 'rehearse', 'main'] as const).map((step) => (
          <List.Item key={step}>{t(`keyring.rotatedNextSteps.${step}`)}</List.Item>
        ))}
      </List>
      <Text size="sm">
        {sealedBytes === null
          ? t('keyring.rotateSizeUnknown')
          : t('keyring.rotateSize', { size: format.bytes(sealedBytes) })}
      </Text>
      <Text size="sm">{t('keyring.rotatedLimit')}</Text>
      <Group>
        <Button variant="default" onClick={onClose}>
          {t('keyring.done')}
        </Button>
      </Group>
    </Verdict>
  );
}
