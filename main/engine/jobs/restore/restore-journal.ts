import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { VerbInput } from '../../../../shared/ipc/engine-verbs.ts';
import type { HostKeyPin } from '../../../../shared/model/source.ts';
import { isoUtc } from '../../platform/clock.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { withProcessLock } from '../../platform/process-lock.ts';
import { newId } from '../../platform/random.ts';
import type { RestoreResult } from '../../restore/restore-into-server.ts';
import type { EngineContext } from '../engine-context.ts';
import type { RestoreUnderWay } from '../home/restore-book.ts';
import { accessToKeep } from './book-restore.ts';

/** What is written down of a restore before anything is made on a server. */
export interface RestoreFacts {
  readonly input: VerbInput<'restore.run'>;
  readonly wish: string;
  readonly snapshot: string;
  readonly stoppedAt: string;
  readonly host: string;
  readonly port: number;
}

/**
 * What a restore onto a server is doing, kept in the home, so that the next process knows of one that was killed. While it works the process holds a lock that the
 * operating system lets go of when it dies, however it dies.
 */
export class RestoreJournal {
  readonly id: string;
  /** What a process that is gone left of the same restore; null: there is nothing. */
  readonly killed: RestoreUnderWay | null;
  readonly #context: EngineContext;
  readonly #facts: RestoreFacts;

  constructor(context: EngineContext, facts: RestoreFacts, killed: RestoreUnderWay | null) {
    this.#context = context;
    this.#facts = facts;
    this.killed = killed;
    this.id = killed?.id ?? newId();
  }

  /** Before anything is made on the server. */
  async begin(
    renames: ReadonlyMap<string, string>,
    names: readonly string[],
    hostKey: HostKeyPin | null,
  ): Promise<void> {
    const { input, wish, snapshot, stoppedAt, host, port } = this.#facts;
    await this.#context.home.restores.keepUnderWay({
      id: this.id,
      startedAt: isoUtc(this.#context.clock.nowMs()),
      source: input.source,
      snapshot,
      stoppedAt,
      host,
      port,
      access: accessToKeep(this.#context, input, this.id, hostKey),
      wish,
      databases: names.map((name) => ({ name, here: renames.get(name) ?? name })),
      loaded: null,
    });
  }

  /** The snapshot is there and was proven; what follows is the log. */
  async loaded(result: RestoreResult): Promise<void> {
    await this.#context.home.restores.changeUnderWay(this.id, { loaded: jsonOf(result) });
  }

  /** It is over, one way or the other, and left nothing that is not known elsewhere. */
  async end(): Promise<void> {
    await this.#context.home.restores.endUnderWay(this.id);
  }
}

/** Takes up what is left of the same restore, where there is something and nobody is at it; else begins a new one. */
export async function withRestoreJournal<T>(
  context: EngineContext,
  facts: RestoreFacts,
  use: (journal: RestoreJournal) => Promise<T>,
): Promise<T> {
  const { underWay } = await context.home.restores.read();
  for (const entry of underWay.filter(({ wish }) => wish === facts.wish)) {
    const held = await whileNobodyIsAtIt(context, entry.id, () => use(new RestoreJournal(context, facts, entry)));
    if (held !== null) return held.value;
  }
  const journal = new RestoreJournal(context, facts, null);
  const held = await whileNobodyIsAtIt(context, journal.id, () => use(journal));
  if (held === null) throw new Error('a new restore is somebody else’s');
  return held.value;
}

/** Null, with nothing done, while a process works at that restore. */
export async function whileNobodyIsAtIt<T>(
  { home }: Pick<EngineContext, 'home'>,
  id: string,
  use: () => Promise<T>,
): Promise<{ readonly value: T } | null> {
  const dir = join(home.dir, 'under-way');
  await makeFolder(dir);
  const path = join(dir, `${id}.lock`);
  // An object, because the callback below sets it.
  const seen = { isOurs: false };
  try {
    return await withProcessLock(path, 0, () => {
      seen.isOurs = true;
      return use();
    });
  } finally {
    const { underWay } = await home.restores.read();
    if (seen.isOurs && !underWay.some((each) => each.id === id)) await rm(path, { force: true });
  }
}

function jsonOf(result: RestoreResult): NonNullable<RestoreUnderWay['loaded']> {
  const { databases, tables, rows, notes, accounts, digest, ledgers } = result;
  return {
    databases: [...databases],
    tables,
    rows,
    notes: [...notes],
    accounts,
    digest: { ...digest, different: [...digest.different] },
    ledgers: [...ledgers],
  };
}
