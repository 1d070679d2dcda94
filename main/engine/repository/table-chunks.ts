import type { TableRecord } from '../../../shared/model/database.ts';
import { chunksOfTable } from './records.ts';

/**
 * Chunk ids of the table records that this process wrote or read, so that none is read twice. Each id is in memory once, however many
 * records of a long timeline name it.
 */
export class TableChunks {
  readonly #byRecord = new Map<string, readonly string[]>();
  readonly #names = new Map<string, string>();

  get(id: string): readonly string[] | undefined {
    return this.#byRecord.get(id);
  }

  /** Gives the ids as well. */
  remember(id: string, record: TableRecord): readonly string[] {
    return this.rememberChunks(id, chunksOfTable(record));
  }

  /** Gives the ids as well. */
  rememberChunks(id: string, chunks: readonly string[]): readonly string[] {
    const names = chunks.map((chunk) => {
      const known = this.#names.get(chunk);
      if (known === undefined) this.#names.set(chunk, chunk);
      return known ?? chunk;
    });
    this.#byRecord.set(id, names);
    return names;
  }
}
