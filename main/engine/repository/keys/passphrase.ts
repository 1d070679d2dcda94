import { AppError } from '../../../../shared/errors/app-error.ts';

/** Characters, not bytes: eight Chinese characters are enough. */
export const minimumPassphraseLength = 8;
const minimumDifferent = 5;

/**
 * The floor, not a strength meter: scrypt makes guessing slow, and this stops what is guessed first.
 * `keys.weak-passphrase` {reason: short | repetitive, minimum}.
 */
export function assertGoodPassphrase(passphrase: string): void {
  const characters = Array.from(passphrase.normalize('NFKC'));
  if (characters.length < minimumPassphraseLength) {
    throw new AppError('keys.weak-passphrase', { reason: 'short', minimum: minimumPassphraseLength });
  }
  if (new Set(characters).size < minimumDifferent) {
    throw new AppError('keys.weak-passphrase', { reason: 'repetitive', minimum: minimumDifferent });
  }
}
