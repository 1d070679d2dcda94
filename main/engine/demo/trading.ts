import { rest } from '../platform/rest.ts';
import { quoteName } from '../source/mysql/index.ts';
import type { LoadSession } from '../source/mysql/load/load-session.ts';
import type { DemoShop } from './demo-shop.ts';

/** One sale every so often. */
const pauseMs = 10;

/** Customers: each sale takes one card off the stock and writes one paid order, in one transaction. */
export class Trading {
  readonly #shop: DemoShop;
  readonly #signal: AbortSignal;
  #sold = 0;
  #lastCard = 0;
  #isOpen = false;
  #running: Promise<void> = Promise.resolve();

  constructor(shop: DemoShop, signal: AbortSignal) {
    this.#shop = shop;
    this.#signal = signal;
  }

  get sold(): number {
    return this.#sold;
  }

  start(): void {
    this.#isOpen = true;
    this.#running = this.#shop.withOwner((session) => this.#sell(session));
    // Heard by `pause`.
    this.#running.catch(() => undefined);
  }

  /** Resolves when the last sale is committed. */
  async pause(): Promise<void> {
    this.#isOpen = false;
    await this.#running;
  }

  async #sell(session: LoadSession): Promise<void> {
    const signal = this.#signal;
    await session.execute(`USE ${quoteName(this.#shop.database)}`, signal);
    while (this.#isOpen && !signal.aborted) {
      const [card] = await session.rows(
        `SELECT id FROM carmis WHERE id > ${this.#lastCard} AND status = 1 AND is_loop = 0 ORDER BY id LIMIT 1`,
        signal,
      );
      const id = Number(card?.get('id') ?? 0);
      await session.execute('BEGIN', signal);
      await session.execute(`UPDATE carmis SET status = 2, updated_at = NOW() WHERE id = ${id}`, signal);
      await session.execute(
        `INSERT INTO orders (order_sn, goods_id, title, total_price, actual_price, email, info, pay_id, buy_ip, status, created_at, updated_at)
         SELECT CONCAT('LIVE', ${id}), goods_id, 'live', 9.95, 9.95, CONCAT('buyer', ${id}, '@example.com'), carmi, 1, '127.0.0.1', 4, NOW(), NOW()
         FROM carmis WHERE id = ${id}`,
        signal,
      );
      await session.execute('COMMIT', signal);
      this.#sold += 1;
      this.#lastCard = id;
      await rest(pauseMs, signal);
    }
  }
}
