import { AppError } from '../../../../../shared/errors/app-error.ts';
import type { LedgerDefinition, RangeDigest, TableSchema } from '../../../../../shared/model/database.ts';
import { digestRange } from '../digest.ts';
import { ledgerSum } from '../ledger.ts';
import type { LedgerSum } from '../ledger-sum.ts';
import { quoteTable } from '../quote.ts';
import { sameDecimalText, type FigureDefinition } from '../rows/index.ts';
import type { KeyRange } from '../types.ts';
import type { LoadSession } from './load-session.ts';

export type { LedgerSum };

/**
 * Does the restored table hold what was captured? The target's own server computes; nothing is fetched.
 *
 * Errors: `restore.rows-mismatch` {table, expected, actual}, `restore.digest-mismatch` {table}, `restore.ledger-mismatch`
 * {ledger, expected, actual}, those of digest.ts.
 */
export async function assertRange(
  session: LoadSession,
  database: string,
  schema: TableSchema,
  range: KeyRange,
  expected: RangeDigest & { readonly sealedDigest: string | null },
  signal: AbortSignal,
): Promise<void> {
  const table = `${database}.${schema.name}`;
  const open = await digestRange(session.connection, session.flavour, database, schema, range, 'open', signal);
  if (open.rows !== expected.rows) {
    throw new AppError('restore.rows-mismatch', { table, expected: expected.rows, actual: open.rows });
  }
  if (open.digest !== expected.digest || (expected.sum !== null && open.sum !== expected.sum)) {
    throw new AppError('restore.digest-mismatch', { table });
  }
  // Null: no secret columns, or the digest is inside the seal, or the vault was closed and stand-ins were loaded.
  if (expected.sealedDigest === null) return;
  const sealed = await digestRange(session.connection, session.flavour, database, schema, range, 'sealed', signal);
  if (sealed.digest !== expected.sealedDigest)
    throw new AppError('restore.digest-mismatch', { table, group: 'sealed' });
}

export async function countTarget(
  session: LoadSession,
  database: string,
  table: string,
  signal: AbortSignal,
): Promise<number> {
  const [row] = await session.rows(`SELECT COUNT(*) AS n FROM ${quoteTable(database, table)}`, signal);
  return Number(row?.get('n') ?? 0);
}

/** Rows and sum of a ledger or count on the restored copy in `database`. */
export async function targetLedger(
  session: LoadSession,
  database: string,
  schema: TableSchema,
  ledger: FigureDefinition,
  signal: AbortSignal,
): Promise<LedgerSum> {
  return ledgerSum(session.connection, ledger, { ...schema, database }, signal);
}

export async function assertLedger(
  session: LoadSession,
  database: string,
  schema: TableSchema,
  ledger: LedgerDefinition,
  expected: { readonly rows: number; readonly sum: string },
  signal: AbortSignal,
): Promise<void> {
  const actual = await targetLedger(session, database, schema, ledger, signal);
  const isReadable = actual.unreadable === 0;
  if (isReadable && actual.rows === expected.rows && sameDecimalText(actual.sum, expected.sum)) return;
  throw new AppError('restore.ledger-mismatch', { ledger: ledger.name, expected: expected.sum, actual: actual.sum });
}
