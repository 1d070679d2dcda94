import type { ErrorFacts } from '../../../shared/errors/app-error.ts';
import type { CopyState } from '../../../shared/model/snapshot.ts';
import type { AuditLog } from './home/audit-log.ts';

/** Snapshots that one line of the log names: a check of years of nights costs some twenty durable lines, and none is a page long. */
const mostPerLine = 100;

/** What was found out about snapshots on one copy, as the audit log keeps it: a lost catalog is rebuilt from it. */
export type CopyEvidence =
  | { readonly action: 'copy.damaged' }
  | { readonly action: 'copy.proven'; readonly state: Extract<CopyState, 'read-back' | 'restored' | 'totals-matched'> };

/** Durable when it resolves; nothing is written about no snapshot. */
export async function writeEvidence(
  audit: AuditLog,
  { action, ...state }: CopyEvidence,
  destination: string,
  snapshots: readonly string[],
): Promise<void> {
  for (let from = 0; from < snapshots.length; from += mostPerLine) {
    const some = snapshots.slice(from, from + mostPerLine);
    const named = some.length === 1 ? { snapshot: some[0] ?? '' } : { snapshots: some.join(' ') };
    await audit.append(action, { destination, ...named, ...state });
  }
}

/** The snapshots that an entry of either action names. */
export function snapshotsInEvidence({ snapshot, snapshots }: ErrorFacts): string[] {
  return typeof snapshots === 'string' ? snapshots.split(' ') : [String(snapshot)];
}
