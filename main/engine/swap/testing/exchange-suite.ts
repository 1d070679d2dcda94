import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Flavour } from '../../../../shared/model/database.ts';
import type { SwapAttempt } from '../../../../shared/model/swap.ts';
import { systemClock } from '../../platform/clock.ts';
import { pollUntil } from '../../platform/poll.ts';
import { presetById } from '../../presets/preset.ts';
import { openLoadSession } from '../../source/mysql/load/index.ts';
import { never, type SourceServer } from '../../source/mysql/testing/source-server.ts';
import {
  checkPrivileges,
  checkWritable,
  compareShops,
  prepareExchange,
  reversed,
  runExchange,
  type Exchange,
  type ExchangeWish,
  type WhileHeld,
} from '../index.ts';
import type { Try } from '../move-tables.ts';
import { lastSalesOf, lookBehind, openShop, sellOne, startSelling } from './selling-shop.ts';
import { besides, buildShops, countedSessions, lives, renamed, seen } from './two-shops.ts';

const fromBeside = { shop__r: 'shop', pay__r: 'pay' };
const toBefore = { shop: 'shop__b', pay: 'pay__b' };
const patient: readonly Try[] = [{ waitS: 20, pauseMs: 0 }];

/** In what is kept aside, bodies mean their own tables and events are off: so it has to be. */
function notable(notes: readonly string[]): string[] {
  return notes.filter((note) => !/^(names-changed|event-off): /.test(note));
}

/** The exchange on a real server of one flavour. */
export function exchangeSuite(
  name: string,
  flavour: Flavour,
  start: () => Promise<SourceServer>,
  /** Every how many statements a stop is tried. */
  stride: number,
): void {
  describe(name, () => {
    let source: SourceServer;
    let was: Record<string, string>;
    let waiting: Record<string, string>;

    beforeAll(async () => {
      source = await start();
      // Functions and triggers on a server with a binlog, and statements that have to wait for nothing here.
      await source.run('SET GLOBAL log_bin_trust_function_creators = 1', 'SET SESSION foreign_key_checks = 0');
    });
    afterAll(() => source.stop());

    const fresh = async () => {
      await buildShops(source, flavour);
      was = await seen(source.admin, lives);
      waiting = await seen(source.admin, besides);
    };
    const wish = (): ExchangeWish => ({
      direction: 'swap',
      back: 'beside',
      ends: 'swapped',
      startedAt: '2026-11-23T12:00:00.000Z',
      whole: true,
      databases: [
        { live: 'shop', from: 'shop__r', away: 'shop__b' },
        { live: 'pay', from: 'pay__r', away: 'pay__b' },
      ],
      enabledEvents: ['shop.nightly'],
      last: null,
    });
    const plan = async (changes: Partial<ExchangeWish> = {}): Promise<Exchange> => {
      const session = await openLoadSession(source.target, { signal: never });
      try {
        const { exchange } = await prepareExchange(session, { ...wish(), ...changes });
        // Through the journal's own form, as after a restart of the program.
        return JSON.parse(JSON.stringify(exchange)) as Exchange;
      } finally {
        session.close();
      }
    };
    const run = (
      exchange: Exchange,
      {
        open = countedSessions(source).open,
        tries = patient,
        onAttempt = () => undefined,
        whileHeld = null,
      }: {
        open?: ReturnType<typeof countedSessions>['open'];
        tries?: readonly Try[];
        onAttempt?: (attempt: SwapAttempt) => void;
        whileHeld?: WhileHeld | null;
      } = {},
    ) =>
      runExchange(
        {
          open,
          tries,
          clock: systemClock,
          whileHeld,
          onPhase: () => undefined,
          onAttempt,
          onUntouched: () => Promise.resolve(),
          signal: never,
        },
        exchange,
      );
    const databases = async () =>
      (await source.admin.query('SHOW DATABASES'))
        .map((row) => row.get('database') ?? '')
        .filter((each) => /^(shop|pay)/.test(each))
        .sort();
    const expectSwapped = async () => {
      expect(await seen(source.admin, lives)).toEqual(renamed(waiting, fromBeside, 'ENABLE'));
      expect(await databases()).toEqual(['pay', 'pay__b', 'shop', 'shop__b']);
    };
    const expectAsBefore = async () => {
      expect(await seen(source.admin, lives)).toEqual(was);
      const beside = await seen(source.admin, besides);
      // A column's sequence keeps the name that it was given on the way in; nobody writes there, and the next way in finds it right.
      if (flavour === 'mariadb')
        beside['shop__r.tickets'] = beside['shop__r.tickets']?.replace('`shop`', '`shop__r`') ?? '';
      expect(beside).toEqual(renamed(waiting, {}, 'DISABLE'));
      expect(await databases()).toEqual(['pay', 'pay__r', 'shop', 'shop__r']);
    };

    it('puts everything that was restored in the place of everything there was, keeps that, and gives it back', async () => {
      await fresh();
      const swap = await plan();

      expect(
        (await run(swap)).notes.filter((note) => !note.startsWith('names-changed') && !note.startsWith('event-off')),
      ).toEqual([]);

      await expectSwapped();
      const kept = await seen(source.admin, ['shop__b', 'pay__b']);
      if (flavour === 'mysql') expect(kept).toEqual(renamed(was, toBefore, 'DISABLE'));
      // A column's sequence keeps the name it had: in tables that nobody writes to any more.
      else
        expect({ ...kept, 'shop__b.tickets': '' }).toEqual({
          ...renamed(was, toBefore, 'DISABLE'),
          'shop__b.tickets': '',
        });

      // An order of the new time, then back: it must be neither lost nor in the way.
      await source.run("INSERT INTO shop.orders (who) VALUES ('after')");
      const undo = await plan({
        direction: 'undo',
        ends: 'undone',
        databases: [
          { live: 'shop', from: 'shop__b', away: 'shop__u' },
          { live: 'pay', from: 'pay__b', away: 'pay__u' },
        ],
        last: swap,
      });
      await run(undo);

      expect(await seen(source.admin, lives)).toEqual(was);
      expect(await databases()).toEqual(['pay', 'pay__u', 'shop', 'shop__u']);
      const [order] = await source.admin.query("SELECT stamp FROM shop__u.orders WHERE who = 'after'");
      expect(order?.get('stamp')).toBe('then-after');

      const redo = await plan({
        databases: [
          { live: 'shop', from: 'shop__u', away: 'shop__b' },
          { live: 'pay', from: 'pay__u', away: 'pay__b' },
        ],
        last: undo,
      });
      await run(redo);

      await source.run("DELETE FROM shop.orders WHERE who = 'after'");
      await expectSwapped();
    });

    it('tells what would come back and what would leave, and who may not do it, without changing anything', async () => {
      await fresh();
      const session = await openLoadSession(source.target, { signal: never });
      const prepared = await prepareExchange(session, wish());
      const ledger = {
        database: 'pay',
        table: 'bills',
        amountColumn: 'order_id',
        unit: 'yuan',
        currency: 'CNY',
      } as const;
      const comparison = await compareShops({
        session,
        prepared,
        ledgers: [{ ...ledger, name: 'bills', statusColumn: null, paidValues: [] }],
        limitMs: 60_000,
        clock: systemClock,
        onTable: () => undefined,
        signal: never,
      });

      const rows = comparison.tables.map((each) => [each.table, each.same, each.comeBack, each.goAway, each.change]);
      expect(rows.filter(([table]) => table !== 'tickets')).toEqual([
        ['cards', true, 0, 0, 0],
        ['items', true, 0, 0, 0],
        ['only_now', null, 0, 1, 0],
        ['only_then', null, 1, 0, 0],
        ['orders', false, 0, 1, 1],
        ['bills', true, 0, 0, 0],
      ]);
      const totals = { comeBack: 1, goAway: 2, change: 1, tablesComeBack: 1, tablesGoAway: 1, complete: true };
      expect(comparison.totals).toEqual(totals);
      expect(comparison.objects.map(({ name: object, effect }) => `${object} ${effect}`).sort()).toEqual([
        'cards_now goes-away',
        'nightly changes',
        'orders_stamp changes',
        'tag changes',
        'who changes',
      ]);
      expect(comparison.ledgers).toMatchObject([{ equal: true, live: { rows: 1 }, restored: { rows: 1 } }]);

      expect(await checkPrivileges(session, ['shop', 'shop__b'], prepared.exchange)).toMatchObject({ ok: true });
      await source.run(
        "DROP USER IF EXISTS clerk@'%'",
        "CREATE USER clerk@'%' IDENTIFIED BY 'a clerk of the shop'",
        "GRANT SELECT, INSERT, CREATE, DROP ON `shop`.* TO clerk@'%'",
        'SET GLOBAL read_only = 1',
      );
      const clerk = await openLoadSession(source.as('clerk', 'a clerk of the shop'), { signal: never });
      expect(await checkPrivileges(clerk, ['shop'], prepared.exchange)).toMatchObject({
        ok: false,
        errorCode: 'swap.no-privilege',
        facts: { database: 'shop', privileges: expect.stringContaining('ALTER, REFERENCES, TRIGGER') as string },
      });
      expect(await checkWritable(clerk, never)).toMatchObject({ ok: false, errorCode: 'swap.read-only' });
      expect(await checkWritable(session, never)).toMatchObject({ ok: true });
      await source.run('SET GLOBAL read_only = 0');
      clerk.close();
      session.close();
      await expectAsBefore();
    });

    it('is completed or taken back wherever it was stopped', async () => {
      await fresh();
      const swap = await plan();
      const back = reversed(swap);
      const server = { isThrough: false };
      let rounds = 0;
      for (let stopAt = 1; !server.isThrough; stopAt += stride) {
        rounds += 1;
        server.isThrough = await run(swap, { open: countedSessions(source, stopAt).open }).then(
          () => true,
          () => false,
        );
        if (rounds % 2 === 0) {
          await run(swap);
          await expectSwapped();
          // The way back is stopped as well, and gone again.
          if (rounds % 6 === 0) await run(back, { open: countedSessions(source, stopAt).open }).catch(() => undefined);
        }
        await run(back);
        await expectAsBefore();
      }
      expect(rounds * stride).toBeGreaterThan(25);
    });

    it('loses no order that is written meanwhile, and lets none in without its trigger', async () => {
      await fresh();
      const swap = await plan();
      const writing = { isOn: true };
      const acknowledged: string[] = [];
      const writers = [0, 1, 2].map(async (writer) => {
        const connection = await source.openAdmin();
        for (let n = 0; writing.isOn; n += 1) {
          await connection.query(`INSERT INTO shop.orders (who) VALUES ('w${writer}-${n}')`);
          acknowledged.push(`w${writer}-${n}`);
        }
        connection.close();
      });
      const written = (more: number, since = acknowledged.length) =>
        pollUntil(() => (acknowledged.length >= since + more ? true : undefined), { timeoutMs: 60_000, everyMs: 5 });
      await written(20);

      const { heldMs } = await run(swap);
      await written(20);
      await run(reversed(swap));
      await written(20);
      await run(swap);
      await written(20);
      writing.isOn = false;
      await Promise.all(writers);

      const whoIn = async (database: string) =>
        (await source.admin.query(`SELECT who, stamp FROM ${database}.orders WHERE who LIKE 'w%'`)).map((row) => [
          row.get('who'),
          row.get('stamp'),
        ]);
      const [now, before] = [await whoIn('shop'), await whoIn('shop__b')];
      expect([...now, ...before].map(([who]) => who).sort()).toEqual(acknowledged.sort());
      expect(now.filter(([who, stamp]) => stamp !== `then-${who}`)).toEqual([]);
      // On MariaDB what waited for the tables may still get into the old ones when their triggers are gone; never into the new ones.
      const isOwn = (who: string | null | undefined, stamp: string | null | undefined) =>
        stamp === `now-${who ?? ''}` || (flavour === 'mariadb' && stamp === null);
      expect(before.filter(([who, stamp]) => !isOwn(who, stamp))).toEqual([]);
      expect(now.length).toBeGreaterThan(20);
      console.info(`${name}: held for ${Math.round(heldMs)} ms`);
    });

    it('gives up with the name of whoever holds the tables, leaves the shop as it was, and gets through when they let go', async () => {
      await fresh();
      const swap = await plan();
      const slow = await source.openAdmin();
      await slow.query('BEGIN');
      await slow.query('SELECT * FROM shop.orders FOR UPDATE');
      const attempts: SwapAttempt[] = [];
      const tries = [
        { waitS: 1, pauseMs: 0 },
        { waitS: 1, pauseMs: 0 },
      ];

      await expect(run(swap, { tries, onAttempt: (attempt) => attempts.push(attempt) })).rejects.toMatchObject({
        code: 'swap.busy',
        facts: { attempts: 2, blockers: expect.stringContaining(`#${slow.threadId}`) as string },
      });

      expect(attempts.map(({ ok, blockers }) => [ok, blockers[0]?.thread])).toEqual([
        [false, slow.threadId],
        [false, slow.threadId],
      ]);
      await slow.query('COMMIT');
      await expectAsBefore();

      await slow.query('BEGIN');
      await slow.query('SELECT * FROM shop.orders FOR UPDATE');
      const letGo: SwapAttempt[] = [];
      await run(swap, {
        tries: [{ waitS: 1, pauseMs: 0 }, ...patient],
        onAttempt: (attempt) => {
          letGo.push(attempt);
          if (!attempt.ok) void slow.query('COMMIT');
        },
      });
      expect(letGo.map(({ ok }) => ok)).toEqual([false, true]);
      await expectSwapped();
      slow.close();
    });

    it('changes some tables alone, and what refers to them refers to the new ones', async () => {
      await fresh();
      await source.run(
        'DROP DATABASE pay__r',
        'DROP VIEW shop__r.who',
        'DROP TRIGGER shop__r.orders_stamp',
        'DROP TABLE shop__r.items, shop__r.cards',
        ...(flavour === 'mariadb' ? ['DROP TABLE shop__r.tickets', 'DROP SEQUENCE shop__r.numbers'] : []),
        'DROP FUNCTION shop__r.tag',
        'DROP PROCEDURE shop__r.tidy',
        'DROP EVENT shop__r.nightly',
      );
      waiting = await seen(source.admin, ['shop__r']);
      const swap = await plan({ whole: false, databases: [{ live: 'shop', from: 'shop__r', away: 'shop__b' }] });

      expect(notable((await run(swap)).notes)).toEqual([]);

      const now = await seen(source.admin, lives);
      const theirs = (part: string) => (waiting[`shop__r.${part}`] ?? '').replaceAll('shop__r', 'shop');
      expect(now).toEqual({
        ...was,
        'shop.orders rows': theirs('orders rows'),
        'pay.owed rows': JSON.stringify(['1', 'first']),
        'shop.who rows': now['shop.who rows'],
        'shop.only_then': theirs('only_then'),
        'shop.only_then rows': theirs('only_then rows'),
      });
      // Both children follow: an item of a new order is taken, and the old orders can still be looked at.
      await source.run(
        "INSERT INTO shop.orders (id, who) VALUES (70, 'new')",
        'INSERT INTO shop.items VALUES (70, 70)',
      );
      await source.run('DELETE FROM shop.items WHERE id = 70', 'DELETE FROM shop.cards WHERE id = 1070');

      const undo = await plan({
        direction: 'undo',
        ends: 'undone',
        whole: false,
        databases: [{ live: 'shop', from: 'shop__b', away: 'shop__u' }],
        last: swap,
      });
      await run(undo);
      expect(await seen(source.admin, lives)).toEqual(was);
      expect(await databases()).toEqual(['pay', 'shop', 'shop__u']);
    });

    /** From the shop to the restore and back: what the next exchange of `shop` would be. */
    const onlyShop = (direction: 'swap' | 'undo', from: string, away: string, last: Exchange | null) =>
      plan({
        direction,
        ends: direction === 'swap' ? 'swapped' : 'undone',
        databases: [{ live: 'shop', from, away }],
        enabledEvents: [],
        last,
      });

    it.each([
      ['', 3, []],
      [
        ', with triggers',
        2,
        [
          'CREATE TABLE $.handed (id INT AUTO_INCREMENT PRIMARY KEY, card BIGINT NOT NULL, CONSTRAINT handed_card FOREIGN KEY (card) REFERENCES $.carmis (id) ON DELETE CASCADE) ENGINE=InnoDB',
          'CREATE TRIGGER $.carmis_handed AFTER UPDATE ON $.carmis FOR EACH ROW INSERT INTO $.handed (card) VALUES (NEW.id)',
          "CREATE TRIGGER $.orders_note BEFORE INSERT ON $.orders FOR EACH ROW SET NEW.title = CONCAT('$', NEW.title)",
          'CREATE TRIGGER $.carmis_note BEFORE UPDATE ON $.carmis FOR EACH ROW SET NEW.updated_at = UTC_TIMESTAMP()',
        ],
      ],
    ])('sells no card twice while the shop never stops selling%s', async (_, rounds, triggers) => {
      const rules = (await presetById('dujiaoka-2.x')).resale!;
      await openShop(source, 6_000, triggers);
      const seller = startSelling(source, 4);
      await seller.sold(50);
      let last: Exchange | null = null;
      const held: number[] = [];
      const gaps: number[] = [];
      let byLock = 0;
      for (let round = 0; round < rounds; round += 1) {
        const isSwap = round % 2 === 0;
        const from = isSwap ? (round === 0 ? 'shop__r' : 'shop__u') : 'shop__b';
        const exchange = await onlyShop(isSwap ? 'swap' : 'undo', from, isSwap ? 'shop__b' : 'shop__u', last);
        const guard = lastSalesOf(source, rules, exchange.databases);
        const before = await seller.sold(20).then(() => seller.delivered.length);
        seller.longestGapMs();
        const { heldMs } = await run(exchange, { whileHeld: guard.whileHeld });
        held.push(Math.round(heldMs));
        await seller.sold(20);
        gaps.push(Math.round(seller.longestGapMs()));
        expect(guard.missed).toEqual([]);
        byLock += guard.marked.get('shop')?.size ?? 0;
        expect(seller.delivered.length).toBeGreaterThan(before);
        last = exchange;
      }
      await seller.stop();

      const twice = seller.delivered.filter((code, index) => seller.delivered.indexOf(code) !== index);
      expect(twice).toEqual([]);
      expect(byLock).toBeGreaterThan(100);
      const errors = [...seller.errors].map(([errno, count]) => `${errno}×${count}`).join(' ');
      console.info(
        `${name}: ${seller.delivered.length} cards sold through ${rounds} exchanges, held ${held.join(', ')} ms, longest without a sale ${gaps.join(', ')} ms, errors of the shop: ${errors || 'none'}`,
      );
    });

    /** A guard in whose last moment, between the look and the lock, one more card is sold. */
    const withLastSale = (
      guard: ReturnType<typeof lastSalesOf>,
      card: number,
      last = { isSold: false },
    ): WhileHeld => ({
      get places() {
        return guard.whileHeld.places;
      },
      prepare: async () => {
        await guard.whileHeld.prepare();
        await sellOne(source, card);
        last.isSold = true;
      },
      mark: (...held) => guard.whileHeld.mark(...held),
      missed: (error) => guard.whileHeld.missed(error),
    });
    const forSale = async (database: string) =>
      (await source.admin.query(`SELECT id FROM ${database}.carmis WHERE status = 1 AND is_loop = 0 ORDER BY id`)).map(
        (row) => Number(row.get('id')),
      );

    it('has marked what was sold, wherever it was stopped, when it is completed or taken back', async () => {
      const rules = (await presetById('dujiaoka-2.x')).resale!;
      const server = { isThrough: false };
      let rounds = 0;
      for (let stopAt = 1; !server.isThrough; stopAt += stride) {
        rounds += 1;
        await openShop(source, 9);
        await sellOne(source, 3);
        const swap = await onlyShop('swap', 'shop__r', 'shop__b', null);
        const last = { isSold: false };
        const guardOf = (exchange: Exchange) => lastSalesOf(source, rules, exchange.databases);
        server.isThrough = await run(swap, {
          open: countedSessions(source, stopAt).open,
          whileHeld: withLastSale(guardOf(swap), 5, last),
        }).then(
          () => true,
          () => false,
        );
        if (rounds % 2 === 0 && !server.isThrough) {
          await run(swap, { whileHeld: guardOf(swap).whileHeld });
          await lookBehind(source, rules, 'shop', 'shop__b');
        } else if (!server.isThrough) {
          const back = reversed(swap);
          await run(back, { whileHeld: guardOf(back).whileHeld });
        }
        // The one that went through at once had nobody look behind it: what was sold in its last moment was marked before anybody could buy.
        const sold = last.isSold ? [3, 5] : [3];
        expect(await forSale('shop')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].filter((card) => !sold.includes(card)));
      }
      expect(rounds * stride).toBeGreaterThan(5);
    });

    it('refuses in words when the last look would hold the shop for too long, and when an accident comes in between', async () => {
      const rules = (await presetById('dujiaoka-2.x')).resale!;
      await openShop(source, 2_000);
      const swap = await onlyShop('swap', 'shop__r', 'shop__b', null);
      const slow = lastSalesOf(source, rules, swap.databases, 0);
      await expect(run(swap, { whileHeld: slow.whileHeld })).rejects.toMatchObject({
        code: 'swap.guard-too-slow',
        facts: { table: 'shop.carmis', seconds: 1 },
      });
      expect(await databases()).toEqual(['shop', 'shop__r']);

      // Between the last look and the lock somebody marks everything as sold: these are no sales, and the restore is to undo it.
      await sellOne(source, 7);
      const guard = lastSalesOf(source, rules, swap.databases);
      let looks = 0;
      const accident: WhileHeld = {
        ...withLastSale(guard, 9),
        get places() {
          return guard.whileHeld.places;
        },
        prepare: async () => {
          await guard.whileHeld.prepare();
          if ((looks += 1) === 1) await source.run('UPDATE shop.carmis SET status = 2');
        },
      };
      const attempts: SwapAttempt[] = [];
      const tries = [
        { waitS: 20, pauseMs: 0 },
        { waitS: 20, pauseMs: 0 },
      ];
      await run(swap, { tries, whileHeld: accident, onAttempt: (attempt) => attempts.push(attempt) });
      expect(await forSale('shop')).toHaveLength(1_999);
      expect(await forSale('shop')).not.toContain(7);
      // MariaDB marks behind the move: there it is left to the look behind it, which judges in the same way.
      expect(attempts.map(({ ok }) => ok)).toEqual(flavour === 'mysql' ? [false, true] : [true]);
      expect(guard.missed).toHaveLength(flavour === 'mysql' ? 0 : 1);
    });

    it('brings back a shop that is gone altogether', async () => {
      await fresh();
      await source.run('DROP DATABASE pay', 'DROP DATABASE shop');
      const swap = await plan();

      await run(swap);

      expect(await seen(source.admin, lives)).toEqual(renamed(waiting, fromBeside, 'ENABLE'));
      expect(await databases()).toEqual(['pay', 'shop']);
    });
  });
}
