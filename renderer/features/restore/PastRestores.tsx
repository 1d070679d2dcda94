import { Button, Group, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { RestoreEntry } from '../../../shared/model/swap.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { AddCardsPanel } from './AddCardsPanel.tsx';
import { SwapPanel } from './SwapPanel.tsx';
import { UndoButton } from './UndoButton.tsx';
import { UnfinishedRestores } from './UnfinishedRestores.tsx';
import type { SwapStore } from './swap-store.ts';

const mostShown = 5;

/** Restores that lie beside the shop, or in its place: what was swapped can be taken back, also after this program was closed. */
export function PastRestores({ source, swap }: { readonly source: string; readonly swap: SwapStore }) {
  const { t, format } = useWords();
  const [chosen, setChosen] = useState<string | null>(null);
  const past = useStore(swap.past, (all) => all);
  const undone = useStore(swap.undo.store, ({ view }) => view);
  const swapped = useStore(swap.run.store, ({ view }) => view);

  const cards = useStore(swap.cards.store, ({ view }) => view);

  useEffect(() => void swap.loadPast(), [swap, undone, swapped, cards]);

  const unfinished = useStore(swap.unfinished, (all) => all).filter((each) => each.source === source);
  const removal = useStore(swap.removal, (state) => state);
  const entries = past.filter(
    (entry) => entry.source === source && (entry.canUndo || entry.canSwap || entry.id === chosen),
  );
  const isBusy = undone === 'running' || swapped === 'running' || cards === 'running';
  const [filling, setFilling] = useState<string | null>(null);
  const withoutCards = useStore(swap.withoutCards, (all) => all).filter((each) => each.source === source);

  function fill(restore: string): void {
    swap.reset();
    setChosen(null);
    setFilling(restore);
  }

  function choose(entry: RestoreEntry): void {
    swap.reset();
    setFilling(null);
    setChosen(entry.id);
    if (entry.canUndo) void swap.startUndo(entry.id);
    else void swap.startCompare(entry.id);
  }

  return (
    <Stack>
      <UnfinishedRestores entries={unfinished} removal={removal} onRemove={(id) => void swap.removeUnfinished(id)} />
      {filling !== null && <AddCardsPanel restoreId={filling} swap={swap} onClose={() => setFilling(null)} />}
      {withoutCards.length > 0 && (
        <Panel title={t('cards.waitingTitle')}>
          <Stack component="ul" className="sh-list" gap="xs">
            {withoutCards.map(({ id, at, stoppedAt, databases }) => (
              <Group component="li" key={id} justify="space-between" wrap="nowrap">
                <Text size="sm" className="sh-break">
                  {t('cards.waitingEntry', {
                    at: format.dateShort(at),
                    moment: format.date(stoppedAt),
                    where: databases.join(', '),
                  })}
                </Text>
                <Button
                  variant="default"
                  size="xs"
                  flex="none"
                  disabled={isBusy || filling === id}
                  onClick={() => fill(id)}
                >
                  {t('cards.title')}
                </Button>
              </Group>
            ))}
          </Stack>
        </Panel>
      )}
      {chosen !== null && (
        <SwapPanel restoreId={chosen} isSealed={withoutCards.some(({ id }) => id === chosen)} swap={swap} />
      )}
      {entries.length > 0 && (
        <Panel title={t('swap.pastTitle')}>
          <Stack component="ul" className="sh-list" gap="xs">
            {entries.slice(0, mostShown).map((entry) => (
              <Group component="li" key={entry.id} justify="space-between" wrap="nowrap">
                <Text size="sm" className="sh-break">
                  {t('swap.pastEntry', {
                    at: format.dateShort(entry.at),
                    moment: format.date(entry.stoppedAt),
                    state: t(`swap.state.${entry.state}`),
                  })}
                </Text>
                {entry.canUndo ? (
                  <UndoButton size="xs" disabled={isBusy} onUndo={() => choose(entry)} />
                ) : (
                  <Button variant="default" size="xs" flex="none" disabled={isBusy} onClick={() => choose(entry)}>
                    {t('swap.compare')}
                  </Button>
                )}
              </Group>
            ))}
          </Stack>
        </Panel>
      )}
    </Stack>
  );
}
