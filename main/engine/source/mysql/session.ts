import type { Flavour } from '../../../../shared/model/database.ts';
import type { MysqlConnection } from './connection.ts';
import { serverErrno } from './map-error.ts';

/**
 * The session every reading connection gets, so that neither the server's defaults nor its `init_connect` decide what a
 * statement means (sql_mode, autocommit, completion_type), how much it returns (sql_select_limit) or in which zone times are
 * written. Sources: facts of mysql-shell's dumper and mydumper; each server knows only some of the optional ones.
 */

/**
 * Long waits on our side (slow disk, back-pressure) must not end the connection: the server's default gives up after 60 s of
 * a client that does not read.
 */
const patienceSeconds = 86_400;

const required = [
  "SET SESSION sql_mode = '', autocommit = 1, completion_type = 0",
  'SET NAMES utf8mb4',
  "SET SESSION time_zone = '+00:00'",
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
  'SET SESSION sql_quote_show_create = 1, sql_select_limit = 18446744073709551615, sql_big_selects = 1',
];

const optional = [
  `net_write_timeout = ${patienceSeconds}`,
  `net_read_timeout = ${patienceSeconds}`,
  `wait_timeout = ${patienceSeconds}`,
  // MySQL
  'information_schema_stats_expiry = 0',
  'show_gipk_in_create_table_and_information_schema = ON',
  'show_create_table_skip_secondary_engine = OFF',
  // MariaDB
  'idle_transaction_timeout = 0',
  'idle_readonly_transaction_timeout = 0',
  'idle_write_transaction_timeout = 0',
];

/**
 * What lets the shop's statements go first and needs no right. docs/decisions/0012 says what else was looked at and left out.
 */
const modest: Readonly<Record<Flavour, readonly string[]>> = {
  mariadb: [
    // A thread pool prefers connections with an open transaction, as every reader has: the shop's come first now.
    'thread_pool_priority = low',
    // Digests and sums must not push the shop's answers out of the query cache, nor hold its lock.
    'query_cache_type = OFF',
  ],
  mysql: [
    // Percona's thread pool, as above.
    "thread_pool_high_prio_mode = 'none'",
    // COUNT(*) over a table would read with four threads at once and more.
    'innodb_parallel_read_threads = 1',
    // Up to MySQL 5.7.
    'query_cache_type = OFF',
  ],
};

/** Unknown variable, not settable here, not this value, not this account, no query cache: the session works without it. */
const harmless = new Set([1193, 1227, 1229, 1231, 1232, 1238, 1651]);

/** Errors: those of `MysqlConnection.query`. */
export async function prepareSession(connection: MysqlConnection, lockWaitMs: number): Promise<void> {
  for (const statement of required) await connection.query(statement);
  await setOptional(connection, optional);
  await limitLockWait(connection, lockWaitMs);
  await limitStatements(connection, 0);
}

/**
 * For readers, before their transactions begin. MariaDB keeps the metadata locks of a transaction that goes back to a savepoint when it
 * might still have to write to its binlog (10.11 and 11.8, whatever was read). An account that may not leave it keeps its locks.
 */
export async function leaveBinlog(connection: MysqlConnection, flavour: Flavour): Promise<void> {
  if (flavour === 'mariadb') await setOptional(connection, ['sql_log_bin = 0']);
}

/**
 * Whether this server keeps every metadata lock of a reader to the end of its transaction, after `leaveBinlog` was tried: then DDL of the
 * shop waits for the whole backup. Asked of the session itself, because what grants say is not what managed servers do. MariaDB's own
 * condition (`trans_rollback_to_savepoint` in its transaction.cc) is: a binlog is open, or Galera acts as one, and the session may
 * write to it.
 */
export async function keepsLocksToEnd(connection: MysqlConnection, flavour: Flavour): Promise<boolean> {
  if (flavour !== 'mariadb') return false;
  const [row] = await connection.query('SELECT @@GLOBAL.log_bin AS binlog, @@SESSION.sql_log_bin AS writes');
  if (row?.get('writes') === '0') return false;
  if (row?.get('binlog') === '1') return true;
  const [galera] = await connection.query("SHOW SESSION VARIABLES LIKE 'wsrep_on'");
  return galera?.get('value') === 'ON';
}

/** From here on string columns arrive as the bytes that are stored. For connections that read rows. */
export async function useRawResults(connection: MysqlConnection): Promise<void> {
  await connection.query('SET SESSION character_set_results = NULL');
}

/** For readers whose transactions are open. Not before: the lock that they begin under would be held for longer. */
export async function lowerPriority(connection: MysqlConnection, flavour: Flavour): Promise<void> {
  await setOptional(connection, modest[flavour]);
}

/** The server ends a SELECT of this session after `limitMs` (0: never), so that a question about the schema cannot hang it. */
export async function limitStatements(connection: MysqlConnection, limitMs: number): Promise<void> {
  await setOptional(connection, [`max_execution_time = ${limitMs}`, `max_statement_time = ${limitMs / 1000}`]);
}

/**
 * The server itself ends this connection after so many idle seconds. For connections that hold a lock: if our line dies, the
 * shop must not stand still until TCP notices.
 */
export async function limitIdleness(connection: MysqlConnection, seconds: number): Promise<void> {
  await connection.query(`SET SESSION wait_timeout = ${seconds}`);
}

/** The server gives up a statement that waits longer for a table's or the global lock; it counts in whole seconds. */
export async function limitLockWait(connection: MysqlConnection, limitMs: number): Promise<void> {
  await setOptional(connection, [`lock_wait_timeout = ${wholeSeconds(limitMs)}`]);
}

export function wholeSeconds(durationMs: number): number {
  return Math.max(1, Math.ceil(durationMs / 1000));
}

async function setOptional(connection: MysqlConnection, assignments: readonly string[]): Promise<void> {
  for (const assignment of assignments) {
    try {
      await connection.query(`SET SESSION ${assignment}`);
    } catch (error) {
      if (!harmless.has(serverErrno(error))) throw error;
    }
  }
}
