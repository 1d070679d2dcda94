import { AppError, isAppErrorOf, toAppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { openRandomChunk, type OpenedChunk } from '../../check/open-random-chunk.ts';
import {
  closeVault,
  openVaultWithWords,
  slotOfWords,
  unlockWithWords,
  type MainKeys,
  type Repository,
} from '../../repository/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { bringOwedHeader } from '../keys/publish-header.ts';
import { noteRecipient } from '../keys/vault-recipients.ts';
import { nearestFirst } from '../nearness.ts';
import { headerOf, withRepository } from '../stores.ts';
import { findDestination } from './lookup.ts';

type Input = VerbInput<'kit.rehearse'>;

interface Rehearsed extends OpenedChunk {
  readonly slotId: string;
}

/**
 * Opens one real chunk of the nearest copy that answers, with nothing but the words of a sheet: the way in is the one of the copy itself, as on
 * a bare computer. The vault's sheet opens bare lines of secrets only, so its rehearsal needs the open home to know which they are.
 * Errors: `keys.*` for the words; `keys.copy-behind` {destination} where the sheet is newer than the copy; `kit.nothing-to-open`; of the last
 * place tried when none answers; `destination.none`.
 */
export async function kitRehearse(context: EngineContext, input: Input, run: Run): Promise<VerbOutput<'kit.rehearse'>> {
  const home = await context.home.readKeyring();
  // Counts the words, and knows them all, before anything is opened.
  const isOfHome = slotOfWords(home, input.key, input.words) !== undefined;
  let lastError: unknown = new AppError('destination.none', {});
  for (const destination of await chooseCopies(context, input.from)) {
    const { name } = destination;
    run.report({ phase: 'open', detail: name, doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
    try {
      const { slotId, ...opened } = await rehearseOn(context, destination, input, isOfHome, run.signal);
      const { key } = input;
      const { snapshot, table, rows } = opened;
      const facts = { key, destination: name, snapshot, table, rows, slot: slotId };
      await context.home.audit.append('kit.rehearse', facts);
      if (key === 'vault' && isOfHome)
        await context.home.keyBook.update(noteRecipient(home, context.unlocked().keys, input.words));
      context.onCatalogChanged();
      const { holders } = await context.home.keyBook.read();
      return { key, destination: name, ...opened, slot: slotId, holder: holders[slotId] ?? null };
    } catch (error) {
      run.signal.throwIfAborted();
      if (!isPassedOver(error)) throw error;
      lastError = error;
    }
  }
  throw lastError;
}

/** A place that does not answer says nothing about the paper; another one may. */
function isPassedOver(error: unknown): boolean {
  const { code } = toAppError(error);
  return code.startsWith('backend.') || code === 'kit.nothing-to-open' || code === 'repository.absent';
}

async function chooseCopies(context: EngineContext, from: string | null): Promise<SavedDestination[]> {
  if (from !== null) return [await findDestination(context, from)];
  const { destinations } = await context.home.settings.read();
  return nearestFirst(destinations);
}

async function rehearseOn(
  context: EngineContext,
  destination: SavedDestination,
  { key, words }: Input,
  isOfHome: boolean,
  signal: AbortSignal,
): Promise<Rehearsed> {
  const opening = await keysToOpen(context, destination, key, words);
  if (isOfHome && opening !== null) {
    // The sheet may be newer than this copy, which is here now.
    await withRepository(opening, destination, signal, (repository) =>
      bringOwedHeader(context, destination, repository, signal),
    );
  }
  const header = await headerOf(destination, opening, signal);
  const keys = key === 'main' ? await ofCopy(unlockWithWords(header, words), isOfHome, destination) : opening;
  if (keys === null) throw new AppError('usage.secret-missing', { what: 'passphrase' });
  return withRepository(keys, destination, signal, async (repository) => ({
    ...(key === 'main'
      ? await openRandomChunk(repository, null, signal)
      : await openSealed(repository, words, isOfHome, destination, signal)),
    slotId: slotOfWords(repository.header, key, words) ?? '',
  }));
}

/** The main keys before the copy was asked: those of an open home, or of the words where they open the home's keyring. */
async function keysToOpen(
  context: EngineContext,
  destination: SavedDestination,
  key: Input['key'],
  words: string,
): Promise<MainKeys | null> {
  if (context.isUnlocked() || key === 'vault') return context.unlocked().keys;
  const home = await context.home.readKeyring();
  // A bucket's own keys are sealed under the main keys, so there is no other way to it than the home's keyring.
  const isOfHome = slotOfWords(home, 'main', words) !== undefined;
  return isOfHome || destination.kind === 's3' ? await unlockWithWords(home, words) : null;
}

async function openSealed(
  repository: Repository,
  words: string,
  isOfHome: boolean,
  destination: SavedDestination,
  signal: AbortSignal,
): Promise<OpenedChunk> {
  const vault = await ofCopy(openVaultWithWords(repository.header, words), isOfHome, destination);
  try {
    return await openRandomChunk(repository, vault, signal);
  } finally {
    closeVault(vault);
  }
}

/** Words that open the home's keyring and not the copy are not wrong: the copy is older than the sheet. */
async function ofCopy<T>(opening: Promise<T>, isOfHome: boolean, { name }: SavedDestination): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (isOfHome && isAppErrorOf(error, 'keys.wrong-words', 'keys.wrong-word'))
      throw new AppError('keys.copy-behind', { destination: name }, { cause: error });
    throw error;
  }
}
