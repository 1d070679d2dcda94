import type { VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { EngineContext } from '../engine-context.ts';

export function vaultStatus({ vaults }: EngineContext): Promise<VerbOutput<'vault.status'>> {
  return Promise.resolve({ open: vaults.list() });
}

/** What works with it ends; the key is overwritten when it has. */
export function vaultClose({ vaults }: EngineContext): Promise<VerbOutput<'vault.close'>> {
  return Promise.resolve({ closed: vaults.closeAll() });
}
