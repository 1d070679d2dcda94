import { AppError } from '../../../../shared/errors/app-error.ts';
import type { EngineContext } from '../engine-context.ts';
import type { BookedRestore } from '../home/restore-book.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { accessOfSaved, type ServerAccess } from '../source-session.ts';
import { findSource } from '../verbs/lookup.ts';

/** By its id or the unique beginning of it. Error: `swap.unknown-restore` {restore}. */
export async function findRestore({ home }: EngineContext, reference: string): Promise<BookedRestore> {
  const { restores } = await home.restores.read();
  const [found, another] = restores.filter(({ id }) => id.startsWith(reference.toLowerCase()));
  if (found === undefined || another !== undefined)
    throw new AppError('swap.unknown-restore', { restore: reference.slice(0, 40) });
  return found;
}

/** How to reach the server that the restore lies on. Errors: `source.unknown`, `usage.secret-missing`. */
export async function accessOfRestore(
  context: EngineContext,
  restore: Pick<BookedRestore, 'id' | 'at' | 'source' | 'access'>,
): Promise<ServerAccess> {
  const { keys } = context.unlocked();
  if (restore.access === null) return accessOfSaved(keys, await findSource(context, restore.source));
  const asSource: SavedSource = {
    ...restore.access,
    id: restore.id,
    name: `${restore.access.mysql.host}:${restore.access.mysql.port}`,
    databases: [],
    preset: null,
    secretColumns: [],
    ledgers: [],
    files: [],
    addedAt: restore.at,
  };
  return accessOfSaved(keys, asSource);
}

/**
 * The others of the same databases. Two exchanges of one shop must not be open at once, and what was put in last is taken out first.
 * Errors: `swap.unfinished` {restore}, `swap.newer-first` {restore}.
 */
export async function requireTurn({ home }: EngineContext, restore: BookedRestore): Promise<void> {
  const { restores } = await home.restores.read();
  const isSameShop = ({ id, host, port, source, access, databases }: BookedRestore) =>
    id !== restore.id &&
    (access === null && restore.access === null
      ? source === restore.source
      : host === restore.host && port === restore.port) &&
    databases.some(({ name }) => restore.databases.some((own) => own.name === name));
  const others = restores.filter(isSameShop);
  const open = others.find(({ state }) => state === 'swapping' || state === 'undoing');
  if (open !== undefined) throw new AppError('swap.unfinished', { restore: open.id.slice(0, 8) });
  const newer = others.find(
    ({ state, swappedAt }) => state === 'swapped' && (swappedAt ?? '') > (restore.swappedAt ?? ''),
  );
  if (restore.state === 'swapped' && newer !== undefined)
    throw new AppError('swap.newer-first', { restore: newer.id.slice(0, 8) });
}
