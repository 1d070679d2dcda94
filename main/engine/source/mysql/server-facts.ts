import type { Flavour, ServerFacts } from '../../../../shared/model/database.ts';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { MysqlConnection } from './connection.ts';

/** Variables that decide how a snapshot must be read, restored or replayed (facts §1.6). Absent ones are left out. */
const kept = [
  'binlog_checksum',
  'binlog_format',
  'binlog_row_image',
  'binlog_row_value_options',
  'binlog_transaction_compression',
  'character_set_server',
  'collation_server',
  'default_collation_for_utf8mb4',
  'explicit_defaults_for_timestamp',
  'gtid_domain_id',
  'gtid_mode',
  'gtid_purged',
  'local_infile',
  'log_bin',
  'log_bin_compress',
  'lower_case_table_names',
  'max_allowed_packet',
  'server_id',
  'server_uuid',
  'sql_mode',
  'system_time_zone',
  'time_zone',
] as const;

/** Asked for to tell MariaDB from MySQL when a proxy rewrites the version; not kept. */
const mariadbOnly = 'aria_block_size';

/**
 * Who answers. The flavour is probed (version text, then a variable only MariaDB has), never derived from the major version.
 * Errors: `mysql.unsupported` {product} for servers that only speak the protocol; those of `query`.
 */
export async function readServerFacts(connection: MysqlConnection): Promise<ServerFacts> {
  const [about] = await connection.query(
    'SELECT VERSION() AS version, @@version_comment AS comment, @@hostname AS hostname, @@server_id AS id',
  );
  const version = about?.get('version') ?? '';
  const versionComment = about?.get('comment') ?? '';
  const product = /tidb|oceanbase|clickhouse|vitess|singlestore|polardb-x/i.exec(`${version} ${versionComment}`)?.[0];
  if (product !== undefined) throw new AppError('mysql.unsupported', { product });

  const names = [...kept, mariadbOnly].map((name) => `'${name}'`).join(',');
  const found = new Map<string, string>();
  for (const row of await connection.query(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names})`)) {
    found.set(row.get('variable_name') ?? '', row.get('value') ?? '');
  }
  const variables: Record<string, string> = {};
  for (const name of kept) {
    const value = found.get(name);
    if (value !== undefined) variables[name] = value;
  }
  const isMariadb = /mariadb/i.test(`${version} ${versionComment}`) || found.has(mariadbOnly);
  return {
    flavour: isMariadb ? 'mariadb' : 'mysql',
    version,
    versionComment,
    serverId: about?.get('id') ?? '',
    serverUuid: found.get('server_uuid') ?? null,
    hostname: about?.get('hostname') ?? '',
    variables,
  };
}

/** True when the server is of this flavour and at least this version. `5.5.5-10.11.2-MariaDB` counts as 10.11.2. */
export function isAtLeast(server: ServerFacts, flavour: Flavour, ...wanted: readonly number[]): boolean {
  if (server.flavour !== flavour) return false;
  const numbers = server.version
    .replace(/^5\.5\.5-(?=1\d\.)/, '')
    .split(/[^0-9]+/, 3)
    .map(Number);
  for (const [index, part] of wanted.entries()) {
    const own = numbers[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
