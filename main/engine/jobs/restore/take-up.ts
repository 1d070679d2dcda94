import type { BinlogPlace } from '../../../../shared/model/stream.ts';
import { dropOwned, ownedBy, type Ownership } from '../../restore/own-databases.ts';
import { TargetMark } from '../../restore/replay-mark.ts';
import { withLoadSession, type LoadSession } from '../../source/mysql/load/index.ts';
import type { MysqlTarget } from '../../source/mysql/index.ts';
import type { RestoreUnderWay } from '../home/restore-book.ts';
import type { RestoreJournal } from './restore-journal.ts';

/** What a killed restore left on a server, as far as it can be gone on with. */
export interface LeftOnServer {
  readonly entry: RestoreUnderWay;
  readonly loaded: NonNullable<RestoreUnderWay['loaded']>;
  /** Everything of the log up to there was done, and nothing behind it. */
  readonly at: BinlogPlace;
}

const dropLimitMs = 60_000;

/**
 * Looks at what is left of a killed restore. When every database says that it is that restore's, the snapshot was there, and the progress of the log is noted and certain, it
 * can be gone on with. Otherwise what it made is dropped, and null is given: the restore begins anew. What does not say whose it is is never touched.
 */
export async function takeUp(
  target: MysqlTarget,
  journal: RestoreJournal,
  isReplayed: boolean,
  signal: AbortSignal,
): Promise<LeftOnServer | null> {
  const entry = journal.killed;
  if (entry === null) return null;
  const names = entry.databases.map(({ here }) => here);
  const found = await withLoadSession(target, { signal }, async (session): Promise<LeftOnServer | null> => {
    const { loaded } = entry;
    const noted = await new TargetMark(names[0] ?? '', entry.id).takeUp(session, signal);
    if (!isReplayed || loaded === null || noted?.isCertain !== true) return null;
    const owned = await Promise.all(names.map((name) => ownedBy(session, name, entry.id, signal)));
    if (owned.some((each) => each === null)) return null;
    return { entry, loaded, at: { file: noted.file, position: noted.position } };
  });
  if (found !== null) return found;
  await dropLeft(target, entry, signal);
  await journal.end();
  return null;
}

/** Whether one of these restores has these databases on the server, and all of them say that they are its own. */
export async function areLeftOf(
  session: LoadSession,
  underWay: readonly RestoreUnderWay[],
  names: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const { id, databases } of underWay) {
    const here = databases.map((each) => each.here);
    if (JSON.stringify(here) !== JSON.stringify(names)) continue;
    const owned: (Ownership | null)[] = [];
    for (const name of names) owned.push(await ownedBy(session, name, id, signal));
    if (owned.every((each) => each !== null)) return true;
  }
  return false;
}

/** Takes back what a restore made, as far as the server can be reached; then it is forgotten. */
export async function dropLeftOf(target: MysqlTarget, entry: RestoreUnderWay, journal: RestoreJournal): Promise<void> {
  try {
    await dropLeft(target, entry, AbortSignal.timeout(dropLimitMs));
    await journal.end();
  } catch {
    // The error that brought us here is the one that matters; the book still knows of what is left.
  }
}

/** Drops the databases that a restore made, and what notes its progress. Gives the names of both, and of those that do not say that they are its own. */
export async function dropLeft(
  target: MysqlTarget,
  entry: RestoreUnderWay,
  signal: AbortSignal,
): Promise<{ readonly dropped: string[]; readonly left: string[] }> {
  const names = entry.databases.map(({ here }) => here);
  return withLoadSession(target, { signal }, async (session) => {
    const result = await dropOwned(session, names, entry.id, signal);
    const mark = new TargetMark(names[0] ?? '', entry.id);
    if ((await mark.takeUp(session, signal)) !== null) await mark.drop(session, signal);
    return result;
  });
}
