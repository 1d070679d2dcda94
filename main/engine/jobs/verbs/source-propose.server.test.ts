import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { quoteText } from '../../source/mysql/index.ts';
import { startSource, type SourceServer } from '../../source/mysql/testing/source-server.ts';
import { openEngine, type Engine } from '../engine.ts';
import { statementsOf } from './testing/shop-schema.ts';

const folder = new URL('../../../../../shared/schemas/', import.meta.url).pathname;
const isHere = existsSync(folder);
const card = (n: number) =>
  createHash('sha256')
    .update(`card ${n}`)
    .digest('base64url')
    .replace(/[-_]/g, 'x')
    .slice(0, 20)
    .toUpperCase()
    .replace(/(.{5})(?=.)/g, '$1-');
const digestOf = (n: number) => createHash('md5').update(`password ${n}`).digest('hex');
const names = ['网易云年卡', '爱奇艺月卡', 'Steam 充值卡 50', '微软激活服务'];

describe.skipIf(!isHere)(
  `an unknown shop${isHere ? '' : ' (skipped: the folder ../shared/schemas is not here)'}`,
  () => {
    let source: SourceServer;
    let home: string;
    let engine: Engine;

    beforeAll(async () => {
      source = await startSource();
      for (const [file, database, prefix] of [
        ['dujiaoka.sql', 'dj', ''],
        ['acg-faka.sql', 'acg', 'my_'],
        ['vfkphp.sql', 'vfk', ''],
      ] as const) {
        await source.run(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`, `USE ${database}`);
        await source.run("SET SESSION sql_mode = '', FOREIGN_KEY_CHECKS = 0");
        await source.run(...statementsOf(await readFile(join(folder, file), 'utf8'), prefix));
      }
      const rows = Array.from({ length: 240 }, (_, n) => n + 1);
      const insert = (table: string, columns: string, row: (n: number) => (string | number)[]) =>
        source.run(
          `INSERT INTO ${table} (${columns}) VALUES ` +
            rows
              .map(
                (n) =>
                  `(${row(n)
                    .map((value) => (typeof value === 'number' ? value : quoteText(value)))
                    .join()})`,
              )
              .join(),
        );
      const orderInfo = (n: number) => `${card(n)}\n${card(n + 1000)}`;
      const email = (n: number) => `buyer${n}@example.com`;
      await source.run('USE dj');
      await insert('carmis', 'goods_id, status, carmi', (n) => [(n % 3) + 1, 1 + (n % 2), card(n)]);
      await insert(
        'goods',
        'id, group_id, gd_name, gd_description, gd_keywords, picture, retail_price, actual_price',
        (n) => [
          n,
          1,
          names[n % 4]!,
          `${names[n % 4]!}，自动发货，售后请联系客服`,
          '卡密,激活码',
          `/uploads/images/${n}.png`,
          9.9,
          8.8,
        ],
      );
      await insert(
        'orders',
        'order_sn, goods_id, title, goods_price, buy_amount, total_price, actual_price, search_pwd, email, info, buy_ip, trade_no, status, created_at',
        (n) => [
          `DJ20261123${n}${digestOf(n).slice(0, 6).toUpperCase()}`,
          1,
          `${names[n % 4]!} x 1`,
          9.9,
          1,
          9.9,
          9.9,
          `pw${n}`,
          email(n),
          orderInfo(n),
          `10.0.${n}.7`,
          `2026112322001${n}`,
          n % 5 === 0 ? 1 : 4,
          '2026-11-20 10:00:00',
        ],
      );
      await insert('admin_users', 'username, password, name', (n) => [
        `admin${n}`,
        `$2y$10$${randomBytes(40).toString('base64url').slice(0, 53)}`,
        `管理员 ${n}`,
      ]);
      await source.run('USE acg');
      await insert('my_card', 'owner, commodity_id, secret, create_time, status, note', (n) => [
        0,
        1,
        `${email(n)}----Pw${card(n).slice(0, 8)}`,
        '2026-11-20 10:00:00',
        n % 2,
        '第三批',
      ]);
      await insert(
        'my_order',
        'owner, trade_no, amount, commodity_id, card_num, pay_id, create_time, create_ip, status, secret, contact, delivery_status',
        (n) => [
          0,
          `${1_000_000_000_000_000_000n + BigInt(n)}`,
          12.5,
          1,
          1,
          2,
          '2026-11-20 10:00:00',
          '1.2.3.4',
          n % 2,
          card(n),
          `${13_800_000_000 + n}`,
          1,
        ],
      );
      await insert('my_user', 'username, email, password, salt, app_key, balance, create_time', (n) => [
        `user${n}`,
        email(n),
        digestOf(n),
        digestOf(n + 1),
        digestOf(n + 2),
        3.5,
        '2026-11-20 10:00:00',
      ]);
      await source.run('USE vfk');
      await insert('cards', 'content, state, shopid, updatetime, selltime, orderid', (n) => [
        `卡号：${1_000_000_000_000 + n * 7919} 密码：${card(n).slice(0, 11)}`,
        n % 2,
        1,
        1_795_000_000 + n,
        0,
        0,
      ]);
      await insert('orders', 'shopid, shopname, cards, date, qq, paytype, num, money, state', (n) => [
        1,
        names[n % 4]!,
        orderInfo(n),
        1_795_000_000 + n,
        `${10_000 + n}`,
        'alipay',
        1,
        9.9,
        (n % 3) - 1,
      ]);
      await source.run('DROP DATABASE IF EXISTS odd', 'CREATE DATABASE odd CHARACTER SET utf8mb4', 'USE odd');
      await source.run(
        "CREATE TABLE fk_kami (id INT PRIMARY KEY, haoma TEXT, neirong TEXT COMMENT '卡密', zt TINYINT)",
        'CREATE TABLE fk_order (id INT PRIMARY KEY, order_no VARCHAR(40), pay_money VARCHAR(20), currency CHAR(3), status VARCHAR(10), pay_time INT)',
      );
      await insert('fk_kami', 'id, haoma, neirong, zt', (n) => [n, `A${n}`, card(n), 0]);
      await insert('fk_order', 'id, order_no, pay_money, currency, status, pay_time', (n) => [
        n,
        card(n),
        n % 50 === 0 ? '面议' : '9.90',
        n % 2 === 0 ? 'CNY' : 'USD',
        ['paid', 'unpaid'][n % 2]!,
        1_795_000_000,
      ]);

      home = await mkdtemp(join(tmpdir(), 'shouhu-propose-'));
      engine = await openEngine({ homeDir: join(home, 'home'), language: 'zh' });
      await engine.call('home.init', {
        passphrase: 'correct horse battery',
        vaultPassphrase: 'another staple entirely',
        kitDir: null,
        language: 'zh',
      });
      await engine.call('source.add', {
        name: 'shop',
        mysql: {
          host: source.target.host,
          port: source.target.port,
          user: source.target.user,
          password: source.target.password,
        },
        ssh: null,
        databases: ['dj', 'acg', 'vfk', 'odd'],
        preset: 'none',
        secretColumns: [],
        ledgers: [],
        files: [],
      });
    });
    afterAll(async () => {
      await engine.close();
      await source.stop();
      await rm(home, { recursive: true, force: true });
    });

    let output: VerbOutput<'source.propose'>;

    it('is told which columns hold cards and their copies, and which tables count the money', async () => {
      output = await engine.call('source.propose', { name: 'shop' });
      const cards = output.columns.filter(({ kind }) => kind === 'card').map(({ name }) => name);
      expect(cards.sort()).toEqual([
        'acg.my_card.secret',
        'acg.my_order.secret',
        'dj.carmis.carmi',
        'dj.orders.info',
        'odd.fk_kami.neirong',
        'vfk.cards.content',
        'vfk.orders.cards',
      ]);
      for (const { name, why } of output.columns) expect([name, why.length]).toEqual([name, expect.any(Number)]);
      const money = output.ledgers.map(
        ({ definition: { database, table, amountColumn, statusColumn, paidValues, unit, day, currencyColumn } }) => ({
          at: `${database}.${table}.${amountColumn}`,
          statusColumn,
          paidValues,
          unit,
          day: day?.form,
          currencyColumn,
        }),
      );
      expect(money).toEqual(
        expect.arrayContaining([
          {
            at: 'dj.orders.actual_price',
            statusColumn: 'status',
            paidValues: ['2', '3', '4', '5', '6'],
            unit: 'yuan',
            day: 'utc',
            currencyColumn: undefined,
          },
          {
            at: 'acg.my_order.amount',
            statusColumn: 'status',
            paidValues: ['1'],
            unit: 'yuan',
            day: 'local',
            currencyColumn: undefined,
          },
          {
            at: 'vfk.orders.money',
            statusColumn: 'state',
            paidValues: ['1'],
            unit: 'yuan',
            day: 'unix-seconds',
            currencyColumn: undefined,
          },
          {
            at: 'odd.fk_order.pay_money',
            statusColumn: 'status',
            paidValues: ['paid'],
            unit: 'yuan',
            day: 'unix-seconds',
            currencyColumn: 'currency',
          },
        ]),
      );
      const text = output.ledgers.find(({ definition }) => definition.database === 'odd')!;
      expect(text.why.find(({ id }) => id === 'amount-text')?.facts['rubbish']).toBeGreaterThan(0);
      expect(output.unread).toEqual([]);
    });

    it('hears passwords named as passwords and never as cards', () => {
      const credentials = output.columns.filter(({ kind }) => kind === 'credential').map(({ name }) => name);
      expect(credentials).toEqual(
        expect.arrayContaining([
          'dj.admin_users.password',
          'acg.my_user.password',
          'acg.my_user.salt',
          'acg.my_user.app_key',
          'dj.orders.search_pwd',
          'dj.pays.merchant_key',
          'vfk.setting.vvalue',
        ]),
      );
    });

    it('finds no value in the answer, in the home, or in its log', async () => {
      const text = JSON.stringify(output);
      for (const n of [1, 2, 3, 120, 239, 240, 1001]) {
        expect(text).not.toContain(card(n));
        expect(text).not.toContain(digestOf(n));
      }
      for (const file of ['settings.json'])
        expect(await readFile(join(home, 'home', file), 'utf8')).not.toContain(card(1));
    });

    it('is taken at the owner’s word, and is not asked again', async () => {
      const definition = output.ledgers.find(({ definition: { database } }) => database === 'dj')!.definition;
      const { source: set } = await engine.call('source.set', {
        name: 'shop',
        secretColumns: ['dj.carmis.carmi', 'dj.orders.info'],
        openColumns: ['odd.fk_kami.neirong'],
        ledgers: [definition],
      });
      expect(set).toMatchObject({
        secretColumns: ['dj.carmis.carmi', 'dj.orders.info'],
        openColumns: ['odd.fk_kami.neirong'],
        ledgers: [definition],
      });
      const again = await engine.call('source.propose', { name: 'shop' });
      expect(again.columns.find(({ name }) => name === 'dj.carmis.carmi')?.isSealed).toBe(true);
      expect(again.columns.some(({ name }) => name === 'odd.fk_kami.neirong')).toBe(false);
      expect(again.ledgers.find(({ definition: { database } }) => database === 'dj')?.isKnown).toBe(true);
      const back = await engine.call('source.set', {
        name: 'shop',
        openColumns: ['dj.orders.info'],
        secretColumns: ['odd.fk_kami.neirong'],
        withoutLedgers: [definition.name],
      });
      expect(back.source).toMatchObject({
        secretColumns: ['dj.carmis.carmi', 'odd.fk_kami.neirong'],
        openColumns: ['dj.orders.info'],
        ledgers: [],
      });
      // The programs all along: asked for by name, and what the owner said stays said.
      const named = await engine.call('source.set', { name: 'shop', preset: 'auto' });
      expect(named.source.shops?.map(({ preset, database, prefix }) => `${preset} ${database} ${prefix}`)).toEqual([
        'acg-faka acg my_',
        'dujiaoka-2.x dj ',
        'vfkphp vfk ',
      ]);
      expect(named.source.secretColumns).toContain('acg.my_order.secret');
      expect(named.source.secretColumns).not.toContain('dj.orders.info');
      expect(named.source.ledgers.map(({ name }) => name)).toContain('orders@dj');
      const none = await engine.call('source.set', { name: 'shop', preset: 'none' });
      expect(none.source).toMatchObject({ preset: null, shops: [], ledgers: [] });
      expect(none.source.secretColumns).toContain('acg.my_order.secret');
    });
  },
);
