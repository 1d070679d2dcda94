import { AppError, isAppErrorOf } from '../../../../../../shared/errors/app-error.ts';
import type { TableSchema } from '../../../../../../shared/model/database.ts';
import { serverErrno } from '../../map-error.ts';
import { quoteName, quoteTable } from '../../quote.ts';
import type { LoadSession } from '../load-session.ts';
import { renameDatabases, type Renames } from '../rewrite-ddl.ts';

/**
 * Creates all tables whole, empty, with every key and foreign key, and drops them again: what a server of another kind does not take
 * is found before the first row travels. Only the server knows all of its rules: parsers of
 * FULLTEXT keys, functions in defaults, what a foreign key may refer to.
 *
 * Errors: what `refuse` makes of the first refusal {table, feature: the statement and the server's number}, `mysql.*`.
 */
export async function tryTables(
  session: LoadSession,
  tables: readonly { readonly database: string; readonly schema: TableSchema }[],
  renames: Renames,
  refuse: (object: string, feature: string, cause: AppError) => AppError,
  signal: AbortSignal,
): Promise<void> {
  const made: string[] = [];
  const clear = async (): Promise<void> => {
    for (const table of made.splice(0)) await session.execute(`DROP TABLE ${table}`, signal);
  };
  for (const { database, schema } of tables) {
    await session.execute(`USE ${quoteName(database)}`, signal);
    try {
      await session.execute(renameDatabases(schema.ddl, renames), signal);
    } catch (error) {
      const errno = serverErrno(error);
      if (errno === 0 || !isAppErrorOf(error, 'mysql.query-failed', 'mysql.unsupported')) throw error;
      await clear();
      throw refuse(`${schema.database}.${schema.name}`, `CREATE TABLE, ${errno}`, error);
    }
    made.push(quoteTable(database, schema.name));
  }
  await clear();
}
