import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { Coordinate, ServerFacts } from '../../../../shared/model/database.ts';
import type { MysqlConnection, TextRow } from './connection.ts';
import { quoteText } from './quote.ts';
import { isAtLeast } from './server-facts.ts';

export const noCoordinate: Coordinate = { file: null, position: null, gtid: null };

/**
 * Where the binlog stands now. Exact for a snapshot only while commits are locked out.
 * Nulls when the binlog is off, or when the account may not look (REPLICATION CLIENT / BINLOG MONITOR).
 */
export async function readCoordinate(connection: MysqlConnection, server: ServerFacts): Promise<Coordinate> {
  const status = await masterStatus(connection, server);
  const file = status?.get('file') ?? null;
  if (status === undefined || file === null || file === '') return noCoordinate;
  return { file, position: Number(status.get('position') ?? 0), gtid: await readGtid(connection, server) };
}

/**
 * Where the binlog stood when the transaction open on this connection began (MariaDB, MWL#136): exact without any lock or privilege.
 * Null when the server does not say.
 */
export async function readBinlogSnapshot(connection: MysqlConnection): Promise<Coordinate | null> {
  const rows = await connection.query("SHOW SESSION STATUS LIKE 'binlog\\_snapshot\\_%'");
  const values = new Map(rows.map((row) => [(row.get('variable_name') ?? '').toLowerCase(), row.get('value') ?? '']));
  const file = values.get('binlog_snapshot_file') ?? '';
  if (file === '') return null;
  return { file, position: Number(values.get('binlog_snapshot_position') ?? 0), gtid: null };
}

/** The GTID of a MariaDB binlog position. */
export async function gtidOfPosition(connection: MysqlConnection, at: Coordinate): Promise<string | null> {
  if (at.file === null || at.position === null) return null;
  const [row] = await connection.query(`SELECT BINLOG_GTID_POS(${quoteText(at.file)}, ${at.position}) AS gtid`);
  return cleaned(row?.get('gtid'));
}

/** MySQL renamed the statement in 8.2 and removed the old name in 8.4. */
async function masterStatus(connection: MysqlConnection, server: ServerFacts): Promise<TextRow | undefined> {
  const statement = isAtLeast(server, 'mysql', 8, 2) ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS';
  try {
    return (await connection.query(statement))[0];
  } catch (error) {
    if (isAppErrorOf(error, 'mysql.no-privilege')) return undefined;
    throw error;
  }
}

/** Not gtid_current_pos on MariaDB: that one knows transactions which never were in this binlog. */
async function readGtid(connection: MysqlConnection, server: ServerFacts): Promise<string | null> {
  const variable = server.flavour === 'mariadb' ? 'gtid_binlog_pos' : 'gtid_executed';
  const [row] = await connection.query(`SELECT @@GLOBAL.${variable} AS gtid`);
  return cleaned(row?.get('gtid'));
}

function cleaned(gtid: string | null | undefined): string | null {
  const text = (gtid ?? '').replace(/\s+/g, '');
  return text === '' ? null : text;
}
