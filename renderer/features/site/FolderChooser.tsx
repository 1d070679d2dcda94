import { Badge, Button, Group, Loader, Paper, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { IconFolder } from '@tabler/icons-react';
import { useStore } from 'zustand';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ErrorCard } from '../errors/index.ts';
import { leaveOutRule, placeOf } from './folder-place.ts';
import type { SiteStore } from './site-store.ts';

interface FolderChooserProps {
  readonly name: string;
  readonly kept: readonly string[];
  readonly leaveOut: readonly string[];
  readonly isBusy: boolean;
  readonly site: SiteStore;
  readonly onKeep: (folder: string) => void;
  /** A path below a kept folder. */
  readonly onSkip: (rule: string) => void;
}

/** The server's folders, one level at a time; those that look like the shop's site come first. */
export function FolderChooser(props: FolderChooserProps) {
  const { name, site } = props;
  const { t } = useWords();
  const state = useStore(site.browse.store);
  const go = (folder: string | null) => void site.browse.ask({ source: name, folder });
  if (state.view === 'idle') return null;
  return (
    <Paper withBorder p="md" radius="md">
      {state.view === 'asking' && (
        <Group gap="sm" role="status">
          <Loader size="sm" aria-hidden /> <Text size="sm">{t('site.choosing')}</Text>
        </Group>
      )}
      {state.view === 'failed' && (
        <Stack>
          <ErrorCard error={state.error} onRetry={() => go(state.about.folder)} />
          <Button size="xs" variant="default" w="fit-content" onClick={() => go(null)}>
            {t('site.top')}
          </Button>
        </Stack>
      )}
      {state.view === 'answered' && <Level {...props} level={state.value} onGo={go} />}
    </Paper>
  );
}

interface LevelProps extends FolderChooserProps {
  readonly level: CommandOutput<'files.browse'>;
  readonly onGo: (folder: string | null) => void;
}

function Level({ level, onGo, ...props }: LevelProps) {
  const { t, named, format } = useWords();
  const { folder, parent, folders, files, isCut, proposed } = level;
  return (
    <Stack gap="md">
      {proposed.length > 0 && (
        <Stack gap="xs">
          <Title order={3} size="h5">
            {t('site.proposedTitle')}
          </Title>
          <Stack component="ul" className="sh-list" gap="xs">
            {proposed.map((each) => (
              <FolderRow
                key={each.folder}
                path={each.folder}
                isCache={false}
                note={
                  each.preset === null
                    ? t('site.proposedMaybe')
                    : t('site.proposedBy', { program: named('presetName', each.preset) })
                }
                onGo={onGo}
                {...props}
              />
            ))}
          </Stack>
        </Stack>
      )}
      <Group justify="space-between" wrap="nowrap">
        <div>
          <Title order={3} size="h5" className="sh-break">
            {t('site.here', { folder })}
          </Title>
          <Text size="sm" c="dimmed">
            {t('site.hereFiles', { folders: format.count(folders.length), files: format.count(files) })}
          </Text>
        </div>
        {parent !== null && (
          <Button size="xs" variant="default" flex="none" onClick={() => onGo(parent === '/' ? null : parent)}>
            {t('site.up')}
          </Button>
        )}
      </Group>
      {folders.length === 0 && <Text size="sm">{t('site.empty')}</Text>}
      <Stack component="ul" className="sh-list" gap={4} aria-label={t('site.here', { folder })}>
        {folders.map(({ path, isCache }) => (
          <FolderRow
            key={path}
            path={path}
            isCache={isCache}
            note={isCache ? t('site.cache') : null}
            onGo={onGo}
            {...props}
          />
        ))}
      </Stack>
      {isCut && (
        <Text size="sm" c="dimmed">
          {t('site.cut')}
        </Text>
      )}
    </Stack>
  );
}

interface FolderRowProps extends FolderChooserProps {
  readonly path: string;
  readonly isCache: boolean;
  readonly note: string | null;
  readonly onGo: (folder: string) => void;
}

function FolderRow({ path, isCache, note, kept, leaveOut, isBusy, onGo, onKeep, onSkip }: FolderRowProps) {
  const { t } = useWords();
  const place = placeOf(path, kept, leaveOut);
  const rule = leaveOutRule(path, kept);
  return (
    <Group component="li" justify="space-between" wrap="nowrap">
      <UnstyledButton onClick={() => onGo(path)} aria-label={t('site.enter', { folder: path })}>
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <IconFolder size={20} aria-hidden style={{ flex: 'none' }} />
          <div>
            <Text size="sm" className="sh-break" td="underline">
              {path}
            </Text>
            {note !== null && (
              <Text size="xs" c="dimmed">
                {note}
              </Text>
            )}
          </div>
        </Group>
      </UnstyledButton>
      {place === 'outside' && (
        <Button
          size="compact-sm"
          variant="light"
          flex="none"
          disabled={isBusy}
          aria-label={t('site.keepNamed', { folder: path })}
          onClick={() => onKeep(path)}
        >
          {t('site.keep')}
        </Button>
      )}
      {place === 'kept' && (
        <Badge tt="none" flex="none">
          {t('site.kept')}
        </Badge>
      )}
      {place === 'skipped' && (
        <Badge tt="none" color="gray" flex="none">
          {t('site.skipped')}
        </Badge>
      )}
      {place === 'inside' && !isCache && rule !== null && (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          flex="none"
          disabled={isBusy}
          aria-label={t('site.skipNamed', { folder: path })}
          onClick={() => onSkip(rule)}
        >
          {t('site.skip')}
        </Button>
      )}
    </Group>
  );
}
