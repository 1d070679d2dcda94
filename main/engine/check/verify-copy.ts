import { AppError } from '../../../shared/errors/app-error.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import type { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { settleAll } from '../platform/settle-all.ts';
import { findingOf, headerName, type Repository } from '../repository/index.ts';

export interface VerifyRequest {
  readonly repository: Repository;
  readonly pool: ChunkPool;
  /** Share of the objects that is read back, 0 to 100; the listing is always checked whole. */
  readonly readPercent: number;
  /** When each object was last read back on this copy, ISO 8601; those never read come first. */
  readonly provenAt: ReadonlyMap<string, string>;
  /** Objects that were damaged or missing the last time: read whatever the share is, or a small share would forget them. */
  readonly suspects: ReadonlySet<string>;
  /** A copy to take sound objects from, or null: then damage is only told. */
  readonly healFrom: Repository | null;
  readonly concurrency: number;
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
  readonly snapshots: readonly {
    readonly manifest: Manifest;
    readonly intact: boolean;
    readonly isReadWhole: boolean;
  }[];
  /** Objects that were read and found sound, now. */
  readonly proven: readonly string[];
}

/**
 * Looks at one copy: header, manifests and stream records are read, every object that a manifest names must be listed, and a share of
 * all objects is read back and checked to the last bit. Damage is a finding, not an error; with `healFrom` it is repaired at once and named in `healed`.
 * Errors: those of the store when it cannot be reached at all, and an abort.
 */
export async function verifyCopy(request: VerifyRequest): Promise<VerifyReport> {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  return new Verification({ ...request, signal }, (error) => stop.abort(error)).run();
}

class Verification {
  readonly #request: VerifyRequest;
  readonly #damaged = new Map<string, string>();
  readonly #missing = new Set<string>();
  readonly #healed = new Set<string>();
  readonly #proven = new Set<string>();
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
    const listed = new Set(await repository.knownIds(signal));
    const snapshots: { readonly manifest: Manifest; readonly objects: readonly string[] }[] = [];
    for (const name of names) {
      const manifest = await this.#readManifest(name);
      if (manifest !== null) snapshots.push({ manifest, objects: await this.#objectsOf(manifest) });
    }
    const records = await repository.listAllStreamRecords(signal);
    for (const name of records) await this.#checkStreamRecord(name);
    const needed = new Set<string>();
    for (const { objects } of snapshots) for (const id of objects) needed.add(id);
    const all = [...listed.union(needed)];
    // What is not in the listing is asked for by name before it is called missing.
    const unlisted = all.filter((id) => !listed.has(id) && !this.#isSettled(id));
    await this.#readBack([...unlisted, ...this.#choose(all.filter((id) => listed.has(id)))]);
    const isSound = (id: string) => !this.#damaged.has(id) && !this.#missing.has(id);
    // What an earlier run healed and could not sync any more is sound to every reader, until the plug is pulled.
    if (healFrom !== null) {
      await repository.makeDurable(this.#proven, [...names, ...records].filter(isSound), signal);
    }
    return {
      objects: all.length,
      read: all.filter((id) => this.#proven.has(id) || this.#damaged.has(id)).length,
      bytesRead: this.#bytesRead,
      damaged: [...this.#damaged].map(([object, reason]) => ({ object, reason })),
      missing: [...this.#missing],
      healed: [...this.#healed],
      snapshots: snapshots.map(({ manifest, objects }) => ({
        manifest,
        intact: objects.every(isSound),
        isReadWhole: objects.every((id) => this.#proven.has(id)),
      })),
      proven: [...this.#proven],
    };
  }

  /** Suspects, then the least recently proven, as many as the share asks for. */
  #choose(listed: readonly string[]): string[] {
    const { readPercent, provenAt, suspects } = this.#request;
    const wanted = Math.ceil((listed.length * readPercent) / 100);
    const open = listed.filter((id) => !this.#isSettled(id));
    const [first, others] = [open.filter((id) => suspects.has(id)), open.filter((id) => !suspects.has(id))];
    others.sort((a, b) => compareText(provenAt.get(a) ?? '', provenAt.get(b) ?? ''));
    const room = wanted - (listed.length - open.length) - first.length;
    return [...first, ...others.slice(0, Math.max(0, room))];
  }

  /** Read already, while the snapshots were walked. */
  #isSettled(id: string): boolean {
    return this.#proven.has(id) || this.#damaged.has(id) || this.#missing.has(id);
  }

  async #readBack(ids: readonly string[]): Promise<void> {
    const { concurrency, onProgress, signal } = this.#request;
    let next = 0;
    let done = 0;
    const lane = async () => {
      for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
        signal.throwIfAborted();
        await this.#readOne(id);
        done += 1;
        onProgress({ doneObjects: done, totalObjects: ids.length, bytesRead: this.#bytesRead });
      }
    };
    await settleAll(Array.from({ length: concurrency }, lane), this.#fail);
  }

  async #readOne(id: string): Promise<void> {
    const { repository, pool, signal } = this.#request;
    try {
      const bytes = await repository.getRaw(id, signal);
      this.#bytesRead += bytes.length;
      await pool.verify({ id, bytes }, signal);
      this.#proven.add(id);
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
    const { repository, healFrom, signal } = this.#request;
    return this.#readNamed(name, {
      read: (from) => from.getManifest(name, signal),
      replace: (sound) => repository.replaceManifest(sound, signal),
      healFrom,
    });
  }

  async #checkStreamRecord(name: string): Promise<void> {
    const { repository, healFrom, signal } = this.#request;
    await this.#readNamed(name, {
      read: (from) => from.getStreamRecord(name, signal),
      replace: (sound) => repository.replaceStreamRecord(name, sound, signal),
      healFrom,
    });
  }

  /** The content of an object that is named by place and time, from here or from the copy that heals; null when neither has it. */
  async #readNamed<T>(
    name: string,
    ways: {
      readonly read: (from: Repository) => Promise<T>;
      readonly replace: (sound: T) => Promise<void>;
      readonly healFrom: Repository | null;
    },
  ): Promise<T | null> {
    const { read, replace, healFrom } = ways;
    const { repository, signal } = this.#request;
    try {
      return await read(repository);
    } catch (error) {
      const finding = findingOf(error);
      if (finding === null) throw error;
      // Listed a moment ago and taken away by a prune since.
      if (finding === 'missing' && (await repository.store.stat(name, signal)) === undefined) return null;
      const sound = healFrom === null ? null : await readOrNull(() => read(healFrom));
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
  }

  /** False when the place does not keep what it is given: that is a finding too, and the rest is still looked at. */
  async #tryToHeal(object: string, heal: () => Promise<boolean>): Promise<boolean> {
    try {
      if (!(await heal())) return false;
    } catch (error) {
      if (findingOf(error) !== null) return false;
      throw error;
    }
    this.#healed.add(object);
    return true;
  }

  /** Walks a snapshot's objects; an unreadable table record is a finding, and what it names cannot be known. */
  async #objectsOf(manifest: Manifest): Promise<string[]> {
    const { repository, signal } = this.#request;
    const objects = new Set(manifest.databases.map(({ schemaChunk }) => schemaChunk));
    if (manifest.accounts !== undefined) objects.add(manifest.accounts.chunk);
    for (const { tableChunk } of manifest.tables) {
      objects.add(tableChunk);
      for (const id of await this.#chunksOf(tableChunk, (id) => repository.chunksOfTable(id, signal))) objects.add(id);
    }
    return [...objects];
  }

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
    if (sound !== null && (await this.#tryToHeal(id, () => heal(sound)))) this.#proven.add(id);
    else this.#tell(id, reason);
  }
}

async function readOrNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AppError && findingOf(error) !== null) return null;
    throw error;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
