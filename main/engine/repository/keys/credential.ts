import { AppError } from '../../../../shared/errors/app-error.ts';
import { randomKeyBytes } from '../../platform/random.ts';
import { deriveCredentialKey, type EncodingKeys } from './main-keys.ts';
import { nonceBytes, openAead, sealAead, tagBytes, utf8 } from '../crypto/primitives.ts';

const version = 1;

/**
 * Encrypts a small secret for the home folder: base64 of version byte ‖ nonce ‖ ciphertext ‖ tag. `context` says which
 * secret it is (`destination/<id>/secret-key`), so that one cannot be put in another's place.
 */
export function encryptCredential(keys: EncodingKeys, secret: string, context: string): string {
  const nonce = randomKeyBytes(nonceBytes);
  const sealed = sealAead(deriveCredentialKey(keys), nonce, aadOf(context), utf8(secret));
  return Buffer.concat([Uint8Array.of(version), nonce, sealed]).toString('base64');
}

/** The secret; `home.damaged` {what: context} when the text was changed, moved, or made under other keys. */
export function decryptCredential(keys: EncodingKeys, text: string, context: string): string {
  const bytes = Buffer.from(text, 'base64');
  const wellFormed = bytes.length >= 1 + nonceBytes + tagBytes && bytes[0] === version;
  const secret = wellFormed
    ? openAead(
        deriveCredentialKey(keys),
        bytes.subarray(1, 1 + nonceBytes),
        aadOf(context),
        bytes.subarray(1 + nonceBytes),
      )
    : undefined;
  if (secret === undefined) throw new AppError('home.damaged', { what: context });
  return secret.toString('utf8');
}

function aadOf(context: string): Uint8Array {
  return utf8(`shouhu-v1 credential\n${context}`);
}
