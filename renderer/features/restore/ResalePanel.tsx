import { Button, List, Text } from '@mantine/core';
import { resaleGapText } from '../../../shared/i18n/resale-gaps.ts';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';

interface ResalePanelProps {
  readonly restoreId: string;
  readonly resale: CommandOutput<'restore.run'>['resale'];
  readonly onOpen: (restoreId: string) => Promise<void>;
}

/**
 * What was sold after the moment of the restore: marked, and listed for whoever has to follow up; and what could not be looked at, which is never left
 * out. Nothing where nobody looked because nobody will sell from there.
 */
export function ResalePanel({ restoreId, resale, onOpen }: ResalePanelProps) {
  const { t, format, language } = useWords();
  const { cards, orders, csv, shared = 0, complete, unread = [], skipped } = resale;
  if (skipped === 'no-rules' || skipped === 'file')
    return (
      <Panel title={t('resale.title')}>
        <Text>{t(`resale.${skipped}`)}</Text>
      </Panel>
    );
  const isNothing = cards + orders + shared === 0;
  if (isNothing && complete === undefined) return null;
  return (
    <Panel title={t('resale.title')}>
      {cards > 0 && <Text>{t('resale.cards', { cards: format.count(cards) })}</Text>}
      {shared > 0 && <Text>{t('resale.shared', { cards: format.count(shared) })}</Text>}
      {orders > 0 && <Text>{t('resale.orders', { orders: format.count(orders) })}</Text>}
      {isNothing && <Text>{t('resale.none')}</Text>}
      {complete === false && (
        <>
          <Text fw={600}>{t('resale.incomplete')}</Text>
          <List size="sm">
            {unread.map((gap) => (
              <List.Item key={JSON.stringify(gap)} className="sh-break">
                {resaleGapText(gap, language)}
              </List.Item>
            ))}
          </List>
        </>
      )}
      {csv !== null && (
        <>
          <Text size="sm" c="dimmed" className="sh-break">
            {t('resale.list', { csv })}
          </Text>
          <Button variant="default" w="fit-content" onClick={() => void onOpen(restoreId)}>
            {t('resale.open')}
          </Button>
        </>
      )}
    </Panel>
  );
}
