import { AppError } from '../../../../shared/errors/app-error.ts';
import type { CloudCause } from '../../../../shared/errors/cloud-causes.ts';
import type { Clock } from '../../platform/clock.ts';
import { randomKeyBytes } from '../../platform/random.ts';
import type { ProbeBucket } from './probe-bucket.ts';

const firstLockMs = 3 * 60_000;
const extendedLockMs = 5 * 60_000;
/** Dates travel in whole seconds or milliseconds. */
const dateToleranceMs = 1500;

/**
 * Proves on a throwaway object that this bucket locks: the lock set with the PUT is echoed by HEAD, the version cannot be deleted, the lock
 * can be extended, and extending leaves the bytes alone (Swift's gateway put the request in their place). Only after this may the same
 * requests be made for backups. The object stays hidden for a few minutes and is swept by a later probe.
 *
 * Errors: `backend.rejected` with `because` lock-off, lock-ignored or lock-destroys; `backend.access-denied`.
 */
export async function proveLock(
  bucket: ProbeBucket,
  name: string,
  clock: Clock,
): Promise<{ readonly untilMs: number }> {
  const bytes = randomKeyBytes(1024);
  const nowMs = (): number => bucket.clock.nowMs() ?? clock.nowMs();
  const lockUntilMs = nowMs() + firstLockMs;
  const versionId = await bucket.put(name, bytes, { lockUntilMs }).catch((error: unknown) => {
    throw asRefusedLock(error);
  });

  const locked = await bucket.head(name);
  if (!isLockedUntil(locked?.lockMode, locked?.lockUntilMs, lockUntilMs)) throw refusal('lock-ignored', 'head');
  const id = versionId ?? locked?.versionId;
  if (id === undefined) throw refusal('lock-ignored', 'version');
  if (await isRemoved(bucket, name, id)) throw refusal('lock-ignored', 'delete');

  const untilMs = nowMs() + extendedLockMs;
  await bucket.extendLock(name, untilMs).catch((error: unknown) => {
    throw asRefusedLock(error);
  });
  const kept = await bucket.get(name);
  if (!bytes.equals(kept)) throw refusal('lock-destroys', 'extend');
  const extended = await bucket.head(name);
  if (!isLockedUntil(extended?.lockMode, extended?.lockUntilMs, untilMs)) throw refusal('lock-ignored', 'extend');
  await bucket.remove(name);
  return { untilMs };
}

function isLockedUntil(mode: string | undefined, foundMs: number | undefined, wantedMs: number): boolean {
  return mode === 'COMPLIANCE' && foundMs !== undefined && foundMs >= wantedMs - dateToleranceMs;
}

/** A refusal is what we want to see; that it is one is only believed when the version is still there. */
async function isRemoved(bucket: ProbeBucket, name: string, versionId: string): Promise<boolean> {
  const isAllowed = await bucket.remove(name, versionId).then(
    () => true,
    (error: unknown) => {
      if (error instanceof AppError && error.remedy !== 'transient') return false;
      throw error;
    },
  );
  return isAllowed && (await bucket.head(name)) === undefined;
}

/** Buckets without the setting answer InvalidRequest; a service that knows no lock answers 400 or 501 to its headers. */
function asRefusedLock(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'backend.rejected') return error;
  return new AppError('backend.rejected', { ...error.facts, because: 'lock-off' }, { cause: error });
}

function refusal(because: CloudCause, at: string): AppError {
  return new AppError('backend.rejected', { because, at });
}
