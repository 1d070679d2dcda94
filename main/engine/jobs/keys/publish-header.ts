import { toAppError } from '../../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { fullLockDays } from '../../backend/s3/object-lock.ts';
import {
  authenticateHeader,
  keysUnder,
  type MainKeys,
  type Repository,
  type RepositoryHeader,
} from '../../repository/index.ts';
import { readersOf } from '../bring-readers.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { withoutEntry, type KeyBookContent } from '../home/key-book.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { nearestFirst } from '../nearness.ts';
import { withRepository } from '../stores.ts';
import { letPass } from '../let-pass.ts';

export type HeaderCopy = VerbOutput<'key.revoke'>['copies'][number];

export interface HeaderChange {
  /** What the change was made from: the home's keyring as it was read. */
  readonly base: RepositoryHeader;
  readonly next: RepositoryHeader;
  /** What else the key book is to know, in the same write. */
  readonly note?: (book: KeyBookContent) => KeyBookContent;
}

/**
 * Makes a header with other slots the one of this home and of every copy that is there. Nothing but headers is written. The home comes
 * first, then each copy as a whole file in the place of the old one: killed anywhere in between, every copy opens with the old ways in or
 * with the new ones, and the book knows which still have to follow. A copy that is away, or fails, does not undo the others.
 *
 * After the home is written a cancel only leaves the rest of the copies owed.
 */
export async function publishHeader(
  context: EngineContext,
  { base, next, note = (book) => book }: HeaderChange,
  run: Run,
): Promise<HeaderCopy[]> {
  const { keys } = context.unlocked();
  const { destinations } = await context.home.settings.read();
  run.signal.throwIfAborted();
  await context.home.replaceKeyring(
    base,
    next,
    destinations.map(({ id }) => id),
    note,
  );
  const keysNow = keysUnder(next, keys);
  context.setUnlocked({ header: next, keys: keysNow });
  const copies: HeaderCopy[] = [];
  const inOrder = nearestFirst(destinations);
  for (const [doneItems, destination] of inOrder.entries()) {
    const totalItems = inOrder.length;
    run.report({ phase: 'header', detail: destination.name, doneBytes: 0, totalBytes: null, doneItems, totalItems });
    copies.push(await renewCopy(context, keysNow, destination, run.signal));
  }
  return copies;
}

async function renewCopy(
  context: EngineContext,
  keys: MainKeys,
  destination: SavedDestination,
  signal: AbortSignal,
): Promise<HeaderCopy> {
  try {
    signal.throwIfAborted();
    const state = await withRepository(keys, destination, signal, (repository) =>
      bringHeader(context, destination, repository, signal),
    );
    return { destination: destination.name, state, errorCode: null, ...oldVersions(destination, state) };
  } catch (error) {
    // Whatever went wrong there, the book keeps this copy as owed, and `key list` names it.
    return { destination: destination.name, state: 'owed', errorCode: toAppError(error).code };
  }
}

/** A lock cannot be lifted, so what was replaced under one stays until its end. */
function oldVersions(destination: SavedDestination, state: HeaderCopy['state']): Pick<HeaderCopy, 'oldForDays'> {
  if (state !== 'renewed' || destination.kind === 'disk' || destination.lockDays == null) return {};
  return { oldForDays: fullLockDays(destination.lockDays) };
}

/**
 * Gives an open copy this home's header when it has one that this home has replaced. A header that this home has never seen was written by
 * another computer and may be the newer one: it is left alone (`changed-elsewhere`). Errors: those of the store.
 */
export async function bringHeader(
  context: EngineContext,
  destination: SavedDestination,
  repository: Repository,
  signal: AbortSignal,
): Promise<'renewed' | 'changed-elsewhere'> {
  const current = await context.home.readKeyring();
  authenticateHeader(current, repository.keys);
  const { superseded, behind } = await context.home.keyBook.read();
  const stored = await repository.storedHeader(signal);
  if (stored.mac !== current.mac) {
    if (!superseded.includes(stored.mac)) {
      await mark(context, destination.id, behind, 'changed-elsewhere');
      return 'changed-elsewhere';
    }
    // The programs on a copy that has a format of before cannot read the next one: those that can come first.
    if (stored.format !== current.format) await repository.bringReaderFiles(await readersOf(context.home.dir), signal);
    await repository.replaceHeader(current, signal);
    await context.home.audit.append('key.copy-renewed', { destination: destination.name });
  }
  await mark(context, destination.id, behind, null);
  return 'renewed';
}

async function mark(
  context: EngineContext,
  destinationId: string,
  known: KeyBookContent['behind'],
  reason: 'changed-elsewhere' | null,
): Promise<void> {
  if ((known[destinationId] ?? null) === reason) return;
  await context.home.keyBook.update((book) => {
    const behind = withoutEntry(book.behind, destinationId);
    return { ...book, behind: reason === null ? behind : { ...behind, [destinationId]: reason } };
  });
}

/**
 * For verbs that have a copy open for something else: what it is owed is written now that it is there. A failure is not theirs: a disk that
 * may only be read can still be verified, and the copy stays owed.
 */
export async function bringOwedHeader(
  context: EngineContext,
  destination: SavedDestination,
  repository: Repository,
  signal: AbortSignal,
): Promise<void> {
  try {
    await bringHeader(context, destination, repository, signal);
  } catch (error) {
    letPass(error, signal);
  }
}
