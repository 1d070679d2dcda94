import { Button, Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconFileText, IconKey } from '@tabler/icons-react';
import type { KeyName, KeySlot } from '../../../shared/model/keys.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { sheetNumber, type Acting } from './keys-store.ts';

interface KeyPanelProps {
  readonly name: KeyName;
  readonly slots: readonly KeySlot[];
  readonly onAct: (what: Acting['what']) => void;
  readonly onRevoke: (slot: KeySlot) => void;
}

/** One key: what opens it, in words, and what can be done about each. */
export function KeyPanel({ name, slots, onAct, onRevoke }: KeyPanelProps) {
  const { t } = useWords();
  const key = t(`keyring.key.${name}`);
  const sheets = slots.filter(({ kind }) => kind === 'recovery');
  return (
    <Panel
      title={key}
      actions={
        <Group gap="xs">
          <Button
            variant="light"
            size="xs"
            onClick={() => onAct('rehearse')}
            aria-label={t('keyring.rehearseLabel', { key })}
          >
            {t('keyring.rehearse')}
          </Button>
          <Button variant="default" size="xs" onClick={() => onAct('add')} aria-label={t('keyring.addLabel', { key })}>
            {t('keyring.add')}
          </Button>
          {name === 'vault' && (
            <Button variant="default" size="xs" onClick={() => onAct('rotate')}>
              {t('keyring.rotate')}
            </Button>
          )}
        </Group>
      }
    >
      <Text size="sm" c="dimmed">
        {t(`keyring.keyText.${name}`)}
      </Text>
      <Stack component="ul" className="sh-list" gap="sm" aria-label={key}>
        {slots.map((slot) => (
          <Slot
            key={slot.id}
            slot={slot}
            // The last sheet of a key is not revoked: the engine would refuse it.
            mayRevoke={slot.kind === 'recovery' && sheets.length > 1}
            onChange={() => onAct('change')}
            onRevoke={() => onRevoke(slot)}
          />
        ))}
      </Stack>
    </Panel>
  );
}

interface SlotProps {
  readonly slot: KeySlot;
  readonly mayRevoke: boolean;
  readonly onChange: () => void;
  readonly onRevoke: () => void;
}

function Slot({ slot, mayRevoke, onChange, onRevoke }: SlotProps) {
  const { t, format } = useWords();
  const key = t(`keyring.key.${slot.key}`);
  const number = sheetNumber(slot.id);
  const isSheet = slot.kind === 'recovery';
  const said = isSheet
    ? [
        slot.holder === null ? t('keyring.owner') : t('keyring.heldBy', { name: slot.holder }),
        t('keyring.writtenOn', { date: format.dateShort(slot.createdAt) }),
        slot.rehearsedAt === null
          ? t('keyring.neverRehearsed')
          : t('keyring.rehearsedOn', { date: format.dateShort(slot.rehearsedAt) }),
      ]
    : [t('keyring.passphraseSince', { date: format.dateShort(slot.createdAt) })];
  return (
    <Group
      component="li"
      wrap="nowrap"
      justify="space-between"
      aria-label={isSheet ? t('keyring.sheetLabel', { key, number }) : `${key} · ${t('keyring.passphrase')}`}
      data-slot={slot.kind}
    >
      <Group wrap="nowrap" gap="sm" miw={0}>
        <ThemeIcon
          variant="light"
          radius="xl"
          color={isSheet && slot.rehearsedAt === null ? 'orange' : 'brand'}
          aria-hidden
        >
          {isSheet ? <IconFileText size={18} /> : <IconKey size={18} />}
        </ThemeIcon>
        <div>
          <Text fw={600}>{isSheet ? t('keyring.sheet', { number }) : t('keyring.passphrase')}</Text>
          <Text size="sm" c="dimmed" className="sh-break">
            {said.join(' · ')}
          </Text>
        </div>
      </Group>
      {!isSheet && (
        <Button variant="default" size="xs" onClick={onChange} aria-label={t('keyring.changeLabel', { key })}>
          {t('keyring.change')}
        </Button>
      )}
      {mayRevoke && (
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          onClick={onRevoke}
          aria-label={t('keyring.revokeLabel', { number })}
        >
          {t('keyring.revoke')}
        </Button>
      )}
    </Group>
  );
}
