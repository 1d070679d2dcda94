import { demoTables } from '../../engine/demo/shop-schema.ts';
import type { PrivateServer } from '../../engine/sandbox/index.ts';
import { query } from './cli-rig.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

/** A shop of its own in this database: cards 1 … `cards` for sale, of which the last is a shared one. */
export async function openCardShop(server: PrivateServer, database: string, cards: number): Promise<void> {
  const rows = numbers(cards).map(
    (id) => `(${id}, 1, 1, ${id === cards ? 1 : 0}, 'CARD-SECRET-${id}', '2026-01-01 08:00:00')`,
  );
  await query(
    server,
    [
      `CREATE DATABASE ${database} DEFAULT CHARACTER SET utf8mb4; USE ${database}`,
      ...demoTables,
      `INSERT INTO carmis (id, goods_id, status, is_loop, carmi, created_at) VALUES ${rows.join()}`,
    ].join(';'),
  );
}

/** Sells cards 1 … `count`, each in an order of its own, as the shop's program does; one more sale is rolled back. */
export async function sellCards(server: PrivateServer, database: string, count: number): Promise<void> {
  const order = (id: number, card: number, end: string) => `
    INSERT INTO orders (id, order_sn, goods_id, title, actual_price, email, buy_ip, status, created_at)
      VALUES (${id}, 'SN-${id}', 1, '=会员', 9.90, 'buyer${id}@example.com', '::1', 1, UTC_TIMESTAMP());
    START TRANSACTION;
    UPDATE orders SET status = 4, info = 'CARD-SECRET-${card}' WHERE id = ${id};
    UPDATE carmis SET status = 2 WHERE id = ${card} AND is_loop = 0;
    ${end}`;
  const sales = [
    ...numbers(count).map((card) => order(7000 + card, card, 'COMMIT')),
    order(9999, count + 1, 'ROLLBACK'),
  ];
  await query(server, `USE ${database};${sales.join(';')}`);
}
