import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { Engine } from '../jobs/index.ts';
import { demoSourceName } from '../jobs/verbs/demo-verbs.ts';
import { rest } from '../platform/rest.ts';
import { quoteName } from '../source/mysql/index.ts';
import { ByHand, type HandDump } from './by-hand.ts';
import type { DemoShop } from './demo-shop.ts';
import type { DemoPair, DemoTimeline } from './demo-timeline.ts';
import { readShopFacts, type ShopFacts } from './independent-check.ts';
import { Trading } from './trading.ts';

/** So many orders before the attack, and so many between its two blows. */
const salesBefore = 300;
const salesAfter = 12;
const deletedOrders = 5000;

export interface SecondAct {
  readonly engine: Engine;
  readonly shop: DemoShop;
  readonly timeline: DemoTimeline;
  readonly dir: string;
  readonly vaultWords: string;
  readonly signal: AbortSignal;
}

type Event = VerbOutput<'events.list'>['events'][number];

/**
 * Orders keep coming; somebody deletes thousands of them, the shop sells on, then the tables are dropped. The log shows the first blow, and the shop
 * is brought back to just before it, with the cards that were sold since kept from being sold again; then swap, undo, and swap again.
 * The engine has made a backup and has a copy named `demo-main`.
 *
 * @returns what has to be equal, for the proof
 */
export async function backToTheSecond(act: SecondAct): Promise<readonly DemoPair[]> {
  const { engine, shop, timeline, dir, signal } = act;
  const hand = (await ByHand.isPossible()) ? new ByHand(dir, shop.server) : null;
  const dump = hand === null ? null : await hand.dump(shop.database, signal);
  const trading = new Trading(shop, signal);
  const before = await timeline.step(
    'trade',
    () => tradeUntilAttack(act, trading),
    () => ({ orders: trading.sold }),
  );
  const soldBefore = trading.sold;
  await timeline.step(
    'attack',
    () => attack(act, trading),
    () => ({ deleted: deletedOrders, sold: trading.sold - soldBefore }),
  );
  const crime = await timeline.step(
    'find-crime',
    () => findCrime(act),
    ({ kind, tables, rows, id }) => ({ kind, table: tables[0] ?? '', rows: rows ?? 0, id }),
  );
  const restored = await timeline.step(
    'back-to-the-second',
    () => restoreBefore(act, crime),
    ({ replay, rows, database, resale, stoppedAt }) => ({
      transactions: replay?.transactions ?? 0,
      rows,
      database,
      cards: resale.cards,
      orders: resale.orders,
      at: stoppedAt,
    }),
  );
  const restore = restored.restoreId;
  await timeline.step(
    'swap',
    () => engine.call('swap.run', { restore, withoutSafetySnapshot: true }, { signal }),
    () => ({}),
  );
  const after = await shop.withOwner((session) => readShopFacts(session, shop.database, signal));
  await timeline.step(
    'undo',
    () => engine.call('undo.run', { restore }, { signal }),
    () => ({}),
  );
  const isGone = await isTableGone(act);
  await timeline.step(
    'swap-again',
    () => engine.call('swap.run', { restore, withoutSafetySnapshot: true, withoutComparison: true }, { signal }),
    () => ({}),
  );
  const again = await shop.withOwner((session) => readShopFacts(session, shop.database, signal));
  await tellByHand(act, hand, dump, crime);
  const sold = trading.sold - soldBefore;
  const forSale = await cardsForSaleTwice(act, sold);
  return [
    ['rows', before.rows, after.rows],
    ['paid', before.paidSum, after.paidSum],
    // Of the cards those that were sold since are marked.
    ['checksums', before.checksums.size - 1, sameTables(before, after)],
    [
      'ledgers',
      restored.ledgers.length,
      restored.ledgers.filter(({ equal, unproven }) => equal && unproven !== true).length,
    ],
    ['guarded', sold, restored.resale.cards],
    ['followUp', sold, restored.resale.orders],
    ['soldTwice', 0, forSale],
    ['undone', 'orders', isGone ? 'orders' : ''],
    ['redone', after.paidSum, again.paidSum],
  ];
}

async function tradeUntilAttack({ engine, shop, signal }: SecondAct, trading: Trading): Promise<ShopFacts> {
  const following = new AbortController();
  const stream = engine
    .call(
      'stream.run',
      { source: demoSourceName, forMs: null, untilCaughtUp: false, to: ['demo-main'] },
      { signal: AbortSignal.any([signal, following.signal]) },
    )
    .catch((error: unknown) => {
      if (!isAppErrorOf(error, 'cancelled')) throw error;
    });
  try {
    trading.start();
    while (trading.sold < salesBefore) await rest(50, signal);
    await trading.pause();
  } finally {
    following.abort();
    await stream;
  }
  return shop.withOwner((session) => readShopFacts(session, shop.database, signal));
}

async function attack({ shop, signal }: SecondAct, trading: Trading): Promise<void> {
  const orders = `${quoteName(shop.database)}.orders`;
  await shop.withOwner((session) =>
    session.execute(`DELETE FROM ${orders} ORDER BY id LIMIT ${deletedOrders}`, signal),
  );
  const wanted = trading.sold + salesAfter;
  trading.start();
  while (trading.sold < wanted) await rest(20, signal);
  await trading.pause();
  await shop.withOwner((session) =>
    session.execute(`DROP TABLE ${orders}, ${quoteName(shop.database)}.carmis`, signal),
  );
}

/** The rest of the log is fetched first: the server still answers. The first blow is the one to go back before. */
async function findCrime({ engine, signal }: SecondAct): Promise<Event> {
  await engine.call(
    'stream.run',
    { source: demoSourceName, forMs: null, untilCaughtUp: true, to: ['demo-main'] },
    { signal },
  );
  const { events } = await engine.call(
    'events.list',
    { source: demoSourceName, since: null, until: null, destructive: true, table: null },
    { signal },
  );
  const crime = events.find(({ kind }) => kind === 'mass-delete');
  if (crime === undefined) throw new AppError('stream.event-unknown', { event: 'mass-delete' });
  return crime;
}

function restoreBefore({ engine, vaultWords, signal }: SecondAct, { id }: Event): Promise<VerbOutput<'restore.run'>> {
  return engine.call(
    'restore.run',
    {
      source: demoSourceName,
      snapshot: 'latest',
      from: null,
      until: { kind: 'event', id },
      databases: [],
      tables: [],
      into: { kind: 'same' },
      as: null,
      vault: { words: vaultWords },
      resaleGuard: 'on',
    },
    { signal },
  );
}

function sameTables(before: ShopFacts, after: ShopFacts): number {
  return [...before.checksums].filter(([table, sum]) => table !== 'carmis' && after.checksums.get(table) === sum)
    .length;
}

async function isTableGone({ shop, signal }: SecondAct): Promise<boolean> {
  const rows = await shop.withOwner((session) =>
    session.rows(`SHOW TABLES FROM ${quoteName(shop.database)} LIKE 'orders'`, signal),
  );
  return rows.length === 0;
}

/** Of the cards that were sold between the two blows: how many are for sale now. They were the first of the stock then. */
async function cardsForSaleTwice({ shop, signal }: SecondAct, sold: number): Promise<number> {
  const [row] = await shop.withOwner((session) =>
    session.rows(
      `SELECT COALESCE(SUM(status = 1), 0) AS n FROM (SELECT status FROM ${quoteName(shop.database)}.carmis WHERE is_loop = 0 AND updated_at >= NOW() - INTERVAL 1 HOUR ORDER BY id DESC LIMIT ${sold}) AS last_sold`,
      signal,
    ),
  );
  return Number(row?.get('n') ?? 0);
}

async function tellByHand(
  { shop, timeline, signal }: SecondAct,
  hand: ByHand | null,
  dump: HandDump | null,
  { position }: Event,
): Promise<void> {
  if (hand === null || dump === null) return;
  const files = await shop.withOwner((session) => session.rows('SHOW BINARY LOGS', signal));
  const names = files.map((row) => row.get('log_name') ?? '');
  await timeline.step(
    'by-hand',
    () => hand.restore(dump, position, names, signal),
    ({ loadMs, replayMs }) => ({ load: (loadMs / 1000).toFixed(1), replay: (replayMs / 1000).toFixed(1) }),
  );
}
