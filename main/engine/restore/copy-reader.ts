import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { AccountsRecord } from '../../../shared/model/accounts.ts';
import type { DatabaseRecord, RangeChunk, TableRecord, TableSchema } from '../../../shared/model/database.ts';
import type { RedisRecord } from '../../../shared/model/redis-settings.ts';
import type { SitePage } from '../../../shared/model/site-files.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import type { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import type { DecodedRows } from '../chunk-pool/chunk-worker.ts';
import { findingOf, headerName, type Repository, type VaultKey } from '../repository/index.ts';

/** One copy that may be read; it is opened only when it is needed. */
export interface ReadableCopy {
  readonly name: string;
  readonly open: () => Promise<Repository>;
}

/** What the copies turned out to be while a snapshot was read from them. Names of destinations and of stored objects. */
export interface CopiesFound {
  /** Gave at least one object, in the order they were first used. */
  readonly used: readonly string[];
  readonly damaged: readonly { readonly destination: string; readonly objects: readonly string[] }[];
  /** Could not be opened, or went away meanwhile. */
  readonly outOfReach: readonly string[];
}

/**
 * Reads a snapshot from the first copy that has what is asked for. An object that is damaged, missing or out of reach on
 * one copy is read from the next, each object for itself: copies that are damaged in different places are whole together. A damaged
 * object is never used. A copy that has gone is asked again only when no other could help, or every object would wait for it.
 * Errors: the last copy's, or `restore.no-copy`.
 */
export class CopyReader {
  readonly #copies: readonly ReadableCopy[];
  readonly #pool: ChunkPool;
  readonly #vault: VaultKey | null;
  readonly #opened = new Map<string, Promise<Repository>>();
  /** Names of copies that gave at least one object, in the order they were first used. */
  readonly usedCopies = new Set<string>();
  /** Objects that a copy was asked for and has not, or only damaged. */
  readonly #broken = new Map<string, Set<string>>();
  /** Of these, what they have not. */
  readonly #missing = new Map<string, Set<string>>();
  /** Copies from which the snapshot was pruned while it was read. */
  readonly #pruned = new Set<string>();
  /** Copies that could not be reached the last time they were asked. */
  readonly #gone = new Set<string>();

  constructor(copies: readonly ReadableCopy[], pool: ChunkPool, vault: VaultKey | null) {
    this.#copies = copies;
    this.#pool = pool;
    this.#vault = vault;
  }

  /** The one copy that gave everything that was asked for, or null: a copy that was helped out by another has proven nothing. */
  get soleCopy(): string | null {
    const [only, another] = this.usedCopies;
    return only === undefined || another !== undefined ? null : only;
  }

  /** What was found damaged or missing, by copy. */
  get broken(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#broken;
  }

  get found(): CopiesFound {
    return {
      used: [...this.usedCopies],
      damaged: [...this.#broken].map(([destination, objects]) => ({ destination, objects: [...objects] })),
      outOfReach: [...this.#gone],
    };
  }

  /**
   * Looks once, where a copy lacked something, whether the snapshot is still listed there: if not, it was pruned while it was read, and what prune
   * took is no loss of that copy. What was damaged stays written down, and so does everything on a copy that does not answer.
   *
   * @returns names of the copies from which the snapshot was pruned
   */
  async leaveOutPruned(manifestName: string, signal: AbortSignal): Promise<readonly string[]> {
    for (const [name, objects] of [...this.#missing]) {
      // Without its manifest from the beginning: that is for a check to judge.
      if (objects.has(manifestName)) continue;
      const names = await this.#opened
        .get(name)
        ?.then((repository) => repository.listManifests(signal))
        .catch(() => null);
      if (names == null || names.includes(manifestName)) continue;
      const broken = this.#broken.get(name);
      for (const object of objects) broken?.delete(object);
      if (broken?.size === 0) this.#broken.delete(name);
      this.#missing.delete(name);
      this.#pruned.add(name);
    }
    return [...this.#pruned];
  }

  /** Resolves when no copy is being opened any more: then all their stores can be closed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#opened.values());
  }

  get isVaultOpen(): boolean {
    return this.#vault !== null;
  }

  manifest(name: string, signal: AbortSignal): Promise<Manifest> {
    return this.#fromAny(name, (repository) => repository.getManifest(name, signal), signal);
  }

  tableRecord(id: string, signal: AbortSignal): Promise<TableRecord> {
    return this.#fromAny(id, (repository) => repository.getTableRecord(id, signal), signal);
  }

  databaseRecord(id: string, signal: AbortSignal): Promise<DatabaseRecord> {
    return this.#fromAny(id, (repository) => repository.getDatabaseRecord(id, signal), signal);
  }

  accountsRecord(id: string, signal: AbortSignal): Promise<AccountsRecord> {
    return this.#fromAny(id, (repository) => repository.getAccountsRecord(id, signal), signal);
  }

  redisRecord(id: string, signal: AbortSignal): Promise<RedisRecord> {
    return this.#fromAny(id, (repository) => repository.getRedisRecord(id, signal), signal);
  }

  sitePage(id: string, signal: AbortSignal): Promise<SitePage> {
    return this.#fromAny(id, (repository) => repository.getSitePage(id, signal), signal);
  }

  /** Any object, opened and proven as a repository gives it. */
  getObject(id: string, options: Parameters<Repository['getObject']>[1]): ReturnType<Repository['getObject']> {
    return this.#fromAny(id, (repository) => repository.getObject(id, options), options.signal);
  }

  /** An object whose bytes were read already, within another one: with the keys that all copies share. */
  async openObject(...object: Parameters<Repository['openObject']>): ReturnType<Repository['openObject']> {
    for (const name of this.usedCopies) {
      const repository = await this.#opened.get(name);
      if (repository !== undefined) return repository.openObject(...object);
    }
    throw new AppError('restore.no-copy', {});
  }

  /**
   * The rows of one chunk, decrypted, proven against their names and put together in a worker thread.
   *
   * @param rowsBefore rows of the table in earlier chunks
   */
  async rows(
    { id, sealedId, textBytes }: RangeChunk,
    schema: TableSchema,
    rowsBefore: number,
    signal: AbortSignal,
  ): Promise<DecodedRows> {
    // An object is never longer than its payload and what is around it: a copy cannot make memory of more.
    const most = textBytes + aroundRowsBytes;
    const open = this.#search(id, most, signal);
    const sealed = sealedId === null || this.#vault === null ? null : this.#search(sealedId, most, signal);
    for (;;) {
      const task = { open: await open.find(), sealed: (await sealed?.find()) ?? null };
      try {
        const decoded = await this.#pool.decode({ ...task, vault: this.#vault, schema, rowsBefore }, signal);
        for (const each of [open, sealed]) if (each !== null) this.usedCopies.add(each.copyName);
        return decoded;
      } catch (error) {
        // Both may be what their names say and not fit together: no other copy has other ones.
        const culprit = [open, sealed].find((each) => each?.id === toAppError(error).facts['object']);
        if (culprit === undefined || culprit === null) throw error;
        culprit.reject(error);
      }
    }
  }

  async #fromAny<T>(object: string, read: (repository: Repository) => Promise<T>, signal: AbortSignal): Promise<T> {
    let lastError: unknown = new AppError('restore.no-copy', {});
    for (const copy of this.#inOrder()) {
      let repository: Repository | null = null;
      try {
        signal.throwIfAborted();
        repository = await this.#repository(copy);
        const value = await read(repository);
        this.#gone.delete(copy.name);
        this.usedCopies.add(copy.name);
        return value;
      } catch (error) {
        this.#refuse(copy.name, repository === null ? null : object, error, signal);
        lastError = error;
      }
    }
    throw lastError;
  }

  /** Goes through the copies for the stored bytes of one object. `find` gives the same bytes again until they are rejected. */
  #search(id: string, maxBytes: number, signal: AbortSignal) {
    const copies = this.#inOrder()[Symbol.iterator]();
    let lastError: unknown = new AppError('restore.no-copy', {});
    let found: { readonly copy: string; readonly bytes: Uint8Array } | null = null;
    return {
      id,
      get copyName(): string {
        return found?.copy ?? '';
      },
      find: async (): Promise<{ readonly id: string; readonly bytes: Uint8Array }> => {
        while (found === null) {
          const { value: copy, done } = copies.next();
          if (done === true) throw lastError;
          let repository: Repository | null = null;
          try {
            signal.throwIfAborted();
            repository = await this.#repository(copy);
            found = { copy: copy.name, bytes: await repository.getRaw(id, signal, maxBytes) };
            this.#gone.delete(copy.name);
          } catch (error) {
            this.#refuse(copy.name, repository === null ? null : id, error, signal);
            lastError = error;
          }
        }
        return { id, bytes: found.bytes };
      },
      reject: (error: unknown) => {
        this.#refuse(found?.copy ?? '', id, error, signal);
        found = null;
        lastError = error;
      },
    };
  }

  /** As given, but those that have gone come last. */
  #inOrder(): readonly ReadableCopy[] {
    const isGone = ({ name }: ReadableCopy) => this.#gone.has(name);
    return [...this.#copies.filter((copy) => !isGone(copy)), ...this.#copies.filter(isGone)];
  }

  /**
   * Writes down why a copy could not help, or throws what no other copy can mend.
   *
   * @param object what was asked for; null when the copy did not even open
   */
  #refuse(copy: string, object: string | null, error: unknown, signal: AbortSignal): void {
    signal.throwIfAborted();
    if (!isAboutThisCopy(error)) throw error;
    const { code } = toAppError(error);
    if (code === 'repository.header-damaged') this.#noteBroken(copy, headerName);
    else if (object !== null && findingOf(error) !== null) {
      this.#noteBroken(copy, object);
      if (findingOf(error) === 'missing') this.#missing.set(copy, (this.#missing.get(copy) ?? new Set()).add(object));
    } else this.#gone.add(copy);
  }

  #noteBroken(copy: string, object: string): void {
    const objects = this.#broken.get(copy) ?? new Set();
    this.#broken.set(copy, objects.add(object));
  }

  #repository(copy: ReadableCopy): Promise<Repository> {
    const opened = this.#opened.get(copy.name) ?? this.#open(copy);
    this.#opened.set(copy.name, opened);
    return opened;
  }

  /** One that does not open now is tried again when it is needed again: a disk may be plugged in meanwhile. */
  async #open(copy: ReadableCopy): Promise<Repository> {
    try {
      return await copy.open();
    } catch (error) {
      this.#opened.delete(copy.name);
      throw error;
    }
  }
}

/** Envelope, seal, salt, and the heads and tags of frames, with much to spare. Bytes. */
const aroundRowsBytes = 64 * 1024;

/** True when another copy may well do better. A bucket whose keys are not known on this computer is one that cannot be opened. */
function isAboutThisCopy(error: unknown): boolean {
  const { code } = toAppError(error);
  return code.startsWith('backend.') || code.startsWith('repository.') || code === 'usage.secret-missing';
}
