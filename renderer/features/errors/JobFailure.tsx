import type { JobRunState } from '../../stores/job-run.ts';
import { ErrorCard } from './ErrorCard.tsx';

/** How a long command ended when it did not end well: failed or stopped. Nothing in every other state. */
export function JobFailure({ state }: { readonly state: JobRunState<unknown> }) {
  if (state.view === 'failed') return <ErrorCard error={state.error} />;
  if (state.view === 'cancelled') return <ErrorCard error={{ code: 'cancelled', facts: {} }} />;
  return null;
}
