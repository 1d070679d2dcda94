import { isAppErrorOf } from '../../../../../shared/errors/app-error.ts';
import type { ServerFacts } from '../../../../../shared/model/database.ts';
import type { BinlogPlace, TableLayout } from '../../../../../shared/model/stream.ts';
import type { MysqlConnection } from '../connection.ts';
import { readCoordinate } from '../coordinate.ts';
import { quoteTable } from '../quote.ts';
import { readServerFacts } from '../server-facts.ts';
import { layoutOfDdl } from './table-layout.ts';

/** Layouts as they are at one place of the server's log. */
export interface LayoutReading {
  readonly place: BinlogPlace;
  readonly layouts: readonly TableLayout[];
}

/** What a table that is gone, locked or kept from us says. */
const ofOneTable = [
  'mysql.query-failed',
  'mysql.lock-timeout',
  'mysql.no-privilege',
  'mysql.schema-moved',
  'mysql.database-missing',
] as const;

/**
 * Reads how tables stand in the log, and from which place of it on they do. While a transaction that has touched a table is open, no DDL of it can be
 * under way: what was done is in the log before the place, and what comes stands behind it. A table that is gone, locked or not to be described is left
 * out. The shop's DDL waits for this, some milliseconds; this waits as long as the connection's own limit says.
 *
 * Null when the server does not say where its log is, and when another one answers than `log` is of, as a balancer before several may have it. Errors: those of `query` that are not about one table.
 */
export async function readLayouts(
  connection: MysqlConnection,
  tables: readonly { readonly database: string; readonly table: string }[],
  log?: Pick<ServerFacts, 'serverId' | 'serverUuid'>,
): Promise<LayoutReading | null> {
  const server = await readServerFacts(connection);
  if (log !== undefined && (server.serverId !== log.serverId || server.serverUuid !== log.serverUuid)) return null;
  await connection.query('START TRANSACTION');
  try {
    const held: (typeof tables)[number][] = [];
    for (const each of tables) if (await holds(connection, each.database, each.table)) held.push(each);
    const { file, position } = await readCoordinate(connection, server);
    if (file === null || position === null) return null;
    const layouts: TableLayout[] = [];
    for (const { database, table } of held) {
      const [row] = await connection.query(`SHOW CREATE TABLE ${quoteTable(database, table)}`);
      // A view has another column of that meaning.
      const ddl = row?.get('create table') ?? null;
      const layout = ddl === null ? null : layoutOfDdl(database, table, ddl);
      if (layout !== null) layouts.push(layout);
    }
    return { place: { file, position }, layouts };
  } finally {
    if (connection.isOpen) await connection.query('ROLLBACK');
  }
}

/** Opening it takes the metadata lock, to the transaction's end. */
async function holds(connection: MysqlConnection, database: string, table: string): Promise<boolean> {
  try {
    await connection.query(`SELECT 1 AS one FROM ${quoteTable(database, table)} LIMIT 0`);
    return true;
  } catch (error) {
    if (isAppErrorOf(error, ...ofOneTable)) return false;
    throw error;
  }
}
