import type Database from 'better-sqlite3';
import { isProvenGone, processMark, type ProcessMark } from '../platform/process-mark.ts';

/** Leases that this process holds: one of ours that is not among them was given up and could not be removed. */
const held = new Set<string>();

/**
 * Which process of this computer took which lease, so that one that was killed ends at once and not after ten minutes. It knows only
 * leases that were taken with this home; of all others nobody here can prove anything, and they end by themselves.
 */
export class LeaseBook {
  readonly #db: Database.Database;
  readonly #own: ProcessMark;

  constructor(db: Database.Database, own = processMark(process.pid)) {
    this.#db = db;
    this.#own = own;
  }

  took(id: string): void {
    held.add(id);
    const { pid, born, place, boot } = this.#own;
    this.#note(() =>
      this.#db
        .prepare('INSERT OR REPLACE INTO leases (id, pid, born, place, boot) VALUES (?, ?, ?, ?, ?)')
        .run(id, pid, born, place, boot),
    );
  }

  gaveUp(id: string, isGone: boolean): void {
    held.delete(id);
    if (isGone) this.#note(() => this.#db.prepare('DELETE FROM leases WHERE id = ?').run(id));
  }

  isOrphan(id: string): boolean {
    if (held.has(id)) return false;
    const mark = this.#db.prepare('SELECT pid, born, place, boot FROM leases WHERE id = ?').get(id) as
      ProcessMark | undefined;
    if (mark === undefined) return false;
    const { pid, born, place, boot } = this.#own;
    const isOwn = mark.pid === pid && mark.born === born && mark.place === place && mark.boot === boot;
    return isOwn || isProvenGone(mark);
  }

  /** The catalog is a cache: when it cannot be written, a killed run is waited for, and that is all. */
  #note(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_'))) throw error;
    }
  }
}
