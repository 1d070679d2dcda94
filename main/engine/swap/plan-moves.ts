import { quoteTable } from '../source/mysql/index.ts';
import type { Exchange } from './exchange.ts';

export interface Move {
  readonly from: { readonly database: string; readonly table: string };
  readonly to: { readonly database: string; readonly table: string };
}

export interface PlannedMoves {
  /** First all that leave, then all that come: in one statement, one after the other. */
  readonly moves: readonly Move[];
  /** `database.table` that ought to come and is nowhere. */
  readonly gone: readonly string[];
  /** `database.table` of live names that something else has taken. */
  readonly taken: readonly string[];
}

/**
 * What is left to move, seen from where the tables are now: everything at first, nothing when all is done, and the rest after a server without
 * crash-safe RENAME stopped in the middle. A table counts as moved when it is where it goes, respectively no longer where it comes from:
 * names in `away` and `from` are ours alone.
 */
export function planMoves(exchange: Exchange, isThere: (database: string, table: string) => boolean): PlannedMoves {
  const out: Move[] = [];
  const into: Move[] = [];
  const gone: string[] = [];
  const taken: string[] = [];
  for (const { database: live, name: table, leaves, comes } of exchange.tables) {
    const places = exchange.databases.find((each) => each.live === live);
    if (places === undefined) throw new Error(`a table of no database of the exchange: ${live}`);
    const { from, away } = places;
    const isLive = isThere(live, table);
    const hasLeft = !leaves || isThere(away, table) || !isLive;
    const waits = comes && isThere(from, table);
    if (!hasLeft) out.push({ from: { database: live, table }, to: { database: away, table } });
    if (waits) into.push({ from: { database: from, table }, to: { database: live, table } });
    // Nothing of it has moved, and yet it does not wait: moving what the shop has would leave the shop without.
    const isElsewhere = leaves && !isThere(away, table);
    if (comes && !waits && (!isLive || isElsewhere)) gone.push(`${live}.${table}`);
    if (waits && hasLeft && isLive) taken.push(`${live}.${table}`);
  }
  return { moves: [...out, ...into], gone, taken };
}

export function renameStatement(moves: readonly Move[]): string {
  const each = ({ from, to }: Move) =>
    `${quoteTable(from.database, from.table)} TO ${quoteTable(to.database, to.table)}`;
  return `RENAME TABLE ${moves.map(each).join(', ')}`;
}
