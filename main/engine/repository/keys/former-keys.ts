import { randomKeyBytes } from '../../platform/random.ts';
import { hkdfSha256, nonceBytes, openAead, sameBytes, sealAead, utf8, x25519PublicKey } from '../crypto/primitives.ts';
import { headerDamaged, type FormerVaultKey, type RepositoryHeader } from './header.ts';
import type { VaultKeyPair } from './main-keys.ts';

/**
 * Keys that a vault had before it was given new ones: each private key wrapped by the present one, so that every way into the vault opens what was
 * sealed at any time, and a former way in opens nothing that came later (FORMAT.md §2).
 */
export function wrapFormerKey(
  repositoryId: string,
  present: VaultKeyPair,
  former: VaultKeyPair,
  retiredAt: string,
): FormerVaultKey {
  const nonce = randomKeyBytes(nonceBytes);
  const wrapped = sealAead(
    wrappingKey(present, former.publicKey),
    nonce,
    aadOf(repositoryId, former.publicKey),
    former.privateKey,
  );
  return {
    publicKey: Buffer.from(former.publicKey).toString('base64'),
    retiredAt,
    nonce: nonce.toString('base64'),
    wrapped: wrapped.toString('base64'),
  };
}

/** All former keys, oldest first. `repository.header-damaged` when one does not open, or is not the key that it is said to be. */
export function openFormerKeys({ repository, vault }: RepositoryHeader, present: VaultKeyPair): VaultKeyPair[] {
  return (vault.former ?? []).map((entry) => {
    const publicKey = Buffer.from(entry.publicKey, 'base64');
    const wrapped = Buffer.from(entry.wrapped, 'base64');
    const aad = aadOf(repository, publicKey);
    const privateKey = openAead(wrappingKey(present, publicKey), Buffer.from(entry.nonce, 'base64'), aad, wrapped);
    if (privateKey === undefined || !sameBytes(x25519PublicKey(privateKey), publicKey))
      throw headerDamaged('former-vault-key');
    return { publicKey, privateKey };
  });
}

function wrappingKey(present: VaultKeyPair, formerPublicKey: Uint8Array): Buffer {
  return hkdfSha256(
    present.privateKey,
    Buffer.concat([present.publicKey, formerPublicKey]),
    utf8('shouhu-v1 former-vault'),
  );
}

function aadOf(repositoryId: string, formerPublicKey: Uint8Array): Uint8Array {
  return utf8(`shouhu-v1 former-vault\n${repositoryId}\n${Buffer.from(formerPublicKey).toString('base64')}`);
}
