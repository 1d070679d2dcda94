import { serverErrno } from '../map-error.ts';
import { quoteName } from '../quote.ts';
import type { LoadSession } from './load-session.ts';

/** The target does not know the collation, or the account may not change the database. */
const refused = new Set([1044, 1227, 1273]);

/**
 * The current database and its default collation while objects are created. A routine, trigger or event keeps the collation that
 * the database had when it was written: its variables without a character set have that one, also after the database got another.
 */
export class ObjectPlace {
  readonly #session: LoadSession;
  readonly #signal: AbortSignal;
  #database: string | null = null;
  /** The database's own default, as it has to be in the end. */
  #own = '';
  #current = '';

  constructor(session: LoadSession, signal: AbortSignal) {
    this.#session = session;
    this.#signal = signal;
  }

  /** Makes `database` current with the wanted default collation (null: its own). False when that one cannot be had. */
  async enter(database: string, collation: string | null): Promise<boolean> {
    if (database !== this.#database) {
      await this.leave();
      await this.#session.execute(`USE ${quoteName(database)}`, this.#signal);
      const [row] = await this.#session.rows('SELECT @@collation_database AS collation', this.#signal);
      this.#database = database;
      this.#own = this.#current = row?.get('collation') ?? '';
    }
    return this.#alter(collation ?? this.#own);
  }

  /** Gives the database its own default back. */
  async leave(): Promise<void> {
    await this.#alter(this.#own);
  }

  async #alter(collation: string): Promise<boolean> {
    if (this.#database === null || collation === this.#current) return true;
    if (!/^\w+$/.test(collation)) return false;
    try {
      await this.#session.execute(`ALTER DATABASE ${quoteName(this.#database)} COLLATE ${collation}`, this.#signal);
    } catch (error) {
      if (refused.has(serverErrno(error))) return false;
      throw error;
    }
    this.#current = collation;
    return true;
  }
}
