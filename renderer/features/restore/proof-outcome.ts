import type { CommandOutput } from '../../../shared/ipc/contract.ts';

export type ProofOutcome = 'good' | 'bad' | 'file' | 'unproven';

/** Only what has been compared is called proven. */
export function outcomeOf({ digest, ledgers, counts = [], file }: CommandOutput<'restore.run'>): ProofOutcome {
  if (!digest.equal || [...ledgers, ...counts].some(({ equal }) => !equal)) return 'bad';
  if (file !== null) return 'file';
  return digest.compared === 0 && digest.ranges > 0 ? 'unproven' : 'good';
}
