import { setTimeout as sleep } from 'node:timers/promises';
import { demoTables } from '../../demo/shop-schema.ts';
import { systemClock } from '../../platform/clock.ts';
import { pollUntil } from '../../platform/poll.ts';
import type { ResaleRules } from '../../presets/resale-rules.ts';
import { Findings, guardResale, LastSales, type GuardReport, type MovingShop } from '../../resale/index.ts';
import { serverErrno } from '../../source/mysql/index.ts';
import { never, type SourceServer } from '../../source/mysql/testing/source-server.ts';
import type { WhileHeld } from '../index.ts';

const hidden = { cards: new Set<string>(), orders: new Set<string>() };

/** A card shop in `shop` and, beside it in `shop__r`, what a restore to now would bring back of it. `more` is run in both, with the database's name for `$`. */
export async function openShop(source: SourceServer, cards: number, more: readonly string[] = []): Promise<void> {
  for (const row of await source.admin.query('SHOW DATABASES'))
    if (/^(shop|pay)/.test(row.get('database') ?? ''))
      await source.run(`DROP DATABASE \`${row.get('database') ?? ''}\``);
  const tables = demoTables.filter((ddl) => /^CREATE TABLE (?:carmis|orders) /.test(ddl));
  const rows = Array.from({ length: cards }, (_, n) => `(${n + 1}, 1, 'CODE-${n + 1}', '2026-01-01 00:00:00')`);
  for (const database of ['shop', 'shop__r']) {
    await source.run(
      `CREATE DATABASE ${database}`,
      ...tables.map((ddl) => ddl.replace(/^CREATE TABLE /, `CREATE TABLE ${database}.`)),
      // As a shop that looks for its next card by an index would have it.
      `ALTER TABLE ${database}.carmis ADD KEY (status)`,
    );
    for (let at = 0; at < rows.length; at += 5000)
      await source.run(
        `INSERT INTO ${database}.carmis (id, goods_id, carmi, created_at) VALUES ${rows.slice(at, at + 5000).join()}`,
      );
    await source.run(...more.map((sql) => sql.replaceAll('$', database)));
  }
}

/** One sale as the shop's program does it; the order has the card's number. */
export async function sellOne(source: SourceServer, card: number): Promise<void> {
  await source.run(
    'START TRANSACTION',
    `UPDATE shop.carmis SET status = 2 WHERE id = ${card}`,
    'INSERT INTO shop.orders (id, order_sn, goods_id, title, actual_price, email, buy_ip, status, created_at) ' +
      `VALUES (${card}, 'ONE-${card}', 1, 'x', 9.9, 'b@x.cn', '::1', 4, UTC_TIMESTAMP()) ON DUPLICATE KEY UPDATE status = 4`,
    'COMMIT',
  );
}

export interface Seller {
  /** Codes in the order in which buyers got them: written down outside of the database. */
  readonly delivered: readonly string[];
  /** The server's numbers of the errors that the shop met. */
  readonly errors: ReadonlyMap<number, number>;
  /** The longest time in which nobody could buy, since the last call. */
  longestGapMs(): number;
  /** Waits until so many more are sold. */
  sold(more: number): Promise<void>;
  stop(): Promise<void>;
}

/** A shop that sells without pause: each of its connections takes the next card for sale, marks it, writes the order, and then hands out the code. */
export function startSelling(source: SourceServer, connections: number): Seller {
  const delivered: string[] = [];
  const errors = new Map<number, number>();
  const state = { isOpen: true, lastMs: performance.now(), gapMs: 0, orders: 0 };
  const sellers = Array.from({ length: connections }, async (_, seller) => {
    const connection = await source.openAdmin();
    while (state.isOpen) {
      try {
        await connection.query('START TRANSACTION');
        const [card] = await connection.query(
          'SELECT id, carmi FROM shop.carmis WHERE status = 1 AND is_loop = 0 LIMIT 1 FOR UPDATE',
        );
        if (card === undefined) throw new Error('the shop is sold out');
        await connection.query(`UPDATE shop.carmis SET status = 2 WHERE id = ${card.get('id') ?? ''}`);
        const code = card.get('carmi') ?? '';
        await connection.query(
          'INSERT INTO shop.orders (order_sn, goods_id, title, actual_price, email, info, buy_ip, status, created_at) ' +
            `VALUES ('S${seller}-${(state.orders += 1)}', 1, 'x', 9.9, 'b@x.cn', '${code}', '::1', 4, UTC_TIMESTAMP())`,
        );
        await connection.query('COMMIT');
        delivered.push(code);
        const nowMs = performance.now();
        state.gapMs = Math.max(state.gapMs, nowMs - state.lastMs);
        state.lastMs = nowMs;
      } catch (error) {
        const errno = serverErrno(error);
        if (errno === 0) throw error;
        errors.set(errno, (errors.get(errno) ?? 0) + 1);
        await connection.query('ROLLBACK');
      }
      // A hundred cards a second and more: no shop sells as fast.
      await sleep(20);
    }
    connection.close();
  });
  return {
    delivered,
    errors,
    longestGapMs: () => {
      const { gapMs } = state;
      state.gapMs = 0;
      return gapMs;
    },
    sold: async (more) => {
      const since = delivered.length;
      const done = () => (delivered.length >= since + more ? true : undefined);
      if ((await pollUntil(done, { timeoutMs: 60_000, everyMs: 5 })) === undefined)
        throw new Error('nobody could buy for a minute');
    },
    stop: async () => {
      state.isOpen = false;
      await Promise.all(sellers);
    },
  };
}

/** Marks in the cards of `copy` what is sold in `live`, by the whole look with its judgement. */
export async function lookBehind(
  source: SourceServer,
  rules: ResaleRules,
  copy: string,
  live: string,
): Promise<GuardReport> {
  const [here, there] = [await source.openAdmin(), await source.openAdmin()];
  try {
    return await guardResale({
      rules,
      hidden,
      database: 'shop',
      copy: { connection: here, database: copy },
      point: { place: null, atMs: 0 },
      undone: null,
      log: null,
      isCaughtUp: false,
      live: { connection: there, database: live },
      findings: new Findings(),
      clock: systemClock,
      onProgress: () => undefined,
      signal: never,
    });
  } finally {
    here.close();
    there.close();
  }
}

/** The guard of an exchange as the product puts it together. */
export function lastSalesOf(
  source: SourceServer,
  rules: ResaleRules,
  shops: readonly MovingShop[],
  limitMs?: number,
): { readonly whileHeld: WhileHeld; readonly missed: unknown[]; readonly marked: LastSales['marked'] } {
  const missed: unknown[] = [];
  const last = new LastSales({
    rules,
    shops,
    hidden: () => hidden,
    connect: () => source.openAdmin(),
    look: ({ live, from }) => lookBehind(source, rules, from, live),
    clock: systemClock,
    ...(limitMs === undefined ? {} : { limitMs }),
    signal: never,
  });
  return {
    missed,
    marked: last.marked,
    whileHeld: {
      get places() {
        return last.places;
      },
      prepare: () => last.prepare(),
      mark: (session, database, at, signal) => last.mark(session, database, at, signal),
      missed: (error) => missed.push(error),
    },
  };
}
