import type { ResaleResult } from '../../../../shared/model/resale.ts';
import { restoreIntoServer, type RestoreResult } from '../../restore/restore-into-server.ts';
import type { MysqlTarget } from '../../source/mysql/index.ts';
import type { Run } from '../engine-context.ts';
import type { OpenRestore } from './open-restore.ts';
import type { Moment } from './point-in-time.ts';
import { replayMoment, requireFlavour, type Replayed } from './replay-moment.ts';
import type { ResaleGuard } from './resale-guard.ts';

const loadingSessions = 4;

/** The snapshot's own proof, and what was done again on it; null: nothing was asked for. */
export type Restored = Pick<
  RestoreResult,
  'databases' | 'tables' | 'rows' | 'digest' | 'ledgers' | 'notes' | 'accounts'
> & { readonly replayed: Replayed | null; readonly resale: ResaleResult | null };

/** What follows when the snapshot is there: how far the log is done again (null: the snapshot as it is), and what sees to cards that were sold since. */
export interface Continuation {
  readonly moment: Moment | null;
  readonly guard: ResaleGuard;
}

/** Loads a snapshot, does the log again on it as far as is wanted, and sees to the cards. `isSandbox`: a server of ours that goes with the restore. */
export async function intoServer(
  target: MysqlTarget,
  renames: ReadonlyMap<string, string>,
  { plan, reader, pool }: OpenRestore,
  { moment, guard }: Continuation,
  run: Run,
  isSandbox = false,
): Promise<Restored> {
  if (moment !== null) await requireFlavour(target, plan.manifest.server.flavour, run.signal);
  let replayed: Replayed | null = null;
  let resale: ResaleResult | null = null;
  const restored = await restoreIntoServer({
    plan,
    reader,
    pool,
    target,
    renames,
    sessions: loadingSessions,
    enableEvents: false,
    withoutBinlog: isSandbox,
    signal: run.signal,
    continueWith: async (_, session, signal) => {
      if (moment !== null)
        replayed = await replayMoment({
          moment,
          plan,
          target,
          renames,
          isThrowAway: isSandbox,
          session,
          signal,
          run,
        });
      resale = await guard({ target, plan, renames, signal });
    },
    onProgress: (phase, detail, doneBytes, totalBytes) =>
      run.report({ phase, detail, doneBytes, totalBytes, doneItems: 0, totalItems: null }),
  });
  return { ...restored, replayed, resale };
}
