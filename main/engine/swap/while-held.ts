import type { LoadSession } from '../source/mysql/load/index.ts';

/** What has to be done while nobody can read or write the tables. */
export interface WhileHeld {
  /** Which tables of the shop: known behind `prepare`. */
  readonly places: readonly { readonly database: string; readonly table: string }[];
  /** Before each try, with nothing held. What it throws ends the exchange, with the shop as it was. */
  prepare(): Promise<void>;
  /**
   * For each place, on the connection that holds it and what comes for it.
   *
   * @param at the databases in which the two are at this moment
   */
  mark(
    session: LoadSession,
    database: string,
    at: { readonly coming: string; readonly leaving: string },
    signal: AbortSignal,
  ): Promise<void>;
  /** It could not be done where nothing can be taken back any more; the shop goes on. */
  missed(error: unknown): void;
}
