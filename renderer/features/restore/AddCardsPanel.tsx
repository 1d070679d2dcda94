import { Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { CardsOfTable } from '../../../shared/model/cards.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { JobForm } from '../jobs/index.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { wrongWords } from '../sheet-words/index.ts';
import { closedVault, toVaultOpening, VaultFields, type VaultAnswer } from '../vault/index.ts';
import { ofRestore, type SwapStore } from './swap-store.ts';

interface AddCardsPanelProps {
  readonly restoreId: string;
  readonly swap: SwapStore;
  readonly onClose?: () => void;
}

/** Opens the vault for a restore that was made with it closed, and says table by table what became of its cards. */
export function AddCardsPanel({ restoreId, swap, onClose }: AddCardsPanelProps) {
  const { t } = useWords();
  const state = ofRestore(useStore(swap.cards.store), restoreId);
  const [answer, setAnswer] = useState<VaultAnswer>(closedVault);
  const [isAsked, setIsAsked] = useState(false);
  const { by, secret } = answer;

  function start(): void {
    setIsAsked(true);
    if (secret.trim() === '') return;
    void swap.startCards(restoreId, toVaultOpening(answer)).then((done) => {
      if (done === null) return;
      setAnswer(closedVault);
      setIsAsked(false);
    });
  }

  if (state.view === 'done' && state.value?.complete === true) return <Added added={state.value} />;
  return (
    <Stack>
      {state.view === 'done' && state.value !== null && <Added added={state.value} />}
      <JobForm
        state={state}
        title={t('cards.title')}
        running={t('cards.running')}
        submit={t('cards.start')}
        onSubmit={start}
        onCancel={() => void swap.cards.cancel()}
        {...(onClose === undefined ? {} : { onClose })}
      >
        <Text>{t('cards.text')}</Text>
        <ChoiceCards
          label={t('cards.start')}
          value={by}
          columns={2}
          onChange={(next) => setAnswer({ ...answer, by: next, secret: '' })}
          choices={[
            { value: 'passphrase', title: t('restore.vaultOpen') },
            { value: 'words', title: t('restore.vaultWords') },
          ]}
        />
        <VaultFields
          value={answer}
          error={isAsked && secret.trim() === '' ? t('common.required') : null}
          wrong={state.view === 'failed' ? wrongWords(state.error) : []}
          onChange={setAnswer}
        />
      </JobForm>
    </Stack>
  );
}

function Added({ added: { tables, complete } }: { readonly added: CommandOutput<'restore.addCards'> }) {
  const { t, format } = useWords();
  const sum = (count: (table: CardsOfTable) => number): string =>
    format.count(tables.reduce((all, table) => all + count(table), 0));
  const facts = { filled: sum(({ filled }) => filled), same: sum(({ same }) => same) };
  return (
    <Verdict tone={complete ? 'good' : 'attention'} title={t(complete ? 'cards.doneTitle' : 'cards.partlyTitle')}>
      <Text>{t(complete ? 'cards.doneText' : 'cards.partlyText', facts)}</Text>
      <Table aria-label={t('cards.title')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('cards.table')}</Table.Th>
            <Table.Th ta="right">{t('cards.tableRows')}</Table.Th>
            <Table.Th ta="right">{t('cards.tableFilled')}</Table.Th>
            <Table.Th ta="right">{t('cards.tableSame')}</Table.Th>
            <Table.Th>{t('cards.tableNote')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tables.map((table) => (
            <Table.Tr key={table.table}>
              <Table.Td className="sh-break">{table.table}</Table.Td>
              <Table.Td ta="right">{format.count(table.rows)}</Table.Td>
              <Table.Td ta="right">{format.count(table.filled)}</Table.Td>
              <Table.Td ta="right">{format.count(table.same)}</Table.Td>
              <Table.Td>
                <NotFilled table={table} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Verdict>
  );
}

function NotFilled({ table: { left, changed, gone, waiting } }: { readonly table: CardsOfTable }) {
  const { t, format } = useWords();
  const said = [
    ...(left === null ? [] : [t(`cards.left.${left}`)]),
    ...(changed === 0 ? [] : [t('cards.changed', { count: format.count(changed) })]),
    ...(gone === 0 ? [] : [t('cards.gone', { count: format.count(gone) })]),
    ...(waiting === 0 ? [] : [t('cards.waiting', { count: format.count(waiting) })]),
  ];
  return (
    <Text size="sm" className="sh-lines">
      {said.length === 0 ? t('cards.allDone') : said.join('\n')}
    </Text>
  );
}
