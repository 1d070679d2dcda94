import type Database from 'better-sqlite3';

/**
 * Stream records that were read from some copy, as they lay there, closed: they open with the keys alone, and whoever changes one here makes it
 * one that does not open and is read again from a copy. By name, which stands for one content everywhere.
 */
export class StreamRecordCache {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  get(name: string): Uint8Array | undefined {
    const row = this.#db.prepare('SELECT bytes FROM stream_records WHERE name = ?').get(name);
    const { bytes } = (row ?? {}) as { bytes?: unknown };
    return bytes instanceof Uint8Array ? bytes : undefined;
  }

  add(records: ReadonlyMap<string, Uint8Array>): void {
    const insert = this.#db.prepare('INSERT OR REPLACE INTO stream_records (name, bytes) VALUES (?, ?)');
    this.#db
      .transaction(() => {
        for (const [name, bytes] of records) insert.run(name, bytes);
      })
      .immediate();
  }

  /** Of this source nothing else is listed any more. */
  keepOnly(sourceId: string, names: ReadonlySet<string>): void {
    const known = this.#db
      .prepare('SELECT name FROM stream_records WHERE name >= @prefix AND name < @prefix || char(1114111)')
      .pluck()
      .all({ prefix: `streams/${sourceId}/` }) as string[];
    const remove = this.#db.prepare('DELETE FROM stream_records WHERE name = ?');
    this.#db
      .transaction(() => {
        for (const name of known) if (!names.has(name)) remove.run(name);
      })
      .immediate();
  }
}
