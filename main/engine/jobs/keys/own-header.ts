import { authenticateHeader, type RepositoryHeader } from '../../repository/index.ts';
import type { EngineContext } from '../engine-context.ts';

/**
 * The home's keyring as it is now, proven to belong to the open keys. Read each time before it is written anywhere: another program on this
 * home may have changed a passphrase since this one was unlocked. Errors: `home.damaged`, `repository.header-damaged`.
 */
export async function ownHeader(context: EngineContext): Promise<RepositoryHeader> {
  const header = await context.home.readKeyring();
  authenticateHeader(header, context.unlocked().keys);
  return header;
}
