import type { Outcome } from '../../shared/errors/app-error.ts';
import type { Choice } from '../../shared/ipc/contract.ts';
import type { Client } from '../bridge/client.ts';

export type FolderPurpose = 'kit' | 'main' | 'second-disk' | 'cold' | 'offsite' | 'recover' | 'files';

/** The system's own choosers. The page gets a token and a label, never the power of a path; null when nothing was chosen. */
export interface Dialogs {
  readonly chooseFolder: (purpose: FolderPurpose) => Promise<Outcome<Choice>>;
  readonly chooseSshKey: () => Promise<Outcome<Choice>>;
  readonly chooseSqlFile: () => Promise<Outcome<Choice>>;
}

export function createDialogs(client: Client): Dialogs {
  return {
    chooseFolder: (purpose) => client.call('app.chooseFolder', { purpose }),
    chooseSshKey: () => client.call('app.chooseSshKey', {}),
    chooseSqlFile: () => client.call('app.chooseSqlFile', {}),
  };
}
