import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { rotateVault, vaultStanding, type RepositoryHeader, type SheetOfHolder } from '../../repository/index.ts';
import { readersOf } from '../bring-readers.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { withoutEntry, type KeyBookContent } from '../home/key-book.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { aloneOnCopies } from '../keys/alone-on-copies.ts';
import { ownHeader } from '../keys/own-header.ts';
import { publishHeader } from '../keys/publish-header.ts';
import { sealedSize } from '../keys/sealed-size.ts';
import { slotViews, viewOf } from '../keys/slot-views.ts';
import { recipientsOf } from '../keys/vault-recipients.ts';
import { copyPlace, writeKit } from '../kit/index.ts';
import { nearestFirst } from '../nearness.ts';
import { withRepository } from '../stores.ts';
import { withVault } from '../vault-session.ts';

/** What a rotation would do, before anybody types a passphrase. Writes nothing. */
export async function keyRotateVaultCheck(
  context: EngineContext,
  _input: VerbInput<'key.rotateVaultCheck'>,
  run: Run,
): Promise<VerbOutput<'key.rotateVaultCheck'>> {
  const header = await ownHeader(context);
  const known = await recipientsOf(context, header);
  const { destinations } = await context.home.settings.read();
  const views = await slotViews(context, header);
  const copies: VerbOutput<'key.rotateVaultCheck'>['copies'] = [];
  for (const destination of nearestFirst(destinations)) copies.push(await lookAt(context, destination, run.signal));
  return {
    sheets: views
      .filter(({ key, kind }) => key === 'vault' && kind === 'recovery')
      .map((slot) => ({ slot, canStay: known.has(slot.id) })),
    copies,
    sealedBytes: await sealedSize(context, run.signal),
  };
}

async function lookAt(context: EngineContext, destination: SavedDestination, signal: AbortSignal) {
  const { name } = destination;
  try {
    const { keys } = context.unlocked();
    const { superseded } = await context.home.keyBook.read();
    const own = await context.home.readKeyring();
    return await withRepository(keys, destination, signal, ({ header }) => {
      const isOurs = header.mac === own.mac || superseded.includes(header.mac);
      const isSame = isOurs || vaultStanding(header, keys) === 'same';
      const state = isOurs ? ('here' as const) : ('changed-elsewhere' as const);
      return Promise.resolve({ destination: name, state, errorCode: isSame ? null : 'keys.vault-rotated' });
    });
  } catch (error) {
    signal.throwIfAborted();
    return { destination: name, state: 'away' as const, errorCode: toAppError(error).code };
  }
}

/**
 * Gives the vault new keys: everything is sealed to these from now on, and whoever has an old sheet, the old passphrase or the old private key reads nothing that comes later. The
 * new sheet and those that stay open old snapshots as well.
 *
 * In this order, so that no card is ever sealed to a key that nobody can open: paper; the home's keyring; each copy's header, read back. A copy that is away gets its header before the
 * next thing is written to it. Errors: `keys.*`, `repository.leased` while a backup, a copy or a prune is under way, those of `writeKit`, `home.in-use`.
 */
export async function keyRotateVault(
  context: EngineContext,
  input: VerbInput<'key.rotateVault'>,
  run: Run,
): Promise<VerbOutput<'key.rotateVault'>> {
  const { current, reason } = input;
  const { destinations } = await context.home.settings.read();
  return withVault(context, { ...current, reason }, { for: 'rotate-vault' }, run, (_vault, opened) =>
    aloneOnCopies(context, nearestFirst(destinations), 'new keys of the vault', opened, (alone) =>
      rotate(context, input, destinations, alone),
    ),
  );
}

async function rotate(
  context: EngineContext,
  input: VerbInput<'key.rotateVault'>,
  destinations: readonly SavedDestination[],
  run: Run,
): Promise<VerbOutput<'key.rotateVault'>> {
  const { current, newPassphrase, language } = input;
  const base = await ownHeader(context);
  const keep = await sheetsToKeep(context, base, input.keep);
  const before = (await slotViews(context, base)).filter(({ key }) => key === 'vault');
  const sealedBytes = await sealedSize(context, run.signal);
  const {
    header: next,
    words,
    slot,
  } = await rotateVault(base, {
    current,
    nextPassphrase: newPassphrase,
    keep,
    mainKeys: context.unlocked().keys,
    clock: context.clock,
  });
  run.signal.throwIfAborted();
  await readersOf(context.home.dir);
  const kitFiles = await writeKit({
    dir: resolve(input.dir),
    which: 'vault',
    repositoryId: base.repository,
    slotId: slot.id,
    holder: null,
    createdAtIso: slot.createdAt,
    words,
    language,
    places: destinations.map(copyPlace),
  });
  const gone = before.filter(({ id }) => !keep.some((sheet) => sheet.id === id));
  const note = (book: KeyBookContent): KeyBookContent => {
    let { holders, recipients } = book;
    for (const { id } of gone) {
      holders = withoutEntry(holders, id);
      if (recipients !== undefined) recipients = withoutEntry(recipients, id);
    }
    return { ...book, holders, ...(recipients === undefined ? {} : { recipients }) };
  };
  const copies = await publishHeader(context, { base, next, note }, run).catch(async (error: unknown) => {
    const isOwn = (await context.home.readKeyring()).mac === next.mac;
    // A paper that opens nothing is worse than none; one that opens the home is all there is.
    if (!isOwn) for (const file of kitFiles) await rm(file, { force: true });
    throw error;
  });
  await context.home.audit.append('key.vault-rotated', {
    slot: slot.id,
    kept: keep.map(({ id }) => id.slice(0, 8)).join(' '),
    gone: gone.map(({ id }) => id.slice(0, 8)).join(' '),
    owed: copies.filter(({ state }) => state !== 'renewed').length,
  });
  context.onCatalogChanged();
  const view = (id: string) => viewOf(context, next, id);
  return {
    slot: await view(slot.id),
    kept: await Promise.all(keep.map(({ id }) => view(id))),
    gone,
    kitFiles,
    copies,
    sealedBytes,
  };
}

async function sheetsToKeep(
  context: EngineContext,
  header: RepositoryHeader,
  wanted: readonly string[],
): Promise<SheetOfHolder[]> {
  const known = await recipientsOf(context, header);
  const sheets = header.vault.slots.filter(({ kind }) => kind !== 'passphrase');
  const kept = new Map<string, SheetOfHolder>();
  for (const prefix of wanted) {
    const [found, another] = sheets.filter(({ id }) => id.startsWith(prefix.toLowerCase()));
    if (found === undefined || another !== undefined) throw new AppError('keys.unknown-slot', { slot: prefix });
    const sheet = known.get(found.id);
    if (sheet === undefined) throw new AppError('keys.cannot-stay', { slot: found.id.slice(0, 8) });
    kept.set(sheet.id, sheet);
  }
  return [...kept.values()];
}
