import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { UnfinishedRestore } from '../../../../shared/model/swap.ts';
import { viewOfWithoutCards } from './add-cards.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { entryOf, type RestoreUnderWay } from '../home/restore-book.ts';
import { withServerSession } from '../source-session.ts';
import { accessOfRestore } from '../swap/find-restore.ts';
import { whileNobodyIsAtIt } from './restore-journal.ts';
import { dropLeft } from './take-up.ts';

export async function restoresList(
  context: EngineContext,
  { source }: VerbInput<'restores.list'>,
): Promise<VerbOutput<'restores.list'>> {
  const { restores, underWay, withoutCards } = await context.home.restores.read();
  const isWanted = (each: { readonly source: string }) => source === null || each.source === source;
  const unfinished: UnfinishedRestore[] = [];
  for (const each of underWay.filter(isWanted)) {
    const isFree = await whileNobodyIsAtIt(context, each.id, () => Promise.resolve());
    if (isFree !== null) unfinished.push(unfinishedOf(each));
  }
  return {
    restores: restores.filter(isWanted).map(entryOf).reverse(),
    unfinished: unfinished.reverse(),
    withoutCards: withoutCards.filter(isWanted).map(viewOfWithoutCards).reverse(),
  };
}

/** Errors: `swap.unknown-restore` {restore}, `restore.still-running` {restore}; those of reaching the server, and then the book still knows of it. */
export async function restoresRemove(
  context: EngineContext,
  input: VerbInput<'restores.remove'>,
  run: Run,
): Promise<VerbOutput<'restores.remove'>> {
  const { underWay } = await context.home.restores.read();
  const [found, another] = underWay.filter(({ id }) => id.startsWith(input.restore.toLowerCase()));
  if (found === undefined || another !== undefined)
    throw new AppError('swap.unknown-restore', { restore: input.restore });
  const held = await whileNobodyIsAtIt(context, found.id, async () => {
    const access = await accessOfRestore(context, { ...found, at: found.startedAt });
    const { dropped, left } = await withServerSession(access, run.signal, ({ target }) =>
      dropLeft(target, found, run.signal),
    );
    await context.home.restores.endUnderWay(found.id);
    await context.home.audit.append('restore.remove', { source: found.source, dropped: dropped.join(', ') });
    return { restore: unfinishedOf(found), dropped, left };
  });
  if (held === null) throw new AppError('restore.still-running', { restore: found.id.slice(0, 8) });
  return held.value;
}

function unfinishedOf({
  id,
  startedAt,
  source,
  snapshot,
  stoppedAt,
  access,
  host,
  port,
  databases,
  loaded,
}: RestoreUnderWay): UnfinishedRestore {
  return {
    id,
    at: startedAt,
    source,
    snapshot,
    stoppedAt,
    server: { kind: access === null ? 'same' : 'server', host, port },
    databases: databases.map(({ here }) => here),
    stage: loaded === null ? 'load' : 'replay',
  };
}
