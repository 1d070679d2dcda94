import type { LoadSession } from '../../load/load-session.ts';
import { serverErrno } from '../../map-error.ts';
import { quoteText } from '../../quote.ts';

/** ER_STATEMENT_NOT_ALLOWED_AFTER_START_TRANSACTION of MySQL. */
const withinCreate = 3977;

/** Which tables of the target cannot roll back (MyISAM, Aria, MEMORY): each is asked for once, until DDL may have changed it. */
export class TableEngines {
  readonly #session: LoadSession;
  readonly #known = new Map<string, boolean>();

  constructor(session: LoadSession) {
    this.#session = session;
  }

  forget(): void {
    this.#known.clear();
  }

  async isTransactional(database: string, table: string, signal: AbortSignal): Promise<boolean> {
    const name = `${database}\0${table}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const query = this.#session.rows(
      `SELECT e.TRANSACTIONS AS can FROM information_schema.TABLES t JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE WHERE t.TABLE_SCHEMA = ${quoteText(database)} AND t.TABLE_NAME = ${quoteText(table)}`,
      signal,
    );
    const rows = await query.catch((error: unknown) => {
      // Only an engine that rolls back DDL is filled within its own CREATE TABLE … SELECT, where nothing may be asked.
      if (serverErrno(error) === withinCreate) return null;
      throw error;
    });
    if (rows === null) return true;
    const can = rows[0]?.get('can') !== 'NO';
    this.#known.set(name, can);
    return can;
  }
}
