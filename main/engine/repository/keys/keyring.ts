import { AppError } from '../../../../shared/errors/app-error.ts';
import { isoUtc, type Clock } from '../../platform/clock.ts';
import { newId, randomKeyBytes } from '../../platform/random.ts';
import { keyBytes, newX25519Pair, sameBytes, x25519PublicKey, type ScryptCost } from '../crypto/primitives.ts';
import { explainWrongWords } from './find-wrong-word.ts';
import { openFormerKeys } from './former-keys.ts';
import { authenticateHeader, headerDamaged, signHeader, type RepositoryHeader } from './header.ts';
import { keyCommitment, type MainKeys, type VaultKey } from './main-keys.ts';
import { assertGoodPassphrase } from './passphrase.ts';
import {
  defaultScryptCost,
  newPassphraseSlot,
  newRecoverySlot,
  openWithEntropy,
  openWithPassphrase,
  recipientOfEntropy,
  type Guarded,
  type SheetOfHolder,
} from './slots.ts';
import { entropyOfNumbers, wordNumbersOf, wordsOfEntropy, type RecoveryWords } from './words.ts';

export interface NewKeyring {
  readonly header: RepositoryHeader;
  readonly mainKeys: MainKeys;
  /** Shown once, printed in the recovery kit, kept nowhere. */
  readonly mainWords: RecoveryWords;
  readonly vaultWords: RecoveryWords;
}

export interface NewKeyringOptions {
  readonly passphrase: string;
  /** Must differ from `passphrase`. */
  readonly vaultPassphrase: string;
  readonly clock: Clock;
  /** For tests and for passphrases that are random: a cheaper scrypt, within the bounds a reader accepts. */
  readonly testCost?: ScryptCost;
}

/**
 * Makes the keys of a new repository: random master keys and a random vault pair, each wrapped by a passphrase and by 24 words
 * of its own. Nothing is written. Errors: `keys.weak-passphrase`.
 */
export async function createKeyring(options: NewKeyringOptions): Promise<NewKeyring> {
  const { passphrase, vaultPassphrase, clock, testCost: cost = defaultScryptCost } = options;
  assertGoodPassphrase(passphrase);
  assertGoodPassphrase(vaultPassphrase);
  if (passphrase.normalize('NFKC') === vaultPassphrase.normalize('NFKC')) {
    throw new AppError('keys.weak-passphrase', { reason: 'same-for-both' });
  }
  const repositoryId = newId();
  const master = randomKeyBytes(2 * keyBytes);
  const pair = newX25519Pair();
  const mainEntropy = randomKeyBytes(keyBytes);
  const vaultEntropy = randomKeyBytes(keyBytes);
  const mainKeys = keysOf(repositoryId, master, pair.publicKey, []);
  const main = { repositoryId, guarded: 'main', clock } as const;
  const vault = { repositoryId, guarded: 'vault', clock } as const;
  const header = signHeader(
    {
      product: 'shouhu',
      format: 1,
      repository: repositoryId,
      createdAt: isoUtc(clock.nowMs()),
      slots: [await newPassphraseSlot(main, passphrase, master, cost), newRecoverySlot(main, mainEntropy, master)],
      vault: {
        publicKey: Buffer.from(pair.publicKey).toString('base64'),
        slots: [
          await newPassphraseSlot(vault, vaultPassphrase, pair.privateKey, cost),
          newRecoverySlot(vault, vaultEntropy, pair.privateKey),
        ],
      },
      commitment: keyCommitment(repositoryId, mainKeys.idKey, mainKeys.encKey).toString('hex'),
    },
    mainKeys,
  );
  return { header, mainKeys, mainWords: wordsOfEntropy(mainEntropy), vaultWords: wordsOfEntropy(vaultEntropy) };
}

/** Errors: `keys.wrong-passphrase`; `repository.header-damaged` when the header was changed by someone without the keys. */
export async function unlockWithPassphrase(header: RepositoryHeader, passphrase: string): Promise<MainKeys> {
  return authenticKeys(header, await secretByPassphrase(header, 'main', passphrase));
}

/** Errors: `keys.word-count`, `keys.unknown-word`, `keys.wrong-word`, `keys.wrong-words`, `repository.header-damaged`. */
export async function unlockWithWords(header: RepositoryHeader, text: string): Promise<MainKeys> {
  return authenticKeys(header, await secretByWords(header, 'main', text));
}

/** Opens the card vault. Errors as `unlockWithPassphrase`. The header should have been authenticated before. */
export async function openVaultWithPassphrase(header: RepositoryHeader, passphrase: string): Promise<VaultKey> {
  return vaultOf(header, await secretByPassphrase(header, 'vault', passphrase));
}

/** Opens the card vault with its own 24 words. Errors as `unlockWithWords`. */
export async function openVaultWithWords(header: RepositoryHeader, text: string): Promise<VaultKey> {
  return vaultOf(header, await secretByWords(header, 'vault', text));
}

/** The id of the sheet's slot that these words open; undefined where they open none. Errors: `keys.word-count`, `keys.unknown-word`. */
export function slotOfWords(header: RepositoryHeader, guarded: Guarded, text: string): string | undefined {
  const entropy = entropyOfNumbers(wordNumbersOf(text));
  const context = { repositoryId: header.repository, guarded };
  return entropy === undefined ? undefined : openWithEntropy(context, slotsOf(header, guarded), entropy)?.slotId;
}

/** The public key of the sheet of the vault that these words open; undefined where they open none. Errors: as `slotOfWords`. */
export function recipientOfWords(header: RepositoryHeader, text: string): SheetOfHolder | undefined {
  const entropy = entropyOfNumbers(wordNumbersOf(text));
  if (entropy === undefined) return undefined;
  const { slotId } =
    openWithEntropy({ repositoryId: header.repository, guarded: 'vault' }, header.vault.slots, entropy) ?? {};
  const slot = header.vault.slots.find(({ id }) => id === slotId);
  if (slot === undefined || slot.kind === 'passphrase') return undefined;
  const { id, createdAt, salt } = slot;
  const { publicKey } = recipientOfEntropy(entropy, Buffer.from(salt, 'base64'));
  return { id, createdAt, salt, recipient: Buffer.from(publicKey).toString('base64') };
}

/** What a person can open a key with. */
export type Credential = { readonly passphrase: string } | { readonly words: string };

/** The wrapped secret itself; for this folder only. */
export function secretBy(header: RepositoryHeader, guarded: Guarded, credential: Credential): Promise<Uint8Array> {
  return 'words' in credential
    ? secretByWords(header, guarded, credential.words)
    : secretByPassphrase(header, guarded, credential.passphrase);
}

/**
 * Keys of a repository that ends with the work it was made for: nobody is told the passphrases, so that what is left of it on a disk is noise. They are
 * random, and no expensive derivation has to protect them.
 */
export async function createPassingKeyring(clock: Clock): Promise<Pick<NewKeyring, 'header' | 'mainKeys'>> {
  const passphrase = () => Buffer.from(randomKeyBytes(keyBytes)).toString('base64url');
  const cost = { n: 1024, r: 8, p: 1 };
  return createKeyring({ passphrase: passphrase(), vaultPassphrase: passphrase(), clock, testCost: cost });
}

async function secretByPassphrase(header: RepositoryHeader, guarded: Guarded, passphrase: string): Promise<Uint8Array> {
  const context = { repositoryId: header.repository, guarded };
  const secret = await openWithPassphrase(context, slotsOf(header, guarded), passphrase);
  if (secret === undefined) throw new AppError('keys.wrong-passphrase', { key: guarded });
  return secret;
}

async function secretByWords(header: RepositoryHeader, guarded: Guarded, text: string): Promise<Uint8Array> {
  const context = { repositoryId: header.repository, guarded };
  const numbers = wordNumbersOf(text);
  const open = (entropy: Uint8Array) => openWithEntropy(context, slotsOf(header, guarded), entropy);
  const entropy = entropyOfNumbers(numbers);
  const opened = entropy === undefined ? undefined : open(entropy);
  if (opened !== undefined) return opened.secret;
  throw await explainWrongWords(numbers, (candidate) => open(candidate) !== undefined);
}

export function slotsOf(header: RepositoryHeader, guarded: Guarded): RepositoryHeader['slots'] {
  return guarded === 'main' ? header.slots : header.vault.slots;
}

function authenticKeys(header: RepositoryHeader, master: Uint8Array): MainKeys {
  const keys = keysOf(
    header.repository,
    master,
    Buffer.from(header.vault.publicKey, 'base64'),
    (header.vault.former ?? []).map(({ publicKey }) => Buffer.from(publicKey, 'base64')),
  );
  authenticateHeader(header, keys);
  return keys;
}

/** The vault with all its keys; for this folder only. */
export function vaultOf(header: RepositoryHeader, privateKey: Uint8Array): VaultKey {
  const publicKey = Buffer.from(header.vault.publicKey, 'base64');
  if (!sameBytes(x25519PublicKey(privateKey), publicKey)) throw headerDamaged('vault-key');
  return { publicKey, privateKey, former: openFormerKeys(header, { publicKey, privateKey }) };
}

/** The keys of an authentic header with another vault key than those that are open: main keys do not change. Errors: `repository.header-damaged`. */
export function keysUnder(header: RepositoryHeader, { idKey, encKey }: MainKeys): MainKeys {
  return authenticKeys(header, Buffer.concat([idKey, encKey]));
}

function keysOf(
  repositoryId: string,
  master: Uint8Array,
  vaultPublicKey: Uint8Array,
  formerVaultKeys: readonly Uint8Array[],
): MainKeys {
  return {
    repositoryId,
    idKey: Uint8Array.from(master.subarray(0, keyBytes)),
    encKey: Uint8Array.from(master.subarray(keyBytes)),
    vaultPublicKey: Uint8Array.from(vaultPublicKey),
    formerVaultKeys: formerVaultKeys.map((key) => Uint8Array.from(key)),
  };
}
