import { AppError, toAppError, type ErrorFacts } from '../../../../shared/errors/app-error.ts';
import type { ServerFacts } from '../../../../shared/model/database.ts';
import { systemClock } from '../../platform/clock.ts';
import { connectMysql } from './connect.ts';
import type { MysqlConnection } from './connection.ts';
import { readCoordinate } from './coordinate.ts';
import { invisibleParts, readGrants } from './privileges.ts';
import { probeLockMethod } from './probe-lock.ts';
import { objectText } from '../../../../shared/model/lost-objects.ts';
import { quoteName, quoteTable } from './quote.ts';
import { listDatabases } from './schema/list-databases.ts';
import { readObjects } from './schema/read-objects.ts';
import {
  isBaseTable,
  listTables,
  storedColumnNames,
  transactionalEngines,
  type ListedTable,
} from './schema/read-tables.ts';
import { isAtLeast, readServerFacts } from './server-facts.ts';
import { keepsLocksToEnd, leaveBinlog, limitStatements } from './session.ts';
import { sicknessOf } from './sick-table.ts';
import type { LockMethod, MysqlTarget } from './types.ts';

/** One step of the live test, as the page shows it. */
export interface InspectionStep {
  readonly id: 'login' | 'privileges' | 'damaged' | 'metadata-locks' | 'tables';
  readonly ok: boolean;
  readonly ms: number;
  readonly facts: ErrorFacts;
  readonly errorCode: string | null;
}

export interface InspectedTable {
  readonly name: string;
  readonly engine: string;
  readonly transactional: boolean;
  /** From statistics; may be far off. */
  readonly estimatedRows: number;
  readonly estimatedBytes: number;
}

/** What a preset looks at: stored columns of every base table by name. */
export interface InspectedShape {
  readonly database: string;
  readonly tables: ReadonlyMap<string, readonly string[]>;
}

export interface ServerInspection {
  readonly server: ServerFacts;
  /** How a snapshot would be taken today. */
  readonly lockMethod: LockMethod;
  /** False: the account may not see where the binlog stands, so the stream cannot follow. */
  readonly canSeeBinlog: boolean;
  readonly databases: readonly { readonly name: string; readonly tables: readonly InspectedTable[] }[];
  readonly shapes: readonly InspectedShape[];
}

export interface InspectOptions {
  /** Empty or undefined: every database that is not the server's own. */
  readonly databases?: readonly string[];
  readonly signal: AbortSignal;
  /** Told about each step when it ends, also about the one that fails. */
  readonly onStep?: (step: InspectionStep) => void;
}

const probeLimitMs = 30_000;

/**
 * Tries everything a backup will need, without reading rows and without keeping a lock. The first failing step ends it with that
 * step's error: those of `connectMysql`, `mysql.no-privilege`, `mysql.database-missing`, `mysql.database-empty`.
 */
export async function inspectServer(target: MysqlTarget, options: InspectOptions): Promise<ServerInspection> {
  const { signal } = options;
  const steps = new Steps(options.onStep ?? (() => undefined));
  let connection: MysqlConnection | undefined;
  try {
    const { server, open } = await steps.run(
      'login',
      async () => {
        const login = await connectMysql(target, { signal, lockWaitMs: probeLimitMs });
        connection = login;
        await limitStatements(login, probeLimitMs);
        return { server: await readServerFacts(login), open: login };
      },
      ({ server: met }) => ({ flavour: met.flavour, version: met.version }),
    );
    const wanted = options.databases?.length === 0 ? undefined : options.databases;
    const rights = await steps.run(
      'privileges',
      () => tryRights(target, open, server, wanted, signal),
      ({ lockMethod, canSeeBinlog }) => ({ lockMethod, canSeeBinlog }),
    );
    if (rights.locksGrant !== null) steps.warn('metadata-locks', { statement: rights.locksGrant });
    if (rights.damaged.length > 0) steps.warn('damaged', { objects: rights.damaged.join(', ') });
    const { databases, shapes } = await steps.run(
      'tables',
      () => describe(open, rights.databases, wanted === undefined),
      ({ databases: found }) => summary(found),
    );
    return { server, lockMethod: rights.lockMethod, canSeeBinlog: rights.canSeeBinlog, databases, shapes };
  } finally {
    connection?.close();
  }
}

interface Rights {
  readonly lockMethod: LockMethod;
  readonly canSeeBinlog: boolean;
  readonly databases: readonly { readonly name: string; readonly listed: readonly ListedTable[] }[];
  /** What the server itself cannot read or show, as `table shop.visits`: a backup keeps everything else and names it. */
  readonly damaged: readonly string[];
  /** Null, or what lets DDL of the shop through during a backup: see `keepsLocksToEnd`. */
  readonly locksGrant: string | null;
}

/** Reads from every table and shows every object once: grants alone say little on managed servers. */
async function tryRights(
  target: MysqlTarget,
  connection: MysqlConnection,
  server: ServerFacts,
  wanted: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Rights> {
  const names = await listDatabases(connection, server, wanted);
  const [hidden] = invisibleParts(await readGrants(connection, server), names);
  if (hidden !== undefined) {
    throw new AppError('mysql.no-privilege', {
      privilege: hidden.privilege,
      database: hidden.database,
      statement: 'SHOW',
    });
  }
  const databases: { name: string; listed: ListedTable[] }[] = [];
  const damaged: string[] = [];
  for (const name of names) {
    const listed = await listTables(connection, name);
    for (const table of listed.filter(isBaseTable)) {
      const place = { database: name, table: table.name, signal };
      try {
        await connection.query(`SELECT 1 FROM ${quoteTable(name, table.name)} LIMIT 0`, place);
      } catch (error) {
        if (sicknessOf(error, { database: name, name: table.name })?.reason !== 'damaged') throw error;
        damaged.push(`table ${name}.${table.name}`);
      }
    }
    const { unreadable } = await readObjects(connection, name, listed);
    // A right can be granted now; what is damaged shall not keep everything else from being backed up.
    const denied = unreadable.find(({ reason }) => reason === 'denied');
    if (denied !== undefined) throw denied.error;
    damaged.push(...unreadable.map(objectText));
    databases.push({ name, listed });
  }
  const tables = databases.flatMap(({ name, listed }) =>
    listed
      .filter((table) => isBaseTable(table) && !damaged.includes(`table ${name}.${table.name}`))
      .map((table) => ({ database: name, name: table.name })),
  );
  const [coordinate, lockMethod] = [
    await readCoordinate(connection, server),
    await probeLockMethod(() => connectMysql(target, { signal, lockWaitMs: 1000 }), server, tables),
  ];
  const locksGrant = await missingLocksGrant(target, server, signal);
  return { databases, damaged, locksGrant, lockMethod, canSeeBinlog: coordinate.file !== null };
}

/** On a connection of its own, as a reader of a backup would have it. */
async function missingLocksGrant(
  target: MysqlTarget,
  server: ServerFacts,
  signal: AbortSignal,
): Promise<string | null> {
  const reader = await connectMysql(target, { signal, lockWaitMs: 1000 });
  try {
    await leaveBinlog(reader, server.flavour);
    if (!(await keepsLocksToEnd(reader, server.flavour))) return null;
    const [row] = await reader.query('SELECT CURRENT_USER() AS account');
    const [user, host] = splitAccount(row?.get('account') ?? '');
    // https://mariadb.com/kb/en/grant/#binlog-admin: part of SUPER before 10.5.2.
    const right = isAtLeast(server, 'mariadb', 10, 5, 2) ? 'BINLOG ADMIN' : 'SUPER';
    return `GRANT ${right} ON *.* TO ${quoteName(user)}@${quoteName(host)}`;
  } finally {
    reader.close();
  }
}

/** A user's name may hold an @, a host's may not. */
function splitAccount(account: string): [string, string] {
  const at = account.lastIndexOf('@');
  return [account.slice(0, at), account.slice(at + 1)];
}

async function describe(
  connection: MysqlConnection,
  listed: Rights['databases'],
  emptyAllowed: boolean,
): Promise<Pick<ServerInspection, 'databases' | 'shapes'>> {
  const transactional = await transactionalEngines(connection);
  const databases: { name: string; tables: InspectedTable[] }[] = [];
  const shapes: InspectedShape[] = [];
  for (const { name, listed: entries } of listed) {
    const tables = entries.filter(isBaseTable).map((table) => ({
      name: table.name,
      engine: table.engine,
      transactional: transactional.has(table.engine.toLowerCase()),
      estimatedRows: table.estimatedRows,
      estimatedBytes: table.estimatedBytes,
    }));
    if (tables.length === 0 && !emptyAllowed) throw new AppError('mysql.database-empty', { database: name });
    databases.push({ name, tables });
    shapes.push({ database: name, tables: await storedColumnNames(connection, name, entries) });
  }
  if (databases.every(({ tables }) => tables.length === 0))
    throw new AppError('mysql.database-empty', { database: '*' });
  return { databases, shapes };
}

function summary(databases: ServerInspection['databases']): ErrorFacts {
  const tables = databases.flatMap((database) => database.tables);
  return {
    databases: databases.length,
    tables: tables.length,
    rows: tables.reduce((sum, table) => sum + table.estimatedRows, 0),
    bytes: tables.reduce((sum, table) => sum + table.estimatedBytes, 0),
    nonTransactional: tables.filter((table) => !table.transactional).length,
  };
}

class Steps {
  readonly #onStep: (step: InspectionStep) => void;

  constructor(onStep: (step: InspectionStep) => void) {
    this.#onStep = onStep;
  }

  /** Something to look at that keeps nobody from going on. */
  warn(id: InspectionStep['id'], facts: ErrorFacts): void {
    this.#onStep({ id, ok: true, ms: 0, facts: { ...facts, warning: true }, errorCode: null });
  }

  async run<T>(id: InspectionStep['id'], work: () => Promise<T>, factsOf: (value: T) => ErrorFacts): Promise<T> {
    const startedMs = systemClock.monotonicMs();
    const sinceStart = () => Math.round(systemClock.monotonicMs() - startedMs);
    try {
      const value = await work();
      this.#onStep({ id, ok: true, ms: sinceStart(), facts: factsOf(value), errorCode: null });
      return value;
    } catch (error) {
      const { code, facts } = toAppError(error);
      this.#onStep({ id, ok: false, ms: sinceStart(), facts, errorCode: code });
      throw error;
    }
  }
}
