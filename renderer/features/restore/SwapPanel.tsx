import { Button, Stack, Table, Text } from '@mantine/core';
import { useStore } from 'zustand';
import type { ErrorCode } from '../../../shared/errors/app-error.ts';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { SwapComparison, SwapOutcome } from '../../../shared/model/swap.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { ErrorCard } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';
import { AskedButton } from '../asking/index.ts';
import { UndoButton } from './UndoButton.tsx';
import { ofRestore, type SwapStore } from './swap-store.ts';

interface SwapPanelProps {
  readonly restoreId: string;
  /** Card secrets were not opened: in their place stand words that no customer can use. */
  readonly isSealed: boolean;
  readonly swap: SwapStore;
}

/** What a restore beside the shop would change, and the two buttons: put it in place, and take that back. */
export function SwapPanel({ restoreId, isSealed, swap }: SwapPanelProps) {
  const { t } = useWords();
  const undo = ofRestore(useStore(swap.undo.store), restoreId);
  const run = ofRestore(useStore(swap.run.store), restoreId);
  const compare = ofRestore(useStore(swap.compare.store), restoreId);
  if (isSealed)
    return (
      <Panel title={t('swap.title')}>
        <Text>{t('swap.sealed')}</Text>
      </Panel>
    );
  if (undo.view === 'running')
    return <Running title={t('swap.undoing')} job={swap.undo} progress={undo.progress} cancelling={undo.cancelling} />;
  if (undo.view === 'done')
    return (
      <Verdict tone="neutral" title={t('swap.undoneTitle')}>
        <Text>{t('swap.undoneText')}</Text>
        {undo.value !== null && <SwapFacts outcome={undo.value} />}
        <Button variant="default" w="fit-content" onClick={() => void swap.startSwap(restoreId)}>
          {t('swap.again')}
        </Button>
      </Verdict>
    );
  if (run.view === 'running')
    return <Running title={t('swap.swapping')} job={swap.run} progress={run.progress} cancelling={run.cancelling} />;
  if (run.view === 'done')
    return (
      <Verdict tone="good" title={t('swap.doneTitle')}>
        <Text>{t('swap.doneText')}</Text>
        {run.value !== null && <SwapFacts outcome={run.value} />}
        {undo.view === 'failed' && <ErrorCard error={undo.error} onRetry={() => void swap.startUndo(restoreId)} />}
        <div>
          <UndoButton onUndo={() => void swap.startUndo(restoreId)} />
          <Text size="sm" c="dimmed" mt={4}>
            {t('swap.undoText')}
          </Text>
        </div>
      </Verdict>
    );
  return (
    <Panel title={t('swap.title')}>
      <Text>{t('swap.text')}</Text>
      {compare.view === 'running' && (
        <Running
          title={t('swap.comparing')}
          job={swap.compare}
          progress={compare.progress}
          cancelling={compare.cancelling}
        />
      )}
      {compare.view === 'failed' && (
        <ErrorCard error={compare.error} onRetry={() => void swap.startCompare(restoreId)} />
      )}
      {run.view === 'failed' && <ErrorCard error={run.error} onRetry={() => void swap.startSwap(restoreId)} />}
      {run.view === 'cancelled' && <Text role="status">{t('swap.cancelled')}</Text>}
      {(compare.view === 'idle' || compare.view === 'cancelled') && (
        <Button w="fit-content" onClick={() => void swap.startCompare(restoreId)}>
          {t('swap.compare')}
        </Button>
      )}
      {compare.view === 'done' && compare.value !== null && (
        <Compared compared={compare.value} onSwap={() => void swap.startSwap(restoreId)} />
      )}
    </Panel>
  );
}

interface RunningProps {
  readonly title: string;
  readonly job: { cancel(): Promise<void> };
  readonly progress: Parameters<typeof JobCard>[0]['progress'];
  readonly cancelling: boolean;
}

function Running({ title, job, progress, cancelling }: RunningProps) {
  return <JobCard title={title} progress={progress} cancelling={cancelling} onCancel={() => void job.cancel()} />;
}

interface ComparedProps {
  readonly compared: CommandOutput<'swap.compare'>;
  readonly onSwap: () => void;
}

function Compared({ compared, onSwap }: ComparedProps) {
  const { t, format, error } = useWords();
  const { comparison, checks } = compared;
  const { comeBack, goAway, change, tablesComeBack, complete } = comparison.totals;
  const obstacles = checks.filter(({ ok, warning }) => !ok && !warning);
  const sentences = [
    ...(tablesComeBack > 0 ? [t('swap.tablesComeBack', { tables: format.count(tablesComeBack) })] : []),
    ...(comeBack > 0 ? [t('swap.comeBack', { rows: format.count(comeBack) })] : []),
    ...(change > 0 ? [t('swap.change', { rows: format.count(change) })] : []),
    ...(goAway > 0 ? [t('swap.goAway', { rows: format.count(goAway) })] : []),
  ];
  return (
    <Stack gap="md">
      <Stack component="ul" className="sh-list" gap={4} aria-label={t('swap.differences')}>
        {(sentences.length === 0 ? [t('swap.same')] : sentences).map((sentence) => (
          <Text component="li" key={sentence}>
            {sentence}
          </Text>
        ))}
        {!complete && (
          <Text component="li" size="sm" c="dimmed">
            {t('swap.incomplete')}
          </Text>
        )}
      </Stack>
      <DifferentTables comparison={comparison} />
      {obstacles.map(({ id, errorCode, facts }) => (
        <Text key={id} c="orange">
          {error({ code: (errorCode ?? 'unexpected') as ErrorCode, facts }).message}{' '}
          {error({ code: (errorCode ?? 'unexpected') as ErrorCode, facts }).remedy}
        </Text>
      ))}
      <AskedButton
        label={t('swap.swap')}
        title={t('swap.askTitle')}
        text={t('swap.askText')}
        w="fit-content"
        disabled={obstacles.length > 0}
        onYes={onSwap}
      />
    </Stack>
  );
}

const mostTables = 20;

function DifferentTables({ comparison }: { readonly comparison: SwapComparison }) {
  const { t, format } = useWords();
  const different = comparison.tables.filter(({ same, stays }) => same !== true && !stays);
  if (different.length === 0) return null;
  const figure = (value: number | null): string => (value === null ? '?' : format.count(value));
  return (
    <Table aria-label={t('swap.tables')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('snapshot.table')}</Table.Th>
          <Table.Th ta="right">{t('swap.now')}</Table.Th>
          <Table.Th ta="right">{t('swap.restored')}</Table.Th>
          <Table.Th ta="right">{t('swap.back')}</Table.Th>
          <Table.Th ta="right">{t('swap.away')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {different.slice(0, mostTables).map(({ database, table, live, restored, comeBack, goAway }) => (
          <Table.Tr key={`${database}.${table}`}>
            <Table.Td className="sh-break">
              {database}.{table}
            </Table.Td>
            <Table.Td ta="right">{live === null ? t('swap.missing') : figure(live.rows)}</Table.Td>
            <Table.Td ta="right">{restored === null ? t('swap.missing') : figure(restored.rows)}</Table.Td>
            <Table.Td ta="right">{figure(comeBack)}</Table.Td>
            <Table.Td ta="right">{figure(goAway)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function SwapFacts({ outcome }: { readonly outcome: SwapOutcome }) {
  const { t, format, named } = useWords();
  const { heldMs, safetySnapshot, tables, notes } = outcome;
  return (
    <Stack gap={4}>
      <Text size="sm">{t('swap.held', { tables: format.count(tables), seconds: (heldMs / 1000).toFixed(2) })}</Text>
      {safetySnapshot !== null && <Text size="sm">{t('swap.safety')}</Text>}
      {notes.map((note) => {
        const [id = '', ...what] = note.split(': ');
        return (
          <Text key={note} size="sm" className="sh-break">
            {[named('note', id), ...what].join(' · ')}
          </Text>
        );
      })}
    </Stack>
  );
}
