import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { CoveredThing } from '../../../shared/model/coverage.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ErrorCard } from '../errors/index.ts';
import { looking, type CoverageStore } from './coverage-store.ts';
import { CoverageThing } from './CoverageThing.tsx';

interface CoveragePanelProps {
  readonly source: string;
  readonly coverage: CoverageStore;
  /** Something was said: what is judged by it is old. */
  readonly onChanged: () => void;
}

/** Rows that are shown before somebody asks for more. */
const fewRows = 12;

/** What is on the server and in no backup, with the two answers there are: back it up, or not needed. */
export function CoveragePanel({ source, coverage, onChanged }: CoveragePanelProps) {
  const { t, format } = useWords();
  const state = useStore(coverage.store);
  useEffect(() => void coverage.load(source), [coverage, source]);

  const after = (asking: Promise<boolean>) => void asking.then((isDone) => isDone && onChanged());
  const { coverage: seen, busy, error } = state;
  const things = seen?.things ?? [];
  const inState = (wanted: CoveredThing['state']) => things.filter((thing) => thing.state === wanted);
  const open = inState('open').toSorted((a, b) => Number(b.matters) - Number(a.matters));
  const canBeKept = open.filter((thing) => thing.canBeKept);
  const rows = (of: readonly CoveredThing[]) => ({
    things: of,
    busy,
    onKeep: (id: string) => after(coverage.keep(source, [id])),
    onAccept: (id: string, reason: string) => after(coverage.accept(source, id, reason)),
    onAskAgain: (id: string) => after(coverage.askAgain(source, id)),
  });
  return (
    <Panel
      title={t('coverage.title')}
      actions={
        <Button
          variant="default"
          size="xs"
          loading={busy === looking}
          disabled={busy !== null}
          onClick={() => after(coverage.look(source))}
        >
          {t('coverage.look')}
        </Button>
      }
    >
      <Text size="sm" c="dimmed">
        {t('coverage.hint')}
        {seen?.lookedAt != null && ` ${t('coverage.looked', { date: format.dateShort(seen.lookedAt) })}`}
      </Text>
      {error !== null && <ErrorCard error={error} />}
      {seen !== null && seen.lookedAt === null && <Text size="sm">{t('coverage.never')}</Text>}
      {seen?.failed != null && (
        <Alert color="orange" variant="light">
          {t('coverage.failed', { date: format.dateShort(seen.failed.at) })}
        </Alert>
      )}
      {seen?.lookedAt != null && open.length === 0 && <Text size="sm">{t('coverage.whole')}</Text>}
      <Things title={t('coverage.open')} {...rows(open.filter(({ kind }) => kind !== 'unseen'))} />
      {canBeKept.length > 1 && (
        <Group>
          <Button
            size="xs"
            variant="light"
            disabled={busy !== null}
            onClick={() =>
              after(
                coverage.keep(
                  source,
                  canBeKept.map(({ id }) => id),
                ),
              )
            }
          >
            {t('coverage.keepAll', { count: canBeKept.length })}
          </Button>
        </Group>
      )}
      <Things title={t('coverage.unseen')} {...rows(open.filter(({ kind }) => kind === 'unseen'))} />
      <Things title={t('coverage.next')} {...rows(inState('next'))} />
      <Things title={t('coverage.accepted')} {...rows(inState('accepted'))} />
      {seen?.lookedAt != null && (
        <Text size="sm" c="dimmed">
          {t('coverage.kept', { count: inState('kept').length })}
        </Text>
      )}
    </Panel>
  );
}

interface ThingsProps {
  readonly title: string;
  readonly things: readonly CoveredThing[];
  readonly busy: string | null;
  readonly onKeep: (id: string) => void;
  readonly onAccept: (id: string, reason: string) => void;
  readonly onAskAgain: (id: string) => void;
}

function Things({ title, things, ...answers }: ThingsProps) {
  const { t } = useWords();
  const [isWhole, setWhole] = useState(false);
  if (things.length === 0) return null;
  const shown = isWhole ? things : things.slice(0, fewRows);
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        {title}
      </Title>
      <Stack component="ul" className="sh-list" gap="xs" aria-label={title}>
        {shown.map((thing) => (
          <CoverageThing key={thing.id} thing={thing} {...answers} />
        ))}
      </Stack>
      {shown.length < things.length && (
        <Group>
          <Button size="xs" variant="subtle" onClick={() => setWhole(true)}>
            {t('coverage.less', { count: things.length - shown.length })}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
