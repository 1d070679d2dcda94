import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { EngineContext } from '../engine-context.ts';

const listedJobs = 50;

export function jobsList(context: EngineContext): Promise<VerbOutput<'jobs.list'>> {
  context.catalog.settleDeadJobs();
  return Promise.resolve({ jobs: context.catalog.jobs(listedJobs) });
}

export function jobCancel(
  context: EngineContext,
  { jobId }: VerbInput<'job.cancel'>,
): Promise<VerbOutput<'job.cancel'>> {
  return Promise.resolve({ found: context.cancelJob(jobId) });
}

export async function auditVerb(context: EngineContext): Promise<VerbOutput<'audit'>> {
  return context.home.audit.read();
}
