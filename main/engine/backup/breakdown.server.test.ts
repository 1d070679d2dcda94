import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CountDefinition, LedgerDefinition } from '../../../shared/model/database.ts';
import { aKeyring } from '../repository/testing/keys.ts';
import type { Repository } from '../repository/index.ts';
import { aSnapshot, startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { totalOf } from '../source/mysql/rows/index.ts';
import { aRepository, never } from './testing/a-capture.ts';
import { backUpAndClose } from './testing/a-run.ts';

const orders: LedgerDefinition = {
  name: 'orders',
  database: 'shop',
  table: 'orders',
  amountColumn: 'price',
  unit: 'yuan',
  currency: 'CNY',
  statusColumn: 'status',
  paidValues: ['2', '4'],
  where: [{ column: 'deleted_at', values: [null] }],
  day: { column: 'created_at', form: 'utc', utcOffsetMinutes: 480 },
  productColumn: 'goods_id',
};
const unsold: CountDefinition = {
  id: 'unsold-cards',
  name: 'unsold-cards',
  database: 'shop',
  table: 'carmis',
  where: [{ column: 'status', values: ['1'] }],
  sum: null,
  by: 'goods_id',
};
const balances: CountDefinition = {
  ...unsold,
  id: 'user-balances',
  name: 'user-balances',
  table: 'users',
  where: [],
  sum: { column: 'balance', unit: 'yuan', currency: 'CNY' },
  by: null,
};

let source: SourceServer;
let repository: Repository;

beforeAll(async () => {
  source = await startSource();
  await source.run(
    'CREATE DATABASE shop',
    `CREATE TABLE shop.orders (id int PRIMARY KEY AUTO_INCREMENT, goods_id int, status tinyint, price decimal(10,2),
      note varchar(255), created_at timestamp NULL, deleted_at timestamp NULL)`,
    'CREATE TABLE shop.carmis (id int PRIMARY KEY, goods_id int, status tinyint, carmi varchar(60))',
    'CREATE TABLE shop.users (id int, balance decimal(12,2))',
    'CREATE TABLE shop.empty_stock (id int PRIMARY KEY, goods_id int, status tinyint)',
    // 120 000 rows are cut at planned bounds: several ranges, and the server is asked in pieces.
    `INSERT INTO shop.orders (goods_id, status, price, note, created_at, deleted_at)
      SELECT seq % 7, ELT(1 + seq % 4, 1, 2, 4, -1), (seq % 1000) / 100, REPEAT('x', 60), FROM_UNIXTIME(1795000000 + seq * 30),
        IF(seq % 100 = 0, NOW(), NULL) FROM (SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n AS seq FROM
        ${'abcd'
          .split('')
          .map(
            (name) =>
              `(SELECT 0 AS n ${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `UNION ALL SELECT ${n}`).join(' ')}) ${name}`,
          )
          .join(', ')},
        (SELECT 0 AS n ${[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => `UNION ALL SELECT ${n}`).join(' ')}) e) AS numbers`,
    "INSERT INTO shop.carmis SELECT id, goods_id, IF(id % 3 = 0, 1, 2), CONCAT('CARD-', id) FROM shop.orders WHERE id <= 900",
    'INSERT INTO shop.users VALUES (1, 10.50), (1, 10.50), (2, -0.75), (3, NULL)',
    'ANALYZE TABLE shop.orders',
  );
  ({ repository } = await aRepository(await aKeyring()));
});
afterAll(() => source.stop());

async function backUp(previous: Awaited<ReturnType<typeof backUpAndClose>>['manifest'] | null, ledgers = [orders]) {
  const snapshot = await aSnapshot(source.target, {
    databases: ['shop'],
    isSecret: (_, table, column) => table === 'carmis' && column === 'carmi',
  });
  const { manifest } = await backUpAndClose(snapshot, repository, {
    previous,
    ledgers,
    counts: [
      unsold,
      balances,
      { ...unsold, name: 'empty', table: 'empty_stock' },
      { ...unsold, name: 'of another version', table: 'cards' },
    ],
    secretColumns: ['carmis.carmi'],
  });
  return manifest;
}

it(
  'tells money apart as the server does, in ranges that are read and in those that are kept',
  { timeout: 120_000 },
  async () => {
    const first = await backUp(null);

    expect(first.checks.filter(({ ok }) => !ok)).toEqual([]);
    const [breakdown] = first.breakdowns!;
    const facts = async (sql: string) => {
      const rows = await source.admin.query(sql);
      return rows.map((row) => [row.get('v') ?? null, Number(row.get('n')), row.get('s') ?? '']);
    };
    const counted = 'FROM shop.orders WHERE deleted_at IS NULL';
    expect(breakdown!.by.status!.of).toEqual(
      await facts(
        `SELECT status v, COUNT(*) n, SUM(price) s ${counted} GROUP BY status ORDER BY n DESC, CAST(v AS CHAR)`,
      ),
    );
    expect(breakdown!.by.product!.of).toEqual(
      await facts(
        `SELECT goods_id v, COUNT(*) n, SUM(price) s ${counted} AND status IN (2, 4) GROUP BY v ORDER BY n DESC, v`,
      ),
    );
    await source.run("SET time_zone = '+08:00'");
    expect(breakdown!.by.day!.of).toEqual(
      await facts(
        `SELECT DATE(created_at) v, COUNT(*) n, SUM(price) s ${counted} AND status IN (2, 4) GROUP BY v ORDER BY v DESC`,
      ),
    );
    await source.run("SET time_zone = '+00:00'");
    expect(totalOf(breakdown!.by.day!)).toEqual({ rows: first.ledgers[0]!.rows, sum: first.ledgers[0]!.sum });
    expect(first.counts).toMatchObject([
      { name: 'unsold-cards', rows: 300, sum: null, equal: true },
      { name: 'user-balances', rows: 4, sum: '20.25', equal: true, currency: 'CNY' },
      { name: 'empty', rows: 0, equal: true },
    ]);
    expect(totalOf(first.counts![0]!.by!).rows).toBe(300);

    const second = await backUp(first);
    expect(second.read.rangesReused).toBeGreaterThan(1);
    expect([second.breakdowns, second.counts]).toEqual([first.breakdowns, first.counts]);

    // A status that nobody has seen before is shown, not lost.
    await source.run(
      'UPDATE shop.orders SET status = 77 WHERE id = 5',
      "INSERT INTO shop.carmis VALUES (5000, 3, 1, 'CARD-5000')",
    );
    const third = await backUp(second);
    expect(third.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(third.breakdowns![0]!.by.status!.of.find(([value]) => value === '77')).toEqual([
      '77',
      1,
      expect.any(String),
    ]);
    expect(third.counts![0]!.rows).toBe(301);
    expect(third.read.rangesReused).toBeGreaterThan(0);
  },
);

it(
  'reads rows once more where they were never told apart, and stores nothing new for it',
  { timeout: 120_000 },
  async () => {
    const plain: LedgerDefinition = { ...orders };
    delete plain.day;
    delete plain.productColumn;
    const before = await backUp(null, [plain]);
    const objects = (await repository.knownIds(never)).size;

    const after = await backUp(before);

    expect(after.breakdowns![0]!.by.day!.of.length).toBeGreaterThan(10);
    expect(after.checks.filter(({ ok }) => !ok)).toEqual([]);
    // Only the record of the table is another one, and at most the piece that the server audits.
    expect((await repository.knownIds(never)).size - objects).toBeLessThanOrEqual(4);
  },
);
