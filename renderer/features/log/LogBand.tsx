import { Box, Group, Text } from '@mantine/core';
import { useWords } from '../../i18n/use-words.ts';
import type { Band } from './band.ts';

/** The log drawn as a band: what is kept, what is missing, where snapshots stand and where something was taken away. Words stand beside it. */
export function LogBand({ band }: { readonly band: Band }) {
  const { t, format } = useWords();
  return (
    <div>
      <Box className="sh-band" aria-hidden>
        {band.pieces.map(({ kind, from, width }) => (
          <div
            key={`${kind} ${from}`}
            className="sh-band-piece"
            data-kind={kind}
            style={{ left: `${from}%`, width: `${Math.max(width, 0.3)}%` }}
          />
        ))}
        {band.marks.map(({ kind, id, at }) => (
          <div key={`${kind} ${id}`} className="sh-band-mark" data-kind={kind} style={{ left: `${at}%` }} />
        ))}
      </Box>
      <Group justify="space-between" mt={4}>
        <Text size="xs" c="dimmed">
          {t('log.from', { at: format.dateShort(new Date(band.fromMs).toISOString()) })}
        </Text>
        <Text size="xs" c="dimmed">
          {t('log.now')}
        </Text>
      </Group>
    </div>
  );
}
