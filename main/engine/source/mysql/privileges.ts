import { AppError } from '../../../../shared/errors/app-error.ts';
import type { ServerFacts } from '../../../../shared/model/database.ts';
import type { MysqlConnection } from './connection.ts';
import { isAtLeast } from './server-facts.ts';

/**
 * What the account was granted, for the few rights that cannot be found by trying: a server shows no triggers to an account without
 * TRIGGER, and no routines to one that may not look, without any error. Everything else is probed, never inferred.
 */
export interface Grant {
  readonly privileges: ReadonlySet<string>;
  /** Null for `*`; otherwise a LIKE pattern for database-level grants. */
  readonly database: string | null;
  /** Null for `*`. */
  readonly object: string | null;
}

/** Grants of the account and of its active roles. */
export async function readGrants(connection: MysqlConnection, server: ServerFacts): Promise<Grant[]> {
  let statement = 'SHOW GRANTS';
  if (isAtLeast(server, 'mysql', 8)) {
    const [row] = await connection.query('SELECT CURRENT_ROLE() AS roles');
    const roles = row?.get('roles') ?? 'NONE';
    if (roles !== 'NONE' && roles !== '') statement = `SHOW GRANTS FOR CURRENT_USER() USING ${roles}`;
  }
  const rows = await connection.query(statement);
  return rows.flatMap((row) => {
    const grant = parseGrant([...row.values()][0] ?? '');
    return grant === null ? [] : [grant];
  });
}

/** One line of SHOW GRANTS; null for grants of roles and proxies, which have no `ON database.object`. */
export function parseGrant(line: string): Grant | null {
  const match = /^GRANT (.+?) ON (?:(?:TABLE|FUNCTION|PROCEDURE) )?(\*|`(?:[^`]|``)*`)\.(\*|`(?:[^`]|``)*`) TO /.exec(
    line,
  );
  if (match === null) return null;
  // Column lists hold commas of their own: SELECT (`a`, `b`), INSERT. A right on some columns is not the right.
  const listed = (match[1] ?? '').replace(/(^|, )[A-Z ]+ \([^)]*\)/g, '').split(',');
  return {
    privileges: new Set(listed.map((name) => name.trim().toUpperCase()).filter((name) => name !== '')),
    database: unquoted(match[2]),
    object: unquoted(match[3]),
  };
}

/** True when one of `wanted` is granted on the whole database or on everything. */
export function isGranted(grants: readonly Grant[], database: string, wanted: readonly string[]): boolean {
  return grants.some(
    (grant) =>
      grant.object === null &&
      (grant.database === null || likePattern(grant.database).test(database)) &&
      ['ALL PRIVILEGES', ...wanted].some((privilege) => grant.privileges.has(privilege)),
  );
}

export interface Invisible {
  readonly database: string;
  readonly privilege: 'TRIGGER' | 'EXECUTE';
}

/** Databases of which triggers or routines would silently be missing, with the right that shows them. */
export function invisibleParts(grants: readonly Grant[], databases: readonly string[]): Invisible[] {
  const seesBodies =
    grants.some(
      (grant) =>
        grant.database === null &&
        ['ALL PRIVILEGES', 'SELECT', 'SHOW_ROUTINE', 'SHOW CREATE ROUTINE'].some((each) => grant.privileges.has(each)),
    ) ||
    grants.some(
      (grant) =>
        grant.database === 'mysql' &&
        (grant.object === null || grant.object === 'proc') &&
        grant.privileges.has('SELECT'),
    );
  const routine = ['EXECUTE', 'ALTER ROUTINE', 'CREATE ROUTINE', 'SHOW CREATE ROUTINE'];
  return databases.flatMap((database): Invisible[] => [
    ...(isGranted(grants, database, ['TRIGGER']) ? [] : [{ database, privilege: 'TRIGGER' } as const]),
    ...(seesBodies || isGranted(grants, database, routine) ? [] : [{ database, privilege: 'EXECUTE' } as const]),
  ]);
}

/** Errors: `mysql.no-privilege` {privilege, database, statement} rather than a picture with parts silently missing. */
export async function requireVisibility(
  connection: MysqlConnection,
  server: ServerFacts,
  databases: readonly string[],
): Promise<void> {
  const [first] = invisibleParts(await readGrants(connection, server), databases);
  if (first === undefined) return;
  const statement = first.privilege === 'TRIGGER' ? 'SHOW TRIGGERS' : 'SHOW PROCEDURE STATUS';
  throw new AppError('mysql.no-privilege', { privilege: first.privilege, database: first.database, statement });
}

function unquoted(name: string | undefined): string | null {
  if (name === undefined || name === '*') return null;
  return name.slice(1, -1).replaceAll('``', '`');
}

/** Database-level grants are patterns: % and _ are wild, \ makes them plain. */
export function likePattern(pattern: string): RegExp {
  const source = pattern.replace(
    /\\([%_\\])|([%_])|([^%_\\]+|\\)/g,
    (_, plain?: string, wild?: string, text?: string) => {
      if (wild !== undefined) return wild === '%' ? '.*' : '.';
      return (plain ?? text ?? '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    },
  );
  return new RegExp(`^${source}$`, 'is');
}
