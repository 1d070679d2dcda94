import { Button, List, Text } from '@mantine/core';
import { useStore } from 'zustand';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { isWarning } from '../../../shared/model/check-subjects.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { JobRun } from '../../stores/job-run.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { ErrorCard } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';
import { useCheckText } from './use-check-text.ts';

interface BackupPanelProps {
  readonly source: string;
  readonly backup: JobRun<'backup.run'>;
  readonly onRetry: () => void;
}

/** The backup of this shop while it runs, and what came of it. Another shop's backup is not shown here. */
export function BackupPanel({ source, backup, onRetry }: BackupPanelProps) {
  const { t } = useWords();
  const state = useStore(backup.store);
  if (state.view === 'idle' || state.subject !== source) return null;
  switch (state.view) {
    case 'running':
      return (
        <JobCard
          title={t('backup.running', { name: state.subject })}
          progress={state.progress}
          cancelling={state.cancelling}
          onCancel={() => void backup.cancel()}
        />
      );
    case 'done':
      return state.value === null ? (
        <Verdict tone="neutral" title={t('backup.doneAdopted')} />
      ) : (
        <BackupResult result={state.value} onClose={backup.reset} />
      );
    case 'cancelled':
      return <Verdict tone="neutral" title={t('job.cancelled')} />;
    case 'failed':
      // Said by the banner, in calmer words.
      return state.error.code === 'engine.stopped' ? null : <ErrorCard error={state.error} onRetry={onRetry} />;
  }
}

interface BackupResultProps {
  readonly result: CommandOutput<'backup.run'>;
  readonly onClose: () => void;
}

function BackupResult({ result, onClose }: BackupResultProps) {
  const { t, format, error, language } = useWords();
  const checkText = useCheckText();
  const failed = result.checks.filter(({ ok }) => !ok);
  const isGood = failed.length === 0 && result.ledgers.every(({ equal }) => equal);
  return (
    <Verdict tone={isGood ? 'good' : 'attention'} title={t(isGood ? 'backup.doneTitle' : 'backup.doneCheckTitle')}>
      <Text>
        {t('backup.doneText', {
          tables: format.count(result.snapshot.tables),
          rows: format.count(result.snapshot.rows),
          read: format.bytes(result.read.bytesFromServer),
          written: format.bytes(result.written.bytes),
          time: format.duration(result.durationMs),
        })}
        {language === 'zh' ? '' : ' '}
        {result.read.rangesReused > 0 &&
          t('backup.reused', {
            reused: format.count(result.read.rangesReused),
            total: format.count(result.read.rangesTotal),
          })}
      </Text>
      {(result.read.pausedMs ?? 0) > 0 && (
        <Text>{t('backup.paused', { time: format.duration(result.read.pausedMs ?? 0) })}</Text>
      )}
      {failed.length > 0 && <Text>{t('backup.checkFailed', { names: failed.map(checkText).join('、') })}</Text>}
      {result.checks.filter(isWarning).map((check) => (
        <Text key={check.id}>{checkText(check)}</Text>
      ))}
      <List size="sm">
        {result.copies.map(({ destination, ok, errorCode, facts }) => (
          <List.Item key={destination}>
            {ok
              ? t('backup.copyOk', { name: destination })
              : t('backup.copyFailed', {
                  name: destination,
                  reason: error({
                    code: (errorCode ?? 'unexpected') as 'unexpected',
                    facts: { name: destination, destination, ...facts },
                  }).message,
                })}
          </List.Item>
        ))}
      </List>
      <Button variant="subtle" color="gray" size="xs" w="fit-content" onClick={onClose}>
        {t('backup.dismiss')}
      </Button>
    </Verdict>
  );
}
