import type Database from 'better-sqlite3';
import { z } from 'zod';
import { coverageLookSchema, type CoverageLook } from '../../../shared/model/coverage.ts';

const noteSchema = z.strictObject({
  /** The last one that brought anything back; null: none did. */
  look: coverageLookSchema.nullable(),
  /** The last one that brought nothing back, where that was later. */
  failed: z.strictObject({ at: z.iso.datetime(), code: z.string() }).nullable(),
});
export type LookNote = z.infer<typeof noteSchema>;

/** What was last seen on each shop's server, by source id. Names only; it can be seen again at any time. */
export class LookBook {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** Null: nobody has looked, or what is written there cannot be read: it is a cache. */
  read(sourceId: string): LookNote | null {
    const row = this.#db.prepare('SELECT note FROM looks WHERE source = ?').get(sourceId);
    if (row === undefined) return null;
    try {
      return noteSchema.parse(JSON.parse((row as { note: string }).note));
    } catch (error) {
      if (error instanceof z.ZodError || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  record(sourceId: string, look: CoverageLook): void {
    this.#write(sourceId, { look, failed: null });
  }

  recordFailure(sourceId: string, failed: NonNullable<LookNote['failed']>): void {
    this.#write(sourceId, { look: this.read(sourceId)?.look ?? null, failed });
  }

  #write(sourceId: string, note: LookNote): void {
    this.#db.prepare('INSERT OR REPLACE INTO looks (source, note) VALUES (?, ?)').run(sourceId, JSON.stringify(note));
  }
}
