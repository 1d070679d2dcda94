import { AppError } from '../../../shared/errors/app-error.ts';
import type { JobCopy, JobProgress, JobView } from '../../../shared/model/job.ts';
import type { World } from './world.ts';

interface FakePhase {
  readonly phase: string;
  readonly details: readonly string[];
  readonly bytes: number;
}

export interface JobTools {
  readonly world: World;
  /** Milliseconds between two steps; 0 runs through at once. */
  readonly paceMs: number;
  readonly announce: (progress: JobProgress) => void;
  readonly jobsChanged: () => void;
}

/** Walks through the phases like a real job: progress at every step, an entry in the job list, stops when told to. */
export function createFakeJobs({ world, paceMs, announce, jobsChanged }: JobTools) {
  const cancelled = new Set<string>();

  function record(job: JobView): void {
    world.jobs = [...world.jobs.filter(({ jobId }) => jobId !== job.jobId), job];
    jobsChanged();
  }

  async function walk(jobId: string, verb: string, subject: string, phases: readonly FakePhase[]): Promise<void> {
    const startedAt = new Date().toISOString();
    const job: JobView = {
      jobId,
      verb,
      subject,
      state: 'running',
      startedAt,
      endedAt: null,
      errorCode: null,
      errorFacts: {},
    };
    const totalBytes = phases.reduce((sum, { bytes }) => sum + bytes, 0);
    let doneBytes = 0;
    record(job);
    for (const { phase, details, bytes } of phases) {
      for (const [index, detail] of details.entries()) {
        const perStep = bytes / details.length;
        announce({
          jobId,
          verb,
          subject,
          phase,
          doneBytes: Math.round(doneBytes),
          totalBytes: totalBytes > 0 ? totalBytes : null,
          doneItems: index,
          totalItems: details.length,
          bytesPerSecond: bytes > 0 ? 3_400_000 : 0,
          etaMs: totalBytes > 0 ? Math.round((totalBytes - doneBytes) / 3_400) : null,
          detail,
          ...(phase === 'copy' && verb === 'backup.run' ? { copies: copiesAt(details, index) } : {}),
        });
        if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs));
        if (cancelled.has(jobId)) {
          record({ ...job, state: 'cancelled', endedAt: new Date().toISOString() });
          throw new AppError('cancelled');
        }
        doneBytes += perStep;
      }
    }
    record({ ...job, state: 'done', endedAt: new Date().toISOString() });
  }

  function cancel(jobId: string): boolean {
    cancelled.add(jobId);
    return world.jobs.some((job) => job.jobId === jobId && job.state === 'running');
  }

  return { walk, cancel, record };
}

/** All copies at once, the later ones slower. */
function copiesAt(names: readonly string[], step: number): JobCopy[] {
  return names.map((destination, place) => {
    const doneItems = Math.min(9, Math.round((9 * (step + 1)) / (place + 1)));
    return {
      destination,
      state: doneItems === 9 ? 'done' : 'copying',
      doneItems,
      totalItems: 9,
      doneBytes: doneItems * 124_000,
    };
  });
}

export type FakeJobs = ReturnType<typeof createFakeJobs>;
