import { isAppErrorOf, type AppError } from '../../../shared/errors/app-error.ts';
import { inLanes } from '../platform/in-lanes.ts';
import { chunkName, isUnreadableObject, parseStreamName, verifyObject, type Repository } from '../repository/index.ts';
import { shortName } from './link-records.ts';
import { chunksOf, isMergedName } from './merge-records.ts';
import { isSettled } from './plan-merges.ts';
import { parseStreamRecord, readStreamRecord, type StoredStreamRecord } from './stream-records.ts';

export interface CarriedStream {
  readonly records: number;
  readonly objects: number;
  readonly bytes: number;
  /** Records that are not on the other copy any more because a merged one stands for them there. */
  readonly removed: number;
}

/** What was learnt of merged records while a log is carried again and again; one for each copy that it is brought to. */
export class CarryMemory {
  readonly merged = new Map<string, Pick<StoredStreamRecord['record'], 'merges' | 'closedAt'>>();
  /** Merged records that are not whole on the copy that this is of: nothing goes there for their sake. */
  readonly broken = new Set<string>();
  /** The copy keeps what is to go under object lock: it is not asked again. */
  isLocked = false;
}

/**
 * Brings the records of a source's log that `to` lacks, oldest first, each after the bytes that it names: so what is there is always an
 * unbroken beginning. What is read is checked before it is written.
 *
 * Merged records follow late: an hour's only where what it was made of is gone from `from` and not on `to`, a day's always. So each byte of a log goes to a cloud
 * twice, not three times. Once a merged record is on `to` and was read back there, what it stands for goes there, too.
 *
 * Errors: those of both repositories.
 */
export async function carryStream(
  from: Repository,
  to: Repository,
  sourceId: string,
  nowMs: number,
  memory: CarryMemory,
  signal: AbortSignal,
): Promise<CarriedStream> {
  return new Carrying(from, to, sourceId, nowMs, memory, signal).run();
}

const lanes = 8;
/** More than once only while the records are merged as fast as they are carried. */
const mostListings = 5;
/** Merged records that only take the place of others, at most so many each time: what is new does not wait for them. */
const mostReplaced = 4;
/** A day's record has had its time to come about: what is merged and older is as large as it gets. */
const settledForMs = 6 * 3_600_000;

class Carrying {
  readonly #from: Repository;
  readonly #to: Repository;
  readonly #sourceId: string;
  readonly #nowMs: number;
  readonly #memory: CarryMemory;
  readonly #signal: AbortSignal;
  #objects = 0;
  #bytes = 0;

  constructor(
    from: Repository,
    to: Repository,
    sourceId: string,
    nowMs: number,
    memory: CarryMemory,
    signal: AbortSignal,
  ) {
    this.#from = from;
    this.#to = to;
    this.#sourceId = sourceId;
    this.#nowMs = nowMs;
    this.#memory = memory;
    this.#signal = signal;
  }

  async run(): Promise<CarriedStream> {
    let records = 0;
    for (let listings = 1; ; listings += 1) {
      const there = new Set(await this.#to.listStreamRecords(this.#sourceId, this.#signal));
      const begin = there.size === 0 ? 0 : firstSequence([...there]);
      // What stands before all that is there was tidied up there: it is not brought back.
      const here = (await this.#from.listStreamRecords(this.#sourceId, this.#signal)).filter(
        (name) => firstSequence([name]) >= begin,
      );
      await this.#learn(this.#from, here);
      await this.#learn(this.#to, [...there]);
      let gone: AppError | null = null;
      for (const name of this.#choose(here, there)) {
        gone = await this.#bring(name);
        // Merged since it was listed. What comes behind must not be there before it.
        if (gone !== null) break;
        there.add(name);
        records += 1;
      }
      if (gone !== null && listings < mostListings) continue;
      if (gone !== null) throw gone;
      const removed = this.#memory.isLocked ? 0 : await this.#removeMerged(there);
      return { records, objects: this.#objects, bytes: this.#bytes, removed };
    }
  }

  async #learn(repository: Repository, names: readonly string[]): Promise<void> {
    const unknown = names.filter((name) => isMergedName(name) && !this.#memory.merged.has(name));
    await inLanes(unknown, { lanes, signal: this.#signal }, async (name, signal) => {
      try {
        const { merges, closedAt } = (await readStreamRecord(repository, name, signal)).record;
        this.#memory.merged.set(name, { merges, closedAt });
      } catch (error) {
        // Damage is for a check to tell. What it stands for is carried, or stays.
        if (!isUnreadableObject(error)) throw error;
      }
    });
  }

  /** What `to` lacks, oldest first; then what takes the place of others there. */
  #choose(here: readonly string[], there: ReadonlySet<string>): string[] {
    const { merged } = this.#memory;
    // What needs no record of its own on `to`, by short name.
    const told = new Set([...there].flatMap((name) => [shortName(name), ...(merged.get(name)?.merges ?? [])]));
    const larger = here
      .flatMap((name) => {
        const known = merged.get(name);
        return known === undefined || there.has(name) ? [] : [{ name, ...known }];
      })
      .sort((a, b) => b.merges.length - a.merges.length);
    const [lacking, replacing]: [string[], string[]] = [[], []];
    for (const { name, merges, closedAt } of larger) {
      const isTold = told.has(shortName(name));
      const lacksNothing = merges.every((each) => told.has(each) || isMergedName(this.#fullName(each)));
      if (isTold || (lacksNothing && !isSettled({ closedAt }, this.#nowMs - settledForMs))) continue;
      (lacksNothing ? replacing : lacking).push(name);
      for (const each of [shortName(name), ...merges]) told.add(each);
    }
    const others = here.filter((name) => !isMergedName(name) && !told.has(shortName(name)));
    return [...[...lacking, ...others].sort(), ...replacing.sort().slice(0, mostReplaced)];
  }

  #fullName(short: string): string {
    return `streams/${this.#sourceId}/${short}`;
  }

  /** Why not, when it is not there any more. */
  async #bring(name: string): Promise<AppError | null> {
    const [from, to, signal] = [this.#from, this.#to, this.#signal];
    let payload;
    try {
      payload = await from.getStreamRecord(name, signal);
    } catch (error) {
      if (!isAppErrorOf(error, 'repository.missing-object')) throw error;
      return error;
    }
    const { record } = parseStreamRecord(name, payload);
    for (const chunk of chunksOf(record)) {
      // A large object is named by the small record and by the merged one.
      if (record.merges.length > 0 && (await to.store.stat(chunkName(chunk), signal)) !== undefined) {
        to.relyOn(chunk);
        continue;
      }
      const stored = await from.getRaw(chunk, signal);
      verifyObject(from.keys, chunk, stored);
      await to.putObject({ id: chunk, bytes: stored }, signal);
      this.#objects += 1;
      this.#bytes += stored.length;
    }
    const { sourceId: source, sequence, id } = parseStreamName(name) as NonNullable<ReturnType<typeof parseStreamName>>;
    await to.putStreamRecord({ sourceId: source, sequence, id, payload }, signal);
    return null;
  }

  async #removeMerged(there: ReadonlySet<string>): Promise<number> {
    const [to, signal] = [this.#to, this.#signal];
    const byShort = new Map([...there].map((name) => [shortName(name), name]));
    let removed = 0;
    let replaced = 0;
    for (const name of [...there].sort()) {
      if (replaced >= mostReplaced) break;
      if (this.#memory.broken.has(name)) continue;
      const merges = this.#memory.merged.get(name)?.merges ?? [];
      const going = merges.flatMap((each) => byShort.get(each) ?? []);
      if (going.length === 0) continue;
      replaced += 1;
      try {
        await this.#readBack(name);
        await inLanes(going, { lanes, signal }, async (each, laneSignal) => {
          await to.removeStreamRecord(each, laneSignal);
          byShort.delete(shortName(each));
          removed += 1;
        });
      } catch (error) {
        if (isUnreadableObject(error)) this.#memory.broken.add(name);
        else if (isAppErrorOf(error, 'backend.locked')) this.#memory.isLocked = true;
        else throw error;
        if (this.#memory.isLocked) return removed;
      }
    }
    return removed;
  }

  /** It and all that it names, from the copy itself, and durable there. */
  async #readBack(name: string): Promise<void> {
    const [to, signal] = [this.#to, this.#signal];
    const { record } = await readStreamRecord(to, name, signal);
    const chunks = chunksOf(record);
    for (const chunk of chunks) verifyObject(to.keys, chunk, await to.getRaw(chunk, signal));
    await to.makeDurable(chunks, [name], signal);
  }
}

/** The lowest number among names of stream records. */
function firstSequence(names: readonly string[]): number {
  return names.reduce((least, name) => Math.min(least, parseStreamName(name)?.sequence ?? 0), Infinity);
}
