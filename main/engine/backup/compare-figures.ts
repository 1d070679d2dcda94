import { AppError } from '../../../shared/errors/app-error.ts';
import type {
  CountDefinition,
  CountResult,
  LedgerBreakdown,
  LedgerDefinition,
  LedgerPartial,
  LedgerResult,
} from '../../../shared/model/database.ts';
import type { LedgerSum } from '../source/mysql/index.ts';
import { condense, sameBreakdown, sameDecimalText } from '../source/mysql/rows/index.ts';

/** What was captured of ledgers and counts, held against what the server says. Values in, values out. */

/** Totals that differ are told to `onMoved`, which throws unless nothing kept the table still. */
export function compareLedger(
  { name, currency }: LedgerDefinition,
  mine: LedgerPartial,
  server: LedgerSum,
  onMoved: (difference: AppError) => void,
): LedgerResult {
  const unreadable = Math.max(mine.unreadable ?? 0, server.unreadable);
  const isSame = isSameTotal(mine, server);
  if (!isSame) {
    const facts = { ledger: name, sum: mine.sum, serverSum: server.sum, rows: mine.rows, serverRows: server.rows };
    onMoved(new AppError('backup.ledger-mismatch', facts));
  }
  const result = { name, currency, rows: mine.rows, sum: mine.sum, serverSum: server.sum };
  // Amounts that are no numbers: nobody can say whether the money is right. Not equal, and a check says why.
  return unreadable > 0 ? { ...result, equal: false, unreadable } : { ...result, equal: isSame };
}

/** A group that differs where the totals agree takes the green light and not the rows, which digests have proven. Null: nothing to tell apart. */
export function compareBreakdown(ledger: string, mine: LedgerPartial, server: LedgerSum): LedgerBreakdown | null {
  if (mine.by === undefined) return null;
  return { ledger, equal: isSameByGroup(mine, server), by: condense(mine.by) };
}

export function compareCount(
  { id, name, sum, by }: CountDefinition,
  ddl: string,
  mine: LedgerPartial,
  server: LedgerSum,
): CountResult {
  const unreadable = Math.max(mine.unreadable ?? 0, server.unreadable);
  const kept = mine.by === undefined ? undefined : condense(mine.by).product;
  const nextNumber = /\) [^)]*\bAUTO_INCREMENT=(\d+)/.exec(ddl)?.[1];
  return {
    id,
    name,
    rows: mine.rows,
    sum: sum === null ? null : mine.sum,
    ...(sum === null ? {} : { unit: sum.unit, currency: sum.currency }),
    equal: unreadable === 0 && isSameTotal(mine, server) && isSameByGroup(mine, server),
    ...(unreadable === 0 ? {} : { unreadable }),
    ...(nextNumber === undefined ? {} : { nextNumber }),
    ...(by === null || kept === undefined ? {} : { by: kept }),
  };
}

function isSameTotal(mine: LedgerPartial, server: LedgerSum): boolean {
  const isUnreadable = (mine.unreadable ?? 0) > 0 || server.unreadable > 0;
  return mine.rows === server.rows && (isUnreadable || sameDecimalText(mine.sum, server.sum));
}

function isSameByGroup(mine: LedgerPartial, server: LedgerSum): boolean {
  return sameBreakdown(mine.by, server.by, (mine.unreadable ?? 0) === 0 && server.unreadable === 0);
}
