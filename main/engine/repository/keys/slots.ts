import type { Clock } from '../../platform/clock.ts';
import { isoUtc } from '../../platform/clock.ts';
import { newId, randomKeyBytes } from '../../platform/random.ts';
import {
  hkdfSha256,
  nonceBytes,
  openAead,
  sealAead,
  stretchPassphrase,
  utf8,
  type ScryptCost,
} from '../crypto/primitives.ts';
import type { Slot } from './header.ts';

/** What a slot guards: the master keys or the vault's private key. Part of every derivation, so slots cannot be moved. */
export type Guarded = 'main' | 'vault';

/** About half a second and 128 MiB on a small machine. */
export const defaultScryptCost: ScryptCost = { n: 2 ** 17, r: 8, p: 1 };

const saltBytes = 32;

export interface SlotContext {
  readonly repositoryId: string;
  readonly guarded: Guarded;
  readonly clock: Clock;
}

export async function newPassphraseSlot(
  context: SlotContext,
  passphrase: string,
  secret: Uint8Array,
  cost: ScryptCost,
): Promise<Slot> {
  const salt = randomKeyBytes(saltBytes);
  const slot = {
    kind: 'passphrase' as const,
    ...blankSlot(context),
    kdf: { name: 'scrypt' as const, ...cost, salt: salt.toString('base64') },
  };
  const key = await stretchPassphrase(passphrase, salt, cost);
  return { ...slot, ...wrap(context, slot, key, secret) };
}

/** `entropy` is the 32 bytes behind the 24 words: full strength, so HKDF is enough. */
export function newRecoverySlot(context: SlotContext, entropy: Uint8Array, secret: Uint8Array): Slot {
  const salt = randomKeyBytes(saltBytes);
  const slot = { kind: 'recovery' as const, ...blankSlot(context), salt: salt.toString('base64') };
  return { ...slot, ...wrap(context, slot, recoveryKey(context.guarded, entropy, salt), secret) };
}

/** The guarded secret from the first passphrase slot that opens, or undefined. One scrypt per slot. */
export async function openWithPassphrase(
  context: Omit<SlotContext, 'clock'>,
  slots: readonly Slot[],
  passphrase: string,
): Promise<Uint8Array | undefined> {
  for (const slot of slots) {
    if (slot.kind !== 'passphrase') continue;
    const key = await stretchPassphrase(passphrase, Buffer.from(slot.kdf.salt, 'base64'), slot.kdf);
    const secret = unwrap(context, slot, key);
    if (secret !== undefined) return secret;
  }
  return undefined;
}

/** The guarded secret from the first recovery slot that opens, and that slot's id; or undefined. */
export function openWithEntropy(
  context: Omit<SlotContext, 'clock'>,
  slots: readonly Slot[],
  entropy: Uint8Array,
): { readonly secret: Uint8Array; readonly slotId: string } | undefined {
  for (const slot of slots) {
    if (slot.kind !== 'recovery') continue;
    const key = recoveryKey(context.guarded, entropy, Buffer.from(slot.salt, 'base64'));
    const secret = unwrap(context, slot, key);
    if (secret !== undefined) return { secret, slotId: slot.id };
  }
  return undefined;
}

function blankSlot({ clock }: SlotContext) {
  return { id: newId(), createdAt: isoUtc(clock.nowMs()) };
}

function recoveryKey(guarded: Guarded, entropy: Uint8Array, salt: Uint8Array): Buffer {
  return hkdfSha256(entropy, salt, utf8(`shouhu-v1 recovery ${guarded}`));
}

type SlotName = Pick<Slot, 'id' | 'kind'>;

function wrap(context: SlotContext, slot: SlotName, key: Uint8Array, secret: Uint8Array) {
  const nonce = randomKeyBytes(nonceBytes);
  const wrapped = sealAead(key, nonce, slotAad(context, slot), secret);
  return { nonce: nonce.toString('base64'), wrapped: wrapped.toString('base64') };
}

function unwrap(context: Omit<SlotContext, 'clock'>, slot: Slot, key: Uint8Array): Uint8Array | undefined {
  return openAead(key, Buffer.from(slot.nonce, 'base64'), slotAad(context, slot), Buffer.from(slot.wrapped, 'base64'));
}

function slotAad({ repositoryId, guarded }: Omit<SlotContext, 'clock'>, { id, kind }: SlotName): Uint8Array {
  return utf8(`shouhu-v1 slot\n${repositoryId}\n${id}\n${guarded}-${kind}`);
}
