import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { SourceView } from '../../../shared/model/source.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { AskedButton } from '../asking/index.ts';
import { ErrorCard } from '../errors/index.ts';
import { RedisForm } from './RedisForm.tsx';
import { RedisPutBack } from './RedisPutBack.tsx';
import type { SiteStore } from './site-store.ts';

/** Settings that the site keeps in Redis alone: what is kept, from when, and the way back. */
export function RedisPanel({ source, site }: { readonly source: SourceView; readonly site: SiteStore }) {
  const { t, format } = useWords();
  const { name, redis } = source;
  const kept = useStore(site.kept.store);
  const saved = useStore(site.setUp.store);
  const [view, setView] = useState<'shown' | 'editing' | 'back'>('shown');
  const items = kept.view === 'answered' ? kept.value.items.filter(({ keys }) => keys > 0) : [];
  const found = saved.view === 'answered' ? saved.value.items : [];
  const foundKeys = found.reduce((all, item) => all + item.found, 0);
  return (
    <Panel title={t('redis.title')}>
      <Text size="sm">{t('redis.what')}</Text>
      <Text className="sh-break">
        {redis === undefined
          ? t('redis.off')
          : t('redis.on', {
              host: redis.host,
              port: redis.port,
              keys: redis.items.flatMap(({ keys }) => keys).join(', '),
            })}
      </Text>
      {found.length > 0 && view !== 'editing' && (
        <Text size="sm" role="status" c={foundKeys > 0 ? 'brand' : 'orange'}>
          {foundKeys > 0
            ? t('redis.found', {
                keys: format.count(foundKeys),
                bytes: format.bytes(found.reduce((all, { bytes }) => all + bytes, 0)),
              })
            : t('redis.foundNone')}
        </Text>
      )}
      {items.length > 0 && (
        <div>
          <Text size="sm" fw={600}>
            {t('redis.keptFrom')}
          </Text>
          <Stack component="ul" className="sh-list" gap={4}>
            {items.map(({ id, keys, bytes, at, leftOut }) => (
              <Text component="li" size="sm" key={id}>
                {t('redis.keptItem', { keys: format.count(keys), bytes: format.bytes(bytes), at: format.date(at) })}
                {leftOut > 0 && ` · ${t('redis.keptLeftOut', { count: format.count(leftOut) })}`}
              </Text>
            ))}
          </Stack>
        </div>
      )}
      {saved.view === 'failed' && view !== 'editing' && <ErrorCard error={saved.error} />}
      {view === 'shown' && (
        <Group gap="xs">
          {items.length > 0 && redis !== undefined && (
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                site.putBack.reset();
                void site.preview.ask({ source: name, snapshot: 'latest', replace: false, dryRun: true });
                setView('back');
              }}
            >
              {t('redis.putBack')}
            </Button>
          )}
          <Button size="xs" variant="default" disabled={!source.hasCredentials} onClick={() => setView('editing')}>
            {t(redis === undefined ? 'redis.setUp' : 'redis.change')}
          </Button>
          {redis !== undefined && (
            <AskedButton
              label={t('redis.stop')}
              title={t('redis.stopAsk')}
              text={t('redis.stopText')}
              variant="subtle"
              size="xs"
              disabled={saved.view === 'asking'}
              onYes={() => void site.setUp.ask({ source: name, redis: null })}
            />
          )}
        </Group>
      )}
      {view === 'editing' && <RedisForm source={source} site={site} onClose={() => setView('shown')} />}
      {view === 'back' && <RedisPutBack source={name} site={site} onClose={() => setView('shown')} />}
    </Panel>
  );
}
