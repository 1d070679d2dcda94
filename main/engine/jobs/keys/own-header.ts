import { AppError } from '../../../../shared/errors/app-error.ts';
import { authenticateHeader, keysUnder, vaultStanding, type RepositoryHeader } from '../../repository/index.ts';
import type { EngineContext } from '../engine-context.ts';

/**
 * The home's keyring as it is now, proven to belong to the open keys. Read each time before it is written anywhere: another program on this
 * home may have changed a passphrase since this one was unlocked, or given the vault new keys: those are the open ones from then on.
 * Errors: `home.damaged`, also for a keyring that has been put back: nothing may be sealed to a key that was given up.
 */
export async function ownHeader(context: EngineContext): Promise<RepositoryHeader> {
  const header = await context.home.readKeyring();
  const { keys, header: known } = context.unlocked();
  if (header.mac === known.mac) return header;
  authenticateHeader(header, keys);
  if (vaultStanding(header, keys) === 'behind') throw new AppError('home.damaged', { file: 'keyring.json' });
  context.setUnlocked({ header, keys: keysUnder(header, keys) });
  return header;
}
