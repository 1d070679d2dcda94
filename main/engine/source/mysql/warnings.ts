import { AppError } from '../../../../shared/errors/app-error.ts';
import type { MysqlConnection, TextRow } from './connection.ts';
import type { RawResult } from './raw-query.ts';

/**
 * Warnings of MySQL 8 and later that speak about how a statement is written (old names of utf8mb3 and its collations, deprecated
 * syntax), not about the values it returned.
 */
const aboutSyntax = new Set([1287, 1681, 3719, 3778, 4079]);

/**
 * A result with warnings is not trusted: an over-long CONCAT gives NULL and a bad conversion gives something else, both with nothing
 * but a warning. Must be the next statement on the same connection.
 * Errors: `mysql.warnings` {database, table, warnings, code}.
 */
export async function refuseWarnings(
  connection: MysqlConnection,
  result: RawResult,
  place: { readonly database: string; readonly table: string },
  signal?: AbortSignal,
): Promise<void> {
  const { serious, code } = await warningsOf(connection, result, signal);
  if (serious > 0) throw new AppError('mysql.warnings', { ...place, warnings: serious, code });
}

/** How many of a result's warnings speak about its values. Must be the next statement on the same connection. */
export async function seriousWarnings(
  connection: MysqlConnection,
  result: RawResult,
  signal?: AbortSignal,
): Promise<number> {
  return (await warningsOf(connection, result, signal)).serious;
}

async function warningsOf(
  connection: MysqlConnection,
  result: RawResult,
  signal?: AbortSignal,
): Promise<{ readonly serious: number; readonly code: number }> {
  if (result.warnings === 0) return { serious: 0, code: 0 };
  const rows = await connection.query('SHOW WARNINGS', signal === undefined ? {} : { signal });
  const codes = rows.map((row) => Number(row.get('code') ?? 0));
  const serious = codes.filter((code) => !aboutSyntax.has(code));
  // The server lists only max_error_count of them: what it does not list is not forgiven.
  if (serious.length === 0 && codes.length >= result.warnings) return { serious: 0, code: 0 };
  return { serious: result.warnings, code: serious[0] ?? codes[0] ?? 0 };
}

/** One row of text from a statement that must not warn. */
export async function queryOneRow(
  connection: MysqlConnection,
  sql: string,
  place: { readonly database: string; readonly table: string },
  signal?: AbortSignal,
): Promise<TextRow> {
  const { rows, result } = await connection.ask(sql, { ...place, ...(signal === undefined ? {} : { signal }) });
  await refuseWarnings(connection, result, place, signal);
  const [row] = rows;
  if (row === undefined) throw new Error('an aggregate returned no row');
  return row;
}
