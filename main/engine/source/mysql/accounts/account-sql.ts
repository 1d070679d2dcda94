import {
  isEverybody,
  isSameAccount,
  type Account,
  type AccountName,
  type Grant,
  type PrivilegeGrant,
} from '../../../../../shared/model/accounts.ts';
import { quoteName } from '../quote.ts';
import { parseAccountStatement } from './parse-create.ts';

/** Statements made from checked pieces. The names are quoted here; nothing that was stored as text gets into them. */

/** `` `shop`@`localhost` ``; a role of MariaDB has no host, and PUBLIC is a word. */
export function quoteAccount(name: AccountName): string {
  if (isEverybody(name)) return 'PUBLIC';
  return name.host === null ? quoteName(name.user) : `${quoteName(name.user)}@${quoteName(name.host)}`;
}

/**
 * CREATE, and for some users ALTER. Null when the stored text is anything but these two for this one account: what comes out of a
 * repository is not believed.
 */
export function createStatements({ kind, name, create, alter }: Account): string[] | null {
  if (create === null) return kind === 'role' && alter === null ? [`CREATE ROLE ${quoteAccount(name)}`] : null;
  const statements: string[] = [];
  for (const [verb, text] of [
    ['CREATE', create],
    ['ALTER', alter],
  ] as const) {
    if (text === null) continue;
    const parsed = parseAccountStatement(text);
    if (parsed?.verb !== verb || !isSameAccount(parsed.name, name) || parsed.defaultRoles.length > 0) return null;
    statements.push(parsed.statement);
  }
  return statements;
}

export function grantStatement(account: AccountName, grant: Grant): string {
  const name = quoteAccount(account);
  switch (grant.kind) {
    case 'privileges':
      return `GRANT ${privilegesOf(grant)} ON ${objectOf(grant)} TO ${name}${grant.withGrantOption ? ' WITH GRANT OPTION' : ''}`;
    case 'revoked':
      return `REVOKE ${privilegesOf(grant)} ON ${objectOf(grant)} FROM ${name}`;
    case 'roles':
      return `GRANT ${grant.roles.map(quoteAccount).join(', ')} TO ${name}${grant.withAdminOption ? ' WITH ADMIN OPTION' : ''}`;
    case 'proxy':
      return `GRANT PROXY ON ${quoteAccount(grant.account)} TO ${name}${grant.withGrantOption ? ' WITH GRANT OPTION' : ''}`;
  }
}

/** Null when there is none. Both flavours have the statement, each in its own words. */
export function defaultRoleStatement({ name, defaultRoles }: Account): string | null {
  if (defaultRoles.length === 0) return null;
  const roles = defaultRoles.map(quoteAccount).join(', ');
  const isMariadbRole = defaultRoles.every(({ host }) => host === null);
  return `SET DEFAULT ROLE ${roles} ${isMariadbRole ? 'FOR' : 'TO'} ${quoteAccount(name)}`;
}

function privilegesOf({ privileges }: PrivilegeGrant): string {
  return privileges
    .map(({ name, columns }) => (columns.length === 0 ? name : `${name} (${columns.map(quoteName).join(', ')})`))
    .join(', ');
}

/** `` TABLE `shop`.`orders` ``: with the word, so that nothing depends on what else has this name. */
function objectOf({ objectType, database, object }: PrivilegeGrant): string {
  if (database === null) return '*.*';
  if (object === null) return `${quoteName(database)}.*`;
  return `${objectType.toUpperCase()} ${quoteName(database)}.${quoteName(object)}`;
}
