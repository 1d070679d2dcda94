import { Checkbox, List, Stack, Text } from '@mantine/core';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { KeySlot } from '../../../shared/model/keys.ts';
import { useWords } from '../../i18n/use-words.ts';
import { sheetNumber } from './keys-store.ts';

const copySentences = {
  here: 'keyring.rotateCopyHere',
  away: 'keyring.rotateCopyAway',
  'changed-elsewhere': 'keyring.rotateCopyElsewhere',
} as const;

interface RotationOutlookProps {
  readonly outlook: CommandOutput<'key.rotateVaultCheck'>;
  /** Ids of the sheets that stay. */
  readonly kept: readonly string[];
  readonly onKept: (kept: readonly string[]) => void;
}

/** What a rotation would do: whose paper can stay, which copies are there, how much is written anew. Nobody stays unasked. */
export function RotationOutlook({ outlook: { sheets, copies, sealedBytes }, kept, onKept }: RotationOutlookProps) {
  const { t, format } = useWords();

  function toggle(id: string, stays: boolean): void {
    onKept(stays ? [...kept, id] : kept.filter((each) => each !== id));
  }

  return (
    <>
      <Stack gap="xs" role="group" aria-label={t('keyring.rotateWho')}>
        <Text fw={600}>{t('keyring.rotateWho')}</Text>
        {sheets.map(({ slot, canStay }) => (
          <Checkbox
            key={slot.id}
            label={sheetName(slot, t)}
            description={t(
              canStay
                ? kept.includes(slot.id)
                  ? 'keyring.rotateStays'
                  : 'keyring.rotateGoes'
                : 'keyring.rotateCannotStay',
            )}
            checked={kept.includes(slot.id)}
            disabled={!canStay}
            onChange={(event) => toggle(slot.id, event.currentTarget.checked)}
          />
        ))}
      </Stack>
      <Stack gap="xs">
        <Text fw={600}>{t('keyring.rotateCopies')}</Text>
        <List size="sm">
          {copies.map(({ destination, state }) => (
            <List.Item key={destination} data-copy={destination} data-state={state}>
              {t(copySentences[state], { destination })}
            </List.Item>
          ))}
        </List>
      </Stack>
      <Text size="sm">
        {sealedBytes === null
          ? t('keyring.rotateSizeUnknown')
          : t('keyring.rotateSize', { size: format.bytes(sealedBytes) })}
      </Text>
      <Text size="sm">{t('keyring.rotateOlder')}</Text>
    </>
  );
}

/** A sheet with whoever holds it. */
export function sheetName({ id, holder }: KeySlot, t: ReturnType<typeof useWords>['t']): string {
  const sheet = t('keyring.sheet', { number: sheetNumber(id) });
  return `${sheet} · ${holder === null ? t('keyring.owner') : t('keyring.heldBy', { name: holder })}`;
}
