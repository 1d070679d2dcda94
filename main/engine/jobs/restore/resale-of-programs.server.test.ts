import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { rulesWithPrefix } from '../../presets/bind-shop.ts';
import { presetById } from '../../presets/preset.ts';
import { Findings, guardResale } from '../../resale/index.ts';
import { never, startSource, type SourceServer } from '../../source/mysql/testing/source-server.ts';
import { statementsOf } from '../verbs/testing/shop-schema.ts';

const folder = new URL('../../../../../shared/schemas/', import.meta.url).pathname;
const isHere = existsSync(folder);
const hidden = { cards: new Set<string>(), orders: new Set<string>() };

/** What each program does when it sells one card, as its own code does it. */
const programs = [
  {
    preset: 'acg-faka',
    file: 'acg-faka.sql',
    prefix: 'my_',
    cards: 'my_card',
    orders: 'my_order',
    stock: (id: number) =>
      `INSERT INTO my_card (id, owner, commodity_id, secret, create_time, status) VALUES (${id}, 0, 1, 'SECRET-${id}', '2026-01-01 00:00:00', 0)`,
    order: (id: number) =>
      'INSERT INTO my_order (id, owner, user_id, trade_no, amount, commodity_id, card_num, pay_id, create_time, create_ip, status, delivery_status) ' +
      `VALUES (${id}, 0, 0, 'NO${id}', 9.9, 1, 1, 2, NOW(), '1.1.1.1', 0, 0)`,
    sell: (order: number, card: number) => [
      `UPDATE my_card SET purchase_time = NOW(), order_id = ${order}, status = 1 WHERE id = ${card}`,
      `UPDATE my_order SET status = 1, pay_time = NOW(), delivery_status = 1, secret = 'SECRET-${card}' WHERE id = ${order}`,
    ],
    forSale: 'status = 0',
  },
  {
    preset: 'dujiaoka-1.x',
    file: 'dujiaoka-1.8.2.sql',
    prefix: '',
    cards: 'cards',
    orders: 'orders',
    stock: (id: number) =>
      `INSERT INTO cards (id, product_id, card_info, card_status, created_at) VALUES (${id}, 1, 'SECRET-${id}', 1, '2026-01-01 00:00:00')`,
    order: () => 'DO 1',
    sell: (order: number, card: number) => [
      `UPDATE cards SET card_status = 2 WHERE id = ${card}`,
      'INSERT INTO orders (id, order_id, product_id, ord_price, ord_title, search_pwd, account, ord_info, buy_amount, ord_status, created_at) ' +
        `VALUES (${order}, 'NO${order}', 1, 9.9, 'x', '', 'b@x.cn', 'SECRET-${card}', 1, 3, NOW())`,
    ],
    forSale: 'card_status = 1',
  },
];

describe.skipIf(!isHere)(
  `the resale guard${isHere ? '' : ' (skipped: the folder ../shared/schemas is not here)'}`,
  () => {
    let source: SourceServer;
    beforeAll(async () => {
      source = await startSource();
    });
    afterAll(async () => {
      await source.stop();
    });

    it.each(programs)('marks what $preset has sold since, and nothing else, on its own schema', async (program) => {
      const { preset, file, prefix, cards, orders, stock, order, sell, forSale } = program;
      const statements = statementsOf(await readFile(join(folder, file), 'utf8'), prefix);
      for (const database of ['live', 'copy'])
        await source.run(
          `DROP DATABASE IF EXISTS ${database}`,
          `CREATE DATABASE ${database} CHARACTER SET utf8mb4`,
          `USE ${database}`,
          "SET SESSION sql_mode = '', FOREIGN_KEY_CHECKS = 0",
          ...statements,
          ...Array.from({ length: 40 }, (_, n) => stock(n + 1)),
          order(1),
        );
      await source.run('USE live', ...sell(1, 7), order(2), ...sell(2, 8));
      const here = await source.openAdmin();
      const there = await source.openAdmin();
      try {
        const report = await guardResale({
          rules: rulesWithPrefix((await presetById(preset)).resale!, prefix),
          hidden,
          database: 'live',
          copy: { connection: here, database: 'copy' },
          point: { place: null, atMs: systemClock.nowMs() },
          undone: null,
          log: null,
          isCaughtUp: false,
          live: { connection: there, database: 'live' },
          findings: new Findings(),
          clock: systemClock,
          onProgress: () => undefined,
          signal: never,
        });
        expect(report).toMatchObject({ cards: 2, orders: 2 });
        expect([...report.markedCards].sort()).toEqual(['7', '8']);
      } finally {
        here.close();
        there.close();
      }
      const [left] = await source.admin.query(`SELECT COUNT(*) AS n FROM copy.${cards} WHERE ${forSale}`);
      expect(left?.get('n')).toBe('38');
      const [paid] = await source.admin.query(`SELECT COUNT(*) AS n FROM copy.${orders}`);
      expect(Number(paid?.get('n'))).toBeLessThanOrEqual(1);
    });
  },
);
