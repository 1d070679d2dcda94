import { toAppError } from '../../../shared/errors/app-error.ts';
import type { Clock } from '../platform/clock.ts';
import { rest } from '../platform/rest.ts';
import type { ResaleRules } from '../presets/resale-rules.ts';
import type { MysqlConnection } from '../source/mysql/index.ts';
import { limitStatements } from '../source/mysql/session.ts';
import type { Findings } from './finding.ts';
import { isOneOf, KeyedTable, pageRows, pagesOf } from './keyed-table.ts';
import type { ResaleRole, RowValues } from './row-change.ts';
import { becomes, mostByHand, type Sales } from './sales.ts';
import { describeTable, type HiddenColumns, type WatchedTable } from './watched-table.ts';

/** The shop goes first: one small question after the other, and between two of them as long a rest as the last one took, up to this. */
const longestRestMs = 250;
/** One question of it must not run longer. */
const statementLimitMs = 10_000;
/** All questions together, unless the caller says otherwise. */
export const liveLimitMs = 5 * 60_000;

export interface LiveWitness {
  /** To the shop's server; nothing but SELECT is sent. */
  readonly connection: MysqlConnection;
  readonly database: string;
  readonly limitMs?: number;
}

/** The restored copy, with what it lacks left out. */
export interface CopyTables {
  readonly cards: KeyedTable | null;
  readonly orders: KeyedTable | null;
}

export interface LiveRequest {
  readonly live: LiveWitness;
  readonly copy: CopyTables;
  readonly rules: ResaleRules;
  readonly hidden: HiddenColumns;
  readonly sales: Sales;
  /** As of `GuardRequest`. */
  readonly alreadyMarked?: ReadonlySet<string>;
  readonly findings: Findings;
  readonly clock: Clock;
  readonly onProgress: (doneRows: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Looks into the damaged live database for what is sold there and not in the copy: each card that the copy would sell is looked up by its key, the
 * newest first, and so is each order that is not settled in the copy or not in it at all. What cannot be looked at is a finding. True when all of it was.
 * Errors: the signal's reason, those of the copy.
 */
export async function seeLiveSales(request: LiveRequest): Promise<boolean> {
  const session = new LiveSession(request);
  const lookAtOrders = () => session.guarded('orders', (table) => session.orders(table));
  const orders = await lookAtOrders();
  const cards = await session.guarded('cards', (table) => session.cards(table, orders === null ? null : lookAtOrders));
  return orders !== null && cards !== null;
}

/** The live table has been asked for too long. */
class TimeOver extends Error {}
/** The live server did not answer; `cause` says why. Whatever else fails is the copy's. */
class NoAnswer extends Error {}

class LiveSession {
  readonly #request: LiveRequest;
  readonly #endsMs: number;
  #rows = 0;

  constructor(request: LiveRequest) {
    this.#request = request;
    this.#endsMs = request.clock.monotonicMs() + (request.live.limitMs ?? liveLimitMs);
  }

  /** Null when the table could not be looked at to its end. */
  async guarded<T>(role: ResaleRole, look: (table: WatchedTable) => Promise<T>): Promise<T | null> {
    const { live, rules, hidden, findings, signal, copy } = this.#request;
    if (copy[role] === null) return null;
    const table = `${live.database}.${rules[role].table}`;
    try {
      await this.#ask(() => limitStatements(live.connection, statementLimitMs));
      const described = await this.#ask(() =>
        describeTable(live.connection, live.database, role, rules, hidden[role], signal),
      );
      if (typeof described !== 'string') return await look(described);
      findings.add(described === 'missing' ? 'live-table-missing' : 'live-shape', { table });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TimeOver) findings.add('live-time-over', { table });
      else if (error instanceof NoAnswer) findings.add('live-failed', { table, code: toAppError(error.cause).code });
      else throw error;
    }
    return null;
  }

  async orders(described: WatchedTable): Promise<true | null> {
    const { copy, rules, live, sales, signal } = this.#request;
    if (copy.orders === null) return null;
    const own = copy.orders;
    const there = new KeyedTable(live.connection, live.database, described, rules);
    const { status, number } = rules.orders;
    const [column, numberColumn] = [status.column.toLowerCase(), number.toLowerCase()];
    const see = (key: string, row: RowValues, was: string | null | undefined) => {
      const what = becomes(status, was, row.get(column));
      if (what !== null) sales.seeOrder(key, what, row, 'live');
    };
    const last = [...(await own.rows(` ORDER BY ${own.key} DESC LIMIT 1`, signal))][0];
    // The order that is the copy's last tells whether the live table goes on from there, or was emptied and filled anew.
    const lastThere = last && (await this.#ask(() => there.rowsOf([last[0]], signal))).get(last[0]);
    const goesOn = last !== undefined && lastThere?.get(numberColumn) === last[1].get(numberColumn);
    let after = goesOn ? last[0] : null;
    for (;;) {
      const behind = after === null ? '' : ` AND ${there.key} > ${there.literal(after)}`;
      const tail = ` WHERE ${isOneOf(column, status.paid)}${behind} ORDER BY ${there.key} LIMIT ${pageRows}`;
      const page = await this.#ask(() => there.rows(tail, signal));
      const known = goesOn ? new Map<string, RowValues>() : await own.rowsOf([...page.keys()], signal);
      for (const [key, row] of page) {
        const same = known.get(key)?.get(numberColumn) === row.get(numberColumn);
        see(key, row, same ? known.get(key)?.get(column) : undefined);
      }
      after = [...page.keys()].at(-1) ?? after;
      if (page.size < pageRows) break;
    }
    if (!goesOn) return true;
    const settled = status.delivered;
    for await (const page of this.#pages(own, `NOT ${isOneOf(column, settled)}`)) {
      const rows = await this.#ask(() => there.rowsOf([...page.keys()], signal));
      for (const [key, row] of rows)
        if (row.get(numberColumn) === page.get(key)?.get(numberColumn)) see(key, row, page.get(key)?.get(column));
    }
    return true;
  }

  /** Null when these cards cannot be told by looking. `lookAtOrders`: once more; all that were paid before are in `sales`. Null: they are not known. */
  async cards(described: WatchedTable, lookAtOrders: (() => Promise<true | null>) | null): Promise<true | null> {
    const { copy, rules, live, sales, findings } = this.#request;
    const { status, shared, link, product, identity } = rules.cards;
    const table = `${live.database}.${described.table}`;
    if (copy.cards === null || status === null) {
      // A row that is gone does not say why.
      findings.add('live-shape', { table });
      return null;
    }
    const there = new KeyedTable(live.connection, live.database, described, rules);
    const unsold = `${isOneOf(status.column, status.unsold)}${notShared(shared)}`;
    const found = new Map<string, RowValues>();
    let failure: Error | null = null;
    try {
      for await (const page of this.#pages(copy.cards, unsold)) {
        const tail = `${there.whereKeys([...page.keys()])} AND ${isOneOf(status.column, status.sold)}`;
        const sold = await this.#ask(() => there.rows(tail, this.#request.signal));
        for (const [key, row] of sold) if (!sales.doubtful.has(key)) found.set(key, row);
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // What was seen until then was seen.
      failure = error;
    }
    const linked = link === null || link === 'transaction' ? null : link.column.toLowerCase();
    const alone = [...found.keys()].filter((key) => !sales.cards.has(key)).length;
    const isTooMany = () => alone > mostByHand + this.#cardsOwed();
    const isMass =
      link === 'transaction' &&
      lookAtOrders !== null &&
      isTooMany() &&
      // The shop has sold on while its cards were looked at. Their orders are there now, because they came with them.
      !((await lookAtOrders()) !== null && !isTooMany());
    if (isMass) {
      findings.add('live-mass-change', { cards: alone });
      found.clear();
    }
    if (failure === null) for (const [key, row] of await this.#soldBefore(there)) found.set(key, row);
    for (const [key, row] of found) {
      const valueOf = (column: string | null) => (column === null ? undefined : row.get(column.toLowerCase()));
      const order = linked === null ? null : (row.get(linked) ?? null);
      const seen = { product: valueOf(product) ?? null, identity: valueOf(identity) };
      sales.seeCard(key, { order: order === '0' ? null : order, ...seen }, 'live');
    }
    if (failure !== null) throw failure;
    return isMass ? null : true;
  }

  /** Those that were seen sold by an earlier look, and are not for sale in the copy any more. */
  async #soldBefore(there: KeyedTable): Promise<Map<string, RowValues>> {
    const { alreadyMarked, signal } = this.#request;
    const rows = new Map<string, RowValues>();
    for (const page of pagesOf([...(alreadyMarked ?? [])]))
      for (const [key, row] of await this.#ask(() => there.rowsOf(page, signal))) rows.set(key, row);
    return rows;
  }

  /** So many cards more than are known the orders would explain. */
  #cardsOwed(): number {
    const { rules, sales } = this.#request;
    const { quantity } = rules.orders;
    if (quantity === null) return sales.orders.size === 0 ? 0 : Infinity;
    const ordered = [...sales.orders.values()].map(({ values }) => Number(values.get(quantity.toLowerCase()) ?? 1));
    return Math.max(0, ordered.reduce((sum, each) => sum + (each > 0 ? each : 1), 0) - sales.cards.size);
  }

  /** The copy's rows that fulfil `condition`, newest first. */
  async *#pages(own: KeyedTable, condition: string): AsyncGenerator<Map<string, RowValues>> {
    const { signal, onProgress } = this.#request;
    for (let before: string | null = null; ;) {
      const older: string = before === null ? '' : ` AND ${own.key} < ${own.literal(before)}`;
      const page = await own.rows(` WHERE ${condition}${older} ORDER BY ${own.key} DESC LIMIT ${pageRows}`, signal);
      if (page.size > 0) yield page;
      before = [...page.keys()].at(-1) ?? before;
      this.#rows += page.size;
      onProgress(this.#rows);
      if (page.size < pageRows) return;
    }
  }

  /** One question to the live server. */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    const { clock, signal } = this.#request;
    const startedMs = clock.monotonicMs();
    if (startedMs > this.#endsMs) throw new TimeOver();
    const answer = await question().catch((error: unknown) => {
      throw new NoAnswer('the live server', { cause: error });
    });
    await rest(Math.min(longestRestMs, clock.monotonicMs() - startedMs), signal);
    return answer;
  }
}

/** ` AND NOT …`, where NULL is no shared card. */
export function notShared(shared: ResaleRules['cards']['shared']): string {
  return shared === null ? '' : ` AND NOT COALESCE(${isOneOf(shared.column, shared.values)}, FALSE)`;
}
