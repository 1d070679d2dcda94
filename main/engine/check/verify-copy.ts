import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import type { BrokenLog } from '../../../shared/model/stream.ts';
import type { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { inLanes } from '../platform/in-lanes.ts';
import { findingOf, headerName, isObjectId, type KnownIds, type Repository } from '../repository/index.ts';
import { parseStreamRecord } from '../stream/index.ts';
import { checkDeeds, type DeedsReport, type KnownDeedText, type ReadNamed } from './check-deeds.ts';
import { judgeGone, lostUnseen, pruneNotesIn, unexplained, type KnownSnapshot } from './gone-snapshots.ts';
import { objectMark, ObjectMarks, type Needs } from './object-marks.ts';
import { StoredLogs } from './stored-logs.ts';

export interface VerifyRequest {
  readonly repository: Repository;
  readonly pool: ChunkPool;
  /** Share of the objects that is read back, 0 to 100; the listing is always checked whole. */
  readonly readPercent: number;
  /** When each object was last read back on this copy, read once; those never read come first. */
  readonly provenAt: Iterable<{ readonly object: string; readonly atMs: number }>;
  /** Objects that were damaged or missing the last time: read whatever the share is, or a small share would forget them. */
  readonly suspects: ReadonlySet<string>;
  /** Objects to read whatever the share is, and on top of it: what was written a moment ago. Absent: none. */
  readonly readFirst?: ReadonlySet<string>;
  /** Snapshots that were on this copy, as far as this computer knows: one that is not listed any more is looked for. Absent: none. */
  readonly known?: readonly KnownSnapshot[];
  /** Snapshots that this computer knows from other copies only. Absent: none. */
  readonly elsewhere?: readonly KnownSnapshot[];
  /** Names of stream records that were on this copy, as far as this computer knows. Absent: none. */
  readonly knownLogs?: readonly string[];
  /** Deeds (FORMAT.md §14) that this computer has read on this copy. Absent: none. */
  readonly knownDeeds?: readonly KnownDeedText[];
  /** A copy to take sound objects from, or null: then damage is only told. */
  readonly healFrom: Repository | null;
  /** Holds a writer's lease around the writing of manifests and stream records that were lost. Absent: nobody prunes here. */
  readonly underLease?: (write: (signal: AbortSignal) => Promise<void>) => Promise<void>;
  readonly concurrency: number;
  /** Every object that was read and found sound, at once: what is written down then is not lost when the rest is cut off. */
  readonly onProven?: (object: string) => void;
  /** What is damaged or missing and could not be healed, when it is found. */
  readonly onBroken?: (object: string) => void;
  readonly onProgress: (progress: {
    readonly doneObjects: number;
    readonly totalObjects: number;
    readonly bytesRead: number;
  }) => void;
  readonly signal: AbortSignal;
}

export interface Finding {
  readonly object: string;
  readonly reason: string;
}

export interface VerifyReport {
  readonly objects: number;
  readonly read: number;
  readonly bytesRead: number;
  /** Damaged or missing objects that were not healed are in `damaged` and `missing` still. */
  readonly damaged: readonly Finding[];
  readonly missing: readonly string[];
  readonly healed: readonly string[];
  /** Snapshots that another computer has tidied up here, as far as the copy can show; those that were lost are in `missing`. */
  readonly gone: readonly KnownSnapshot[];
  readonly deeds: DeedsReport;
  /** Stretches of shops' logs that this copy cannot give back. */
  readonly brokenLogs: readonly BrokenLog[];
  /** Ids of snapshots that others here follow, that are not here, and of which nobody can say whether they ever were. */
  readonly unexplained: readonly string[];
  readonly snapshots: readonly {
    readonly manifest: Manifest;
    readonly intact: boolean;
    readonly isReadWhole: boolean;
  }[];
  /** Objects that were read and found sound, now; `onProven` has heard of each. */
  readonly proven: Iterable<string>;
}

/**
 * Looks at one copy: header, manifests, stream records and deeds are read, every manifest and record that is known and every object that one names must
 * be listed, and a share of all objects is read back and checked to the last bit. Damage is a finding, not an error; with `healFrom` it is repaired at once and named in `healed`.
 * Errors: those of the store when it cannot be reached at all, and an abort.
 */
export async function verifyCopy(request: VerifyRequest): Promise<VerifyReport> {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  return new Verification({ ...request, signal }, (error) => stop.abort(error)).run();
}

interface Walked {
  readonly name: string;
  readonly manifest: Manifest;
  readonly needs: Needs;
}

/** A stream record that was lost here, as the copy that heals has it. */
interface LostLog {
  readonly name: string;
  readonly payload: Uint8Array;
  readonly needs: Needs;
}

class Verification {
  readonly #request: VerifyRequest;
  readonly #objects = new ObjectMarks();
  readonly #damaged = new Map<string, string>();
  readonly #missing = new Set<string>();
  readonly #healed = new Set<string>();
  #logs = new StoredLogs([]);
  readonly #fail: (error: unknown) => void;
  #bytesRead = 0;

  constructor(request: VerifyRequest, fail: (error: unknown) => void) {
    this.#request = request;
    this.#fail = fail;
  }

  async run(): Promise<VerifyReport> {
    const { repository, healFrom, signal } = this.#request;
    // Manifests first: what a writer adds meanwhile, it adds in the other order, so that no object of these can be too new to be listed.
    await this.#checkHeader();
    const names = await repository.listManifests(signal);
    repository.forgetListing();
    const listed = await repository.knownIds(signal);
    for (const id of listed) this.#objects.mark(id, objectMark.listed);
    const snapshots = await this.#walk(names);
    const deeds = await this.#checkDeeds();
    const { lost, pruned, unexplained } = await this.#judgeGone(names, snapshots, listed, deeds);
    const found = await this.#findElsewhere(lost);
    const { records, lostLogs } = await this.#checkLogs(snapshots);
    // What is not in the listing is asked for by name before it is called missing.
    const numbers = Uint32Array.from({ length: this.#objects.size }, (_, number) => number);
    const isListed = (number: number) => this.#objects.has(number, objectMark.listed);
    const unlisted = numbers.filter((number) => !isListed(number) && !this.#isSettled(number));
    await this.#readBack(joined(unlisted, this.#choose(numbers.filter(isListed))));
    const staying = await this.#withoutPruned([...snapshots, ...(await this.#bringBack(found, lostLogs))]);
    const isProven = (number: number) => this.#objects.has(number, objectMark.sound);
    const isBroken = (number: number) => this.#objects.has(number, objectMark.broken);
    const soundNumbers = numbers.filter(isProven);
    const idAt = (number: number) => this.#objects.idAt(number);
    const proven: Iterable<string> = { [Symbol.iterator]: () => soundNumbers.values().map(idAt) };
    // What an earlier run healed and could not sync any more is sound to every reader, until the plug is pulled.
    if (healFrom !== null) {
      const isSound = (name: string) => !this.#damaged.has(name) && !this.#missing.has(name);
      const back = [...found, ...lostLogs].map(({ name }) => name);
      await repository.makeDurable(proven, [...names, ...back, ...records, ...deeds.names].filter(isSound), signal);
    }
    return {
      objects: numbers.length,
      read: numbers.reduce((sum, number) => sum + (isProven(number) || this.#isDamaged(number) ? 1 : 0), 0),
      bytesRead: this.#bytesRead,
      damaged: [...this.#damaged].map(([object, reason]) => ({ object, reason })),
      missing: [...this.#missing],
      healed: [...this.#healed],
      gone: pruned,
      deeds,
      brokenLogs: this.#logs.broken((object) => this.#isBrokenNow(object)),
      unexplained,
      snapshots: staying.map(({ manifest, needs }) => ({
        manifest,
        intact: this.#objects.every(needs, (number) => !isBroken(number)),
        isReadWhole: this.#objects.every(needs, isProven),
      })),
      proven,
    };
  }

  /**
   * The snapshots that are still there, when something is missing: what another computer has pruned or merged meanwhile is not lost. A prune removes
   * manifests before their chunks, so one look at them tells.
   */
  async #withoutPruned(snapshots: readonly Walked[]): Promise<readonly Walked[]> {
    if (this.#missing.size === 0) return snapshots;
    const { repository, signal } = this.#request;
    const listed = new Set(await repository.listManifests(signal));
    const isLogWhole = this.#logs.keepOnly(await repository.listAllStreamRecords(signal));
    const staying = snapshots.filter(({ name }) => listed.has(name));
    if (staying.length === snapshots.length && isLogWhole) return snapshots;
    const needed = new Set(this.#logs.chunks());
    for (const { needs } of staying)
      this.#objects.every(needs, (number) => {
        needed.add(this.#objects.idAt(number));
        return true;
      });
    for (const object of this.#missing) if (isObjectId(object) && !needed.has(object)) this.#missing.delete(object);
    return staying;
  }

  /** Oldest first, several at once: a far store takes its time for each. */
  async #walk(names: readonly string[]): Promise<Walked[]> {
    const found = new Map<string, Walked>();
    await this.#each(names, async (name) => {
      const manifest = await this.#readManifest(name);
      if (manifest !== null) found.set(name, { name, manifest, needs: await this.#needsOf(manifest) });
    });
    return names.flatMap((name) => found.get(name) ?? []);
  }

  #needsOf(manifest: Manifest): Promise<Needs> {
    const { repository, signal } = this.#request;
    return this.#objects.needsOf(manifest, (record) =>
      this.#chunksOf(record.id, () => repository.chunksOf(record, signal, { remember: false })),
    );
  }

  async #judgeGone(
    names: readonly string[],
    walked: readonly Walked[],
    listed: Pick<KnownIds, 'has'>,
    { sayings }: DeedsReport,
  ) {
    const { known = [], elsewhere = [] } = this.#request;
    const notes = pruneNotesIn(sayings);
    const isThere = new Set(names);
    const unreadable = known.filter(({ manifestName }) => isThere.has(manifestName));
    const there = [...walked, ...unreadable].map(({ manifest }) => manifest);
    const gone = known.filter(({ manifestName }) => !isThere.has(manifestName));
    const { lost, pruned } = judgeGone(gone, there, listed, notes);
    const unseen = await this.#notOnTheirWay(
      lostUnseen(
        elsewhere.filter(({ manifestName }) => !isThere.has(manifestName)),
        there,
        listed,
        notes,
      ),
    );
    return { lost: [...lost, ...unseen], pruned, unexplained: unexplained(there, [...known, ...unseen], notes) };
  }

  /** Their chunks come first: somebody may have been copying them while the two listings were made. */
  async #notOnTheirWay(snapshots: readonly KnownSnapshot[]): Promise<readonly KnownSnapshot[]> {
    if (snapshots.length === 0) return [];
    const { repository, signal } = this.#request;
    const listed = new Set(await repository.listManifests(signal));
    return snapshots.filter(({ manifestName }) => !listed.has(manifestName));
  }

  /** Lost snapshots that the copy that heals has. Their objects are looked at from here on like all others; without such a copy the loss is told. */
  async #findElsewhere(lost: readonly KnownSnapshot[]): Promise<Walked[]> {
    const { healFrom, signal } = this.#request;
    const found: Walked[] = [];
    for (const { manifestName: name } of lost) {
      const manifest = healFrom === null ? null : await readOrNull(() => healFrom.getManifest(name, signal));
      if (manifest === null) this.#tell(name, 'missing');
      else found.push({ name, manifest, needs: await this.#needsOf(manifest) });
    }
    return found;
  }

  /** After its objects were put right a lost snapshot exists again, and so does a stretch of log; one that still lacks something stays missing. */
  async #bringBack(found: readonly Walked[], lostLogs: readonly LostLog[]): Promise<Walked[]> {
    if (found.length + lostLogs.length === 0) return [];
    const { repository, underLease, signal: bare } = this.#request;
    const write = async (signal: AbortSignal) => {
      // Somebody may have pruned before the lease was there: what is relied on is looked for again.
      repository.forgetListing();
      const listed = await repository.knownIds(signal);
      const bringBack = async (name: string, publish: () => Promise<boolean>) => {
        const isBack = await this.#tryToHeal(name, publish);
        if (!isBack) this.#tell(name, 'missing');
      };
      for (const { name, manifest } of found)
        await bringBack(name, async () => {
          for await (const id of repository.objectsOf(manifest, signal)) repository.relyOn(id);
          await repository.putManifest(manifest, signal);
          await repository.getManifest(name, signal);
          return true;
        });
      for (const { name, payload, needs } of lostLogs)
        await bringBack(name, async () => {
          const isThere = this.#objects.every(needs, (number) => {
            const id = this.#objects.idAt(number);
            if (listed.has(id)) repository.relyOn(id);
            return listed.has(id);
          });
          if (!isThere) return false;
          await repository.replaceStreamRecord(name, payload, signal);
          await readLog(repository, name, signal);
          return true;
        });
    };
    await (underLease === undefined ? write(bare) : underLease(write));
    return found.filter(({ name }) => this.#healed.has(name));
  }

  /** Suspects, then the least recently proven, as many as the share asks for. */
  #choose(listed: Uint32Array): Uint32Array {
    const { readPercent, provenAt, suspects, readFirst = new Set<string>() } = this.#request;
    const wanted = Math.ceil((listed.length * readPercent) / 100);
    const open = listed.filter((number) => !this.#isSettled(number));
    const numbersOf = (ids: ReadonlySet<string>) => new Set([...ids].map((id) => this.#objects.numberOf(id)));
    const [isFresh, isSuspect] = [numbersOf(readFirst), numbersOf(suspects)];
    const fresh = open.filter((number) => isFresh.has(number));
    const first = open.filter((number) => !isFresh.has(number) && isSuspect.has(number));
    const provenAtMs = new Float64Array(this.#objects.size);
    for (const { object, atMs } of provenAt) {
      const number = this.#objects.numberOf(object);
      if (number !== undefined) provenAtMs[number] = atMs;
    }
    const others = open
      .filter((number) => !isFresh.has(number) && !isSuspect.has(number))
      .sort((a, b) => (provenAtMs[a] ?? 0) - (provenAtMs[b] ?? 0));
    const room = Math.max(0, wanted - (listed.length - open.length) - first.length);
    return joined(fresh, first, others.subarray(0, room));
  }

  /** Read already, while the snapshots were walked. */
  #isSettled(number: number): boolean {
    return this.#objects.has(number, objectMark.sound) || this.#objects.has(number, objectMark.broken);
  }

  #isDamaged(number: number): boolean {
    return this.#objects.has(number, objectMark.broken) && this.#damaged.has(this.#objects.idAt(number));
  }

  async #readBack(numbers: Uint32Array): Promise<void> {
    let done = 0;
    await this.#each(numbers, async (number) => {
      await this.#readOne(this.#objects.idAt(number));
      done += 1;
      this.#request.onProgress({ doneObjects: done, totalObjects: numbers.length, bytesRead: this.#bytesRead });
    });
  }

  async #each<T>(items: Iterable<T> & ArrayLike<T>, work: (item: T) => Promise<void>): Promise<void> {
    const { concurrency, signal } = this.#request;
    await inLanes(items, { lanes: concurrency, signal, onFailure: this.#fail }, work);
  }

  async #readOne(id: string): Promise<void> {
    const { repository, pool, signal } = this.#request;
    try {
      const bytes = await repository.getRaw(id, signal);
      this.#bytesRead += bytes.length;
      await pool.verify({ id, bytes }, signal);
      this.#objects.mark(id, objectMark.sound);
      this.#request.onProven?.(id);
    } catch (error) {
      await this.#judge(id, error);
    }
  }

  /** This computer knows the header as it has to be, so that it needs no other copy; but nothing is written unless healing was asked for. */
  async #checkHeader(): Promise<void> {
    const { repository, healFrom, signal } = this.#request;
    const finding = await repository.inspectHeader(signal);
    if (finding === null) return;
    const heal = async () => {
      await repository.healHeader(signal);
      return (await repository.inspectHeader(signal)) === null;
    };
    if (healFrom !== null && (await this.#tryToHeal(headerName, heal))) return;
    this.#tell(headerName, finding);
  }

  async #readManifest(name: string): Promise<Manifest | null> {
    const { repository, healFrom, onProven, signal } = this.#request;
    const manifest = await this.#readNamed(name, {
      read: (from) => from.getManifest(name, signal),
      replace: (sound) => repository.replaceManifest(sound, signal),
      healFrom,
    });
    if (manifest !== null && !this.#damaged.has(name)) onProven?.(name);
    return manifest;
  }

  /** Reads every stream record; what it names is looked at from here on like all other objects. `lostLogs`: lost here, and in the copy that heals. */
  async #checkLogs(snapshots: readonly Walked[]) {
    const { repository, healFrom, known = [], elsewhere = [], knownLogs = [], signal } = this.#request;
    const records = await repository.listAllStreamRecords(signal);
    this.#logs = new StoredLogs(records);
    await this.#each(records, (name) => this.#checkStreamRecord(name));
    const standing = [...snapshots, ...known, ...elsewhere].map(({ manifest }) => manifest);
    const lostLogs: LostLog[] = [];
    // What was lost may itself continue something that was.
    for (let told = new Set<string>(); ;) {
      const lost = this.#logs.lost(knownLogs, standing).filter((name) => !told.has(name));
      if (lost.length === 0) break;
      for (const name of lost) {
        const sound = healFrom === null ? null : await readOrNull(() => readLog(healFrom, name, signal));
        if (sound === null) this.#tell(name, 'missing');
        else lostLogs.push({ name, payload: sound.payload, needs: this.#needsOfLog(this.#logs.addLost(sound.stored)) });
      }
      told = new Set([...told, ...lost]);
    }
    for (const [object, reason] of this.#logs.contradictions) this.#tell(object, reason);
    return { records, lostLogs };
  }

  async #checkStreamRecord(name: string): Promise<void> {
    const { repository, healFrom, signal } = this.#request;
    const log = await this.#readNamed(name, {
      read: (from) => readLog(from, name, signal),
      replace: ({ payload }) => repository.replaceStreamRecord(name, payload, signal),
      healFrom,
    });
    if (log !== null) this.#needsOfLog(this.#logs.add(log.stored));
  }

  #needsOfLog(chunks: readonly string[]): Needs {
    return [this.#objects.numbered(chunks)];
  }

  #isBrokenNow(object: string): boolean {
    return this.#missing.has(object) || this.#damaged.has(object);
  }

  #checkDeeds(): Promise<DeedsReport> {
    const { repository, knownDeeds = [], healFrom, onProven, signal } = this.#request;
    return checkDeeds({
      repository,
      known: knownDeeds,
      healFrom,
      readNamed: (name, ways) => this.#readNamed(name, ways),
      onSound: (name) => {
        if (!this.#damaged.has(name)) onProven?.(name);
      },
      bringBack: (name, write) => this.#tryToHeal(name, write),
      onLost: (name) => this.#tell(name, 'missing'),
      signal,
    });
  }

  /** The content of an object that is named by place and time, from here or from the copy that heals; null when neither has it. */
  async #readNamed<T>(
    name: string,
    { read, replace, healFrom, known }: Parameters<ReadNamed<T>>[1],
  ): Promise<T | null> {
    const { repository, signal } = this.#request;
    try {
      return await read(repository);
    } catch (error) {
      const finding = findingOf(error);
      if (finding === null) throw error;
      // Listed a moment ago and taken away by a prune since.
      if (finding === 'missing' && (await repository.store.stat(name, signal)) === undefined) return null;
      const sound = healFrom === null ? null : ((await readOrNull(() => read(healFrom))) ?? known ?? null);
      const heal = async (good: T) => {
        await replace(good);
        await read(repository);
        return true;
      };
      if (sound !== null && (await this.#tryToHeal(name, () => heal(sound)))) return sound;
      this.#tell(name, finding);
      return null;
    }
  }

  #tell(object: string, finding: string): void {
    if (finding === 'missing') this.#missing.add(object);
    else this.#damaged.set(object, finding);
    this.#request.onBroken?.(object);
  }

  /** False when the place does not keep what it is given: that is a finding too, and the rest is still looked at. */
  async #tryToHeal(object: string, heal: () => Promise<boolean>): Promise<boolean> {
    try {
      if (!(await heal())) return false;
    } catch (error) {
      // In a bucket that was locked as a whole nothing can be put in its place.
      if (findingOf(error) !== null || isAppErrorOf(error, 'backend.locked')) return false;
      throw error;
    }
    this.#healed.add(object);
    return true;
  }

  /** An unreadable table record is a finding, and what it names cannot be known. */
  async #chunksOf(tableChunk: string, read: (id: string) => Promise<readonly string[]>): Promise<readonly string[]> {
    try {
      return await read(tableChunk);
    } catch (error) {
      await this.#judge(tableChunk, error);
      return this.#healed.has(tableChunk) ? read(tableChunk) : [];
    }
  }

  async #judge(id: string, error: unknown): Promise<void> {
    const finding = findingOf(error);
    if (finding === null) throw error;
    await this.#found(id, finding);
  }

  async #found(id: string, reason: string): Promise<void> {
    const { repository, healFrom, signal } = this.#request;
    const sound = healFrom === null ? null : await readOrNull(() => healFrom.getRaw(id, signal));
    const heal = async (bytes: Uint8Array) => {
      // Checks them first: damage of the other copy is not written.
      await repository.healObject(id, bytes, signal);
      const written = await repository.getRaw(id, signal);
      await this.#request.pool.verify({ id, bytes: written }, signal);
      return true;
    };
    if (sound !== null && (await this.#tryToHeal(id, () => heal(sound)))) {
      this.#objects.mark(id, objectMark.sound);
      this.#request.onProven?.(id);
    } else {
      this.#objects.mark(id, objectMark.broken);
      this.#tell(id, reason);
    }
  }
}

async function readLog(from: Repository, name: string, signal: AbortSignal) {
  const payload = await from.getStreamRecord(name, signal);
  return { payload, stored: parseStreamRecord(name, payload) };
}

async function readOrNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AppError && findingOf(error) !== null) return null;
    throw error;
  }
}

function joined(...parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
