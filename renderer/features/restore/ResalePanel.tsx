import { Button, Text } from '@mantine/core';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';

interface ResalePanelProps {
  readonly restoreId: string;
  readonly resale: CommandOutput<'restore.run'>['resale'];
  readonly onOpen: (restoreId: string) => Promise<void>;
}

/** What was sold after the moment of the restore: marked, and listed for whoever has to follow up. Nothing where nothing was. */
export function ResalePanel({ restoreId, resale, onOpen }: ResalePanelProps) {
  const { t, format } = useWords();
  const { cards, orders, csv } = resale;
  if (cards + orders === 0) return null;
  return (
    <Panel title={t('resale.title')}>
      {cards > 0 && <Text>{t('resale.cards', { cards: format.count(cards) })}</Text>}
      {orders > 0 && <Text>{t('resale.orders', { orders: format.count(orders) })}</Text>}
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
