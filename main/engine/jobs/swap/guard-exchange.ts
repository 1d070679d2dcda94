import { toAppError } from '../../../../shared/errors/app-error.ts';
import type { ResaleResult } from '../../../../shared/model/resale.ts';
import type { ResaleRules } from '../../presets/resale-rules.ts';
import { Findings, guardResale, LastSales, type GuardReport, type MovingShop } from '../../resale/index.ts';
import { connectMysql, type MysqlTarget } from '../../source/mysql/index.ts';
import type { Exchange, WhileHeld } from '../../swap/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { BookedRestore } from '../home/restore-book.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { letPass } from '../let-pass.ts';
import { hiddenOf, resultOf, sellingShops, type GuardedShops } from '../restore/resale-guard.ts';

export interface GuardedExchange {
  readonly resale: ResaleResult;
  readonly notes: readonly string[];
}

/** Sees to it that nothing which was sold until the moment of the exchange is sold again in what comes in, whichever way it goes. */
export interface ExchangeGuard {
  /** Until the tables change places, and while they do; null: then there is nothing to mark. */
  readonly whileHeld: WhileHeld | null;
  /** Behind the exchange: what is left to a person, and whatever could not be marked before. */
  finish(): Promise<GuardedExchange>;
}

/** When what was sold in the last moments is marked: `on`: before anybody can buy from the tables that come · `behind`: right behind the move. */
export type GuardMode = 'on' | 'behind';

const nothing = { cards: 0, orders: 0, csv: null } as const;

export async function guardExchange(
  context: EngineContext,
  restore: BookedRestore,
  exchange: Exchange,
  target: MysqlTarget,
  mode: GuardMode,
  run: Run,
): Promise<ExchangeGuard> {
  const source = await sourceOf(context, restore);
  const selling = await sellingShops(source, null);
  if (selling.length === 0) return nothingToDo('no-rules');
  const guards = selling.flatMap(({ rules, database }): GuardedMove[] => {
    const isMoved = (live: string) =>
      (database === null || live === database) &&
      exchange.tables.some(
        ({ database: home, name, comes, leaves }) =>
          home === live && comes && leaves && name.toLowerCase() === rules.cards.table.toLowerCase(),
      );
    const shops = exchange.databases.filter(({ live }) => isMoved(live));
    if (shops.length === 0) return [];
    const look = looking(context, { restore, exchange, rules, source }, target, run);
    const last = new LastSales({
      rules,
      shops,
      hidden: (name) => hiddenOf(rules, name, source),
      connect: () => connectMysql(target, { signal: run.signal }),
      look: ({ live, from }) => look(live, { copy: from, live }),
      clock: context.clock,
      signal: run.signal,
    });
    return [{ rules, shops, look, last }];
  });
  // The shop's cards were gone, or stay where they are: nobody sold any meanwhile.
  if (guards.length === 0) return nothingToDo('not-restored');
  const late: string[] = [];
  const whileHeld: WhileHeld = {
    get places() {
      return guards.flatMap(({ last }) => last.places);
    },
    prepare: async () => {
      for (const { last } of guards) await last.prepare();
    },
    // Two shops of one database are two places of one name: what is marked already stays so.
    mark: async (session, live, at, signal) => {
      for (const { last } of guards) await last.mark(session, live, at, signal);
    },
    missed: (error) => late.push(`resale-late: ${toAppError(error).code}`),
  };
  return {
    whileHeld: mode === 'on' ? whileHeld : null,
    finish: async () => {
      try {
        const groups: GuardedShops[] = [];
        for (const { rules, shops, look, last } of guards) {
          const reports: GuardReport[] = [];
          for (const { live, away } of shops)
            reports.push(await look(live, { copy: live, live: away }, last.marked.get(live)));
          groups.push({ rules, reports });
        }
        const resale = await resultOf(context, restore.source, groups);
        // No log was asked: the tables that left know everything that was sold in them.
        const complete = groups.every(({ reports }) => reports.every(({ gaps }) => gaps.length === 0));
        return { resale: { ...resale, complete }, notes: late };
      } catch (error) {
        // The exchange has happened: what goes wrong from here on is said, never thrown.
        letPass(error, run.signal);
        return { resale: nothing, notes: [...late, `resale-failed: ${toAppError(error).code}`] };
      }
    },
  };
}

interface GuardedMove {
  readonly rules: ResaleRules;
  readonly shops: readonly MovingShop[];
  readonly look: ReturnType<typeof looking>;
  readonly last: LastSales;
}

/** Whether the shop's program says what selling does to its tables. */
export async function hasSaleRules(context: EngineContext, restore: BookedRestore): Promise<boolean> {
  return (await sellingShops(await sourceOf(context, restore), null)).length > 0;
}

async function sourceOf({ home }: EngineContext, { source }: BookedRestore): Promise<SavedSource | null> {
  return (await home.settings.read()).sources.find(({ name }) => name === source) ?? null;
}

function nothingToDo(skipped: NonNullable<ResaleResult['skipped']>): ExchangeGuard {
  return { whileHeld: null, finish: () => Promise.resolve({ resale: { ...nothing, skipped }, notes: [] }) };
}

interface Guarded {
  readonly restore: BookedRestore;
  readonly exchange: Exchange;
  readonly rules: ResaleRules;
  readonly source: SavedSource | null;
}

/** The whole look at one shop, wherever its two tables are at the time. */
function looking(context: EngineContext, { restore, exchange, rules, source }: Guarded, target: MysqlTarget, run: Run) {
  const { signal } = run;
  const since = exchange.direction === 'undo' ? (restore.swappedAt ?? restore.stoppedAt) : restore.stoppedAt;
  return async (
    shop: MovingShop['live'],
    databases: { readonly copy: string; readonly live: string },
    alreadyMarked: ReadonlySet<string> = new Set(),
  ): Promise<GuardReport> => {
    const here = await connectMysql(target, { signal });
    try {
      const there = await connectMysql(target, { signal });
      try {
        return await guardResale({
          rules,
          hidden: hiddenOf(rules, shop, source),
          database: shop,
          copy: { connection: here, database: databases.copy },
          point: { place: null, atMs: Date.parse(since) },
          undone: null,
          log: null,
          isCaughtUp: false,
          live: { connection: there, database: databases.live },
          alreadyMarked,
          findings: new Findings(),
          clock: context.clock,
          onProgress: (phase, doneItems, totalItems) =>
            run.report({ phase, detail: shop, doneBytes: 0, totalBytes: null, doneItems, totalItems }),
          signal,
        });
      } finally {
        there.close();
      }
    } finally {
      here.close();
    }
  };
}
