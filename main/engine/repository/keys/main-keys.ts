import { hkdfSha256, hmacSha256, utf8 } from '../crypto/primitives.ts';

/**
 * What daily work holds: enough to write everything and to read everything but the card vault. Plain bytes, so that a worker
 * thread can be given a copy. Never logged, never sent to the page.
 */
export interface EncodingKeys {
  /** 32 bytes. Names objects. */
  readonly idKey: Uint8Array;
  /** 32 bytes. All other main keys are derived from it. */
  readonly encKey: Uint8Array;
  /** 32 bytes. Seals card secrets; it came from a header whose MAC held. */
  readonly vaultPublicKey: Uint8Array;
  /** Public keys that the vault had before, oldest first; empty: it was never given new ones. From the same header. */
  readonly formerVaultKeys: readonly Uint8Array[];
}

export interface MainKeys extends EncodingKeys {
  readonly repositoryId: string;
}

export interface VaultKeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** The opened card vault: reads sealed objects. Plain bytes for workers; close it with `closeVault`. */
export interface VaultKey extends VaultKeyPair {
  /** What it had before it was given new keys, oldest first: these open what was sealed until then, and nothing later. */
  readonly former: readonly VaultKeyPair[];
}

/** Overwrites the private keys. Copies sent to workers must be closed there. */
export function closeVault(vault: VaultKey): void {
  for (const { privateKey } of [vault, ...vault.former]) privateKey.fill(0);
}

const noSalt = new Uint8Array();

function derive(keys: EncodingKeys, purpose: string): Buffer {
  return hkdfSha256(keys.encKey, noSalt, utf8(`shouhu-v1 ${purpose}`));
}

/** The key of one content-named object in the main slot. */
export function objectKey(keys: EncodingKeys, id: Uint8Array): Buffer {
  return hkdfSha256(keys.encKey, id, utf8('shouhu-v1 object'));
}

/** The key of one object that is named by place and time: manifest, stream record. */
export function namedObjectKey(keys: EncodingKeys, name: Uint8Array): Buffer {
  return hkdfSha256(keys.encKey, name, utf8('shouhu-v1 named-object'));
}

/**
 * What names of sealed rows begin with once the vault was given new keys; null before. The name of an object is made of its content, and what is there under a name is not
 * written again: without this, rows that were sealed to a former key would stand for the same rows in later snapshots.
 */
export function sealedNameSalt(keys: EncodingKeys): Buffer | null {
  if (keys.formerVaultKeys.length === 0) return null;
  return hkdfSha256(keys.encKey, keys.vaultPublicKey, utf8('shouhu-v1 sealed-name')).subarray(0, 16);
}

/** Base64 of the key that the vault has since it was given new ones; null: it never was. */
export function rotatedVaultKey({ vaultPublicKey, formerVaultKeys }: EncodingKeys): string | null {
  return formerVaultKeys.length === 0 ? null : Buffer.from(vaultPublicKey).toString('base64');
}

export const nonceKey = (keys: EncodingKeys): Buffer => derive(keys, 'nonce');
export const outerTagKey = (keys: EncodingKeys): Buffer => derive(keys, 'outer-tag');
export const headerMacKey = (keys: EncodingKeys): Buffer => derive(keys, 'header-mac');
export const diskMarkerMacKey = (keys: EncodingKeys): Buffer => derive(keys, 'disk-marker-mac');
export const leaseMacKey = (keys: EncodingKeys): Buffer => derive(keys, 'lease-mac');

/** Encrypts small secrets that the workstation keeps in its home folder (SSH, cloud, database passwords). */
export const deriveCredentialKey = (keys: EncodingKeys): Buffer => derive(keys, 'credential');

/** Binds the wrapped bytes to one master key, because AES-GCM alone lets two keys open one ciphertext. */
export function keyCommitment(repositoryId: string, idKey: Uint8Array, encKey: Uint8Array): Buffer {
  return hmacSha256(Buffer.concat([idKey, encKey]), utf8(`shouhu-v1 commitment\n${repositoryId}`));
}
