import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { SourceView } from '../../../shared/model/source.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { SiteStore } from './site-store.ts';

interface SiteLineProps {
  readonly source: SourceView;
  readonly site: SiteStore;
  readonly onOpen: () => void;
}

/** On a shop's card: what is kept besides its database, and whether something wants a look. */
export function SiteLine({ source, site, onOpen }: SiteLineProps) {
  const { t } = useWords();
  const { name, files = [], redis } = source;
  const found = useStore(site.findings, (all) => all[name]?.length ?? 0);
  useEffect(() => void site.loadFindings(name), [site, name, source]);
  return (
    <Stack gap="sm">
      {found > 0 && (
        <Alert color="orange" variant="light" role="status" title={t('site.findingsTitle')}>
          {t('site.findingsText')}
        </Alert>
      )}
      <Group justify="space-between" wrap="nowrap" gap="lg">
        <div>
          <Text size="sm" className="sh-break">
            {files.length === 0 ? t('site.lineNone') : t('site.line', { folders: files.join(', ') })}
          </Text>
          {redis !== undefined && <Text size="sm">{t('site.lineRedis')}</Text>}
        </div>
        <Button size="xs" flex="none" variant={found > 0 ? 'filled' : 'default'} onClick={onOpen}>
          {t('site.open')}
        </Button>
      </Group>
    </Stack>
  );
}
