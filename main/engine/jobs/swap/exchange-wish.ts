import { AppError } from '../../../../shared/errors/app-error.ts';
import { isoUtc } from '../../platform/clock.ts';
import type { ExchangeWish } from '../../swap/index.ts';
import type { LoadSession } from '../../source/mysql/load/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { BookedRestore } from '../home/restore-book.ts';
import { namesWith } from '../restore/beside-names.ts';

/** What a swap (from `beside`, `undone`) or an undo (from `swapped`) would exchange. Error: `swap.wrong-state`. */
export async function wishFor(
  context: EngineContext,
  restore: BookedRestore,
  session: LoadSession,
  signal: AbortSignal,
): Promise<ExchangeWish> {
  const { state, whole, enabledEvents, last } = restore;
  if (state === 'swapping' || state === 'undoing')
    throw new AppError('swap.wrong-state', { restore: restore.id.slice(0, 8), state });
  const isUndo = state === 'swapped';
  const startedAt = isoUtc(context.clock.nowMs());
  const taken = (await session.rows('SHOW DATABASES', signal)).map((row) => row.get('database') ?? '');
  const names = restore.databases.map(({ name }) => name);
  const away = namesWith(names, isUndo ? 'undone' : 'before', startedAt, taken);
  const shared = { startedAt, whole, enabledEvents, last };
  const placed = (from: (live: string, beside: string) => string) =>
    restore.databases.map(({ name, beside }) => ({ live: name, from: from(name, beside), away: away.get(name) ?? '' }));
  if (!isUndo)
    return { ...shared, direction: 'swap', ends: 'swapped', back: state, databases: placed((_, beside) => beside) };
  const kept = (live: string) => last?.databases.find((each) => each.live === live)?.away ?? '';
  return { ...shared, direction: 'undo', ends: 'undone', back: 'swapped', databases: placed(kept) };
}
