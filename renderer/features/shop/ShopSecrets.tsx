import { Alert, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import { fillSentence } from '../../../shared/i18n/error-text.ts';
import { proposalWords } from '../../../shared/i18n/proposal-words.ts';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { Reason } from '../../../shared/model/proposal.ts';
import type { SourceView } from '../../../shared/model/source.ts';
import { ErrorCard } from '../errors/index.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { ShopStore } from './shop-store.ts';

interface ShopSecretsProps {
  readonly source: SourceView;
  readonly shop: ShopStore;
}

/** What the owner is asked about a shop's cards and money: columns that came, programs that might be meant, and what an unknown shop may hold. */
export function ShopSecrets({ source, shop }: ShopSecretsProps) {
  const { t, named, format } = useWords();
  const state = useStore(shop.proposals, (proposals) => proposals[source.name]);
  const { name, questions = [], unclear = [], shops = [] } = source;
  const canBeNone = shops.length === 0 && unclear.length === 1;
  return (
    <Stack gap="sm">
      {questions.map((question) => (
        <Alert key={question.name} color="orange" variant="light" role="status">
          <Stack gap="xs" align="flex-start">
            <Text size="sm" className="sh-break">
              {t('shop.asked', { column: question.name })}
            </Text>
            <Text size="sm">
              {t(`shop.askedWhy.${question.reason}`)} {t('shop.askedSince', { at: format.dateShort(question.since) })}
            </Text>
            <Group gap="xs">
              <Button size="xs" onClick={() => void shop.say({ name, secretColumns: [question.name] })}>
                {t('shop.isCard')}
              </Button>
              <Button size="xs" variant="default" onClick={() => void shop.say({ name, openColumns: [question.name] })}>
                {t('shop.isNoCard')}
              </Button>
            </Group>
          </Stack>
        </Alert>
      ))}
      {unclear.map(({ database, prefix, presets }) => (
        <Alert key={`${database}/${prefix}`} color="orange" variant="light" role="status">
          <Stack gap="xs" align="flex-start">
            <Text size="sm">{t('shop.unclear', { place: prefix === '' ? database : `${database}, ${prefix}` })}</Text>
            <Group gap="xs">
              {presets.map((preset) => (
                <Button key={preset} size="xs" variant="default" onClick={() => void shop.say({ name, preset })}>
                  {named('presetName', preset)}
                </Button>
              ))}
              {/* Said of all of a source's shops at once: only where nothing else was recognised. */}
              {canBeNone && (
                <Button size="xs" variant="subtle" color="gray" onClick={() => void shop.say({ name, preset: 'none' })}>
                  {t('shop.unclearNone')}
                </Button>
              )}
            </Group>
          </Stack>
        </Alert>
      ))}
      <Group gap="sm" wrap="nowrap">
        <Button
          size="xs"
          variant="default"
          loading={state?.view === 'looking'}
          onClick={() => void shop.propose(name)}
          disabled={!source.hasCredentials}
          flex="none"
        >
          {t('shop.propose')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('shop.proposeHint')}
        </Text>
      </Group>
      {state?.view === 'failed' && <ErrorCard error={state.error} />}
      {state?.view === 'found' && (
        <Proposals key={state.round} name={name} found={state.found} onSave={(wish) => void shop.say(wish)} />
      )}
    </Stack>
  );
}

interface ProposalsProps {
  readonly name: string;
  readonly found: CommandOutput<'source.propose'>;
  readonly onSave: (wish: Parameters<ShopStore['say']>[0]) => void;
}

function Proposals({ name, found, onSave }: ProposalsProps) {
  const { t, format } = useWords();
  const cards = found.columns.filter(({ kind, isSealed }) => kind === 'card' && !isSealed);
  const [paid, setPaid] = useState<Readonly<Record<string, readonly string[]>>>({});
  const ledgers = found.ledgers
    .filter(({ isKnown }) => !isKnown)
    .map((ledger) => {
      const said = paid[ledgerKey(ledger)];
      return said === undefined ? ledger : { ...ledger, definition: { ...ledger.definition, paidValues: [...said] } };
    });
  // Without a word about which values mean paid, a ledger would count nothing.
  const isWhole = ({ definition }: (typeof ledgers)[number]) =>
    definition.statusColumn === null || definition.paidValues.length > 0;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set([...cards.map((card) => card.name), ...ledgers.filter(isWhole).map(ledgerKey)]),
  );
  const isWanted = (ledger: (typeof ledgers)[number]) => chosen.has(ledgerKey(ledger)) && isWhole(ledger);
  const toggle = (key: string) => {
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    setChosen(next);
  };
  const { tables, rows } = found.looked;
  return (
    <Stack gap="md" component="section" aria-label={t('shop.proposeTitle')}>
      <Text size="sm">
        {t('shop.proposeLooked', { tables: format.count(tables), rows: format.count(rows) })}
        {cards.length + ledgers.length === 0 ? t('shop.proposeNothing') : ''}
      </Text>
      {cards.map((card) => (
        <Proposal
          key={card.name}
          label={t('shop.proposeCard', { column: card.name })}
          why={card.why}
          isChosen={chosen.has(card.name)}
          onToggle={() => toggle(card.name)}
        />
      ))}
      {ledgers.map((ledger) => {
        const key = ledgerKey(ledger);
        const { table, amountColumn } = ledger.definition;
        return (
          <Stack key={key} gap="xs">
            <Proposal
              label={t('shop.proposeLedger', { table, column: amountColumn })}
              why={ledger.why}
              isChosen={chosen.has(key) && isWhole(ledger)}
              {...(isWhole(ledger) ? { onToggle: () => toggle(key) } : {})}
            />
            {ledger.statusValues.length > 0 && (
              <Checkbox.Group
                ml={32}
                label={t('shop.proposePaid', { column: ledger.definition.statusColumn ?? '' })}
                description={t('shop.proposePaidHint')}
                value={[...(paid[key] ?? [])]}
                onChange={(values) => {
                  setPaid({ ...paid, [key]: values });
                  setChosen(new Set([...chosen, key]));
                }}
              >
                <Group mt="xs" gap="md">
                  {ledger.statusValues.map((value) => (
                    <Checkbox key={value} value={value} label={value === '' ? t('shop.proposeEmpty') : value} />
                  ))}
                </Group>
              </Checkbox.Group>
            )}
          </Stack>
        );
      })}
      {cards.length + ledgers.length > 0 && (
        <Group>
          <Button
            size="sm"
            disabled={!cards.some((card) => chosen.has(card.name)) && !ledgers.some(isWanted)}
            onClick={() =>
              onSave({
                name,
                secretColumns: cards.map((card) => card.name).filter((column) => chosen.has(column)),
                ledgers: ledgers.filter(isWanted).map(({ definition }) => definition),
              })
            }
          >
            {t('shop.proposeSave')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function ledgerKey({ definition: { database, table } }: { readonly definition: { database: string; table: string } }) {
  return `ledger ${database}.${table}`;
}

interface ProposalProps {
  readonly label: string;
  readonly why: readonly Reason[];
  readonly isChosen: boolean;
  readonly onToggle?: () => void;
}

function Proposal({ label, why, isChosen, onToggle }: ProposalProps) {
  const { language } = useWords();
  const sentences = proposalWords[language];
  return (
    <Checkbox
      label={label}
      classNames={{ description: 'sh-sentence' }}
      description={why.map(({ id, facts }) => fillSentence(sentences[id], facts)).join(language === 'zh' ? '；' : '; ')}
      checked={isChosen}
      disabled={onToggle === undefined}
      onChange={() => onToggle?.()}
    />
  );
}
