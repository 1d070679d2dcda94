import type { Clock } from '../../platform/clock.ts';
import { isoUtc } from '../../platform/clock.ts';
import { newId, randomKeyBytes } from '../../platform/random.ts';
import {
  hkdfSha256,
  newX25519Pair,
  nonceBytes,
  openAead,
  sameBytes,
  sealAead,
  stretchPassphrase,
  utf8,
  x25519,
  x25519PublicKey,
  type ScryptCost,
  type X25519Pair,
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
    if (slot.kind === 'passphrase') continue;
    const key = sheetKey(context.guarded, entropy, slot);
    const secret = key === undefined ? undefined : unwrap(context, slot, key);
    if (secret !== undefined) return { secret, slotId: slot.id };
  }
  return undefined;
}

function sheetKey(guarded: Guarded, entropy: Uint8Array, slot: Exclude<Slot, { kind: 'passphrase' }>) {
  const salt = Buffer.from(slot.salt, 'base64');
  if (slot.kind === 'recovery') return recoveryKey(guarded, entropy, salt);
  const recipient = recipientOfEntropy(entropy, salt);
  const ephemeral = Buffer.from(slot.ephemeral, 'base64');
  if (!sameBytes(recipient.publicKey, Buffer.from(slot.recipient, 'base64'))) return undefined;
  const shared = x25519(recipient.privateKey, ephemeral);
  return shared === undefined ? undefined : recipientKey(shared, ephemeral, recipient.publicKey);
}

/** The key pair behind the words of a vault's sheet. With its public half a new vault key reaches a holder who is not there. */
export function recipientOfEntropy(entropy: Uint8Array, salt: Uint8Array): X25519Pair {
  const privateKey = hkdfSha256(entropy, salt, utf8('shouhu-v1 recipient vault'));
  return { privateKey, publicKey: x25519PublicKey(privateKey) };
}

/** What a sheet's slot keeps when the vault is given new keys: its number, its words, its date. */
export interface SheetOfHolder {
  readonly id: string;
  readonly createdAt: string;
  readonly salt: string;
  /** Base64. */
  readonly recipient: string;
}

/** A slot that the holder of a sheet opens, made without the words. Throws a plain error for a key of low order: it was proven before. */
export function recipientSlot(repositoryId: string, sheet: SheetOfHolder, secret: Uint8Array): Slot {
  const ephemeral = newX25519Pair();
  const recipient = Buffer.from(sheet.recipient, 'base64');
  const shared = x25519(ephemeral.privateKey, recipient);
  if (shared === undefined) throw new Error('recipient key of low order');
  const { id, createdAt, salt } = sheet;
  const slot = {
    ...{ kind: 'recipient' as const, id, createdAt, salt, recipient: sheet.recipient },
    ephemeral: Buffer.from(ephemeral.publicKey).toString('base64'),
  };
  const key = recipientKey(shared, ephemeral.publicKey, recipient);
  return { ...slot, ...wrap({ repositoryId, guarded: 'vault' }, slot, key, secret) };
}

/** A new sheet of a vault whose header may hold recipients. */
export function newRecipientSlot(context: SlotContext, entropy: Uint8Array, secret: Uint8Array): Slot {
  const salt = randomKeyBytes(saltBytes);
  const recipient = Buffer.from(recipientOfEntropy(entropy, salt).publicKey).toString('base64');
  return recipientSlot(
    context.repositoryId,
    { ...blankSlot(context), salt: salt.toString('base64'), recipient },
    secret,
  );
}

function recipientKey(shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Buffer {
  return hkdfSha256(shared, Buffer.concat([ephemeral, recipient]), utf8('shouhu-v1 recipient-slot'));
}

function blankSlot({ clock }: SlotContext) {
  return { id: newId(), createdAt: isoUtc(clock.nowMs()) };
}

function recoveryKey(guarded: Guarded, entropy: Uint8Array, salt: Uint8Array): Buffer {
  return hkdfSha256(entropy, salt, utf8(`shouhu-v1 recovery ${guarded}`));
}

type SlotName = Pick<Slot, 'id' | 'kind'>;

function wrap(context: Omit<SlotContext, 'clock'>, slot: SlotName, key: Uint8Array, secret: Uint8Array) {
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
