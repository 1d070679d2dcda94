import { Alert, Button, Group } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useStore } from 'zustand';
import type { JobView } from '../../../shared/model/job.ts';
import { useWords } from '../../i18n/use-words.ts';
import { interruptedJobs } from '../../stores/jobs-store.ts';
import type { JobsStore } from '../../stores/jobs-store.ts';

interface InterruptedBannerProps {
  readonly jobs: JobsStore;
  /** The backup that this page itself has just lost, before the job list says so. */
  readonly lostSubject: string | null;
  readonly canResume: (subject: string) => boolean;
  readonly onResume: (subject: string) => void;
}

/** Calm words after the engine's process ended in the middle of something. */
export function InterruptedBanner({ jobs, lostSubject, canResume, onResume }: InterruptedBannerProps) {
  const state = useStore(jobs.store);
  const interrupted = interruptedJobs(state);
  const isListed = interrupted.some(({ verb, subject }) => verb === 'backup.run' && subject === lostSubject);
  return (
    <>
      {lostSubject !== null && !isListed && (
        <BackupBanner subject={lostSubject} canResume={canResume} onResume={onResume} />
      )}
      {interrupted.map((job) =>
        job.verb === 'backup.run' ? (
          <BackupBanner key={job.jobId} subject={job.subject} canResume={canResume} onResume={onResume} />
        ) : (
          <OtherBanner key={job.jobId} job={job} onDismiss={() => jobs.dismiss(job.jobId)} />
        ),
      )}
    </>
  );
}

type BackupBannerProps = Pick<InterruptedBannerProps, 'canResume' | 'onResume'> & { readonly subject: string };

function BackupBanner({ subject, canResume, onResume }: BackupBannerProps) {
  const { t } = useWords();
  return (
    <Alert
      role="alert"
      color="orange"
      variant="light"
      radius="lg"
      icon={<IconInfoCircle aria-hidden />}
      title={t('backup.interrupted')}
    >
      <Group>{canResume(subject) && <Button onClick={() => onResume(subject)}>{t('backup.resume')}</Button>}</Group>
    </Alert>
  );
}

function OtherBanner({ job, onDismiss }: { readonly job: JobView; readonly onDismiss: () => void }) {
  const { t } = useWords();
  return (
    <Alert
      role="alert"
      color="orange"
      variant="light"
      radius="lg"
      icon={<IconInfoCircle aria-hidden />}
      title={t('backup.otherInterrupted')}
    >
      <Group>
        {job.subject}
        <Button size="xs" variant="default" onClick={onDismiss}>
          {t('backup.dismiss')}
        </Button>
      </Group>
    </Alert>
  );
}
