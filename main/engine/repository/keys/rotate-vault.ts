import { AppError } from '../../../../shared/errors/app-error.ts';
import { isoUtc, type Clock } from '../../platform/clock.ts';
import { randomKeyBytes } from '../../platform/random.ts';
import { keyBytes, newX25519Pair, type ScryptCost } from '../crypto/primitives.ts';
import { maxFormerVaultKeys, rotatedFormatVersion } from '../format.ts';
import { wrapFormerKey } from './former-keys.ts';
import { authenticateHeader, maxSlots, signHeader, type RepositoryHeader, type Slot } from './header.ts';
import { secretBy, slotsOf, vaultOf, type Credential } from './keyring.ts';
import { closeVault, type MainKeys } from './main-keys.ts';
import { assertGoodPassphrase } from './passphrase.ts';
import {
  defaultScryptCost,
  newPassphraseSlot,
  newRecipientSlot,
  openWithPassphrase,
  recipientSlot,
  type SheetOfHolder,
} from './slots.ts';
import { wordsOfEntropy, type RecoveryWords } from './words.ts';

export interface RotateVault {
  /** A way into the vault as it is. */
  readonly current: Credential;
  /** Another than the one that the vault has: whoever knew that one must not open the new key with it. */
  readonly nextPassphrase: string;
  /** Sheets that stay, by their public keys; all others open nothing of the new header. */
  readonly keep: readonly SheetOfHolder[];
  /** Needed to sign the header. */
  readonly mainKeys: MainKeys;
  readonly clock: Clock;
  readonly testCost?: ScryptCost | undefined;
}

export interface RotatedVault {
  readonly header: RepositoryHeader;
  /** Of one new sheet. */
  readonly words: RecoveryWords;
  readonly slot: Slot;
}

/**
 * A header with a new vault key pair, a new passphrase, one new sheet and those sheets that stay. Former private keys are wrapped by the new one. Nothing is
 * written. Errors: as `Credential` opens; `keys.weak-passphrase` {reason}; `keys.too-many-slots` {limit}; `keys.too-many-rotations` {limit}.
 */
export async function rotateVault(header: RepositoryHeader, change: RotateVault): Promise<RotatedVault> {
  const { current, nextPassphrase, keep, mainKeys, clock, testCost: cost = defaultScryptCost } = change;
  authenticateHeader(header, mainKeys);
  const repositoryId = header.repository;
  const { former = [] } = header.vault;
  if (former.length >= maxFormerVaultKeys) throw new AppError('keys.too-many-rotations', { limit: maxFormerVaultKeys });
  if (keep.length + 2 > maxSlots) throw new AppError('keys.too-many-slots', { limit: maxSlots });
  assertGoodPassphrase(nextPassphrase);
  for (const [guarded, reason] of [
    ['main', 'same-for-both'],
    ['vault', 'same-as-before'],
  ] as const)
    if ((await openWithPassphrase({ repositoryId, guarded }, slotsOf(header, guarded), nextPassphrase)) !== undefined)
      throw new AppError('keys.weak-passphrase', { reason });

  const before = vaultOf(header, await secretBy(header, 'vault', current));
  const pair = newX25519Pair();
  const { privateKey } = pair;
  try {
    const context = { repositoryId, guarded: 'vault', clock } as const;
    const entropy = randomKeyBytes(keyBytes);
    const slot = newRecipientSlot(context, entropy, privateKey);
    const slots = [
      await newPassphraseSlot(context, nextPassphrase, privateKey, cost),
      slot,
      ...keep.map((sheet) => recipientSlot(repositoryId, sheet, privateKey)),
    ];
    const now = isoUtc(clock.nowMs());
    const formerNow = [...before.former, before].map((each, at) =>
      wrapFormerKey(repositoryId, pair, each, former[at]?.retiredAt ?? now),
    );
    const vault = { publicKey: Buffer.from(pair.publicKey).toString('base64'), slots, former: formerNow };
    const next = signHeader({ ...header, format: rotatedFormatVersion, vault }, mainKeys);
    // The paper is all that is left of these keys: that each way in opens them, and these every former one, is seen before anything is written.
    assertOpens(next, privateKey, before.former.length + 1);
    return { header: next, words: wordsOfEntropy(entropy), slot };
  } finally {
    closeVault(before);
    privateKey.fill(0);
  }
}

function assertOpens(header: RepositoryHeader, privateKey: Uint8Array, formerKeys: number): void {
  const opened = vaultOf(header, Uint8Array.from(privateKey));
  const isWhole = opened.former.length === formerKeys;
  closeVault(opened);
  if (!isWhole) throw new Error('former keys of the vault');
}
