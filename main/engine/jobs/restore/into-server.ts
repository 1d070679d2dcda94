import { isAppErrorOf, toAppError } from '../../../../shared/errors/app-error.ts';
import type { ResaleResult } from '../../../../shared/model/resale.ts';
import type { HostKeyPin } from '../../../../shared/model/source.ts';
import { disown } from '../../restore/own-databases.ts';
import { restoreIntoServer, type RestoreResult } from '../../restore/restore-into-server.ts';
import type { MysqlTarget } from '../../source/mysql/index.ts';
import { openLoadSession } from '../../source/mysql/load/index.ts';
import type { Run } from '../engine-context.ts';
import type { OpenRestore } from './open-restore.ts';
import { loadingFor } from './loading.ts';
import type { Moment } from './point-in-time.ts';
import { replayMoment, requireFlavour, type Replayed } from './replay-moment.ts';
import type { ResaleGuard } from './resale-guard.ts';
import type { RestoreJournal } from './restore-journal.ts';
import { dropLeftOf, type LeftOnServer } from './take-up.ts';

/** The snapshot's own proof, and what was done again on it; null: nothing was asked for. */
export type Restored = Pick<
  RestoreResult,
  'databases' | 'tables' | 'rows' | 'digest' | 'ledgers' | 'notes' | 'accounts'
> &
  Pick<Partial<RestoreResult>, 'counts'> & { readonly replayed: Replayed | null; readonly resale: ResaleResult | null };

/** What follows when the snapshot is there: how far the log is done again (null: the snapshot as it is), and what sees to cards that were sold since. */
export interface Continuation {
  readonly moment: Moment | null;
  readonly guard: ResaleGuard;
}

/** A server, and the book that knows of what is done on it; null: a server of ours that goes with the restore. */
export interface Onto {
  readonly target: MysqlTarget;
  readonly kept: { readonly journal: RestoreJournal; readonly hostKey: HostKeyPin | null } | null;
}

/** Loads a snapshot, does the log again on it as far as is wanted, and sees to the cards. */
export async function intoServer(
  { target, kept }: Onto,
  renames: ReadonlyMap<string, string>,
  { plan, reader, pool }: OpenRestore,
  { moment, guard }: Continuation,
  run: Run,
): Promise<Restored> {
  if (moment !== null) await requireFlavour(target, plan.manifest.server.flavour, run.signal);
  let replayed: Replayed | null = null;
  let resale: ResaleResult | null = null;
  const isSandbox = kept === null;
  const restore = kept?.journal.id;
  const names = plan.databases.map(({ record }) => record.name);
  await kept?.journal.begin(renames, names, kept.hostKey);
  try {
    const restored = await restoreIntoServer({
      plan,
      reader,
      pool,
      target,
      renames,
      ...loadingFor(run),
      enableEvents: false,
      holdEvents: moment !== null && !isSandbox,
      withoutBinlog: isSandbox,
      ...(restore === undefined ? {} : { restore }),
      signal: run.signal,
      continueWith: async (loaded, session, signal) => {
        await kept?.journal.loaded(loaded);
        if (moment !== null)
          replayed = await replayMoment({
            moment,
            plan,
            target,
            renames,
            isThrowAway: isSandbox,
            ...(restore === undefined ? {} : { restore }),
            session,
            signal,
            run,
          });
        resale = await guard({ target, plan, renames, signal });
        if (!isSandbox) await disown(session, loaded.databases, signal);
      },
    });
    await kept?.journal.end();
    return { ...restored, replayed, resale };
  } catch (error) {
    // What could not be taken back stays in the book, and the next try finds it there.
    if (toAppError(error).facts['leftBehind'] === undefined) await kept?.journal.end();
    throw error;
  }
}

/**
 * Goes on with a restore whose process was killed while it did the log again: with what is on the server, from where that itself says that it stands. Fails as
 * any other: what the restore made is taken back then, unless the server is out of reach.
 */
export async function goOnInServer(
  { target }: Onto,
  left: LeftOnServer,
  { plan }: OpenRestore,
  { moment, guard }: Continuation & { readonly moment: Moment },
  journal: RestoreJournal,
  run: Run,
): Promise<Restored> {
  const { entry, loaded, at } = left;
  const { signal } = run;
  const renames = new Map(entry.databases.map(({ name, here }) => [name, here]));
  const session = await openLoadSession(target, { signal });
  try {
    const replayed = await replayMoment({
      moment,
      plan,
      target,
      renames,
      isThrowAway: false,
      restore: entry.id,
      goOnFrom: at,
      session,
      signal,
      run,
    });
    const resale = await guard({ target, plan, renames, signal });
    await disown(session, loaded.databases, signal);
    await journal.end();
    return { ...loaded, notes: [...loaded.notes, `went-on: ${at.file}:${at.position}`], replayed, resale };
  } catch (error) {
    session.destroy();
    if (!isAppErrorOf(error, 'mysql.unreachable', 'mysql.connection-lost')) await dropLeftOf(target, entry, journal);
    throw error;
  } finally {
    session.close();
  }
}
