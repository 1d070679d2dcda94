import type { Breakdown } from '../../../../shared/model/breakdown.ts';

/** What the server makes of a ledger or a count. Amounts that are no numbers are in no sum; `unreadable` counts them: at least so many. */
export interface LedgerSum {
  readonly rows: number;
  readonly sum: string;
  readonly unreadable: number;
  /** Absent: the ledger has nothing to tell apart by. */
  readonly by?: Breakdown;
}
