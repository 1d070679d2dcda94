import type { AccountName, Grant } from '../../../../../shared/model/accounts.ts';
import { AccountTokens } from './account-tokens.ts';

/** A line of SHOW GRANTS: whose it is, and what it gives, or what role MariaDB sets at login. */
export type GrantLine =
  | { readonly kind: 'grant'; readonly to: AccountName; readonly grant: Grant }
  | { readonly kind: 'default-role'; readonly to: AccountName; readonly role: AccountName };

/** Null for a line that is not understood: the caller names it, it is never passed over. Password hashes behind the account are dropped. */
export function parseGrantLine(line: string): GrantLine | null {
  const tokens = AccountTokens.of(line);
  if (tokens === null) return null;
  if (tokens.take('SET', 'DEFAULT', 'ROLE')) {
    const role = tokens.account();
    const to = tokens.take('FOR') ? tokens.account() : null;
    return role === null || to === null || !tokens.isAtEnd ? null : { kind: 'default-role', to, role };
  }
  if (tokens.take('GRANT', 'PROXY', 'ON')) return proxyLine(tokens);
  const isRevoked = tokens.take('REVOKE');
  if (!isRevoked && !tokens.take('GRANT')) return null;
  // Only rights are on something; roles are given as they are.
  return tokens.hasAhead('ON') ? privilegeLine(tokens, isRevoked) : isRevoked ? null : rolesLine(tokens);
}

function proxyLine(tokens: AccountTokens): GrantLine | null {
  const account = tokens.account();
  const to = tokens.take('TO') ? tokens.account() : null;
  if (account === null || to === null) return null;
  return { kind: 'grant', to, grant: { kind: 'proxy', account, withGrantOption: hasGrantOption(tokens) } };
}

function rolesLine(tokens: AccountTokens): GrantLine | null {
  const roles = tokens.list(() => tokens.account());
  const to = tokens.take('TO') ? tokens.account() : null;
  if (roles === null || to === null) return null;
  const withAdminOption = tokens.take('WITH', 'ADMIN', 'OPTION');
  return tokens.isAtEnd ? { kind: 'grant', to, grant: { kind: 'roles', roles, withAdminOption } } : null;
}

const objectTypes = ['TABLE', 'FUNCTION', 'PROCEDURE', 'PACKAGE BODY', 'PACKAGE', 'LIBRARY'] as const;

function privilegeLine(tokens: AccountTokens, isRevoked: boolean): GrantLine | null {
  const privileges = tokens.list(() => privilege(tokens));
  if (privileges === null || !tokens.take('ON')) return null;
  const type = objectTypes.find((words) => tokens.take(...words.split(' '))) ?? 'TABLE';
  const database = tokens.take('*') ? null : tokens.name();
  if (!tokens.take('.')) return null;
  const object = tokens.take('*') ? null : tokens.name();
  const to = tokens.take(isRevoked ? 'FROM' : 'TO') ? tokens.account() : null;
  if (to === null || (database === null && object !== null)) return null;
  return {
    kind: 'grant',
    to,
    grant: {
      kind: isRevoked ? 'revoked' : 'privileges',
      privileges,
      objectType: type.toLowerCase() as Lowercase<typeof type>,
      database,
      object,
      withGrantOption: hasGrantOption(tokens),
    },
  };
}

/** `SELECT`, `CREATE TEMPORARY TABLES`, `` UPDATE (`a`, `b`) ``. */
function privilege(tokens: AccountTokens): { name: string; columns: string[] } | null {
  const words: string[] = [];
  for (let token = tokens.peek(); token?.kind === 'word' && !/^ON$/i.test(token.text); token = tokens.peek()) {
    words.push(token.text.toUpperCase());
    tokens.next();
  }
  const name = words.join(' ');
  if (name === '') return null;
  if (!tokens.take('(')) return { name, columns: [] };
  const columns = tokens.list(() => tokens.name());
  return columns === null || !tokens.take(')') ? null : { name, columns };
}

/** Behind the account: MariaDB repeats there how it logs in and its limits, which CREATE USER says already. */
function hasGrantOption(tokens: AccountTokens): boolean {
  return tokens.hasAhead('GRANT', 'OPTION');
}
