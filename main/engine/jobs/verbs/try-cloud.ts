import { toAppError, type AppError } from '../../../../shared/errors/app-error.ts';
import { probeS3, type S3Findings } from '../../backend/s3/probe-s3.ts';
import type { EngineContext } from '../engine-context.ts';
import type { CloudKeys } from '../home/saved-secrets.ts';
import type { CloudFindings } from '../home/settings-file.ts';
import { s3OptionsOf, type S3PlaceInput } from '../stores.ts';
import { TestSteps } from './test-steps.ts';

export interface CloudTrial {
  readonly steps: TestSteps['steps'];
  readonly error: AppError | null;
  /** What to remember with the destination. */
  readonly found: CloudFindings;
}

/** The live test of a bucket, a row for each step; the one that failed is the last and carries the cause. */
export async function tryCloud(
  context: EngineContext,
  place: S3PlaceInput,
  keys: CloudKeys,
  signal: AbortSignal,
): Promise<CloudTrial> {
  const trial = new TestSteps(context.clock);
  let found: S3Findings = {};
  try {
    // Without what a former probe found: it is asked anew.
    const options = await trial.run('open', () => Promise.resolve(s3OptionsOf({ ...place, lockDays: null }, keys)));
    found = await probeS3(options, {
      wantsLock: place.lockDays != null,
      signal,
      clock: context.clock,
      onStep: (step) => trial.add({ ...step, ok: true, errorCode: null }),
    });
  } catch (error) {
    signal.throwIfAborted();
    const known = toAppError(error);
    const { step } = known.facts;
    if (typeof step === 'string') trial.add({ id: step, ok: false, ms: 0, facts: known.facts, errorCode: known.code });
    return { steps: trial.steps, error: known, found };
  }
  return { steps: trial.steps, error: null, found };
}
