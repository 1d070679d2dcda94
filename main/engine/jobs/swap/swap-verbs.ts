import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { withLoadSession } from '../../source/mysql/load/index.ts';
import { reversed } from '../../swap/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { entryOf, type BookedRestore } from '../home/restore-book.ts';
import { withServerSession } from '../source-session.ts';
import { hasSaleRules, type GuardMode } from './guard-exchange.ts';
import { accessOfRestore, findRestore, requireTurn } from './find-restore.ts';
import { beginExchange, compare, goOn, lookAt } from './perform-exchange.ts';

/** Of what a swap would do, or, when the shop works with the restore, an undo. */
export async function swapCompare(
  context: EngineContext,
  input: VerbInput<'swap.compare'>,
  run: Run,
): Promise<VerbOutput<'swap.compare'>> {
  const startedMs = context.clock.monotonicMs();
  const restore = await findRestore(context, input.restore);
  return withServerSession(await accessOfRestore(context, restore), run.signal, async ({ target }) => {
    return withLoadSession(target, { signal: run.signal }, async (session) => {
      const { prepared, checks } = await lookAt(
        context,
        restore,
        session,
        await hasSaleRules(context, restore),
        run.signal,
      );
      const comparison = await compare(context, restore, session, prepared, run);
      const durationMs = Math.round(context.clock.monotonicMs() - startedMs);
      return { restore: entryOf(restore), comparison, checks, durationMs };
    });
  });
}

/**
 * Puts a restore in the place of what the shop has; completes a swap that was stopped; takes back an undo that was stopped.
 * Errors: `swap.*`, those of a backup for the safety snapshot.
 */
export async function swapRun(
  context: EngineContext,
  input: VerbInput<'swap.run'>,
  run: Run,
): Promise<VerbOutput<'swap.run'>> {
  const restore = await findRestore(context, input.restore);
  if (restore.state === 'swapped') throw wrongState(restore);
  await requireTurn(context, restore);
  const isFresh = restore.exchange === null;
  if (isFresh && restore.sealed) throw new AppError('swap.vault-closed', { restore: restore.id.slice(0, 8) });
  if (isFresh && !restore.proven && input.evenUnproven !== true)
    throw new AppError('swap.unproven', { restore: restore.id.slice(0, 8) });
  return withServerSession(await accessOfRestore(context, restore), run.signal, ({ target }) => {
    const guard = guardMode(input);
    if (restore.exchange !== null) return goOnTowards(context, restore, 'swap', target, guard, run);
    const safety = { isUnwanted: input.withoutSafetySnapshot === true };
    return beginExchange(
      context,
      restore,
      target,
      { withComparison: input.withoutComparison !== true, guard, safety },
      run,
    );
  });
}

/** Gives the shop back what it had; completes an undo that was stopped; takes back a swap that was stopped. */
export async function undoRun(
  context: EngineContext,
  input: VerbInput<'undo.run'>,
  run: Run,
): Promise<VerbOutput<'undo.run'>> {
  const restore = await findRestore(context, input.restore);
  if (restore.state === 'beside' || restore.state === 'undone') throw wrongState(restore);
  await requireTurn(context, restore);
  const guard = guardMode(input);
  return withServerSession(await accessOfRestore(context, restore), run.signal, ({ target }) =>
    restore.exchange !== null
      ? goOnTowards(context, restore, 'undo', target, guard, run)
      : beginExchange(context, restore, target, { withComparison: false, guard, safety: null }, run),
  );
}

async function goOnTowards(
  context: EngineContext,
  restore: BookedRestore,
  direction: 'swap' | 'undo',
  target: Parameters<typeof goOn>[3],
  guard: GuardMode | null,
  run: Run,
): ReturnType<typeof goOn> {
  const { exchange } = restore;
  if (exchange === null) throw wrongState(restore);
  if (exchange.direction === direction) return goOn(context, restore, exchange, target, guard, run);
  // Which way it goes is written down before it goes there.
  const back = reversed(exchange);
  const state = direction === 'swap' ? 'swapping' : 'undoing';
  const turned = await context.home.restores.change(restore, { state, exchange: back });
  return goOn(context, turned, back, target, guard, run);
}

function guardMode({ resaleGuard }: VerbInput<'swap.run' | 'undo.run'>): GuardMode | null {
  return resaleGuard === 'off' ? null : (resaleGuard ?? 'on');
}

function wrongState({ id, state }: BookedRestore): AppError {
  return new AppError('swap.wrong-state', { restore: id.slice(0, 8), state });
}
