import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Clock } from '../../platform/clock.ts';
import { randomKeyBytes } from '../../platform/random.ts';
import { keyBytes, type ScryptCost } from '../crypto/primitives.ts';
import { rotatedFormatVersion } from '../format.ts';
import { authenticateHeader, maxSlots, signHeader, type RepositoryHeader, type Slot } from './header.ts';
import { secretBy, slotsOf, type Credential } from './keyring.ts';
import type { MainKeys } from './main-keys.ts';
import { assertGoodPassphrase } from './passphrase.ts';
import {
  defaultScryptCost,
  newPassphraseSlot,
  newRecipientSlot,
  newRecoverySlot,
  openWithPassphrase,
  type Guarded,
} from './slots.ts';
import { wordsOfEntropy, type RecoveryWords } from './words.ts';

/**
 * Changes of the slots give a new header, to be written to every copy with `Repository.replaceHeader`. The keys themselves do
 * not change: whoever kept an old header and knows the old passphrase or words can still open everything. New keys: `rotate-vault.ts`.
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
  const sheets = slotsOf(header, key).filter(({ kind }) => kind !== 'passphrase');
  return withSlots(header, key, [slot, ...sheets], mainKeys);
}

export interface AddSheet {
  readonly key: Guarded;
  readonly current: Credential;
  /** Needed to sign the header, also for a sheet of the vault. */
  readonly mainKeys: MainKeys;
  readonly clock: Clock;
}

export interface AddedSheet {
  readonly header: RepositoryHeader;
  readonly words: RecoveryWords;
  readonly slot: Slot;
}

/**
 * One more sheet of 24 words beside those that are there: the words of a slot cannot be read back from it. Errors: as `Credential` opens,
 * `keys.too-many-slots` {limit}.
 */
export async function addSheet(header: RepositoryHeader, added: AddSheet): Promise<AddedSheet> {
  const { key, current, mainKeys, clock } = added;
  authenticateHeader(header, mainKeys);
  const slots = slotsOf(header, key);
  if (slots.length >= maxSlots) throw new AppError('keys.too-many-slots', { limit: maxSlots });
  const secret = await secretBy(header, key, current);
  const entropy = randomKeyBytes(keyBytes);
  const context = { repositoryId: header.repository, guarded: key, clock };
  const hasRecipients = key === 'vault' && header.format === rotatedFormatVersion;
  const slot = hasRecipients ? newRecipientSlot(context, entropy, secret) : newRecoverySlot(context, entropy, secret);
  return { header: withSlots(header, key, [...slots, slot], mainKeys), words: wordsOfEntropy(entropy), slot };
}

/**
 * The header without one slot. Each key keeps a passphrase and a sheet: `keys.last-way-in` {key, kind} for the last of its kind, above all
 * because a key without paper is one forgotten passphrase away from being lost. `keys.unknown-slot` {slot}.
 */
export function revokeSlot(header: RepositoryHeader, slotId: string, mainKeys: MainKeys): RepositoryHeader {
  authenticateHeader(header, mainKeys);
  for (const key of ['main', 'vault'] as const) {
    const slots = slotsOf(header, key);
    const revoked = slots.find(({ id }) => id === slotId);
    if (revoked === undefined) continue;
    const kind = wayOf(revoked);
    if (slots.filter((slot) => wayOf(slot) === kind).length === 1)
      throw new AppError('keys.last-way-in', { key, kind });
    return withSlots(
      header,
      key,
      slots.filter(({ id }) => id !== slotId),
      mainKeys,
    );
  }
  throw new AppError('keys.unknown-slot', { slot: slotId });
}

function withSlots(header: RepositoryHeader, key: Guarded, slots: readonly Slot[], keys: MainKeys): RepositoryHeader {
  const changed =
    key === 'main' ? { ...header, slots: [...slots] } : { ...header, vault: { ...header.vault, slots: [...slots] } };
  return signHeader(changed, keys);
}

/** A sheet opens by its words, whether its slot was made with them or for their holder. */
export function wayOf({ kind }: Slot): 'passphrase' | 'recovery' {
  return kind === 'passphrase' ? 'passphrase' : 'recovery';
}
