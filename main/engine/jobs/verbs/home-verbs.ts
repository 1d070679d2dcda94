import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { noteRecipient } from '../keys/vault-recipients.ts';
import { createKeyring, shippedReader, unlockWithPassphrase, unlockWithWords } from '../../repository/index.ts';
import { readersOf } from '../bring-readers.ts';
import type { EngineContext } from '../engine-context.ts';
import { writeKit } from '../kit/index.ts';

export async function homeStatus(context: EngineContext): Promise<VerbOutput<'home.status'>> {
  const initialised = await context.home.isInitialised();
  const { sources, destinations } = await context.home.settings.read();
  return {
    initialised,
    unlocked: context.isUnlocked(),
    repositoryId: initialised ? (await context.home.readKeyring()).repository : null,
    sources: sources.length,
    destinations: destinations.length,
    version: context.version,
  };
}

/**
 * Makes the keys. The kits are written before the keyring: keys that exist without their paper are the one loss that nothing
 * can mend, while a kit without keys is only paper. A second try after a failure makes new keys and new kits.
 */
export async function homeInit(
  context: EngineContext,
  input: VerbInput<'home.init'>,
): Promise<VerbOutput<'home.init'>> {
  await context.home.assertNew();
  // Kept from now on: these sheets name it.
  await readersOf(context.home.dir);
  const keyring = await createKeyring({
    passphrase: input.passphrase,
    vaultPassphrase: input.vaultPassphrase,
    clock: context.clock,
  });
  const { header, mainKeys, mainWords, vaultWords } = keyring;
  const kit = {
    dir: input.kitDir ?? '',
    repositoryId: header.repository,
    createdAtIso: header.createdAt,
    language: input.language,
    holder: null,
    places: [],
  };
  const sheetOf = (slots: typeof header.slots): string => slots.find(({ kind }) => kind === 'recovery')?.id ?? '';
  const kitFiles =
    input.kitDir === null
      ? []
      : [
          ...(await writeKit({ ...kit, which: 'main', words: mainWords, slotId: sheetOf(header.slots) })),
          ...(await writeKit({ ...kit, which: 'vault', words: vaultWords, slotId: sheetOf(header.vault.slots) })),
        ];
  await context.home.writeKeyring(header);
  context.setUnlocked({ header, keys: mainKeys });
  await context.home.keyBook.update(noteRecipient(header, mainKeys, vaultWords.en.join(' ')));
  await context.home.audit.append('home.init', {
    repository: header.repository,
    kitFiles: kitFiles.length,
    reader: (await shippedReader()).edition,
  });
  const words = { main: [...mainWords[input.language]], vault: [...vaultWords[input.language]] };
  return { repositoryId: header.repository, kitFiles, words: input.kitDir === null ? words : null };
}

export async function homeUnlock(
  context: EngineContext,
  input: VerbInput<'home.unlock'>,
): Promise<VerbOutput<'home.unlock'>> {
  const header = await context.home.readKeyring();
  const keys =
    'words' in input
      ? await unlockWithWords(header, input.words)
      : await unlockWithPassphrase(header, input.passphrase);
  context.setUnlocked({ header, keys });
  return {};
}
