import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { addSheet, changePassphrase, revokeSlot, shippedReader } from '../../repository/index.ts';
import { readersOf } from '../bring-readers.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { withoutEntry } from '../home/key-book.ts';
import { ownHeader } from '../keys/own-header.ts';
import { publishHeader } from '../keys/publish-header.ts';
import { slotViews, viewOf } from '../keys/slot-views.ts';
import { noteRecipient } from '../keys/vault-recipients.ts';
import { copyPlace, writeKit } from '../kit/index.ts';

/** The ways into both keys, oldest first, and the copies that do not have this home's header yet. Needs no key. */
export async function keyList(context: EngineContext): Promise<VerbOutput<'key.list'>> {
  const header = await context.home.readKeyring();
  const { behind } = await context.home.keyBook.read();
  const { destinations } = await context.home.settings.read();
  return {
    slots: await slotViews(context, header),
    behind: destinations.flatMap(({ id, name }) => {
      const reason = behind[id];
      return reason === undefined ? [] : [{ destination: name, reason }];
    }),
  };
}

/**
 * One more sheet for a key, on paper before it opens anything: keys without their paper are the one loss that nothing can mend. The words of
 * a sheet that is there cannot be read back, so printing again is this, and revoking the old one where it is lost.
 * Errors: `keys.*` for `current`, those of `writeKit`, `keys.too-many-slots`, `home.in-use`.
 */
export async function keyAddSheet(
  context: EngineContext,
  input: VerbInput<'key.addSheet'>,
  run: Run,
): Promise<VerbOutput<'key.addSheet'>> {
  const { keys } = context.unlocked();
  const { key, current, holder, language } = input;
  const base = await ownHeader(context);
  const { header: next, words, slot } = await addSheet(base, { key, current, mainKeys: keys, clock: context.clock });
  run.signal.throwIfAborted();
  const { destinations } = await context.home.settings.read();
  await readersOf(context.home.dir);
  const kitFiles = await writeKit({
    dir: resolve(input.dir),
    which: key,
    repositoryId: base.repository,
    slotId: slot.id,
    holder,
    createdAtIso: slot.createdAt,
    words,
    language,
    places: destinations.map(copyPlace),
  });
  const holders = holder === null ? {} : { [slot.id]: holder };
  const note: Parameters<typeof publishHeader>[1]['note'] = (book) => ({
    ...(key === 'vault' ? noteRecipient(next, keys, words.en.join(' '))(book) : book),
    holders: { ...book.holders, ...holders },
  });
  const copies = await publishHeader(context, { base, next, note }, run).catch(async (error: unknown) => {
    // The home does not know these words: a paper that opens nothing is worse than none.
    for (const file of kitFiles) await rm(file, { force: true });
    throw error;
  });
  const { edition: reader } = await shippedReader();
  await context.home.audit.append('key.sheet-added', {
    key,
    slot: slot.id,
    reader,
    ...(holder === null ? {} : { holder }),
  });
  context.onCatalogChanged();
  return { slot: await viewOf(context, next, slot.id), kitFiles, copies };
}

/** Errors: `keys.unknown-slot` {slot}, `keys.last-way-in` {key, kind}, `home.in-use`. */
export async function keyRevoke(
  context: EngineContext,
  input: VerbInput<'key.revoke'>,
  run: Run,
): Promise<VerbOutput<'key.revoke'>> {
  const { keys } = context.unlocked();
  const base = await ownHeader(context);
  const wanted = input.slot.toLowerCase();
  const [found, another] = [...base.slots, ...base.vault.slots].filter(({ id }) => id.startsWith(wanted));
  if (found === undefined || another !== undefined) throw new AppError('keys.unknown-slot', { slot: input.slot });
  const next = revokeSlot(base, found.id, keys);
  const slot = await viewOf(context, base, found.id);
  const copies = await publishHeader(
    context,
    {
      base,
      next,
      note: (book) => ({
        ...book,
        holders: withoutEntry(book.holders, found.id),
        ...(book.recipients === undefined ? {} : { recipients: withoutEntry(book.recipients, found.id) }),
      }),
    },
    run,
  );
  const { key, holder } = slot;
  await context.home.audit.append('key.revoked', { key, slot: found.id, ...(holder === null ? {} : { holder }) });
  context.onCatalogChanged();
  return { slot, copies };
}

/** Replaces a lock, not the key: no data is written again. Errors: `keys.*`, `home.in-use`. */
export async function keyChangePassphrase(
  context: EngineContext,
  input: VerbInput<'key.changePassphrase'>,
  run: Run,
): Promise<VerbOutput<'key.changePassphrase'>> {
  const { keys } = context.unlocked();
  const { key, current } = input;
  const base = await ownHeader(context);
  const next = await changePassphrase(base, {
    key,
    current,
    next: input.newPassphrase,
    mainKeys: keys,
    clock: context.clock,
  });
  const copies = await publishHeader(context, { base, next }, run);
  await context.home.audit.append('key.passphrase-changed', { key, by: 'words' in current ? 'words' : 'passphrase' });
  context.onCatalogChanged();
  return { copies };
}
