import { Group, Text } from '@mantine/core';
import { useNow } from '../../i18n/use-now.ts';
import { useWords } from '../../i18n/use-words.ts';
import { rpoNow, type SeenStream } from '../../stores/streams-store.ts';

const colors = {
  live: 'brand.6',
  waiting: 'yellow.6',
  paused: 'gray.5',
  off: 'orange.6',
  failed: 'orange.6',
  unknown: 'gray.5',
} as const;

/** One calm line: whether the log is followed, and until when each copy holds it. The seconds go on by themselves. */
export function LiveLine({ seen }: { readonly seen: SeenStream }) {
  const { t, format } = useWords();
  const nowMs = useNow(1_000);
  const { state, copies } = seen.status;
  const parts = copies.map((copy) => {
    const rpoMs = rpoNow(seen, copy, nowMs);
    if (rpoMs !== null) return t('live.copy', { name: copy.destination, time: format.duration(rpoMs) });
    return copy.storedAt === null
      ? t('live.copyUnknown', { name: copy.destination })
      : t('live.copyBefore', { name: copy.destination, ago: format.ago(copy.storedAt, nowMs) });
  });
  return (
    <Group gap={8} wrap="nowrap" align="baseline" data-live={state}>
      <Text c={colors[state]} span aria-hidden style={{ lineHeight: 1 }}>
        ●
      </Text>
      <Text size="sm" className="sh-break">
        {[t(`live.state.${state}`), ...parts].join(' · ')}
      </Text>
    </Group>
  );
}
