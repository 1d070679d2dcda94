import type { CommandInput } from '../../../shared/ipc/contract.ts';
import { wordsIn } from '../sheet-words/index.ts';

/** How somebody opens the vault, and why. The secret stays in memory no longer than it is needed. */
export interface VaultAnswer {
  readonly by: 'passphrase' | 'words';
  readonly secret: string;
  readonly reason: string;
}

export const closedVault: VaultAnswer = { by: 'passphrase', secret: '', reason: '' };

export function toVaultOpening({ by, secret, reason }: VaultAnswer): CommandInput<'restore.addCards'>['vault'] {
  const why = reason.trim() === '' ? {} : { reason: reason.trim() };
  return by === 'passphrase' ? { passphrase: secret, ...why } : { words: wordsIn(secret).join(' '), ...why };
}
