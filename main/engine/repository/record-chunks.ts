/**
 * Chunk ids of the records (of tables, pages of a site's tree) that this process wrote or read, so that none is read twice. Each id is in memory once,
 * however many records of a long timeline name it.
 */
export class RecordChunks {
  readonly #byRecord = new Map<string, readonly string[]>();
  readonly #names = new Map<string, string>();

  get(id: string): readonly string[] | undefined {
    return this.#byRecord.get(id);
  }

  /** Gives the ids as well. */
  remember(id: string, chunks: readonly string[]): readonly string[] {
    const names = chunks.map((chunk) => {
      const known = this.#names.get(chunk);
      if (known === undefined) this.#names.set(chunk, chunk);
      return known ?? chunk;
    });
    this.#byRecord.set(id, names);
    return names;
  }
}
