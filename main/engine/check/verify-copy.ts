import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import type { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { settleAll } from '../platform/settle-all.ts';
import type { Repository } from '../repository/index.ts';

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
 * Looks at one copy: every object that a manifest names must be listed, and a share of all objects is read back and checked to
 * the last bit. Damage is a finding, not an error; with `healFrom` it is repaired at once and named in `healed`.
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
    const { repository, signal } = this.#request;
    // Manifests first: what a writer adds meanwhile, it adds in the other order, so that no object of these can be too new to be listed.
    const names = await repository.listManifests(signal);
    repository.forgetListing();
    const listed = new Set(await repository.knownIds(signal));
    const snapshots: { readonly manifest: Manifest; readonly objects: readonly string[] }[] = [];
    for (const name of names) {
      const manifest = await this.#readManifest(name);
      if (manifest !== null) snapshots.push({ manifest, objects: await this.#objectsOf(manifest) });
    }
    const needed = new Set<string>();
    for (const { objects } of snapshots) for (const id of objects) needed.add(id);
    const all = [...listed.union(needed)];
    // What is not in the listing is asked for by name before it is called missing.
    const unlisted = all.filter((id) => !listed.has(id) && !this.#isSettled(id));
    await this.#readBack([...unlisted, ...this.#choose(all.filter((id) => listed.has(id)))]);
    const isSound = (id: string) => !this.#damaged.has(id) && !this.#missing.has(id);
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

  async #readManifest(name: string): Promise<Manifest | null> {
    const { repository, healFrom, signal } = this.#request;
    try {
      return await repository.getManifest(name, signal);
    } catch (error) {
      const finding = findingOf(error);
      if (finding === null) throw error;
      const sound = healFrom === null ? null : await readOrNull(() => healFrom.getManifest(name, signal));
      if (sound === null) {
        this.#damaged.set(name, finding);
        return null;
      }
      await repository.replaceManifest(sound, signal);
      this.#healed.add(name);
      return sound;
    }
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
    if (sound !== null && (await this.#heal(repository, id, sound))) return;
    if (reason === 'missing') this.#missing.add(id);
    else this.#damaged.set(id, reason);
  }

  async #heal(repository: Repository, id: string, bytes: Uint8Array): Promise<boolean> {
    const { signal } = this.#request;
    try {
      await repository.healObject(id, bytes, signal);
      const written = await repository.getRaw(id, signal);
      await this.#request.pool.verify({ id, bytes: written }, signal);
    } catch (error) {
      // The other copy's object is damaged as well and nothing was written, or this place does not keep what it is given.
      if (findingOf(error) !== null) return false;
      throw error;
    }
    this.#healed.add(id);
    this.#proven.add(id);
    return true;
  }
}

/** The reason when an error speaks of one object, null when it speaks of the place or of us. */
function findingOf(error: unknown): string | null {
  const { code, facts } = toAppError(error);
  if (code === 'repository.missing-object' || code === 'backend.blob-missing') return 'missing';
  if (code === 'repository.damaged') return String(facts['reason'] ?? 'damaged');
  // A file that the disk itself cannot read any more is as good as damaged.
  if (code === 'backend.io' || code === 'backend.rejected') return 'unreadable';
  return null;
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
