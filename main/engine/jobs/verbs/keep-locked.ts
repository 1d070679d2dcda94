import PQueue from 'p-queue';
import { AppError, isAppErrorOf, toAppError } from '../../../../shared/errors/app-error.ts';
import { lockDue } from '../../backend/s3/object-lock.ts';
import type { S3Locks } from '../../backend/s3/s3-locks.ts';
import { chunkName, headerName, idOfChunkName, isDeedName, type Repository } from '../../repository/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { recordBroken } from '../record-damage.ts';
import { openLocks } from '../stores.ts';

const concurrency = 8;
/** Locks that are extended before they must be, per run. */
const mostEarly = 1000;
/** What was learnt is written to the catalog after so many objects: a run that is stopped does not ask for them again. */
const batchSize = 500;

export interface LockReport {
  /** Objects that the snapshots rely on. */
  readonly objects: number;
  /** New ones, whose lock was seen for the first time. */
  readonly confirmed: number;
  readonly extended: number;
}

interface LockOutcome {
  readonly report: LockReport;
  /** Names that were listed, or put, and are not there any more. */
  readonly gone: readonly string[];
  readonly failure: AppError | null;
}

export interface LockRun {
  readonly signal: AbortSignal;
  readonly onProgress: (doneItems: number, totalItems: number) => void;
}

/** Why not everything could be locked; null: it is, or nothing is to be. A snapshot that exists is never thrown away for it. */
export async function lockFailure(...request: Parameters<typeof keepLocked>): Promise<AppError | null> {
  try {
    await keepLocked(...request);
    return null;
  } catch (error) {
    request[4].signal.throwIfAborted();
    return toAppError(error);
  }
}

/**
 * After a snapshot is there: sees that everything it relies on is locked for the days that were asked for. An object is looked at once in
 * its life (one HEAD), its end is remembered in the catalog, and it is touched again only when its lock runs short: see `object-lock.ts`.
 * The header alone is looked at every time: another computer may have replaced it.
 *
 * Null where nothing is locked. Errors: `copy.unlocked` {destination, unlocked, objects}: the snapshot is there, but not all of it is locked;
 * `repository.missing-object` {object}: something that was listed is gone, which is written down and no longer passes for a whole copy.
 */
export async function keepLocked(
  context: EngineContext,
  destination: SavedDestination,
  reader: Repository,
  manifestNames: readonly string[],
  run: LockRun,
): Promise<LockReport | null> {
  const opened = openLocks(context.unlocked().keys, destination);
  if (opened === null) return null;
  const { locks, days } = opened;
  try {
    const deeds = context.catalog.deeds.at(destination.id).map(({ name }) => name);
    const names = [...(await namesOf(reader, manifestNames, run.signal)), ...deeds];
    const keeper = new LockKeeper(context, destination, locks, days, run);
    const { report, gone, failure } = await keeper.keep(names);
    const [first] = gone;
    if (first !== undefined) {
      await recordBroken(context, destination, gone.map(objectOf), reader, run.signal);
      throw new AppError('repository.missing-object', { object: objectOf(first) });
    }
    if (failure !== null) throw failure;
    return report;
  } finally {
    locks.close();
  }
}

async function namesOf(reader: Repository, manifestNames: readonly string[], signal: AbortSignal): Promise<string[]> {
  const names = new Set([headerName]);
  for (const manifestName of manifestNames) {
    const manifest = await reader.getManifest(manifestName, signal);
    names.add(manifestName);
    for await (const id of reader.objectsOf(manifest, signal)) names.add(chunkName(id));
  }
  return [...names];
}

/** As damage is written down: a chunk by its id, anything else by its name. */
function objectOf(name: string): string {
  return idOfChunkName(name) ?? name;
}

class LockKeeper {
  readonly #context: EngineContext;
  readonly #destination: SavedDestination;
  readonly #locks: S3Locks;
  readonly #days: number;
  readonly #run: LockRun;
  #learnt: [string, number][] = [];
  #confirmed = 0;
  #extended = 0;
  #unlocked = 0;
  readonly #gone: string[] = [];
  #firstFailure: AppError | undefined;
  #done = 0;

  constructor(context: EngineContext, destination: SavedDestination, locks: S3Locks, days: number, run: LockRun) {
    this.#context = context;
    this.#destination = destination;
    this.#locks = locks;
    this.#days = days;
    this.#run = run;
  }

  async keep(names: readonly string[]): Promise<LockOutcome> {
    const known = this.#context.catalog.lockEnds(this.#destination.id);
    known.delete(headerName);
    const unknown = names.filter((name) => !known.has(name));
    await this.#each(unknown, (name) => this.#confirm(name), names.length);
    const endOf = (name: string): number => known.get(name) ?? 0;
    const byEnd = names.filter((name) => known.has(name)).sort((a, b) => endOf(a) - endOf(b));
    const dueOf = (name: string) => lockDue(endOf(name), this.#locks.nowMs(), this.#days);
    const due = byEnd.filter((name) => dueOf(name) === 'now');
    const early = byEnd.filter((name) => dueOf(name) === 'soon').slice(0, mostEarly);
    await this.#each([...due, ...early], (name) => this.#renew(name), names.length);
    this.#writeDown();
    return {
      report: { objects: names.length, confirmed: this.#confirmed, extended: this.#extended },
      gone: this.#gone,
      failure: this.#unlocked === 0 ? null : this.#failure(names.length),
    };
  }

  /** A new object: the lock that travelled with it must be there. One of another writer, without a lock, gets one now. */
  async #confirm(name: string): Promise<void> {
    const found = await this.#locks.look(name, this.#run.signal);
    if (found === undefined) throw new AppError('backend.blob-missing', { name });
    const { untilMs } = found;
    if (untilMs !== undefined && lockDue(untilMs, this.#locks.nowMs(), this.#days) !== 'now') {
      this.#learn(name, untilMs);
    } else {
      this.#learn(name, await this.#locks.extend(name, this.#days, found, this.#run.signal));
      this.#extended += 1;
    }
    this.#confirmed += 1;
  }

  async #renew(name: string): Promise<void> {
    const found = await this.#locks.look(name, this.#run.signal);
    if (found === undefined) throw new AppError('backend.blob-missing', { name });
    this.#learn(name, await this.#locks.extend(name, this.#days, found, this.#run.signal));
    this.#extended += 1;
  }

  async #each(names: readonly string[], work: (name: string) => Promise<void>, totalItems: number): Promise<void> {
    const { signal, onProgress } = this.#run;
    const queue = new PQueue({ concurrency });
    const failing = new AbortController();
    for (const name of names) {
      await queue.onSizeLessThan(concurrency * 4);
      if (signal.aborted || failing.signal.aborted) break;
      void queue.add(async () => {
        if (signal.aborted || failing.signal.aborted) return;
        try {
          await work(name);
        } catch (error) {
          if (isAppErrorOf(error, 'backend.blob-missing')) {
            // Another computer may have merged it into another one; no snapshot needs it.
            if (isDeedName(name)) return;
            this.#gone.push(name);
            return;
          }
          this.#unlocked += 1;
          this.#firstFailure ??= toAppError(error);
          // A service that loses objects is not asked a second time.
          if (error instanceof AppError && error.facts['because'] === 'lock-destroys') failing.abort(error);
        }
        this.#done += 1;
        onProgress(this.#done, totalItems);
      });
    }
    await queue.onIdle();
    this.#writeDown();
    signal.throwIfAborted();
    if (failing.signal.aborted) throw failing.signal.reason;
  }

  #learn(name: string, untilMs: number): void {
    this.#learnt.push([name, untilMs]);
    if (this.#learnt.length >= batchSize) this.#writeDown();
  }

  #writeDown(): void {
    this.#context.catalog.recordLocks(this.#destination.id, this.#learnt);
    this.#learnt = [];
  }

  #failure(objects: number): AppError {
    const facts = { destination: this.#destination.name, unlocked: this.#unlocked, objects };
    const { code, facts: reason } = this.#firstFailure ?? new AppError('unexpected');
    const because = reason['because'] === undefined ? {} : { cloud: reason['because'] };
    return new AppError('copy.unlocked', { ...facts, first: code, ...because }, { cause: this.#firstFailure });
  }
}
