import { describe, expect, it } from 'vitest';
import { demoTables } from '../../demo/shop-schema.ts';
import { systemClock } from '../../platform/clock.ts';
import { presetById } from '../../presets/preset.ts';
import type { ResaleRules } from '../../presets/resale-rules.ts';
import type { Repository } from '../../repository/index.ts';
import type { SourceServer } from '../../source/mysql/testing/source-server.ts';
import { eventsOf, readStream } from '../../stream/index.ts';
import { Findings } from '../finding.ts';
import { followUpCsv } from '../follow-up-csv.ts';
import { guardResale, type GuardReport, type GuardRequest } from '../guard-resale.ts';
import type { RestorePoint } from '../log-tail.ts';

const never = new AbortController().signal;
const nothingHidden = { cards: new Set<string>(), orders: new Set<string>() };

export interface ResaleRig {
  readonly source: SourceServer;
  readonly repository: Repository;
  readonly sourceId: string;
  readonly vault: Parameters<typeof eventsOf>[2];
  /** Stores the log of the server up to its end. */
  follow(): Promise<unknown>;
}

/** The guard on a real server with a real log; `rig` is the one of the test that runs. */
export function describeResale(rig: () => ResaleRig): void {
  const shop = 'dujiaoka';
  const copy = 'dujiaoka_copy';
  let point: RestorePoint;
  let rules: ResaleRules;

  const run = (...statements: readonly string[]) => rig().source.run(...statements);
  const ask = async (sql: string) => (await rig().source.admin.query(sql)).map((row) => [...row.values()][0] ?? '');
  /** A shop with 400 cards for sale (id 1–400), 5 of them shared, and what a restore to now would bring back of it. */
  const openShop = async () => {
    rules = (await presetById('dujiaoka-2.x')).resale!;
    const tables = demoTables.filter((ddl) => /^CREATE TABLE (?:carmis|orders) /.test(ddl));
    const cards = Array.from(
      { length: 400 },
      (_, n) =>
        `(${n + 1}, ${(n % 3) + 1}, 1, ${n >= 395 ? 1 : 0}, 'SECRET-${n + 1}', '2026-01-01 00:00:${String(n % 60).padStart(2, '0')}')`,
    );
    await run(
      `DROP DATABASE IF EXISTS ${shop}`,
      `CREATE DATABASE ${shop}`,
      `USE ${shop}`,
      ...tables,
      `INSERT INTO carmis (id, goods_id, status, is_loop, carmi, created_at) VALUES ${cards.join()}`,
      ...[1, 2, 3].map((id) => newOrder(id)),
      'UPDATE orders SET status = 4 WHERE id = 1',
      'UPDATE orders SET status = 3 WHERE id = 2',
    );
    await restoreCopy();
    const [status] = await rig().source.admin.query('SHOW MASTER STATUS');
    const place = { file: status?.get('file') ?? '', position: Number(status?.get('position')) };
    point = { place, atMs: systemClock.nowMs() };
  };
  let kept: readonly string[] = [];
  const restoreCopy = async () => {
    await run(`DROP DATABASE IF EXISTS ${copy}`, `CREATE DATABASE ${copy}`);
    for (const table of ['carmis', 'orders'])
      await run(
        `CREATE TABLE ${copy}.${table} LIKE ${shop}.${table}`,
        `INSERT INTO ${copy}.${table} SELECT * FROM ${shop}.${table}`,
      );
    kept = await ask(`SELECT CONCAT_WS(',', id, status) FROM ${copy}.orders ORDER BY id`);
  };
  const newOrder = (id: number) =>
    'INSERT INTO orders (id, order_sn, goods_id, title, buy_amount, total_price, actual_price, email, info, buy_ip, status, created_at) ' +
    `VALUES (${id}, 'SN${id}', 1, '网易云', 1, 9.9, 9.9, 'b${id}@x.cn', NULL, '1.1.1.1', 1, UTC_TIMESTAMP())`;
  /** As the shop's program does it: one transaction for the order and its card. */
  const sell = async (order: number, card: number, end = 'COMMIT') => {
    await run(
      newOrder(order),
      'START TRANSACTION',
      `UPDATE orders SET status = 4, info = 'SECRET-${card}' WHERE id = ${order}`,
      `UPDATE carmis SET status = 2 WHERE id IN (${card}) AND is_loop = 0`,
      end,
    );
  };
  const sellMany = async (count: number) => {
    for (let n = 1; n <= count; n += 1) await sell(1000 + n, n);
  };
  const guard = async (
    more: { log?: boolean; live?: boolean; closed?: boolean } & Partial<
      Pick<GuardRequest, 'undone' | 'isCaughtUp' | 'clock' | 'onProgress'>
    > = {},
  ) => {
    const { log = false, live = false, closed = false, ...request } = more;
    const { source, repository, sourceId, vault } = rig();
    if (log) await rig().follow();
    const own = await source.openAdmin();
    const there = live ? await source.openAdmin() : null;
    try {
      return await guardResale({
        rules,
        hidden: nothingHidden,
        database: shop,
        copy: { connection: own, database: copy },
        point,
        undone: null,
        log: log
          ? {
              stretches: await readStream(repository, sourceId, never),
              canOpen: ({ record }) => !record.sealed || !closed,
              events: (stored) => eventsOf(repository, stored, vault, never),
            }
          : null,
        isCaughtUp: log,
        live: there && { connection: there, database: shop },
        findings: new Findings(),
        clock: systemClock,
        onProgress: () => undefined,
        signal: never,
        ...request,
      });
    } finally {
      own.close();
      there?.close();
    }
  };
  const forSale = () => ask(`SELECT id FROM ${copy}.carmis WHERE status = 1 AND is_loop = 0 ORDER BY id`);
  const listed = (report: GuardReport) => {
    const csv = followUpCsv(report.followUps, { rules, types: report.orderTypes }, 'zh');
    expect(csv).not.toContain('SECRET');
    const cells = csv
      .slice(1)
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.slice(1, -1).split('","'));
    return cells.map((line) => ({ number: line[0], contact: line[5], todo: line[9] ?? '', card: line[10] }));
  };
  const reasons = ({ gaps }: GuardReport) => gaps.map(({ reason }) => reason);
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => String(from + n));

  describe('the resale guard', () => {
    it('marks 300 cards that were sold after the moment, out of the log alone, and lists exactly their orders', async () => {
      await openShop();
      await sellMany(300);
      await sell(2001, 350, 'ROLLBACK');
      await sell(2002, 396);
      // As older versions of the program sold a shared card.
      await run(
        'START TRANSACTION',
        'UPDATE carmis SET status = 2 WHERE id = 397',
        newOrder(2003),
        'UPDATE orders SET status = 4 WHERE id = 2003',
        'COMMIT',
      );
      await run('UPDATE orders SET status = 4 WHERE id = 2', 'UPDATE orders SET status = 2 WHERE id = 3');
      await run('DROP TABLE carmis', 'DROP TABLE orders');

      const closed = await guard({ log: true, closed: true });
      expect(closed).toMatchObject({ cards: 0, isComplete: false });
      expect(closed.gaps).toMatchObject([{ reason: 'log-sealed' }]);
      expect(Number(closed.gaps[0]?.facts['rows'])).toBeGreaterThanOrEqual(300);

      const report = await guard({ log: true, live: true });
      expect(report).toMatchObject({ cards: 300, shared: 1, orders: 304, isComplete: true, gaps: [] });
      expect(await forSale()).toEqual(numbers(301, 395));
      expect(await ask(`SELECT COUNT(*) FROM ${copy}.carmis WHERE status = 1 AND is_loop = 1`)).toEqual(['5']);
      // Nothing of the money was touched.
      expect(await ask(`SELECT CONCAT_WS(',', id, status) FROM ${copy}.orders ORDER BY id`)).toEqual(kept);
      const lines = listed(report);
      expect(new Set(lines.map(({ number }) => number))).toEqual(
        new Set(['SN2', 'SN3', 'SN2002', 'SN2003', ...numbers(1001, 1300).map((id) => `SN${id}`)]),
      );
      expect(lines.find(({ number }) => number === 'SN1007')).toMatchObject({ card: '7', contact: 'b1007@x.cn' });
      expect(lines.find(({ number }) => number === 'SN2')?.todo).toContain('不要再发一次');
      expect(lines.find(({ number }) => number === 'SN3')?.todo).toContain('未付款');

      // Once more: nothing is left to do, and the same has to be seen to.
      const again = await guard({ log: true });
      expect(again).toMatchObject({ cards: 0, orders: 304 });
      expect(await forSale()).toEqual(numbers(301, 395));
    });

    it('marks them out of the live database alone, and says that this is not everything', async () => {
      await openShop();
      await sellMany(40);
      await run('UPDATE orders SET status = 2 WHERE id = 3');
      const report = await guard({ live: true });
      expect(report).toMatchObject({ cards: 40, orders: 41, isComplete: false });
      expect(await forSale()).toEqual(numbers(41, 395));
      const lines = listed(report);
      expect(lines.filter(({ number }) => number?.startsWith('SN')).map(({ number }) => number)).toHaveLength(41);
      const both = await guard({ live: true, log: true, isCaughtUp: false });
      expect(both).toMatchObject({ cards: 0, orders: 41, isComplete: true });
      // Who was it: the log knows, and the live database saw the same cards.
      expect(both.followUps.filter(({ order }) => order === null)).toEqual([]);
      expect(await guard({})).toMatchObject({ cards: 0, orders: 0, isComplete: false });
    });

    it('keeps what it has seen of a live table that is too large to be looked at in time', async () => {
      await openShop();
      const more = Array.from({ length: 1000 }, (_, n) => `(${1001 + n}, 1, 1, 'SECRET')`);
      await run(`INSERT INTO carmis (id, goods_id, status, carmi) VALUES ${more.join()}`);
      await restoreCopy();
      for (const card of [1, 1999, 2000]) await sell(3000 + card, card);
      let jumpMs = 0;
      // The first page is over: so is the time.
      const onProgress: GuardRequest['onProgress'] = (phase, rows) => {
        if (phase === 'resale-live' && rows >= 500) jumpMs = 3_600_000;
      };
      const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + jumpMs };
      const report = await guard({ live: true, clock, onProgress });
      expect(report).toMatchObject({ cards: 2, orders: 3, isComplete: false });
      expect(reasons(report)).toContain('live-time-over');
      expect((await forSale()).filter((id) => Number(id) > 1998 || id === '1')).toEqual(['1']);
    });

    it('is not misled by the accident that the restore is to undo', async () => {
      await openShop();
      await sellMany(3);
      await run('UPDATE carmis SET status = 2');
      const report = await guard({ log: true, live: true });
      expect(report).toMatchObject({ cards: 3, orders: 3, isComplete: false });
      expect(reasons(report)).toEqual(['mass-change']);
      const alone = await guard({ live: true });
      expect(reasons(alone)).toContain('live-mass-change');
      expect(await forSale()).toEqual(numbers(4, 395));
      // The same, when it is known what is undone.
      const [event] = report.gaps;
      const undone = { file: String(event?.facts['file']), position: Number(event?.facts['position']) };
      expect(await guard({ log: true, undone })).toMatchObject({ isComplete: true, gaps: [] });
    });

    it('does not take other cards and orders for the old ones after the tables were emptied', async () => {
      await openShop();
      await sell(1001, 1);
      await run('TRUNCATE carmis', 'TRUNCATE orders');
      await run(
        "INSERT INTO carmis (id, goods_id, status, carmi, created_at) VALUES (5, 1, 1, 'SECRET-NEW', '2026-11-20 10:00:00')",
      );
      await run(newOrder(1).replace('SN1', 'SN-NEW'), 'UPDATE carmis SET status = 2', 'UPDATE orders SET status = 4');
      for (const witnesses of [{ live: true }, { log: true, live: true }]) {
        const report = await guard(witnesses);
        expect((await forSale()).includes('5')).toBe(true);
        expect(listed(report).map(({ number }) => number)).toContain('SN-NEW');
      }
      expect(await forSale()).toEqual(numbers(2, 395));
    });

    it('reads on when the table got a column at its end, and guesses at nothing when it got one before', async () => {
      await openShop();
      await sell(1001, 1);
      await run('ALTER TABLE carmis ADD COLUMN note VARCHAR(20) NULL');
      await sell(1002, 2);
      expect(await guard({ log: true })).toMatchObject({ cards: 2, isComplete: true });
      await run('ALTER TABLE carmis ADD COLUMN first VARCHAR(20) NULL FIRST');
      await sell(1003, 3);
      const report = await guard({ log: true });
      expect(reasons(report)).toEqual(['log-shape']);
      expect(await forSale()).toEqual(numbers(3, 395));
      // Names say more than an order does, where the server logs them.
      await run("SET GLOBAL binlog_row_metadata = 'FULL'");
      try {
        await sell(1004, 4);
      } finally {
        await run("SET GLOBAL binlog_row_metadata = 'NO_LOG'");
      }
      expect(await guard({ log: true })).toMatchObject({ cards: 1, isComplete: false });
      expect(await forSale()).toEqual(['3', ...numbers(5, 395)]);
      // The live database knows its own columns.
      expect(await guard({ log: true, live: true })).toMatchObject({ cards: 1, isComplete: false });
      expect(await forSale()).toEqual(numbers(5, 395));
    });
  });
}
