import PQueue from 'p-queue';
import type { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { objectId, type Repository } from '../../repository/index.ts';

/** A `file` object in the repository, and how many bytes its payload has. */
export interface StoredChunk {
  readonly id: string;
  readonly size: number;
}

/** Chunks on their way at once; each is at most 8 MiB, twice. */
const writesAtOnce = 3;

/** Puts bytes of files into the repository, several at once, none that is there already. The first failure is every later call's. */
export class ChunkWriter {
  readonly #repository: Repository;
  readonly #pool: ChunkPool;
  readonly #signal: AbortSignal;
  readonly #queue = new PQueue({ concurrency: writesAtOnce });
  readonly written = { objects: 0, bytes: 0 };
  #failure: { readonly error: unknown } | undefined;

  constructor(repository: Repository, pool: ChunkPool, signal: AbortSignal) {
    this.#repository = repository;
    this.#pool = pool;
    this.#signal = signal;
  }

  /** Resolves when there is room for more; `chunk` when it is stored. `bytes` is handed over. */
  async put(bytes: Buffer<ArrayBuffer>): Promise<{ readonly chunk: Promise<StoredChunk> }> {
    this.#throwFailure();
    const chunk = this.#queue.add(() => this.#store(bytes));
    // Whoever waits for it hears of it; and so does everybody else, by the next call.
    chunk.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    await this.#queue.onSizeLessThan(writesAtOnce);
    this.#throwFailure();
    return { chunk };
  }

  count({ written, sizeBytes }: { readonly written: boolean; readonly sizeBytes: number }): void {
    if (!written) return;
    this.written.objects += 1;
    this.written.bytes += sizeBytes;
  }

  async #store(bytes: Buffer<ArrayBuffer>): Promise<StoredChunk> {
    this.#signal.throwIfAborted();
    const { length: size } = bytes;
    const known = objectId(this.#repository.keys, 'file', bytes);
    if (this.#repository.has(known)) {
      this.#repository.relyOn(known);
      return { id: known, size };
    }
    const encoded = await this.#pool.encodeFile({ kind: 'file', bytes }, this.#signal);
    const { written } = await this.#repository.putObject(encoded, this.#signal);
    this.count({ written, sizeBytes: encoded.bytes.length });
    return { id: encoded.id, size };
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
