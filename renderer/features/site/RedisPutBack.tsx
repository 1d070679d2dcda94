import { Button, Checkbox, Group, Loader, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { WrittenKey } from '../../../shared/model/redis-settings.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { ErrorCard } from '../errors/index.ts';
import type { SiteStore } from './site-store.ts';

interface RedisPutBackProps {
  readonly source: string;
  readonly site: SiteStore;
  readonly onClose: () => void;
}

/** First what would become of each key, then, if somebody wants that, exactly that. */
export function RedisPutBack({ source, site, onClose }: RedisPutBackProps) {
  const { t } = useWords();
  const preview = useStore(site.preview.store);
  const done = useStore(site.putBack.store);
  const [replace, setReplace] = useState(false);
  const close = (
    <Button variant="subtle" color="gray" onClick={onClose}>
      {t('common.close')}
    </Button>
  );

  if (done.view === 'answered')
    return (
      <Verdict tone="good" title={t('redis.writtenTitle')}>
        <Text>{t('redis.writtenText')}</Text>
        <Keys
          keys={done.value.keys}
          title={t('redis.became')}
          say={({ outcome, before }) => t(`redis.done.${outcome}`, { before: before ?? '' })}
        />
        <Group>{close}</Group>
      </Verdict>
    );
  return (
    <Paper withBorder p="md" radius="md" component="section" aria-label={t('redis.previewTitle')}>
      <Stack>
        <Title order={3} size="h5">
          {t('redis.previewTitle')}
        </Title>
        {preview.view === 'asking' && <Loader size="sm" aria-label={t('common.loading')} />}
        {preview.view === 'failed' && <ErrorCard error={preview.error} />}
        {preview.view === 'answered' && (
          <>
            <Text size="sm">{t('redis.previewFrom', { from: preview.value.from })}</Text>
            <Keys
              keys={preview.value.keys}
              title={t('redis.becomes')}
              say={({ outcome }) => t(`redis.outcome.${outcome}`)}
            />
            {preview.value.keys.some(({ outcome }) => outcome === 'kept' || outcome === 'replaced') && (
              <Checkbox
                label={t('redis.replace')}
                description={t('redis.replaceHint')}
                checked={replace}
                onChange={(event) => {
                  setReplace(event.currentTarget.checked);
                  const wish = { source, snapshot: preview.value.snapshot, replace: event.currentTarget.checked };
                  void site.preview.ask({ ...wish, dryRun: true });
                }}
              />
            )}
          </>
        )}
        {done.view === 'failed' && <ErrorCard error={done.error} />}
        <Group>
          {preview.view === 'answered' && preview.value.keys.some(changes) && (
            <Button
              loading={done.view === 'asking'}
              onClick={() => void site.putBack.ask({ source, snapshot: preview.value.snapshot, replace })}
            >
              {t('redis.write')}
            </Button>
          )}
          {preview.view === 'answered' && !preview.value.keys.some(changes) && (
            <Text size="sm">{t('redis.nothingToDo')}</Text>
          )}
          {close}
        </Group>
      </Stack>
    </Paper>
  );
}

function changes({ outcome }: WrittenKey): boolean {
  return outcome === 'written' || outcome === 'replaced';
}

interface KeysProps {
  readonly keys: readonly WrittenKey[];
  readonly title: string;
  readonly say: (key: WrittenKey) => string;
}

function Keys({ keys, title, say }: KeysProps) {
  const { t } = useWords();
  return (
    <Table aria-label={title}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('redis.key')}</Table.Th>
          <Table.Th>{title}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {keys.map((key) => (
          <Table.Tr key={key.name}>
            <Table.Td className="sh-break">{key.name}</Table.Td>
            <Table.Td className="sh-break">{say(key)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
