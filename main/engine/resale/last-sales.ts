import { AppError } from '../../../shared/errors/app-error.ts';
import type { Flavour } from '../../../shared/model/database.ts';
import type { Clock } from '../platform/clock.ts';
import type { ResaleRules } from '../presets/resale-rules.ts';
import { serverErrno, type MysqlConnection } from '../source/mysql/index.ts';
import { limitStatements } from '../source/mysql/session.ts';
import type { GuardReport } from './guard-resale.ts';
import { KeyedTable, pageRows } from './keyed-table.ts';
import { markKeys } from './mark-sold.ts';
import { soldThere } from './sold-there.ts';
import { describeTable, type HiddenColumns, type WatchedTable } from './watched-table.ts';

/** A shop's database, where its next tables lie now, and where those of now will go. */
export interface MovingShop {
  readonly live: string;
  readonly from: string;
  readonly away: string;
}

export interface LastSalesDeps {
  readonly rules: ResaleRules;
  readonly shops: readonly MovingShop[];
  readonly hidden: (database: string) => HiddenColumns;
  readonly connect: () => Promise<MysqlConnection>;
  /** The whole look, page by page, with its judgement: marks in `from` what is sold in `live`. */
  readonly look: (shop: MovingShop) => Promise<GuardReport>;
  readonly clock: Clock;
  /** How long the question under the lock may take; default `heldLimitMs`. */
  readonly limitMs?: number;
  readonly signal: AbortSignal;
}

/** The shop stands while the last difference is asked for: no longer than this. */
export const heldLimitMs = 3_000;
/** More cards than this do not become sold between the last look and the lock. If they do, it is looked at with the orders once more. */
export const mostWhileHeld = pageRows;
/** With so few left the tables may change places. */
const fewLeft = 20;
const mostRounds = 10;
/** It will not get quicker. */
const enoughRounds = 3;
const margin = 2 / 3;
/** MariaDB's and MySQL's end of a statement that ran for as long as it may. */
const tookTooLong = new Set([1969, 3024]);
/** The same question with nothing locked. */
const openLimitMs = 30_000;

interface Known {
  /** Cards that are sold there, and were not believed to be: what the restore is to undo. */
  refused: ReadonlySet<string>;
  isLookedAt: boolean;
  tables: { readonly coming: WatchedTable; readonly leaving: WatchedTable } | null;
}

/**
 * Sees to it that at the moment when tables change places no card that is sold in those that leave is for sale in those that come.
 *
 * `prepare` marks, with nothing locked, until next to nothing is left; `mark` is for the moment in which nobody but its connection can read or write either table. What
 * became sold between the two is believed without looking at orders: at most 500 cards, of seconds.
 */
export class LastSales {
  /** Keys that were marked, by live database. */
  readonly marked = new Map<string, Set<string>>();
  readonly #deps: LastSalesDeps;
  readonly #known = new Map<string, Known>();

  constructor(deps: LastSalesDeps) {
    this.#deps = deps;
  }

  /** The tables that have to be held, as they are called in the live database; those of which the last sales can be told. */
  get places(): readonly { readonly database: string; readonly table: string }[] {
    return [...this.#known].flatMap(([database, { tables }]) =>
      tables === null ? [] : [{ database, table: tables.leaving.table }],
    );
  }

  /**
   * Before each try to move the tables. Errors: `swap.guard-too-slow` {table, seconds} when the last look would hold the shop for too long,
   * `resale.not-marked`, those of the server, the signal's reason.
   */
  async prepare(): Promise<void> {
    const connection = await this.#deps.connect();
    try {
      await limitStatements(connection, openLimitMs);
      for (const shop of this.#deps.shops) await this.#catchUp(shop, connection);
    } finally {
      connection.close();
    }
  }

  /**
   * Marks what is left, on the connection that holds both tables.
   *
   * @param at databases in which the two tables are at this moment
   * Errors: `swap.guard-too-slow` as above, when it is not the few that were expected; those of the server.
   */
  async mark(
    { connection, flavour }: { readonly connection: MysqlConnection; readonly flavour: Flavour },
    live: string,
    at: { readonly coming: string; readonly leaving: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { rules, limitMs = heldLimitMs } = this.#deps;
    const known = this.#known.get(live);
    if (known?.tables == null) return;
    const { refused, tables } = known;
    const own = new KeyedTable(connection, at.coming, tables.coming, rules);
    const there = new KeyedTable(connection, at.leaving, tables.leaving, rules);
    const most = refused.size + mostWhileHeld + 1;
    const held = { flavour, limitMs: Math.max(1, limitMs) };
    const differing = await soldThere(connection, { own, there }, rules, { most, held, signal }).catch(
      (error: unknown) => {
        throw tookTooLong.has(serverErrno(error)) ? tooSlow(live, tables.leaving, limitMs) : error;
      },
    );
    const fresh = [...(differing ?? [])].filter((key) => !refused.has(key));
    if (fresh.length > mostWhileHeld) throw tooSlow(live, tables.leaving, limitMs);
    await this.#mark(live, own, fresh, signal);
  }

  async #catchUp(shop: MovingShop, connection: MysqlConnection): Promise<void> {
    const { rules, clock, look, signal, limitMs = heldLimitMs } = this.#deps;
    const known: Known = this.#known.get(shop.live) ?? { refused: new Set(), isLookedAt: false, tables: null };
    known.tables = await this.#tables(shop, connection);
    this.#known.set(shop.live, known);
    if (known.tables === null) return;
    const own = new KeyedTable(connection, shop.from, known.tables.coming, rules);
    const there = new KeyedTable(connection, shop.live, known.tables.leaving, rules);
    let quickestMs = Infinity;
    for (let round = 0; round < mostRounds; round += 1) {
      const startedMs = clock.monotonicMs();
      const differing = await soldThere(connection, { own, there }, rules, {
        most: Number.MAX_SAFE_INTEGER,
        signal,
      }).catch((error: unknown) => {
        throw tookTooLong.has(serverErrno(error)) ? tooSlow(shop.live, there.described, openLimitMs) : error;
      });
      quickestMs = Math.min(quickestMs, clock.monotonicMs() - startedMs);
      const fresh = [...(differing ?? [])].filter((key) => !known.refused.has(key));
      if (!known.isLookedAt || fresh.length > mostWhileHeld) {
        this.#remember(shop.live, (await look(shop)).markedCards);
        // What still differs of these was looked at and not believed.
        known.refused = differing ?? new Set();
        known.isLookedAt = true;
        continue;
      }
      await this.#mark(shop.live, own, fresh, signal);
      // Below what is allowed, because a busy moment may come.
      if (fresh.length <= fewLeft && quickestMs <= limitMs * margin) return;
      if (round >= enoughRounds && quickestMs > limitMs * margin) break;
    }
    if (quickestMs > limitMs * margin) throw tooSlow(shop.live, known.tables.leaving, quickestMs);
  }

  async #mark(live: string, own: KeyedTable, keys: readonly string[], signal: AbortSignal): Promise<void> {
    await markKeys(own, keys, this.#deps.rules, signal);
    this.#remember(live, keys);
  }

  #remember(live: string, keys: Iterable<string>): void {
    this.marked.set(live, new Set([...(this.marked.get(live) ?? []), ...keys]));
  }

  /** Null when looking tells nothing of a sale here; the look behind the move says why. */
  async #tables(shop: MovingShop, connection: MysqlConnection): Promise<Known['tables']> {
    const { rules, hidden, signal } = this.#deps;
    if (rules.cards.status === null) return null;
    const of = (database: string) =>
      describeTable(connection, database, 'cards', rules, hidden(shop.live).cards, signal);
    const [coming, leaving] = [await of(shop.from), await of(shop.live)];
    return typeof coming === 'string' || typeof leaving === 'string' ? null : { coming, leaving };
  }
}

function tooSlow(database: string, { table }: WatchedTable, tookMs: number): AppError {
  return new AppError('swap.guard-too-slow', {
    table: `${database}.${table}`,
    seconds: Math.max(1, Math.ceil(tookMs / 1000)),
  });
}
