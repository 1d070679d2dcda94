import { Alert, Group, Stack, Text } from '@mantine/core';
import type { WireError } from '../../../shared/errors/app-error.ts';
import type { UnfinishedRestore } from '../../../shared/model/swap.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ErrorCard } from '../errors/index.ts';
import { AskedButton } from '../asking/index.ts';

interface UnfinishedRestoresProps {
  readonly entries: readonly UnfinishedRestore[];
  /** What came of the last one that was to be taken away. `left`: databases that were not touched. */
  readonly removal: { readonly error: WireError | null; readonly left: readonly string[] };
  readonly onRemove: (id: string) => void;
}

/** Restores that a closed program or a dead computer cut off: what goes on with them, and a way to be rid of what they left. */
export function UnfinishedRestores({ entries, removal: { error, left }, onRemove }: UnfinishedRestoresProps) {
  const { t, format } = useWords();
  return (
    <>
      {error !== null && <ErrorCard error={error} />}
      {left.length > 0 && <Alert color="orange">{t('swap.unfinishedLeft', { where: left.join(', ') })}</Alert>}
      {entries.length > 0 && (
        <Panel title={t('swap.unfinishedTitle')}>
          <Stack gap="sm">
            <Text size="sm">{t('swap.unfinishedHint')}</Text>
            <Stack component="ul" className="sh-list" gap="xs">
              {entries.map(({ id, at, stoppedAt, databases }) => (
                <Group component="li" key={id} justify="space-between" wrap="nowrap">
                  <Text size="sm" className="sh-break">
                    {t('swap.unfinishedEntry', {
                      at: format.dateShort(at),
                      moment: format.date(stoppedAt),
                      where: databases.join(', '),
                    })}
                  </Text>
                  <AskedButton
                    label={t('swap.unfinishedRemove')}
                    title={t('swap.unfinishedAsk')}
                    text={t('swap.unfinishedAskText', { where: databases.join(', ') })}
                    variant="default"
                    size="xs"
                    flex="none"
                    disabled={false}
                    onYes={() => onRemove(id)}
                  />
                </Group>
              ))}
            </Stack>
          </Stack>
        </Panel>
      )}
    </>
  );
}
