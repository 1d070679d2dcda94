import { Badge, Button, Group, Loader, Paper, Select, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCircleDashed, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { coverageNamesText } from '../../../shared/i18n/coverage-words.ts';
import { checklistItemIds } from '../../../shared/model/checklist.ts';
import type { ChecklistItem } from '../../../shared/model/checklist.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { LibraryStore } from '../../stores/library-store.ts';
import { Page } from '../../ui/Page.tsx';
import { CoveragePanel, type CoverageStore } from '../coverage/index.ts';
import { ErrorCard } from '../errors/index.ts';
import type { ChecklistStore } from './checklist-store.ts';

interface ChecklistPageProps {
  readonly checklist: ChecklistStore;
  readonly coverage: CoverageStore;
  readonly library: LibraryStore;
}

/** How many of the items are the basics. */
const basics = 6;

export function ChecklistPage({ checklist, coverage, library }: ChecklistPageProps) {
  const { t } = useWords();
  const state = useStore(checklist.store);
  const names = useStore(library.store, (one) =>
    one.view === 'ready' ? one.library.sources.map(({ name }) => name).join('\n') : '',
  );
  const shops = names === '' ? [] : names.split('\n');
  /** A backup that has ended is new evidence. */
  const snapshots = useStore(library.store, (one) => (one.view === 'ready' ? one.library.snapshots.length : 0));
  const [chosen, setChosen] = useState<string | null>(null);
  const source = chosen ?? shops[0] ?? null;

  useEffect(() => void checklist.load(source), [checklist, source, snapshots]);

  return (
    <Page
      title={t('checklist.title')}
      subtitle={t('checklist.subtitle')}
      actions={
        <Group>
          {shops.length > 1 && (
            <Select
              aria-label={t('timeline.shop')}
              value={source}
              allowDeselect={false}
              data={shops}
              onChange={setChosen}
            />
          )}
          <Button variant="default" onClick={() => void checklist.load(source)}>
            {t('checklist.refresh')}
          </Button>
        </Group>
      }
    >
      {state.view === 'loading' && <Loader aria-label={t('common.loading')} />}
      {state.view === 'failed' && <ErrorCard error={state.error} onRetry={() => void checklist.load(source)} />}
      {state.view === 'ready' && <Items items={state.items} />}
      {source !== null && (
        <CoveragePanel source={source} coverage={coverage} onChanged={() => void checklist.load(source)} />
      )}
    </Page>
  );
}

function Items({ items }: { readonly items: readonly ChecklistItem[] }) {
  const { t } = useWords();
  const ordered = checklistItemIds.flatMap((id) => items.filter((item) => item.id === id));
  const first = ordered.filter(({ id }) => checklistItemIds.indexOf(id) < basics);
  const more = ordered.filter(({ id }) => checklistItemIds.indexOf(id) >= basics);
  const countOf = (...states: ChecklistItem['state'][]): number =>
    items.filter(({ state }) => states.includes(state)).length;
  return (
    <Stack gap="lg">
      <Text size="lg" role="status">
        {t('checklist.summary', { ok: countOf('ok'), todo: countOf('warn', 'fail'), unknown: countOf('unknown') })}
      </Text>
      <ItemGroup title={t('checklist.first')} items={first} />
      <ItemGroup title={t('checklist.more')} items={more} />
    </Stack>
  );
}

function ItemGroup({ title, items }: { readonly title: string; readonly items: readonly ChecklistItem[] }) {
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {title}
      </Title>
      <Stack component="ul" className="sh-list" gap="sm" aria-label={title}>
        {items.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </Stack>
    </Stack>
  );
}

const looks = {
  ok: { color: 'brand', icon: IconCheck },
  warn: { color: 'orange', icon: IconAlertTriangle },
  fail: { color: 'red', icon: IconX },
  unknown: { color: 'gray', icon: IconCircleDashed },
} as const;

function Item({ item }: { readonly item: ChecklistItem }) {
  const { t, named, format, language } = useWords();
  const { color, icon: Icon } = looks[item.state];
  const title = t(`checklist.item.${item.id}`);
  return (
    <Paper component="li" withBorder radius="lg" p="md" aria-label={title} data-item={item.id} data-state={item.state}>
      <Group align="flex-start" wrap="nowrap">
        <ThemeIcon size={32} radius="xl" variant="light" color={color} aria-hidden>
          <Icon size={20} />
        </ThemeIcon>
        <Stack gap={6} flex={1} miw={0}>
          <Group justify="space-between">
            <Text fw={600}>{title}</Text>
            <Group gap="xs">
              {item.since !== null && (
                <Text size="sm" c="dimmed">
                  {t('checklist.since', { date: format.dateShort(item.since) })}
                </Text>
              )}
              <Badge color={color} variant="light" tt="none" size="lg">
                {t(`checklist.state.${item.state}`)}
              </Badge>
            </Group>
          </Group>
          {item.evidence.map((evidence) => (
            <Text size="sm" key={`${evidence.id} ${evidence.at ?? ''} ${JSON.stringify(evidence.facts)}`}>
              {named('evidence', evidence.id, shown(evidence, { count: format.count, language }))}
              {evidence.at !== null && <Text span c="dimmed">{` · ${format.dateShort(evidence.at)}`}</Text>}
            </Text>
          ))}
          {item.evidence.length === 0 && item.state !== 'unknown' && (
            <Text size="sm" c="dimmed">
              {t('checklist.noEvidence')}
            </Text>
          )}
          {item.todo === 'not-yet' && (
            <Text size="sm" c="dimmed">
              {t('checklist.unknownText')}
            </Text>
          )}
          {item.todo !== null && item.todo !== 'not-yet' && (
            <Text size="sm">
              <b>{t('checklist.todo')}</b>
              {named('todo', item.todo)}
            </Text>
          )}
        </Stack>
      </Group>
    </Paper>
  );
}

type Evidence = ChecklistItem['evidence'][number];

/** Numbers in a sentence are grouped like everywhere else; what lies on the server has the names that the panel below gives it. */
function shown(
  { id, facts }: Evidence,
  { count, language }: { readonly count: (value: number) => string; readonly language: 'zh' | 'en' },
): Evidence['facts'] {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      if (typeof value === 'number') return [name, count(value)];
      const isOfServer = name === 'names' && id.startsWith('coverage-') && typeof value === 'string';
      return [name, isOfServer ? coverageNamesText(value, language) : value];
    }),
  );
}
