import { AppError } from '../../../../../shared/errors/app-error.ts';
import { isAsideDatabase } from '../../../../../shared/model/aside-database.ts';
import type { ServerFacts } from '../../../../../shared/model/database.ts';
import type { MysqlConnection } from '../connection.ts';

/** The server's own databases: never part of a picture of a shop. `ndbinfo` and `mysql_innodb_cluster_metadata` are too. */
const ofTheServer = new Set([
  'mysql',
  'information_schema',
  'performance_schema',
  'sys',
  'ndbinfo',
  'mysql_innodb_cluster_metadata',
]);

export function isServerDatabase(name: string): boolean {
  return ofTheServer.has(name.toLowerCase());
}

/**
 * The databases to picture, as the server spells them, sorted. Errors: `mysql.database-missing` {database} when a wanted one is not
 * there (or not visible to this account).
 */
export async function listDatabases(
  connection: MysqlConnection,
  server: ServerFacts,
  wanted?: readonly string[],
): Promise<string[]> {
  const rows = await connection.query('SHOW DATABASES');
  const present = rows.map((row) => row.get('database') ?? '').filter((name) => !isServerDatabase(name));
  if (wanted === undefined) return present.filter((name) => !isAsideDatabase(name)).sort();
  const ignoresCase = (server.variables['lower_case_table_names'] ?? '0') !== '0';
  const chosen = wanted.map((name) => {
    const found =
      present.find((each) => each === name) ??
      (ignoresCase ? present.find((each) => each.toLowerCase() === name.toLowerCase()) : undefined);
    if (found === undefined) throw new AppError('mysql.database-missing', { database: name });
    return found;
  });
  return [...new Set(chosen)].sort();
}
