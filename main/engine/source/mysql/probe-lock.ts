import { AppError } from '../../../../shared/errors/app-error.ts';
import type { ServerFacts } from '../../../../shared/model/database.ts';
import type { MysqlConnection } from './connection.ts';
import { readBinlogSnapshot } from './coordinate.ts';
import { quoteTable } from './quote.ts';
import { methodsFor } from './start-together.ts';
import type { LockMethod } from './types.ts';

/**
 * Which method a snapshot would use, found by trying each with a wait of at most one second and letting go at once. Waiting in vain
 * means "allowed": the right is checked before the wait. A short probe is honest where grants are not (managed servers).
 */
export async function probeLockMethod(
  open: () => Promise<MysqlConnection>,
  server: ServerFacts,
  tables: readonly { readonly database: string; readonly name: string }[],
): Promise<LockMethod> {
  for (const method of methodsFor(server)) {
    const connection = await open();
    try {
      if (await isAllowed(connection, method, tables)) return method;
    } finally {
      // Ends whatever was locked.
      connection.destroy();
    }
  }
  return 'single-connection';
}

async function isAllowed(
  connection: MysqlConnection,
  method: LockMethod,
  tables: readonly { readonly database: string; readonly name: string }[],
): Promise<boolean> {
  switch (method) {
    case 'backup-stage':
      // The first stage needs the same right as the last and stops nobody.
      return succeeds(connection, 'BACKUP STAGE START', 'BACKUP STAGE END');
    case 'global-read-lock':
      return succeeds(connection, 'FLUSH TABLES WITH READ LOCK', 'UNLOCK TABLES');
    case 'table-locks': {
      const list = tables.map((table) => `${quoteTable(table.database, table.name)} READ LOCAL`).join(', ');
      return tables.length > 0 && (await succeeds(connection, `LOCK TABLES ${list}`, 'UNLOCK TABLES'));
    }
    case 'binlog-snapshot':
      await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
      return (await readBinlogSnapshot(connection)) !== null;
    case 'single-connection':
      return true;
  }
}

async function succeeds(connection: MysqlConnection, take: string, letGo: string): Promise<boolean> {
  try {
    await connection.query(take);
    await connection.query(letGo);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'mysql.lock-timeout') return true;
    if (error.code === 'mysql.no-privilege' || error.code === 'mysql.query-failed') return false;
    throw error;
  }
}
