import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ErrorCard } from '../errors/index.ts';
import { TextChange } from './TextChange.tsx';
import type { SiteStore } from './site-store.ts';

const mostListed = 100;
const colors = { added: 'brand', changed: 'orange', removed: 'red', mode: 'gray' } as const;

/** What differs between the newest two snapshots with files. */
export function ChangesPanel({ source, site }: { readonly source: string; readonly site: SiteStore }) {
  const { t, format } = useWords();
  const state = useStore(site.changes.store);
  const hasFiles = useStore(site.list.store, ({ view }) => view === 'answered');
  const [looked, setLooked] = useState<string | null>(null);
  if (!hasFiles && state.view === 'idle') return null;
  return (
    <Panel title={t('site.changesTitle')}>
      {(state.view === 'idle' || state.view === 'asking') && (
        <Button
          w="fit-content"
          variant="default"
          loading={state.view === 'asking'}
          onClick={() => void site.changes.ask({ source, from: null, to: 'latest', path: null, limit: mostListed })}
        >
          {t('site.changesShow')}
        </Button>
      )}
      {state.view === 'failed' && <ErrorCard error={state.error} />}
      {state.view === 'answered' && (
        <Stack gap="sm">
          <Text size="sm">
            {t('site.changesText', {
              from: format.dateShort(state.value.from.at),
              to: format.dateShort(state.value.to.at),
              added: format.count(state.value.counts.added),
              changed: format.count(state.value.counts.changed),
              removed: format.count(state.value.counts.removed),
              mode: format.count(state.value.counts.mode),
            })}
          </Text>
          {state.value.changes.length === 0 && <Text size="sm">{t('site.changesNone')}</Text>}
          <Stack component="ul" className="sh-list" gap="xs">
            {state.value.changes.map(({ folder, path, change, before, after }) => (
              <li key={`${folder}/${path}`}>
                <Group justify="space-between" wrap="nowrap">
                  <Group gap="sm" wrap="nowrap" miw={0}>
                    <Badge color={colors[change]} variant="light" tt="none" flex="none">
                      {t(`site.change.${change}`)}
                    </Badge>
                    <Text size="sm" className="sh-break">
                      {path}
                    </Text>
                  </Group>
                  {change !== 'mode' && (after ?? before)?.type === 'file' && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      flex="none"
                      aria-label={t('site.lookNamed', { path })}
                      onClick={() => {
                        setLooked(`${folder}/${path}`);
                        void site.text.ask({ source, from: null, to: 'latest', path: `${folder}/${path}`, limit: 1 });
                      }}
                    >
                      {t('site.look')}
                    </Button>
                  )}
                </Group>
                {looked === `${folder}/${path}` && <TextChange path={path} site={site} />}
              </li>
            ))}
          </Stack>
          {state.value.changes.length === mostListed && (
            <Text size="sm" c="dimmed">
              {t('site.changesMore', { count: mostListed })}
            </Text>
          )}
        </Stack>
      )}
    </Panel>
  );
}
