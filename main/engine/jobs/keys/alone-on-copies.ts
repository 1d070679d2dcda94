import { toAppError } from '../../../../shared/errors/app-error.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { letPass } from '../let-pass.ts';
import { withLoneLease } from '../repository-lease.ts';
import { withRepository } from '../stores.ts';
import { besideStreams } from '../stream/stream-leases.ts';

/**
 * Runs `use` while nobody else writes to any of these copies; logs that are followed wait. A copy that is away, or takes no lease, has no writer that could be asked to wait: it
 * is passed over. Error: `repository.leased` while a backup, a copy or a prune is under way anywhere; `use` was not called then.
 */
export async function aloneOnCopies<T>(
  context: EngineContext,
  destinations: readonly SavedDestination[],
  holder: string,
  run: Run,
  use: (run: Run) => Promise<T>,
): Promise<T> {
  const [first, ...rest] = destinations;
  if (first === undefined) return use(run);
  // An object, because the callbacks below set it.
  const place = { isHeld: false };
  const others = (signal: AbortSignal) => {
    place.isHeld = true;
    return aloneOnCopies(context, rest, holder, { ...run, signal }, use);
  };
  try {
    return await withRepository(context.unlocked().keys, first, run.signal, (repository) =>
      besideStreams(() => withLoneLease(repository, holder, context, run.signal, others), run.signal),
    );
  } catch (error) {
    if (place.isHeld || toAppError(error).code === 'repository.leased') throw error;
    letPass(error, run.signal);
    return aloneOnCopies(context, rest, holder, run, use);
  }
}
