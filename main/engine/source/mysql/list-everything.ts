import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import { isAsideDatabase } from '../../../../shared/model/aside-database.ts';
import { connectMysql } from './connect.ts';
import type { MysqlConnection } from './connection.ts';
import { isGranted, readGrants } from './privileges.ts';
import { quoteText } from './quote.ts';
import { isServerDatabase } from './schema/list-databases.ts';
import { isBaseTable, listTables } from './schema/read-tables.ts';
import { readServerFacts } from './server-facts.ts';
import { limitStatements } from './session.ts';
import { holdsOwnRows } from './storage-engines.ts';
import type { MysqlTarget } from './types.ts';

export interface ListedThing {
  readonly kind: 'table' | 'view' | 'routine' | 'trigger' | 'event' | 'sequence';
  readonly name: string;
  /** Of a table: its rows are on another server, or in other tables. */
  readonly isWindow: boolean;
}

export interface ListedDatabase {
  readonly name: string;
  readonly things: readonly ListedThing[];
  /** From statistics, as good as these are. */
  readonly roughBytes: number;
  /** Kinds of which this account is shown none, or the server could list none. */
  readonly hidden: readonly ('tables' | 'routines' | 'triggers' | 'events')[];
}

export interface ListedServer {
  readonly databases: readonly ListedDatabase[];
  /** False: databases on which the account has no right are not shown to it. */
  readonly seesAllDatabases: boolean;
  /** There are more than were looked at. */
  readonly isCut: boolean;
}

const statementLimitMs = 10_000;
const mostDatabases = 300;
/** In one database. */
const mostThings = 5000;

/**
 * The names of everything that an account can see, no row of it, on a connection of its own. What a database does not let be listed is in its `hidden`.
 * Errors: those of `connectMysql`; those of a line that breaks.
 */
export async function listEverything(target: MysqlTarget, signal: AbortSignal): Promise<ListedServer> {
  const connection = await connectMysql(target, { signal, lockWaitMs: 1000 });
  try {
    await limitStatements(connection, statementLimitMs);
    const grants = await readGrants(connection, await readServerFacts(connection));
    // A right on everything is not always shown as one: whoever may read everything sees everything.
    const seesAllDatabases = grants.some(
      ({ database, object, privileges }) =>
        database === null &&
        object === null &&
        ['ALL PRIVILEGES', 'SHOW DATABASES', 'SELECT'].some((each) => privileges.has(each)),
    );
    const rows = await connection.query('SHOW DATABASES', { signal });
    const names = rows
      .map((row) => row.get('database') ?? '')
      .filter((name) => name !== '' && !isServerDatabase(name) && !isAsideDatabase(name))
      .sort();
    const databases: ListedDatabase[] = [];
    for (const name of names.slice(0, mostDatabases)) {
      const listed = await listDatabase(connection, name, signal);
      const hidden = isGranted(grants, name, ['TRIGGER']) ? listed.hidden : [...listed.hidden, 'triggers' as const];
      databases.push({ ...listed, hidden: [...new Set(hidden)] });
    }
    return { databases, seesAllDatabases, isCut: names.length > mostDatabases };
  } finally {
    connection.close();
  }
}

async function listDatabase(connection: MysqlConnection, name: string, signal: AbortSignal): Promise<ListedDatabase> {
  const hidden: ListedDatabase['hidden'][number][] = [];
  /** One broken object may keep the server from listing its whole kind. */
  const asFarAsShown = async <T>(kind: (typeof hidden)[number], read: () => Promise<T[]>): Promise<T[]> => {
    try {
      return await read();
    } catch (error) {
      signal.throwIfAborted();
      if (!isAppErrorOf(error, 'mysql.no-privilege', 'mysql.query-failed')) throw error;
      hidden.push(kind);
      return [];
    }
  };
  const named = async (view: string, prefix: string): Promise<string[]> => {
    const rows = await connection.query(
      `SELECT ${prefix}_SCHEMA AS db, ${prefix}_NAME AS name FROM information_schema.${view} WHERE ${prefix}_SCHEMA = ${quoteText(name)}`,
      { signal },
    );
    return rows.filter((row) => row.get('db') === name).map((row) => row.get('name') ?? '');
  };
  const thing = (kind: ListedThing['kind']) => (each: string) => ({ kind, name: each, isWindow: false });
  const tables = await asFarAsShown('tables', () => listTables(connection, name));
  const things: ListedThing[] = [
    ...tables.map((table) => ({
      kind: isBaseTable(table)
        ? ('table' as const)
        : table.type === 'SEQUENCE'
          ? ('sequence' as const)
          : ('view' as const),
      name: table.name,
      isWindow: isBaseTable(table) && !holdsOwnRows(table),
    })),
    ...(await asFarAsShown('routines', () => named('ROUTINES', 'ROUTINE'))).map(thing('routine')),
    ...(await asFarAsShown('triggers', () => named('TRIGGERS', 'TRIGGER'))).map(thing('trigger')),
    ...(await asFarAsShown('events', () => named('EVENTS', 'EVENT'))).map(thing('event')),
  ];
  const roughBytes = tables.reduce((sum, { estimatedBytes }) => sum + estimatedBytes, 0);
  return {
    name,
    things: things.slice(0, mostThings),
    roughBytes,
    hidden: things.length > mostThings ? [...hidden, 'tables'] : hidden,
  };
}
