import type { SwapAttempt, SwapCheck, SwapComparison, SwapOutcome } from '../../../../shared/model/swap.ts';
import { isoUtc } from '../../platform/clock.ts';
import { openLoadSession, type LoadSession } from '../../source/mysql/load/index.ts';
import type { MysqlTarget } from '../../source/mysql/index.ts';
import {
  checkPrivileges,
  checkTransactions,
  checkWritable,
  compareShops,
  passed,
  prepareExchange,
  requireAll,
  runExchange,
  type Exchange,
  type Prepared,
} from '../../swap/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { entryOf, type BookedRestore } from '../home/restore-book.ts';
import { wishFor } from './exchange-wish.ts';
import { guardExchange, hasSaleRules, type GuardMode } from './guard-exchange.ts';
import { takeSafetySnapshot, type Safety } from './safety-snapshot.ts';

export const comparisonLimitMs = 60_000;
/** The lock wait of our own sessions is set for each statement that may wait for a shop. */
const noAbort = new AbortController().signal;

export interface ExchangeOptions {
  readonly withComparison: boolean;
  /** As of `goOn`. */
  readonly guard: GuardMode | null;
  /** Null: not taken, and no reason to. */
  readonly safety: { readonly isUnwanted: boolean } | null;
}

export interface LookedAt {
  readonly prepared: Prepared;
  readonly checks: SwapCheck[];
}

/** What the exchange would be, and whether anything stands in its way. Reads only. */
export async function lookAt(
  context: EngineContext,
  restore: BookedRestore,
  session: LoadSession,
  isGuarded: boolean,
  signal: AbortSignal,
): Promise<LookedAt> {
  const prepared = await prepareExchange(session, await wishFor(context, restore, session, signal));
  const { exchange } = prepared;
  const databases = exchange.databases.flatMap(({ live, from, away }) => [live, from, away]);
  return {
    prepared,
    checks: [
      await checkWritable(session, signal),
      passed('tables', {
        leave: exchange.tables.filter(({ leaves }) => leaves).length,
        come: exchange.tables.filter(({ comes }) => comes).length,
      }),
      await checkPrivileges(session, databases, exchange, isGuarded),
      await checkTransactions(session, signal),
    ],
  };
}

/** A new exchange: looked at, written down, done. */
export async function beginExchange(
  context: EngineContext,
  restore: BookedRestore,
  target: MysqlTarget,
  options: ExchangeOptions,
  run: Run,
): Promise<SwapOutcome> {
  const startedMs = context.clock.monotonicMs();
  const { signal } = run;
  const session = await openLoadSession(target, { signal });
  let checks: SwapCheck[];
  let comparison: SwapComparison | null = null;
  let safety: Safety = { safetySnapshot: null, safetyReason: 'not-needed' };
  let exchange: Exchange;
  const isGuarded = options.guard === 'on' && (await hasSaleRules(context, restore));
  try {
    say(run, 'check', '');
    const before = await lookAt(context, restore, session, isGuarded, signal);
    requireAll(before.checks);
    if (options.withComparison) comparison = await compare(context, restore, session, before.prepared, run);
    if (options.safety !== null)
      safety = await takeSafetySnapshot(context, restore, before.prepared, options.safety.isUnwanted, run);
    // Time has passed, and the shop was open.
    const now = await lookAt(context, restore, session, isGuarded, signal);
    requireAll(now.checks);
    ({ checks } = now);
    ({ exchange } = now.prepared);
  } finally {
    session.close();
  }
  const state = exchange.direction === 'swap' ? 'swapping' : 'undoing';
  const begun = await context.home.restores.change(restore, { state, exchange });
  const done = await goOn(context, begun, exchange, target, options.guard, run);
  return { ...done, ...safety, comparison, checks, durationMs: Math.round(context.clock.monotonicMs() - startedMs) };
}

/**
 * Does what is left of an exchange that is written down.
 *
 * @param guard when what was sold meanwhile is marked in what comes in; null: it is not
 */
export async function goOn(
  context: EngineContext,
  restore: BookedRestore,
  exchange: Exchange,
  target: MysqlTarget,
  guardMode: GuardMode | null,
  run: Run,
): Promise<SwapOutcome> {
  const startedMs = context.clock.monotonicMs();
  const { home, clock } = context;
  const attempts: SwapAttempt[] = [];
  const guard = guardMode === null ? null : await guardExchange(context, restore, exchange, target, guardMode, run);
  const result = await runExchange(
    {
      open: () => openLoadSession(target, { signal: noAbort }),
      clock,
      whileHeld: guard?.whileHeld ?? null,
      onPhase: (phase) => say(run, phase, ''),
      onAttempt: (attempt) => {
        attempts.push(attempt);
        const who = attempt.blockers.map(({ thread, seconds }) => `#${thread} (${seconds} s)`).join(', ');
        if (!attempt.ok) say(run, `move-again`, `${attempts.length}${who === '' ? '' : `: ${who}`}`);
      },
      onUntouched: async () => {
        await home.restores.change(restore, { state: exchange.back, exchange: null });
      },
      signal: run.signal,
    },
    exchange,
  );
  const guarded = (await guard?.finish()) ?? null;
  const at = isoUtc(clock.nowMs());
  const { direction, ends } = exchange;
  const finished = await home.restores.change(restore, {
    state: ends,
    exchange: null,
    last: exchange,
    databases: restore.databases.map((each) => afterwards(each, exchange)),
    ...(direction === 'swap' ? { swappedAt: at } : { undoneAt: ends === 'undone' ? at : restore.undoneAt }),
  });
  const tables = exchange.tables.filter(({ comes }) => comes).length;
  await home.audit.append(direction, { source: restore.source, restore: restore.id, tables, state: ends });
  return {
    restore: entryOf(finished),
    safetySnapshot: null,
    safetyReason: 'not-needed',
    comparison: null,
    checks: [],
    attempts,
    tables,
    heldMs: Math.round(result.heldMs),
    ...(guarded === null ? {} : { resale: guarded.resale }),
    notes: [...result.notes, ...(guarded?.notes ?? [])],
    durationMs: Math.round(clock.monotonicMs() - startedMs),
  };
}

function afterwards(
  each: BookedRestore['databases'][number],
  { direction, databases, tables }: Exchange,
): BookedRestore['databases'][number] {
  const away = databases.find(({ live }) => live === each.name)?.away ?? each.beside;
  if (direction === 'undo') return { ...each, beside: away, before: null };
  const hasLeft = tables.some(({ database, leaves }) => leaves && database === each.name);
  return { ...each, before: hasLeft ? away : null };
}

export function compare(
  { clock }: EngineContext,
  { ledgers }: BookedRestore,
  session: LoadSession,
  prepared: Prepared,
  run: Run,
): Promise<SwapComparison> {
  return compareShops({
    session,
    prepared,
    ledgers,
    limitMs: comparisonLimitMs,
    clock,
    onTable: (table, doneItems, totalItems) =>
      run.report({ phase: 'compare', detail: table, doneBytes: 0, totalBytes: null, doneItems, totalItems }),
    signal: run.signal,
  });
}

function say(run: Run, phase: string, detail: string): void {
  run.report({ phase, detail, doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
}
