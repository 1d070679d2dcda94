import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { coverageReasonText, coverageThingText } from '../../../shared/i18n/coverage-words.ts';
import type { CoveredThing } from '../../../shared/model/coverage.ts';
import { useWords } from '../../i18n/use-words.ts';

interface CoverageThingProps {
  readonly thing: CoveredThing;
  /** What is being answered; nothing else can be meanwhile. */
  readonly busy: string | null;
  readonly onKeep: (id: string) => void;
  readonly onAccept: (id: string, reason: string) => void;
  readonly onAskAgain: (id: string) => void;
}

/** One thing with why it is where it is, and what can be said of it. */
export function CoverageThing({ thing, busy, onKeep, onAccept, onAskAgain }: CoverageThingProps) {
  const { t, language, format } = useWords();
  const [reason, setReason] = useState<string | null>(null);
  const { id, kind, state, matters, canBeKept, accepted } = thing;
  const isWaiting = busy !== null;
  const why = (): string => {
    if (state !== 'accepted' || accepted === null) return coverageReasonText(thing, language);
    const date = format.dateShort(accepted.at);
    return accepted.reason === null
      ? t('coverage.acceptedOn', { date })
      : t('coverage.acceptedBecause', { date, reason: accepted.reason });
  };
  return (
    <Stack component="li" gap={6} data-thing={id} data-thing-state={state}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md">
        <Stack gap={0} miw={0} flex={1}>
          <Text size="sm" fw={state === 'open' && matters ? 600 : 400} className="sh-break">
            {coverageThingText(thing, language)}
          </Text>
          <Text size="sm" c="dimmed" className="sh-break">
            {why()}
          </Text>
        </Stack>
        {state === 'open' && reason === null && (
          <Group gap="xs" wrap="nowrap">
            {canBeKept && (
              <Button size="xs" loading={busy === id} disabled={isWaiting} onClick={() => onKeep(id)}>
                {t('coverage.keep')}
              </Button>
            )}
            <Button size="xs" variant="default" disabled={isWaiting} onClick={() => setReason('')}>
              {t(kind === 'unseen' ? 'coverage.isFine' : 'coverage.accept')}
            </Button>
          </Group>
        )}
        {state === 'accepted' && (
          <Button size="xs" variant="subtle" disabled={isWaiting} onClick={() => onAskAgain(id)}>
            {t('coverage.askAgain')}
          </Button>
        )}
      </Group>
      {state === 'open' && reason !== null && (
        <Group gap="xs" align="flex-end">
          <TextInput
            flex={1}
            size="xs"
            label={t('coverage.because')}
            maxLength={300}
            value={reason}
            autoFocus
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button size="xs" loading={busy === id} disabled={isWaiting} onClick={() => onAccept(id, reason)}>
            {t(kind === 'unseen' ? 'coverage.isFine' : 'coverage.accept')}
          </Button>
          <Button size="xs" variant="default" disabled={isWaiting} onClick={() => setReason(null)}>
            {t('common.cancel')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
