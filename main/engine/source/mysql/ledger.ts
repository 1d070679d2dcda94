import type { LedgerDefinition, TableSchema } from '../../../../shared/model/database.ts';
import { bytesExpression } from './columns.ts';
import type { MysqlConnection } from './connection.ts';
import { quoteName, quoteTable } from './quote.ts';
import { columnOf, whereAll } from './row-condition.ts';
import { conditionsOf } from './rows/row-condition.ts';
import { seriousWarnings } from './warnings.ts';

const exactTypes = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal']);

/**
 * Rows and sum of a money table by the server, as decimal text in the column's own unit. NULL amounts count as rows and add
 * nothing; no rows give zero.
 *
 * Integers and DECIMAL are summed by SUM, which is exact. Every other type is summed over the decimal number that its fetched text
 * spells (`0.10000000149011612` for the FLOAT 0.1), because that text is what the engine adds up too, and because SUM over
 * doubles depends on the order of rows. A text that is no number makes the server warn; such amounts are counted. The last
 * form holds 35 digits before and 30 behind the point.
 *
 * Which rows count is compared as octets: see row-condition.ts.
 * Errors: `table.unknown` {database, table, column?}, those of `query`.
 */
export function ledgerSql(ledger: LedgerDefinition, table: TableSchema): string {
  const amount = columnOf(table, ledger.amountColumn);
  const value = exactTypes.has(amount.dataType)
    ? `SUM(${quoteName(amount.name)})`
    : `SUM(CAST(CONVERT(${bytesExpression(amount)} USING ascii) AS DECIMAL(65,30)))`;
  return (
    `SELECT COUNT(*) AS n, CAST(COALESCE(${value}, 0) AS CHAR) AS total ` +
    `FROM ${quoteTable(table.database, table.name)}${whereAll(conditionsOf(ledger), table)}`
  );
}

/** What the server makes of a ledger. `sum` says little when `unreadable` (warnings about amounts: at least so many) is not 0. */
export interface LedgerSum {
  readonly rows: number;
  readonly sum: string;
  readonly unreadable: number;
}

export async function ledgerSum(
  connection: MysqlConnection,
  ledger: LedgerDefinition,
  table: TableSchema,
  signal: AbortSignal,
): Promise<LedgerSum> {
  const place = { database: table.database, table: table.name };
  const { rows, result } = await connection.ask(ledgerSql(ledger, table), { ...place, signal });
  const row = rows[0];
  if (row === undefined) throw new Error('an aggregate returned no row');
  const unreadable = await seriousWarnings(connection, result, signal);
  return { rows: Number(row.get('n') ?? 0), sum: withoutPadding(row.get('total') ?? '0'), unreadable };
}

/** The 30 places of the wide form are ours, not the column's: drop its zeros. */
function withoutPadding(total: string): string {
  return /\.\d{30}$/.test(total) ? total.replace(/\.?0+$/, '') : total;
}
