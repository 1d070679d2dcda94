import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import type { SwapOutcome } from '../../../../shared/model/swap.ts';
import type { Prepared } from '../../swap/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { BookedRestore } from '../home/restore-book.ts';
import { backupRun } from '../verbs/backup-verb.ts';

export type Safety = Pick<SwapOutcome, 'safetySnapshot' | 'safetyReason'>;

/**
 * A snapshot of what the shop has now, before it is moved aside: also of a broken shop, whose tables that cannot be read are named in it.
 * Error: `swap.no-safety-snapshot` {reason} when there is none and nobody said to go on without.
 */
export async function takeSafetySnapshot(
  context: EngineContext,
  restore: BookedRestore,
  { exchange }: Prepared,
  isUnwanted: boolean,
  run: Run,
): Promise<Safety> {
  const without = (safetyReason: Safety['safetyReason']): Safety => ({ safetySnapshot: null, safetyReason });
  if (exchange.leaving.every(({ isThere }) => !isThere)) return without('nothing-there');
  if (restore.access !== null) return without('other-server');
  if (isUnwanted) return without('not-wanted');
  try {
    const { snapshot } = await backupRun(context, { source: restore.source, to: [], maxBytesPerSecond: null }, run);
    return { safetySnapshot: snapshot.id, safetyReason: null };
  } catch (error) {
    run.signal.throwIfAborted();
    throw new AppError('swap.no-safety-snapshot', { reason: toAppError(error).code }, { cause: error });
  }
}
