import type Database from 'better-sqlite3';
import { z } from 'zod';

const isoSchema = z.iso.datetime();
const count = z.int().nonnegative();

const noteSchema = z.strictObject({
  /** `2026-11-23` where this computer stands. */
  day: z.string(),
  /** Stored on that day. `bytes`: of the log. */
  events: count,
  bytes: count,
  /** Until when everything that the server had is stored, by destination id. */
  stored: z.record(z.string(), isoSchema),
});
export type StreamNote = z.infer<typeof noteSchema>;

/** What this computer knows of the logs that it followed, for whoever asks in another process or after a restart. By source id. */
export class StreamBook {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** Null: nothing is known, or what is written there cannot be read: it is a cache. */
  read(sourceId: string): StreamNote | null {
    const row = this.#db.prepare('SELECT note FROM streams WHERE source = ?').get(sourceId);
    if (row === undefined) return null;
    try {
      return noteSchema.parse(JSON.parse((row as { note: string }).note));
    } catch (error) {
      if (error instanceof z.ZodError || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  write(sourceId: string, note: StreamNote): void {
    this.#db.prepare('INSERT OR REPLACE INTO streams (source, note) VALUES (?, ?)').run(sourceId, JSON.stringify(note));
  }
}
