import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { AccountsRecord } from '../../../shared/model/accounts.ts';
import type { DatabaseRecord, RangeChunk, TableRecord, TableSchema } from '../../../shared/model/database.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import type { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import type { DecodedRows } from '../chunk-pool/chunk-worker.ts';
import type { Repository, VaultKey } from '../repository/index.ts';

/** One copy that may be read; it is opened only when it is needed. */
export interface ReadableCopy {
  readonly name: string;
  readonly open: () => Promise<Repository>;
}

/**
 * Reads a snapshot from the first copy that has what is asked for. An object that is damaged, missing or out of reach on
 * one copy is read from the next; a damaged object is never used. Errors: the last copy's, or `restore.no-copy`.
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

  /** Resolves when no copy is being opened any more: then all their stores can be closed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#opened.values());
  }

  get isVaultOpen(): boolean {
    return this.#vault !== null;
  }

  manifest(name: string, signal: AbortSignal): Promise<Manifest> {
    return this.#fromAny((repository) => repository.getManifest(name, signal), signal);
  }

  tableRecord(id: string, signal: AbortSignal): Promise<TableRecord> {
    return this.#fromAny((repository) => repository.getTableRecord(id, signal), signal);
  }

  databaseRecord(id: string, signal: AbortSignal): Promise<DatabaseRecord> {
    return this.#fromAny((repository) => repository.getDatabaseRecord(id, signal), signal);
  }

  accountsRecord(id: string, signal: AbortSignal): Promise<AccountsRecord> {
    return this.#fromAny((repository) => repository.getAccountsRecord(id, signal), signal);
  }

  /**
   * The rows of one chunk, decrypted, proven against their names and put together in a worker thread.
   *
   * @param rowsBefore rows of the table in earlier chunks
   */
  rows(
    { id, sealedId }: RangeChunk,
    schema: TableSchema,
    rowsBefore: number,
    signal: AbortSignal,
  ): Promise<DecodedRows> {
    return this.#fromAny(async (repository) => {
      const openBytes = await repository.getRaw(id, signal);
      const wantsSealed = sealedId !== null && this.#vault !== null;
      const sealed = wantsSealed ? { id: sealedId, bytes: await repository.getRaw(sealedId, signal) } : null;
      const open = { id, bytes: openBytes };
      return this.#pool.decode({ open, sealed, vault: this.#vault, schema, rowsBefore }, signal);
    }, signal);
  }

  async #fromAny<T>(read: (repository: Repository) => Promise<T>, signal: AbortSignal): Promise<T> {
    let lastError: unknown = new AppError('restore.no-copy', {});
    for (const copy of this.#copies) {
      signal.throwIfAborted();
      try {
        const value = await read(await this.#repository(copy));
        this.usedCopies.add(copy.name);
        return value;
      } catch (error) {
        signal.throwIfAborted();
        if (!isAboutThisCopy(error)) throw error;
        this.#note(copy.name, error);
        lastError = error;
      }
    }
    throw lastError;
  }

  #note(copy: string, error: unknown): void {
    const { code, facts } = toAppError(error);
    // A copy that could not be opened has not been asked for anything.
    if (code !== 'repository.damaged' && code !== 'repository.missing-object') return;
    const objects = this.#broken.get(copy) ?? new Set();
    this.#broken.set(copy, objects.add(String(facts['object'] ?? '')));
  }

  #repository(copy: ReadableCopy): Promise<Repository> {
    const opened = this.#opened.get(copy.name) ?? copy.open();
    this.#opened.set(copy.name, opened);
    return opened;
  }
}

/** True when another copy may well do better. A bucket whose keys are not known on this computer is one that cannot be opened. */
function isAboutThisCopy(error: unknown): boolean {
  const { code } = toAppError(error);
  return code.startsWith('backend.') || code.startsWith('repository.') || code === 'usage.secret-missing';
}
