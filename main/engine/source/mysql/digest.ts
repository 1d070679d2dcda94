import type { Column, Flavour, RangeDigest, TableSchema } from '../../../../shared/model/database.ts';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { fromTable, keyColumns, whereRange } from './bounds.ts';
import { bytesExpression, countedBytes, fetchExpression } from './columns.ts';
import type { MysqlConnection } from './connection.ts';
import type { KeyRange } from './types.ts';
import { queryOneRow } from './warnings.ts';

/**
 * Range digests by the server.
 *
 * Definition (rows/row-digest.ts computes the same from raw rows, FORMAT.md fixes it):
 *
 *   Row encoding, per column in the group's order: NULL -> `N`; else `<decimal octet length>:<bytes>` where bytes are exactly the
 *   bytes readRange returns for that column, and for `long` columns the lower-case hex SHA-256 of those bytes (64 characters).
 *   Group `open` = all non-secret columns in order; `sealed` = key columns, then secret columns (all columns if no key).
 *   Row hash = the first 128 bits of SHA-256 of the row encoding.
 *   `digest` = XOR of the row hashes. `sum` = their sum modulo 2^128, given where the table has no key (rows may repeat and would
 *   cancel out in the XOR), else null. No rows: zeros.
 *
 * The two 64-bit halves are aggregated apart, because only MySQL 8 can XOR longer strings. Each aggregate would compute the hash
 * again. On MariaDB the first one keeps it in a variable for those after it, in the order they are written; MySQL warns about that on every
 * use, so the hash is computed in a derived table there, which a LIMIT keeps from being merged (a fifth of the time more). An
 * order of evaluation that is not the written one would show as a digest that differs: rows are then fetched, and nothing is lost.
 */
export type DigestGroup = 'open' | 'sealed';

/** The columns of a group in digest order. */
export function digestColumns(table: TableSchema, group: DigestGroup): Column[] {
  if (group === 'open') return table.columns.filter((column) => !column.secret);
  if (table.key === null) return [...table.columns];
  return [...keyColumns(table), ...table.columns.filter((column) => column.secret)];
}

function encodedColumn(column: Column): string {
  // Hashed as stored: a cast of a value beyond max_allowed_packet is NULL, and such values come in when the limit is higher.
  if (column.long) {
    const stored = column.form === 'plain' ? fetchExpression(column) : bytesExpression(column);
    return `IFNULL(CONCAT('64:', SHA2(${stored}, 256)), 'N')`;
  }
  const { length, bytes } = countedBytes(column);
  return `IFNULL(CONCAT(${length}, ':', ${bytes}), 'N')`;
}

export function digestSql(
  flavour: Flavour,
  table: TableSchema,
  range: KeyRange,
  group: DigestGroup,
  database = table.database,
): string {
  const columns = digestColumns(table, group);
  if (columns.length === 0) throw new Error(`${table.database}.${table.name} has no columns to digest`);
  // One binary value makes the whole CONCAT binary: no column's text is converted to another's character set.
  const hash = `SHA2(CONCAT(_binary '', ${columns.map(encodedColumn).join(', ')}), 256)`;
  const isMariadb = flavour === 'mariadb';
  const [first, further] = isMariadb ? [`@shouhu_hash := ${hash}`, '@shouhu_hash'] : ['h', 'h'];
  const high = `CAST(CONV(LEFT(${further}, 16), 16, 10) AS UNSIGNED)`;
  const low = `CAST(CONV(SUBSTRING(${further}, 17, 16), 16, 10) AS UNSIGNED)`;
  const sums = table.key === null ? `, SUM(${high}) AS sum_high, SUM(${low}) AS sum_low` : '';
  const rows = `${fromTable(table, database)}${whereRange(table, range)}`;
  return (
    `SELECT COUNT(*) AS n, COUNT(${first}) AS hashed, BIT_XOR(${high}) AS high, BIT_XOR(${low}) AS low${sums} FROM ` +
    (isMariadb ? rows : `(SELECT ${hash} AS h FROM ${rows} LIMIT 18446744073709551615) AS hashes`)
  );
}

/**
 * Digest of one range over any prepared connection of connect.ts: inside a snapshot, or on a restored copy. `database` is where the
 * table lives there, which may be another name than the table's own.
 * Errors: `mysql.warnings` when a row could not be hashed, those of `query`.
 */
export async function digestRange(
  connection: MysqlConnection,
  flavour: Flavour,
  database: string,
  table: TableSchema,
  range: KeyRange,
  group: DigestGroup,
  signal?: AbortSignal,
): Promise<RangeDigest> {
  const place = { database, table: table.name };
  const row = await queryOneRow(connection, digestSql(flavour, table, range, group, database), place, signal);
  const number = (column: string) => BigInt(row.get(column) ?? 0);
  const rows = Number(number('n'));
  // NULL hashes are skipped by every aggregate: a row that could not be encoded must not vanish.
  if (number('hashed') !== number('n')) throw new AppError('mysql.warnings', { ...place, warnings: rows, code: 1301 });
  return {
    rows,
    digest: hex128((number('high') << 64n) | number('low')),
    sum: table.key === null ? hex128((number('sum_high') << 64n) + number('sum_low')) : null,
  };
}

function hex128(value: bigint): string {
  return BigInt.asUintN(128, value).toString(16).padStart(32, '0');
}
