import { accountText, type Account } from '../../../shared/model/accounts.ts';
import type { CheckResult } from '../../../shared/model/snapshot.ts';
import type { Repository } from '../repository/index.ts';
import type { AccountsReading } from '../source/mysql/accounts/index.ts';
import type { BackupDraft } from './run-backup.ts';

const mostNames = 20;

/**
 * Puts the server's accounts into the repository and names them in the draft's manifest. Those that could not be read are named in the
 * check `accounts-read`, which takes no green light: accounts can be made again any time, and the data do not need them.
 *
 * Errors: those of the repository.
 */
export async function keepAccounts(
  draft: BackupDraft,
  reading: AccountsReading,
  repository: Repository,
  signal: AbortSignal,
): Promise<BackupDraft> {
  const checks = [...draft.manifest.checks, judgeAccounts(reading)];
  if (reading.kind === 'unreadable') return { ...draft, manifest: { ...draft.manifest, checks } };
  const accounts = [...reading.accounts];
  const { id: chunk, written, sizeBytes } = await repository.putAccountsRecord({ accounts }, signal);
  const named = (kind: Account['kind']) =>
    accounts.filter((each) => each.kind === kind).map(({ name }) => accountText(name));
  return {
    ...draft,
    manifest: { ...draft.manifest, accounts: { chunk, users: named('user'), roles: named('role') }, checks },
    written: {
      objects: draft.written.objects + (written ? 1 : 0),
      bytes: draft.written.bytes + (written ? sizeBytes : 0),
    },
  };
}

function judgeAccounts(reading: AccountsReading): CheckResult {
  const id = 'accounts-read';
  if (reading.kind === 'unreadable') {
    const { code, facts } = reading.error;
    return { id, ok: true, facts: { error: code, ...facts, warning: true } };
  }
  const { accounts, lacking } = reading;
  if (lacking.length === 0) return { id, ok: true, facts: { accounts: accounts.length } };
  const names = lacking.map(({ account, reason }) => `${account} (${reason})`);
  const objects = names.slice(0, mostNames).join(', ');
  return { id, ok: true, facts: { accounts: accounts.length, lacking: lacking.length, objects, warning: true } };
}
