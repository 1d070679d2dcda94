import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../../i18n/use-words.ts';
import type { JobRunState } from '../../stores/job-run.ts';
import { Panel } from '../../ui/Panel.tsx';
import { JobFailure } from '../errors/index.ts';
import { JobCard } from './JobCard.tsx';

interface JobFormProps {
  readonly state: JobRunState<unknown>;
  readonly title: string;
  /** What is said while it runs. */
  readonly running: string;
  readonly submit: string;
  readonly onSubmit: () => void;
  readonly onCancel: () => void;
  /** Absent: it stays. */
  readonly onClose?: () => void;
  readonly children: ReactNode;
}

/** A form that starts a long command: fields, how the last try ended, and in their place the command while it runs. */
export function JobForm({ state, title, running, submit, onSubmit, onCancel, onClose, children }: JobFormProps) {
  const { t } = useWords();
  return (
    <>
      {state.view === 'running' && (
        <JobCard title={running} progress={state.progress} cancelling={state.cancelling} onCancel={onCancel} />
      )}
      {/* The form stays mounted while it runs, so that an error leaves what was typed in place. */}
      <form
        hidden={state.view === 'running'}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <Panel title={title}>
          {children}
          <JobFailure state={state} />
          <Group>
            <Button type="submit">{submit}</Button>
            {onClose !== undefined && (
              <Button variant="subtle" color="gray" onClick={onClose}>
                {t('common.close')}
              </Button>
            )}
          </Group>
        </Panel>
      </form>
    </>
  );
}
