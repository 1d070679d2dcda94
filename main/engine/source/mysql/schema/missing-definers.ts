import type { SchemaObject } from '../../../../../shared/model/database.ts';
import type { MysqlConnection, TextRow } from '../connection.ts';
import { serverErrno } from '../map-error.ts';
import { quoteText } from '../quote.ts';
import { sicknessOfObject } from '../sick-object.ts';

/** An object that acts for an account that is not there any more: the server keeps it and refuses to use it. */
export interface OrphanedObject {
  readonly database: string;
  readonly kind: SchemaObject['kind'];
  readonly name: string;
  /** `user@host`, or the name of a role. */
  readonly definer: string;
}

const definers: readonly (readonly [SchemaObject['kind'], (list: string) => string])[] = [
  [
    'view',
    (list) =>
      `SELECT TABLE_SCHEMA AS db, TABLE_NAME AS name, DEFINER AS definer FROM information_schema.VIEWS WHERE TABLE_SCHEMA IN (${list})`,
  ],
  ['function', (list) => routines('FUNCTION', list)],
  ['procedure', (list) => routines('PROCEDURE', list)],
  [
    'trigger',
    (list) =>
      `SELECT TRIGGER_SCHEMA AS db, TRIGGER_NAME AS name, DEFINER AS definer FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA IN (${list})`,
  ],
  [
    'event',
    (list) =>
      `SELECT EVENT_SCHEMA AS db, EVENT_NAME AS name, DEFINER AS definer FROM information_schema.EVENTS WHERE EVENT_SCHEMA IN (${list})`,
  ],
];

function routines(type: 'FUNCTION' | 'PROCEDURE', list: string): string {
  return (
    'SELECT ROUTINE_SCHEMA AS db, ROUTINE_NAME AS name, DEFINER AS definer FROM information_schema.ROUTINES ' +
    `WHERE ROUTINE_TYPE = '${type}' AND ROUTINE_SCHEMA IN (${list})`
  );
}

/** The server answers that this account may not look at the list of accounts, or that there is none of this name. */
const mayNotLook = new Set([1044, 1142, 1143, 1146, 1356]);

/**
 * Objects of these databases whose definer does not exist, in the order of kinds and names. Who may not see the server's accounts gets
 * none: nothing is lost by that, the definitions are in the picture either way. Errors: those of `query`.
 */
export async function missingDefiners(
  connection: MysqlConnection,
  databases: readonly string[],
): Promise<OrphanedObject[]> {
  const accounts = await knownAccounts(connection);
  if (accounts === null) return [];
  const wanted = new Set(databases);
  const list = databases.map(quoteText).join(', ');
  const orphans: OrphanedObject[] = [];
  for (const [kind, sql] of definers) {
    for (const row of await listOf(connection, kind, sql(list))) {
      const [database, name, definer] = [row.get('db') ?? '', row.get('name') ?? '', row.get('definer') ?? ''];
      // information_schema compares database names without case.
      if (!wanted.has(database) || definer === '' || accounts.has(definer.replace(/@$/, ''))) continue;
      orphans.push({ database, kind, name, definer });
    }
  }
  return orphans;
}

/** Empty where one broken object spoils the list: the picture names it, and whoever mends it hears of definers the next time. */
async function listOf(connection: MysqlConnection, kind: SchemaObject['kind'], sql: string): Promise<TextRow[]> {
  try {
    return await connection.query(sql);
  } catch (error) {
    if (sicknessOfObject(error, { database: '', kind, name: '' }) === null) throw error;
    return [];
  }
}

/** Accounts as `user@host`, roles by their name alone; null when they may not be seen. */
async function knownAccounts(connection: MysqlConnection): Promise<ReadonlySet<string> | null> {
  try {
    const rows = await connection.query('SELECT User AS user, Host AS host FROM mysql.user');
    return new Set(
      rows.map((row) => {
        const host = row.get('host') ?? '';
        return host === '' ? (row.get('user') ?? '') : `${row.get('user') ?? ''}@${host}`;
      }),
    );
  } catch (error) {
    if (mayNotLook.has(serverErrno(error))) return null;
    throw error;
  }
}
