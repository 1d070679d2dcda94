import type { SeenSnapshot } from '../../retention/plan-retention.ts';
import type { EngineContext } from '../engine-context.ts';

/** The deed of the audit log by which a person confirmed that a shop shrank by their own hand. */
export const confirmedShrinkAction = 'prune.shrink-confirmed';

/** Ids of the snapshots that a person confirmed to be as small as they are. */
export async function confirmedShrinks({ home }: EngineContext): Promise<ReadonlySet<string>> {
  const { entries } = await home.audit.read();
  const confirmations = entries.filter(({ action }) => action === confirmedShrinkAction);
  return new Set(confirmations.map(({ facts }) => String(facts['snapshot'])));
}

/** What is known of a snapshot at one place and at all of them. */
export interface KnownCopies {
  /** What was shown of it anywhere: restored from the second disk, or by another computer that has written it down in a copy, it is proven here too. */
  readonly proof: SeenSnapshot['proof'];
  /** A check has found it damaged at this place. */
  readonly isDamagedHere: boolean;
  /** Copies of it are known, and not one of them is sound. */
  readonly isLost: boolean;
}

export function knownCopies({ catalog }: EngineContext, snapshotId: string, destinationId: string): KnownCopies {
  const copies = catalog.copies(snapshotId);
  const here = copies.find((each) => each.destinationId === destinationId);
  const intact = copies.filter(({ copy }) => copy.intact);
  const isIn = (...states: readonly string[]) => intact.some(({ copy }) => states.includes(copy.state));
  const isProven = isIn('restored', 'totals-matched') || catalog.deeds.says(`proven ${snapshotId}`);
  const proof = isProven ? 'proven' : isIn('read-back') ? 'read-back' : 'none';
  return { proof, isDamagedHere: here?.copy.intact === false, isLost: copies.length > 0 && intact.length === 0 };
}

/** Days, weeks and months are those of this computer. IANA name. */
export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
