import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Clock } from '../../platform/clock.ts';
import { randomKeyBytes } from '../../platform/random.ts';
import { keyBytes, type ScryptCost } from '../crypto/primitives.ts';
import { authenticateHeader, signHeader, type RepositoryHeader, type Slot } from './header.ts';
import { secretBy, slotsOf, type Credential } from './keyring.ts';
import type { MainKeys } from './main-keys.ts';
import { assertGoodPassphrase } from './passphrase.ts';
import { defaultScryptCost, newPassphraseSlot, newRecoverySlot, openWithPassphrase, type Guarded } from './slots.ts';
import { wordsOfEntropy, type RecoveryWords } from './words.ts';

/**
 * Changes of the slots give a new header, to be written to every copy with `Repository.replaceHeader`. The keys themselves do
 * not change: whoever kept an old header and knows the old passphrase or words can still open everything.
 */
export interface ChangePassphrase {
  readonly key: Guarded;
  /** A forgotten passphrase is replaced with the 24 words. */
  readonly current: Credential;
  readonly next: string;
  /** Needed to sign the header, also when the vault's passphrase changes. */
  readonly mainKeys: MainKeys;
  readonly clock: Clock;
  readonly testCost?: ScryptCost;
}

/** Replaces all passphrase slots of one key by one. Errors: as `Credential` opens, and `keys.weak-passphrase`. */
export async function changePassphrase(header: RepositoryHeader, change: ChangePassphrase): Promise<RepositoryHeader> {
  const { key, current, next, mainKeys, clock, testCost: cost = defaultScryptCost } = change;
  authenticateHeader(header, mainKeys);
  const secret = await secretBy(header, key, current);
  assertGoodPassphrase(next);
  const other = key === 'main' ? 'vault' : 'main';
  const context = { repositoryId: header.repository, guarded: other } as const;
  if ((await openWithPassphrase(context, slotsOf(header, other), next)) !== undefined) {
    throw new AppError('keys.weak-passphrase', { reason: 'same-for-both' });
  }
  const slot = await newPassphraseSlot({ repositoryId: header.repository, guarded: key, clock }, next, secret, cost);
  return withSlots(header, key, 'passphrase', slot, mainKeys);
}

export interface RenewWords {
  readonly key: Guarded;
  readonly current: Credential;
  readonly mainKeys: MainKeys;
  readonly clock: Clock;
}

/** A new sheet of 24 words; the old words stop opening this header. Errors: as `Credential` opens. */
export async function renewWords(
  header: RepositoryHeader,
  renewal: RenewWords,
): Promise<{ readonly header: RepositoryHeader; readonly words: RecoveryWords }> {
  const { key, current, mainKeys, clock } = renewal;
  authenticateHeader(header, mainKeys);
  const secret = await secretBy(header, key, current);
  const entropy = randomKeyBytes(keyBytes);
  const slot = newRecoverySlot({ repositoryId: header.repository, guarded: key, clock }, entropy, secret);
  return { header: withSlots(header, key, 'recovery', slot, mainKeys), words: wordsOfEntropy(entropy) };
}

function withSlots(header: RepositoryHeader, key: Guarded, kind: Slot['kind'], slot: Slot, keys: MainKeys) {
  const slots = [slot, ...slotsOf(header, key).filter((kept) => kept.kind !== kind)];
  const changed = key === 'main' ? { ...header, slots } : { ...header, vault: { ...header.vault, slots } };
  return signHeader(changed, keys);
}
