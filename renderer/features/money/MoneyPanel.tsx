import { SegmentedControl, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import type { Money, MoneyStore } from '../../stores/money-store.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ErrorCard } from '../errors/index.ts';
import { MoneyAlarm } from './MoneyAlarm.tsx';

interface MoneyPanelProps {
  readonly source: string;
  /** Asked again when it changes. */
  readonly newest: string | undefined;
  readonly store: MoneyStore;
  readonly onRestore: () => void;
}

type Ledger = Money['ledgers'][number];
const ways = ['day', 'status', 'product', 'currency'] as const;
type Way = (typeof ways)[number];

const mostLines = 14;

/** What the newest snapshot says of the shop's money: turnover, stock, orders to deliver, balances; and first of all what is odd about it. */
export function MoneyPanel({ source, newest, store, onRestore }: MoneyPanelProps) {
  const { t, format } = useWords();
  const state = useStore(store.store);
  useEffect(() => void store.load(source), [store, source, newest]);
  if (state.view === 'failed') return <ErrorCard error={state.error} onRetry={() => void store.load(source)} />;
  // Of another shop, until the answer is there.
  if (state.view === 'loading' || state.money.source !== source || state.money.snapshot === null) return null;
  const { money, confirmError } = state;
  const told = money.ledgers.length > 0 || money.counts.length > 0;
  return (
    <>
      {money.alarm !== null && (
        <MoneyAlarm
          alarm={money.alarm}
          onRestore={onRestore}
          onMine={(snapshot) => void store.confirm(source, snapshot)}
        />
      )}
      {confirmError !== null && <ErrorCard error={confirmError} />}
      {told && (
        <Panel title={t('money.title')}>
          <Text size="sm" c="dimmed">
            {t('money.asOf', { date: format.dateShort(state.money.snapshot.at) })}
          </Text>
          <Figures money={money} />
          {money.ledgers.map((ledger) => (
            <LedgerTable key={ledger.name} ledger={ledger} news={money.newStatuses} />
          ))}
        </Panel>
      )}
    </>
  );
}

function Figures({ money: { ledgers, counts } }: { readonly money: Money }) {
  const { t, named, format } = useWords();
  const days = ledgers.flatMap(({ name, today, yesterday, currency, unit }) =>
    [today, yesterday].flatMap((day, index) =>
      day === undefined
        ? []
        : [
            {
              key: `${name} ${index}`,
              title: t(index === 0 ? 'money.today' : 'money.yesterday', { ledger: named('ledgerName', name) }),
              value: format.money(day.sum, currency, unit),
              note: t('money.orders', { count: format.count(day.rows), day: day.day }),
            },
          ],
    ),
  );
  // Of a shop that has none it is nothing that somebody wants to read.
  const shown = counts.filter(({ id, rows, equal }) => id !== 'other-cards' || rows > 0 || !equal);
  const counted = shown.map(({ id, name, rows, sum, currency, unit, by }) => ({
    key: name,
    title: `${t(`money.${id}`)}${name.includes('@') ? ` · ${name.slice(name.indexOf('@') + 1)}` : ''}`,
    value: sum !== null && id !== 'undelivered-orders' ? format.money(sum, currency ?? '', unit) : format.count(rows),
    note:
      id === 'other-cards'
        ? t('money.ofStatus', {
            statuses: (by?.of ?? []).map(([value, count]) => `${value ?? ''} (${format.count(count)})`).join(', '),
          })
        : sum === null
          ? ''
          : id === 'undelivered-orders'
            ? format.money(sum, currency ?? '', unit)
            : t('money.rows', { count: format.count(rows) }),
  }));
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} component="dl" m={0}>
      {[...days, ...counted].map(({ key, title, value, note }) => (
        <div key={key}>
          <Text size="sm" c="dimmed" component="dt">
            {title}
          </Text>
          <Text fw={600} size="lg" component="dd" m={0} className="sh-break">
            {value}
          </Text>
          <Text size="sm" c="dimmed" component="dd" m={0}>
            {note}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}

interface LedgerTableProps {
  readonly ledger: Ledger;
  readonly news: Money['newStatuses'];
}

function LedgerTable({ ledger, news }: LedgerTableProps) {
  const { t, named, format } = useWords();
  const offered = ways.filter((way) => ledger.by?.[way] !== undefined);
  const [chosen, setChosen] = useState<Way | null>(null);
  const way = chosen ?? offered[0];
  const dimension = way === undefined ? undefined : ledger.by?.[way];
  if (way === undefined || dimension === undefined) return null;
  const { currency, unit, paidValues } = ledger;
  const name = named('ledgerName', ledger.name);
  // Sums of several currencies are told apart by the value itself.
  const money = (sum: string, value: string | null) =>
    format.money(sum, way === 'currency' ? (value ?? '') : currency, unit);
  const hidden = Math.max(0, dimension.of.length - mostLines);
  const label = (value: string | null) =>
    value === null
      ? t(way === 'day' ? 'money.noDay' : 'money.empty')
      : way === 'status' && paidValues.includes(value)
        ? t('money.counts', { value })
        : value;
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label={t('money.tellApart', { ledger: name })}
        value={way}
        onChange={(value) => setChosen(value)}
        data={offered.map((value) => ({ value, label: t(`money.by-${value}`) }))}
      />
      <Table aria-label={name}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t(`money.by-${way}`)}</Table.Th>
            <Table.Th ta="right">{t('money.rowsTitle')}</Table.Th>
            <Table.Th ta="right">{t('money.sumTitle', { ledger: name })}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {dimension.of.slice(0, mostLines).map(([value, rows, sum]) => (
            <Table.Tr key={value ?? '\0'}>
              <Table.Td className="sh-break">{label(value)}</Table.Td>
              <Table.Td ta="right">{format.count(rows)}</Table.Td>
              <Table.Td ta="right">{money(sum, value)}</Table.Td>
            </Table.Tr>
          ))}
          {dimension.rest !== undefined && (
            <Table.Tr>
              <Table.Td c="dimmed">{t(dimension.tooMany === true ? 'money.tooMany' : 'money.rest')}</Table.Td>
              <Table.Td ta="right">{format.count(dimension.rest.rows)}</Table.Td>
              <Table.Td ta="right">{money(dimension.rest.sum, null)}</Table.Td>
            </Table.Tr>
          )}
        </Table.Tbody>
      </Table>
      {news
        .filter((each) => each.ledger === ledger.name)
        .map(({ value, rows, sum, since }) => (
          <Text size="sm" key={value ?? '\0'} className="sh-break">
            {t('money.newStatus', {
              value: value ?? t('money.empty'),
              date: format.dateShort(since),
              count: format.count(rows),
              sum: format.money(sum, currency, unit),
            })}
          </Text>
        ))}
      {hidden > 0 && (
        <Text size="sm" c="dimmed">
          {t('money.more', { count: format.count(hidden) })}
        </Text>
      )}
    </Stack>
  );
}
