import type Database from 'better-sqlite3';

/** A deed of one copy (FORMAT.md §14), as it was read there. */
export interface KnownDeed {
  readonly name: string;
  /** Its JSON. */
  readonly text: string;
}

/**
 * What is written down in the copies of what was done with snapshots. One that is not listed any more stays known until a check has judged
 * what became of it; `sayings` are its `<type> <subject>`.
 */
export class DeedBook {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  record(destinationId: string, { name, text }: KnownDeed, sayings: Iterable<string>): void {
    const say = this.#db.prepare('INSERT OR IGNORE INTO sayings (saying, destination, name) VALUES (?, ?, ?)');
    this.#db
      .transaction(() => {
        this.#db
          .prepare('INSERT OR REPLACE INTO deeds (destination, name, text) VALUES (?, ?, ?)')
          .run(destinationId, name, text);
        for (const saying of sayings) say.run(saying, destinationId, name);
      })
      .immediate();
  }

  /** Merged into another one, or given up. */
  forget(destinationId: string, names: readonly string[]): void {
    this.#db.transaction(() => {
      for (const table of ['deeds', 'sayings'])
        for (const name of names)
          this.#db.prepare(`DELETE FROM ${table} WHERE destination = ? AND name = ?`).run(destinationId, name);
    })();
  }

  /** Those of one copy, oldest first. */
  at(destinationId: string): KnownDeed[] {
    return this.#db
      .prepare('SELECT name, text FROM deeds WHERE destination = ? ORDER BY name')
      .all(destinationId) as KnownDeed[];
  }

  /** Those of all copies, each once, oldest first. */
  all(): KnownDeed[] {
    return this.#db
      .prepare('SELECT name, min(text) AS text FROM deeds GROUP BY name ORDER BY name')
      .all() as KnownDeed[];
  }

  /** Whether any copy says so. */
  says(saying: string): boolean {
    return this.#db.prepare('SELECT 1 FROM sayings WHERE saying = ? LIMIT 1').get(saying) !== undefined;
  }
}
