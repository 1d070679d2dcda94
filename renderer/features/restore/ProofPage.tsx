import { Badge, Button, Group, List, Stack, Table, Text } from '@mantine/core';
import { useStore } from 'zustand';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { unitOf } from '../../i18n/ledger-unit.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { SnapshotDetail } from '../../stores/detail-store.ts';
import { FactList } from '../../ui/FactList.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { ProgramNotes } from './ProgramNotes.tsx';
import { ResalePanel } from './ResalePanel.tsx';
import { AddCardsPanel } from './AddCardsPanel.tsx';
import { SwapPanel } from './SwapPanel.tsx';
import { ofRestore, type SwapStore } from './swap-store.ts';
import { outcomeOf } from './proof-outcome.ts';
import type { RestoreTargetKind } from './restore-answers.ts';

interface ProofPageProps {
  readonly result: CommandOutput<'restore.run'>;
  readonly detail: SnapshotDetail | null;
  readonly into: RestoreTargetKind;
  readonly swap: SwapStore;
  readonly onAgain: () => void;
  readonly onTimeline: () => void;
}

const tones = { good: 'good', bad: 'attention', file: 'neutral', unproven: 'neutral' } as const;

/** Where cards can be added later: a server that stays. */
const isKept = { sandbox: false, same: true, server: true, sql: false } as const;

/** What came of a restore, in numbers that can be compared by eye. */
export function ProofPage({ result, detail, into, swap, onAgain, onTimeline }: ProofPageProps) {
  const { t, named, format } = useWords();
  const { digest, file, resale, notes } = result;
  const outcome = outcomeOf(result);
  const isSwapped = useStore(swap.run.store, (run) => ofRestore(run, result.swap ?? '').view === 'done');
  const cards = ofRestore(
    useStore(swap.cards.store, (run) => run),
    result.restoreId,
  );
  const isSealed = result.vault === 'closed' && !(cards.view === 'done' && cards.value?.complete === true);
  // Nothing is compared in a file: its owner gets the sums of the backup, to compare after loading it. A moment has its own, from the server that it was made on.
  const isCompared = file === null || result.replay !== undefined;
  const ledgers = isCompared ? result.ledgers : (detail?.ledgers ?? []);
  const definitions = detail?.manifest.ledgerDefinitions ?? [];
  const recorded = new Map(detail?.ledgers.map((ledger) => [ledger.name, ledger.sum]));
  const facts: (readonly [string, string])[] = [
    [t('proof.tables'), format.count(result.tables)],
    [t('proof.rows'), format.count(result.rows)],
    [
      t('proof.digest'),
      digest.compared === 0
        ? t('proof.digestNone')
        : t(digest.equal ? 'proof.digestEqual' : 'proof.digestDifferent', {
            compared: format.count(digest.compared),
            ranges: format.count(digest.ranges),
          }),
    ],
    [t('proof.where'), `${t(`restore.into.${into}`)} · ${result.databases.join(', ')}`],
    [t('proof.from'), result.from],
    [t('proof.vault'), t(`proof.vaultState.${result.vault === 'closed' && !isSealed ? 'added' : result.vault}`)],
    [t('proof.point'), format.date(result.stoppedAt)],
    [t('proof.duration'), format.duration(result.durationMs)],
  ];
  if (result.replay !== undefined) {
    const { transactions, rowEvents, statements } = result.replay;
    facts.push([
      t('proof.replay'),
      t('proof.replayText', {
        transactions: format.count(transactions),
        rowEvents: format.count(rowEvents),
        statements: format.count(statements),
      }),
    ]);
  }
  if (result.accounts !== undefined)
    facts.push([t('proof.accounts'), result.accounts.created.join(', ') || t('common.none')]);
  if (file !== null) facts.push([t('proof.file'), file]);
  return (
    <Stack gap="lg">
      <Verdict tone={tones[outcome]} title={t(`proof.${outcome}Title`)}>
        <Text>{t(`proof.${outcome}Text`)}</Text>
        {isSealed && <Text>{t('proof.sealedText')}</Text>}
        {!isSwapped && <Text>{t('proof.untouched')}</Text>}
      </Verdict>
      <ResalePanel restoreId={result.restoreId} resale={resale} onOpen={swap.openResaleFolder} />
      {result.vault === 'closed' && isKept[into] && <AddCardsPanel restoreId={result.restoreId} swap={swap} />}
      {result.swap !== null && outcome === 'good' && (
        <SwapPanel restoreId={result.swap} isSealed={isSealed} swap={swap} />
      )}
      <Panel title={t('proof.title')}>
        <FactList facts={facts} />
      </Panel>
      <Panel title={t('proof.ledgers')}>
        {ledgers.length === 0 ? (
          <Text c="dimmed">{t('proof.noLedgers')}</Text>
        ) : (
          <Table aria-label={t('proof.ledgers')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('snapshot.ledger')}</Table.Th>
                <Table.Th ta="right">{t('snapshot.orders')}</Table.Th>
                <Table.Th ta="right">{t('proof.before')}</Table.Th>
                {isCompared && <Table.Th ta="right">{t('proof.after')}</Table.Th>}
                {isCompared && <Table.Th />}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {ledgers.map(({ name, rows, sum, serverSum, currency, equal }) => {
                const unit = unitOf(name, definitions);
                return (
                  <Table.Tr key={name}>
                    <Table.Td>{named('ledgerName', name)}</Table.Td>
                    <Table.Td ta="right">{format.count(rows)}</Table.Td>
                    <Table.Td ta="right">
                      {format.money(
                        (result.replay === undefined ? recorded.get(name) : undefined) ?? sum,
                        currency,
                        unit,
                      )}
                    </Table.Td>
                    {isCompared && <Table.Td ta="right">{format.money(serverSum, currency, unit)}</Table.Td>}
                    {isCompared && (
                      <Table.Td>
                        <Badge color={equal ? 'brand' : 'orange'} tt="none">
                          {t(equal ? 'proof.equal' : 'proof.different')}
                        </Badge>
                      </Table.Td>
                    )}
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        )}
      </Panel>
      <ProgramNotes notes={result.programNotes ?? []} />
      {notes.length > 0 && (
        <Panel title={t('proof.notes')}>
          <List size="sm">
            {notes.map((note) => {
              const [id = '', ...what] = note.split(': ');
              return (
                <List.Item key={note} className="sh-break">
                  {[named('note', id), ...what].join(' · ')}
                </List.Item>
              );
            })}
          </List>
        </Panel>
      )}
      <Group>
        <Button onClick={onTimeline}>{t('proof.toTimeline')}</Button>
        <Button variant="default" onClick={onAgain}>
          {t('restore.again')}
        </Button>
      </Group>
    </Stack>
  );
}
