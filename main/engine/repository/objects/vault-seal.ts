import { randomKeyBytes } from '../../platform/random.ts';
import {
  hkdfSha256,
  keyBytes,
  newX25519Pair,
  nonceBytes,
  openAead,
  sealAead,
  tagBytes,
  utf8,
  x25519,
} from '../crypto/primitives.ts';
import { damaged } from '../format.ts';
import type { VaultKey, VaultKeyPair } from '../keys/main-keys.ts';

/**
 * A random content key for one object, sealed to the vault's public key: ephemeral public key 32 · wrapped key 32 · tag 16.
 * Ephemeral-static X25519 → HKDF(salt = epk ‖ pk, info = label ‖ id) → AES-256-GCM with a zero nonce (the key is used once).
 */
export const sealBytes = 32 + keyBytes + tagBytes;

const zeroNonce = new Uint8Array(nonceBytes);

export function sealContentKey(vaultPublicKey: Uint8Array, id: Uint8Array, envelope: Uint8Array) {
  const contentKey = randomKeyBytes(keyBytes);
  const ephemeral = newX25519Pair();
  const shared = x25519(ephemeral.privateKey, vaultPublicKey);
  // The public key was authenticated with the header, so a low-order one is a bug and not a user's mistake.
  if (shared === undefined) throw new Error('vault public key of low order');
  const wrapKey = wrappingKey(shared, ephemeral.publicKey, vaultPublicKey, id);
  const wrapped = sealAead(wrapKey, zeroNonce, Buffer.concat([envelope, id]), contentKey);
  return { contentKey, seal: Buffer.concat([ephemeral.publicKey, wrapped]) };
}

/** The content key; `repository.damaged` reason `seal` when no key of this vault opens it. */
export function openContentKey(
  object: string,
  vault: VaultKey,
  id: Uint8Array,
  envelope: Uint8Array,
  seal: Uint8Array,
): Buffer {
  for (const pair of [vault, ...vault.former]) {
    const contentKey = openWith(pair, id, envelope, seal);
    if (contentKey !== undefined) return contentKey;
  }
  throw damaged(object, 'seal');
}

function openWith(pair: VaultKeyPair, id: Uint8Array, envelope: Uint8Array, seal: Uint8Array): Buffer | undefined {
  const ephemeral = seal.subarray(0, 32);
  const shared = x25519(pair.privateKey, ephemeral);
  if (shared === undefined) return undefined;
  const key = wrappingKey(shared, ephemeral, pair.publicKey, id);
  return openAead(key, zeroNonce, Buffer.concat([envelope, id]), seal.subarray(32));
}

function wrappingKey(shared: Uint8Array, ephemeral: Uint8Array, publicKey: Uint8Array, id: Uint8Array): Buffer {
  return hkdfSha256(shared, Buffer.concat([ephemeral, publicKey]), Buffer.concat([utf8('shouhu-v1 vault-seal'), id]));
}
