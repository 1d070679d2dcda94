import { Badge, Group, Tooltip } from '@mantine/core';
import type { SnapshotCopy } from '../../../shared/model/snapshot.ts';
import { useWords } from '../../i18n/use-words.ts';

const colors = {
  written: 'gray',
  listed: 'cyan',
  'read-back': 'brand',
  restored: 'brand',
  'totals-matched': 'brand',
} as const;

/** One copy in one of the five words; the date comes on hover and on focus. */
export function CopyBadge({ copy }: { readonly copy: SnapshotCopy }) {
  const { t, format } = useWords();
  const state = t(`copyState.${copy.state}`);
  const date = format.date(copy.at);
  const label = t('copyBadge.label', { destination: copy.destination, state, date });
  return (
    <Group gap={4} wrap="nowrap">
      <Tooltip label={`${t(`copyMeaning.${copy.state}`)} · ${date}`}>
        <Badge
          variant={copy.state === 'totals-matched' ? 'filled' : 'light'}
          color={colors[copy.state]}
          tt="none"
          size="lg"
          fw={500}
          tabIndex={0}
          aria-label={label}
          role="img"
        >
          {copy.destination} · {state}
        </Badge>
      </Tooltip>
      {!copy.intact && (
        <Tooltip label={t('copyBadge.damagedHint')}>
          <Badge color="orange" tt="none" size="lg" tabIndex={0}>
            {t('copyBadge.damaged')}
          </Badge>
        </Tooltip>
      )}
    </Group>
  );
}
