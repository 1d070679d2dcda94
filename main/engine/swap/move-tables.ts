import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { SwapAttempt } from '../../../shared/model/swap.ts';
import type { Clock } from '../platform/clock.ts';
import { rest } from '../platform/rest.ts';
import { quoteText } from '../source/mysql/index.ts';
import type { LoadSession } from '../source/mysql/load/index.ts';
import { blockersOf } from './blockers.ts';
import { convergeTriggers } from './converge.ts';
import type { Exchange } from './exchange.ts';
import { presentTables } from './picture.ts';
import { planMoves, renameStatement } from './plan-moves.ts';
import { triggersOn } from './plan-exchange.ts';
import type { WhileHeld } from './while-held.ts';
import { behindGate, renamesUnderLock, underLock, waitAtMost, type HeldPlace } from './while-locked.ts';

/** How long each try may wait for the tables, in seconds, and how long the shop is left alone behind it. While a try waits, the shop's own statements stand behind it. */
export const patience: readonly Try[] = [
  { waitS: 2, pauseMs: 1_000 },
  { waitS: 3, pauseMs: 2_000 },
  { waitS: 5, pauseMs: 4_000 },
  { waitS: 8, pauseMs: 8_000 },
  { waitS: 10, pauseMs: 0 },
];
export interface Try {
  readonly waitS: number;
  readonly pauseMs: number;
}

export interface MoveDeps {
  /** Looks and puts right; never waits for the shop. */
  readonly session: LoadSession;
  readonly open: () => Promise<LoadSession>;
  readonly tries: readonly Try[];
  readonly clock: Clock;
  readonly onAttempt: (attempt: SwapAttempt) => void;
  readonly whileHeld: WhileHeld | null;
  /** For statements. Never the person's: the shop must not be left between two of them. */
  readonly signal: AbortSignal;
  /** The person's: heard between two tries. */
  readonly wish: AbortSignal;
}

/**
 * All tables change places in one RENAME TABLE, which no statement of the shop ever sees half done. Between two tries the shop is as it was.
 *
 * RENAME refuses tables with triggers in another database, so these are dropped before and made again behind it, while the shop stands; and so is marked what was
 * sold until then: see `while-locked.ts`.
 *
 * Gives how long the shop's statements may have stood. Errors: `swap.busy` {attempts, waitedS, blockers}, `swap.tables-gone` {tables}, `swap.name-taken` {tables}, those of `prepare`.
 */
export async function moveTables(deps: MoveDeps, exchange: Exchange): Promise<number> {
  const { session, signal, tries } = deps;
  let last: SwapAttempt | undefined;
  for (const [index, { waitS, pauseMs }] of tries.entries()) {
    deps.wish.throwIfAborted();
    let { moves } = await planned(session, exchange);
    if (moves.length === 0) return 0;
    if (deps.whileHeld !== null) {
      await deps.whileHeld.prepare();
      ({ moves } = await planned(session, exchange));
    }
    const startedMs = deps.clock.monotonicMs();
    try {
      const heldSinceMs = await once(deps, exchange, moves, waitS);
      const nowMs = deps.clock.monotonicMs();
      deps.onAttempt({ waitedMs: Math.round(nowMs - startedMs), ok: true, blockers: [] });
      return nowMs - heldSinceMs;
    } catch (error) {
      // Without a connection nothing can be put back now: whoever goes on with this exchange, either way, does it.
      if (!session.connection.isOpen) throw error;
      await putBack(deps, exchange);
      // Too much was sold in the last moment, or it took too long to see what: perhaps not the next time.
      const isTooSlow = isAppErrorOf(error, 'swap.guard-too-slow') && index < tries.length - 1;
      if (!isTooSlow && !isAppErrorOf(error, 'mysql.lock-timeout')) throw error;
      const waitedMs = Math.round(deps.clock.monotonicMs() - startedMs);
      last = { waitedMs, ok: false, blockers: await blockersOf(session, waitS, signal) };
      deps.onAttempt(last);
    }
    if (index < tries.length - 1) await rest(pauseMs, deps.wish);
  }
  throw new AppError('swap.busy', {
    attempts: tries.length,
    waitedS: tries.reduce((sum, { waitS }) => sum + waitS, 0),
    blockers: (last?.blockers ?? []).map(({ thread, seconds }) => `#${thread} (${seconds} s)`).join(', '),
  });
}

async function planned(session: LoadSession, exchange: Exchange): Promise<ReturnType<typeof planMoves>> {
  const names = exchange.databases.flatMap(({ live, from, away }) => [live, from, away]);
  const plan = planMoves(exchange, await presentTables(session.connection, names));
  if (plan.gone.length > 0) throw new AppError('swap.tables-gone', { tables: plan.gone.join(', ') });
  if (plan.taken.length > 0) throw new AppError('swap.name-taken', { tables: plan.taken.join(', ') });
  return plan;
}

/** Gives since when the shop's statements may have stood. */
async function once(
  deps: MoveDeps,
  exchange: Exchange,
  moves: ReturnType<typeof planMoves>['moves'],
  waitS: number,
): Promise<number> {
  const { session, signal } = deps;
  const rename = renameStatement(moves);
  const lives = new Set(exchange.databases.map(({ live }) => live));
  const leaving = moves.map(({ from }) => from).filter(({ database }) => lives.has(database));
  const standing = await triggersNow(session, [...lives], signal);
  const isLeaving = (database: string, table: string) =>
    leaving.some((each) => each.database === database && each.table === table);
  const dropped = standing.filter(({ database, table }) => isLeaving(database, table));
  const awaited = exchange.wanted.flatMap((content) =>
    triggersOn(content, (table) => isLeaving(content.database, table)),
  );
  const held = heldPlaces(deps.whileHeld, exchange, moves);
  if (dropped.length === 0 && awaited.length === 0 && held.length === 0) {
    await waitAtMost(session, waitS, signal);
    const sinceMs = deps.clock.monotonicMs();
    await session.execute(rename, signal);
    return sinceMs;
  }
  const locked = { moves, leaving, dropped, held, waitS };
  return renamesUnderLock(session) ? underLock(deps, exchange, locked) : behindGate(deps, exchange, locked);
}

/** Those whose table leaves and whose table comes in this very move. */
function heldPlaces(
  whileHeld: WhileHeld | null,
  { databases }: Exchange,
  moves: ReturnType<typeof planMoves>['moves'],
): HeldPlace[] {
  return (whileHeld?.places ?? []).flatMap(({ database, table }) => {
    const places = databases.find(({ live }) => live === database);
    const goes = (from: string, to: string) =>
      moves.some((move) => move.from.database === from && move.to.database === to && move.from.table === table);
    return places !== undefined && goes(database, places.away) && goes(places.from, database)
      ? [{ ...places, table }]
      : [];
  });
}

async function triggersNow(
  session: LoadSession,
  databases: readonly string[],
  signal: AbortSignal,
): Promise<{ database: string; name: string; table: string }[]> {
  const rows = await session.rows(
    'SELECT TRIGGER_SCHEMA AS db, TRIGGER_NAME AS name, EVENT_OBJECT_TABLE AS tab FROM information_schema.TRIGGERS ' +
      `WHERE TRIGGER_SCHEMA IN (${databases.map(quoteText).join(', ')})`,
    signal,
  );
  return rows.map((row) => ({
    database: row.get('db') ?? '',
    name: row.get('name') ?? '',
    table: row.get('tab') ?? '',
  }));
}

/** A try that failed between its statements may have left tables of the shop without their triggers. */
async function putBack({ session, signal }: MoveDeps, exchange: Exchange): Promise<void> {
  const names = exchange.databases.flatMap(({ live, from, away }) => [live, from, away]);
  const { moves } = planMoves(exchange, await presentTables(session.connection, names));
  const isHere = (database: string, table: string) =>
    moves.some(({ from }) => from.database === database && from.table === table);
  await convergeTriggers(session, exchange.leaving, isHere, signal);
}
