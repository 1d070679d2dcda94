import type { AccountName } from '../../../../../shared/model/accounts.ts';
import { quoteName } from '../quote.ts';
import type { Token } from '../load/sql-tokens.ts';
import { AccountTokens } from './account-tokens.ts';

export interface AccountStatement {
  readonly verb: 'CREATE' | 'ALTER';
  readonly name: AccountName;
  /** The statement for this one account, without DEFAULT ROLE. */
  readonly statement: string;
  readonly defaultRoles: readonly AccountName[];
  /** Ways to log in that it needs. */
  readonly plugins: readonly string[];
}

/** What may stand behind the account: every word that a server prints there, and no other. */
const clauses = new Set(
  (
    'IDENTIFIED WITH VIA USING AS BY PASSWORD OR AND REQUIRE NONE SSL X509 ISSUER SUBJECT CIPHER ' +
    'MAX_QUERIES_PER_HOUR MAX_UPDATES_PER_HOUR MAX_CONNECTIONS_PER_HOUR MAX_USER_CONNECTIONS MAX_STATEMENT_TIME ' +
    'EXPIRE NEVER DEFAULT INTERVAL DAY ACCOUNT LOCK UNLOCK HISTORY REUSE CURRENT OPTIONAL FAILED_LOGIN_ATTEMPTS ' +
    'PASSWORD_LOCK_TIME UNBOUNDED ATTRIBUTE COMMENT'
  ).split(' '),
);

/**
 * Reads one CREATE USER or ALTER USER for one account, as a server shows it or a repository holds it. Null for anything else: two statements,
 * two accounts, OR REPLACE, a comment, a word that has no business there, quotes that do not close.
 */
export function parseAccountStatement(text: string): AccountStatement | null {
  const tokens = AccountTokens.of(text);
  if (tokens === null) return null;
  const verb = tokens.take('CREATE', 'USER') ? 'CREATE' : tokens.take('ALTER', 'USER') ? 'ALTER' : null;
  if (verb === null || tokens.peek()?.kind === 'word') return null;
  const name = tokens.account();
  if (name?.host == null) return null;
  const kept: string[] = [];
  const plugins: string[] = [];
  let defaultRoles: AccountName[] = [];
  let before: Token | undefined;
  while (!tokens.isAtEnd) {
    if (tokens.take('DEFAULT', 'ROLE')) {
      const roles = tokens.list(() => tokens.account());
      if (roles === null || defaultRoles.length > 0) return null;
      defaultRoles = roles;
      continue;
    }
    const token = tokens.next();
    if (token === undefined) return null;
    const plugin = pluginAt(before, token);
    if (plugin !== null) plugins.push(plugin);
    else if (!isClause(token, tokens.peek())) return null;
    const isGlued = before?.text === '.' || before?.text === '-' || token.text === '.';
    kept.push(isGlued ? token.text : ` ${token.text}`);
    before = token;
  }
  // MariaDB's shortest way to say it.
  if (kept.join('').startsWith(' IDENTIFIED BY PASSWORD')) plugins.push('mysql_native_password');
  const account = `${quoteName(name.user)}@${quoteName(name.host)}`;
  return { verb, name, statement: `${verb} USER ${account}${kept.join('')}`, defaultRoles, plugins };
}

/** The name of a plugin, which stands behind VIA, WITH or OR; `WITH MAX_…` is the other meaning of the word. */
function pluginAt(before: Token | undefined, token: Token): string | null {
  if (before?.kind !== 'word' || !/^(VIA|WITH|OR)$/i.test(before.text)) return null;
  const name = token.kind === 'word' ? token.text : token.text.slice(1, -1);
  if (token.kind === 'word' && clauses.has(name.toUpperCase())) return null;
  return /^[a-z][a-z0-9_]*$/i.test(name) ? name : null;
}

function isClause(token: Token, next: Token | undefined): boolean {
  if (token.kind === 'word') return clauses.has(token.text.toUpperCase()) || isNumber(token);
  // -1 user connections, 0.5 seconds
  if (token.kind === 'mark') return /^[.-]$/.test(token.text) && next !== undefined && isNumber(next);
  return token.kind === 'string';
}

function isNumber({ kind, text }: Token): boolean {
  return kind === 'word' && /^(\d+|0x[0-9A-F]*)$/i.test(text);
}
