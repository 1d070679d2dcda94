import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconEyeExclamation } from '@tabler/icons-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import { TextChange } from './TextChange.tsx';
import type { Finding, SiteStore } from './site-store.ts';

const mostShown = 50;

/** Changes among the files that may be a burglar's, until somebody says that they have looked. */
export function FindingsPanel({ source, site }: { readonly source: string; readonly site: SiteStore }) {
  const { t, format } = useWords();
  const findings = useStore(site.findings, (all) => all[source]) ?? [];
  const [looked, setLooked] = useState<Finding | null>(null);
  const shown = findings.slice(0, mostShown);
  if (findings.length === 0) return null;

  function look(finding: Finding): void {
    setLooked(finding);
    void site.text.ask({ source, from: null, to: finding.snapshot.id, path: finding.path, limit: 1 });
  }

  function markSeen(seen: readonly Finding[]): void {
    if (looked !== null && seen.includes(looked)) {
      setLooked(null);
      site.text.reset();
    }
    void site.markSeen(
      source,
      seen.map(({ id }) => id),
    );
  }

  return (
    <Alert
      color="orange"
      variant="light"
      radius="lg"
      icon={<IconEyeExclamation aria-hidden />}
      title={t('site.findingsTitle')}
    >
      <Stack>
        <Text size="sm">{t('site.findingsText')}</Text>
        <Stack component="ul" className="sh-list" gap="xs">
          {shown.map((finding) => (
            <Group component="li" key={finding.id} justify="space-between" wrap="nowrap">
              <div>
                <Text size="sm" fw={600} className="sh-break">
                  {t(`site.finding.${finding.kind}.${finding.change}`)} · {finding.path}
                </Text>
                <Text size="sm">{t('site.seenAt', { at: format.dateShort(finding.snapshot.at) })}</Text>
              </div>
              <Group gap="xs" wrap="nowrap" flex="none">
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t('site.lookNamed', { path: finding.path })}
                  onClick={() => look(finding)}
                >
                  {t('site.look')}
                </Button>
                <Button
                  size="xs"
                  variant="subtle"
                  aria-label={t('site.seenNamed', { path: finding.path })}
                  onClick={() => markSeen([finding])}
                >
                  {t('site.seen')}
                </Button>
              </Group>
            </Group>
          ))}
        </Stack>
        {findings.length > shown.length && (
          <Text size="sm">{t('site.moreFindings', { count: findings.length - shown.length })}</Text>
        )}
        {looked !== null && <TextChange path={looked.path} site={site} />}
        <div>
          <Button
            size="xs"
            onClick={() => {
              markSeen(shown);
            }}
          >
            {t('site.allSeen')}
          </Button>
        </div>
      </Stack>
    </Alert>
  );
}
