import { z } from 'zod';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { keyBytes } from '../crypto/primitives.ts';
import { maxFormerVaultKeys } from '../format.ts';
import type { MainKeys } from './main-keys.ts';

const storedKeysSchema = z.strictObject({
  repositoryId: z.uuid(),
  idKey: z.base64().length(44),
  encKey: z.base64().length(44),
  vaultPublicKey: z.base64().length(44),
  formerVaultKeys: z.array(z.base64().length(44)).max(maxFormerVaultKeys).default([]),
});

/** One line of secret text for the operating system's key store. */
export function mainKeysToText(keys: MainKeys): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return JSON.stringify({
    repositoryId: keys.repositoryId,
    idKey: base64(keys.idKey),
    encKey: base64(keys.encKey),
    vaultPublicKey: base64(keys.vaultPublicKey),
    formerVaultKeys: keys.formerVaultKeys.map(base64),
  });
}

/** The inverse of `mainKeysToText`; anything else is `home.damaged` {what}. */
export function mainKeysFromText(text: string): MainKeys {
  try {
    const stored = storedKeysSchema.parse(JSON.parse(text));
    return {
      repositoryId: stored.repositoryId,
      idKey: stored32(stored.idKey),
      encKey: stored32(stored.encKey),
      vaultPublicKey: stored32(stored.vaultPublicKey),
      formerVaultKeys: stored.formerVaultKeys.map(stored32),
    };
  } catch {
    // The cause is dropped on purpose: a parse error quotes its input, and the input is the key.
    throw new AppError('home.damaged', { what: 'main-keys' });
  }
}

function stored32(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== keyBytes) throw new RangeError('key length');
  return Uint8Array.from(bytes);
}
