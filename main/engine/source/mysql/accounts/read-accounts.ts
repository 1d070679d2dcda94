import { AppError, toAppError } from '../../../../../shared/errors/app-error.ts';
import { accountText, isSameAccount, type Account, type AccountName } from '../../../../../shared/model/accounts.ts';
import { connectMysql } from '../connect.ts';
import type { MysqlConnection } from '../connection.ts';
import { serverErrno } from '../map-error.ts';
import { readServerFacts } from '../server-facts.ts';
import { limitStatements } from '../session.ts';
import type { MysqlTarget } from '../types.ts';
import { quoteAccount } from './account-sql.ts';
import { parseAccountStatement } from './parse-create.ts';
import { parseGrantLine } from './parse-grant.ts';

/** What an account lacks in the snapshot, and why. */
export interface LackingAccount {
  /** `shop@localhost` */
  readonly account: string;
  /** denied: this right is missing here · password-hidden: shown without its password · second-password: a second, still valid one is not shown
   * · not-understood: the server's own statement cannot be read · server: it answered with an error. */
  readonly reason: 'denied' | 'password-hidden' | 'second-password' | 'not-understood' | 'server';
}

export type AccountsReading =
  | { readonly kind: 'read'; readonly accounts: readonly Account[]; readonly lacking: readonly LackingAccount[] }
  /** Not one of them: the account that reads lacks a right, or the server did not answer. */
  | { readonly kind: 'unreadable'; readonly error: AppError };

/** A server with very many accounts on a very thin line: the data are more important. */
const limitMs = 120_000;
const statementLimitMs = 30_000;
const lockWaitMs = 5_000;

/** Accounts that a server makes for itself; every server has its own. */
const internal = new Set(['mysql.sys', 'mysql.session', 'mysql.infoschema', 'mariadb.sys']);

/** Unknown variable. */
const unknownVariable = new Set([1193]);
/** No such table or column: a server of before there were roles or second passwords. */
const unknownPlace = new Set([1054, 1146]);

/**
 * Every account and role of the server with its rights, sorted by name, on a connection of its own: some versions commit the transaction
 * of whoever asks for SHOW CREATE USER. Whatever is not to be had is said, and is no error: the data do not depend on it.
 *
 * Errors: the signal's reason.
 */
export async function readAccounts(target: MysqlTarget, signal: AbortSignal): Promise<AccountsReading> {
  const patience = AbortSignal.timeout(limitMs);
  const both = AbortSignal.any([signal, patience]);
  let connection: MysqlConnection | null = null;
  try {
    connection = await connectMysql(target, { signal: both, lockWaitMs });
    return await readAll(connection, both);
  } catch (error) {
    signal.throwIfAborted();
    const slow = new AppError('mysql.lock-timeout', { waitedMs: limitMs });
    return { kind: 'unreadable', error: patience.aborted ? slow : toAppError(error) };
  } finally {
    connection?.close();
  }
}

interface Listed {
  readonly name: AccountName;
  readonly isRole: boolean;
}

async function readAll(connection: MysqlConnection, signal: AbortSignal): Promise<AccountsReading> {
  const { flavour } = await readServerFacts(connection);
  await limitStatements(connection, statementLimitMs);
  const listed = flavour === 'mariadb' ? await listMariadb(connection, signal) : await listMysql(connection, signal);
  const accounts: Account[] = [];
  const lacking: LackingAccount[] = await secondPasswords(connection, signal);
  for (const each of listed) {
    const read = await readOne(connection, each, signal);
    if (typeof read === 'string') lacking.push({ account: accountText(each.name), reason: read });
    else accounts.push(read);
  }
  return { kind: 'read', accounts: accounts.sort((a, b) => (keyOf(a.name) < keyOf(b.name) ? -1 : 1)), lacking };
}

async function listMariadb(connection: MysqlConnection, signal: AbortSignal): Promise<Listed[]> {
  const rows = await connection.query('SELECT User AS user, Host AS host, is_role FROM mysql.user', { signal });
  return rows.flatMap((row) => {
    const isRole = row.get('is_role') === 'Y';
    const user = row.get('user') ?? '';
    return internal.has(user) ? [] : [{ name: { user, host: isRole ? null : (row.get('host') ?? '') }, isRole }];
  });
}

/** MySQL keeps roles among the users; one is called a role here when somebody has it. */
async function listMysql(connection: MysqlConnection, signal: AbortSignal): Promise<Listed[]> {
  // Bytes of a hash that are no text would be lost on the way.
  await unless(
    unknownVariable,
    connection.query('SET SESSION print_identified_with_as_hex = 1', { signal }),
    undefined,
  );
  const edges = await unless(
    unknownPlace,
    connection.query('SELECT DISTINCT FROM_USER AS user, FROM_HOST AS host FROM mysql.role_edges', { signal }),
    [],
  );
  const roles = new Set(edges.map((row) => keyOf({ user: row.get('user') ?? '', host: row.get('host') ?? '' })));
  const rows = await connection.query('SELECT User AS user, Host AS host FROM mysql.user', { signal });
  return rows.flatMap((row) => {
    const name = { user: row.get('user') ?? '', host: row.get('host') ?? '' };
    return internal.has(name.user) ? [] : [{ name, isRole: roles.has(keyOf(name)) }];
  });
}

/** SHOW CREATE USER of MySQL says nothing of a password that is still valid beside the new one. */
async function secondPasswords(connection: MysqlConnection, signal: AbortSignal): Promise<LackingAccount[]> {
  const rows = await unless(
    unknownPlace,
    connection.query(
      "SELECT User AS user, Host AS host FROM mysql.user WHERE JSON_CONTAINS_PATH(User_attributes, 'one', '$.additional_password')",
      { signal },
    ),
    [],
  );
  return rows.map((row) => ({
    account: accountText({ user: row.get('user') ?? '', host: row.get('host') ?? '' }),
    reason: 'second-password',
  }));
}

/** The account, or why it cannot be had. */
async function readOne(
  connection: MysqlConnection,
  { name, isRole }: Listed,
  signal: AbortSignal,
): Promise<Account | LackingAccount['reason']> {
  try {
    const made = name.host === null ? plainRole : await readCreate(connection, name, signal);
    if (typeof made === 'string') return made;
    const given = await readGrants(connection, name, signal);
    if (given === null) return 'not-understood';
    const defaultRoles = [...made.defaultRoles, ...given.defaultRoles];
    const { create, alter } = made;
    return { kind: isRole ? 'role' : 'user', name, create, alter, grants: given.grants, defaultRoles };
  } catch (error) {
    // An answer of the server concerns this account alone.
    if (serverErrno(error) === 0 || !connection.isOpen) throw error;
    return toAppError(error).code === 'mysql.no-privilege' ? 'denied' : 'server';
  }
}

type Made = Pick<Account, 'create' | 'alter' | 'defaultRoles'>;

const plainRole: Made = { create: null, alter: null, defaultRoles: [] };

async function readCreate(
  connection: MysqlConnection,
  name: AccountName,
  signal: AbortSignal,
): Promise<Made | LackingAccount['reason']> {
  const rows = await connection.query(`SHOW CREATE USER ${quoteAccount(name)}`, { signal });
  const [create, alter, ...more] = rows.map((row) => [...row.values()][0] ?? '');
  if (create === undefined || more.length > 0) return 'not-understood';
  if (create.includes("'<secret>'")) return 'password-hidden';
  // A byte that is no text has become this one: the hash would be another.
  if (create.includes('\uFFFD')) return 'password-hidden';
  const made = parseAccountStatement(create);
  const altered = alter === undefined ? null : parseAccountStatement(alter);
  const isOwn = [made, ...(alter === undefined ? [] : [altered])].every(
    (statement) => statement !== null && isSameAccount(statement.name, name),
  );
  if (!isOwn || made?.verb !== 'CREATE' || (altered !== null && altered.verb !== 'ALTER')) return 'not-understood';
  return { create: made.statement, alter: altered?.statement ?? null, defaultRoles: [...made.defaultRoles] };
}

/** Null when one line is not understood: an account with a right less than it had would look whole. */
async function readGrants(
  connection: MysqlConnection,
  name: AccountName,
  signal: AbortSignal,
): Promise<Pick<Account, 'grants' | 'defaultRoles'> | null> {
  const rows = await connection.query(`SHOW GRANTS FOR ${quoteAccount(name)}`, { signal });
  const grants: Account['grants'] = [];
  const defaultRoles: AccountName[] = [];
  for (const row of rows) {
    const line = parseGrantLine([...row.values()][0] ?? '');
    if (line === null) return null;
    // A role of MariaDB is shown with the rights of the roles that it has: those have lines of their own.
    if (!isSameAccount(line.to, name)) continue;
    if (line.kind === 'default-role') defaultRoles.push(line.role);
    else if (!saysNothing(line.grant)) grants.push(line.grant);
  }
  return { grants, defaultRoles };
}

/** USAGE ON *.*: it exists. */
function saysNothing(grant: Account['grants'][number]): boolean {
  if (grant.kind !== 'privileges' || grant.withGrantOption || grant.database !== null) return false;
  return grant.privileges.every(({ name }) => name === 'USAGE');
}

function keyOf({ user, host }: AccountName): string {
  return JSON.stringify([user, host?.toLowerCase() ?? null]);
}

async function unless<T, F>(answers: ReadonlySet<number>, asking: Promise<T>, otherwise: F): Promise<T | F> {
  try {
    return await asking;
  } catch (error) {
    if (answers.has(serverErrno(error))) return otherwise;
    throw error;
  }
}
