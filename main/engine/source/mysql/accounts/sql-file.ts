import type { Flavour } from '../../../../../shared/model/database.ts';
import { accountText, isEverybody, type Account, type Grant } from '../../../../../shared/model/accounts.ts';
import { quoteText } from '../quote.ts';
import { createStatements, defaultRoleStatement, grantStatement } from './account-sql.ts';
import { placeText, systemDatabases } from './fit-rights.ts';
import { parseAccountStatement } from './parse-create.ts';

export interface AccountsSql {
  /** Makes the accounts: before views and routines. */
  readonly create: string;
  /** Gives their rights: after everything. */
  readonly grant: string;
  /** `id: subject` of what is not in the text. */
  readonly notes: readonly string[];
}

export interface WrittenObjects {
  /** Databases that the file makes under their own names; null when under another: then no right is written. */
  readonly databases: ReadonlySet<string> | null;
  /** `database.name` of every table, view and routine in the file: a client would stop at a right on one that is not there. */
  readonly objects: ReadonlySet<string>;
}

/**
 * The accounts as text for the stock client. An account that is there already, a server of the other flavour, and a way to log in that
 * the server does not know, are seen by the text itself, which then does nothing for that account: a client stops at the first error.
 */
export function accountsSql(accounts: readonly Account[], source: Flavour, written: WrittenObjects): AccountsSql {
  const create: string[] = [];
  const grant: string[] = [];
  const last: string[] = [];
  const notes: string[] = [];
  accounts.forEach((account, index) => {
    const { name, grants } = account;
    const text = accountText(name);
    const statements = isEverybody(name) ? null : createStatements(account);
    if (statements === null) {
      if (!isEverybody(name)) notes.push(`account-not-understood: ${text}`);
      else if (grants.length > 0) notes.push(`everybody-left-alone: ${text} · ${places(account)}`);
      return;
    }
    const mark = `@SHOUHU_NEW_${index}`;
    create.push(`SET ${mark} = ${conditionOf(account, source)};`);
    for (const statement of statements) create.push(...onlyIf(mark, statement));
    if (written.databases === null) {
      if (grants.length > 0) notes.push(`account-without-rights: ${text}`);
      return;
    }
    const leftOut = new Set<string>();
    for (const each of grants) {
      const condition = rightCondition(each, written.databases, written.objects);
      if (condition === null) leftOut.add(placeText(each));
      else grant.push(...onlyIf([mark, ...condition].join(' AND '), grantStatement(name, each)));
    }
    const role = defaultRoleStatement(account);
    if (role !== null) last.push(...onlyIf(mark, role));
    for (const place of leftOut) notes.push(`right-left-out: ${text} · ${place}`);
  });
  return { create: lines(create), grant: lines([...grant, ...last]), notes };
}

/** SQL that is 1 where the right may be given, as `mayBeGiven` decides it; null when the file does not hold what it is on. */
function rightCondition(
  grant: Grant,
  databases: ReadonlySet<string>,
  objects: ReadonlySet<string>,
): readonly string[] | null {
  if ((grant.kind !== 'privileges' && grant.kind !== 'revoked') || grant.database === null) return [];
  const { database, object } = grant;
  if (object !== null && objects.has(`${database}.${object}`)) return [];
  if (object !== null) return systemDatabases.has(database) ? [hasTable(database, object)] : null;
  const own = [...databases, ...systemDatabases].map(quoteText).join(', ');
  const others = `SCHEMA_NAME LIKE ${quoteText(database)} AND SCHEMA_NAME NOT IN (${own})`;
  return [`NOT EXISTS (SELECT 1 FROM information_schema.SCHEMATA WHERE ${others})`];
}

/** A server's own tables come and go with its version. */
function hasTable(database: string, name: string): string {
  const wanted = `TABLE_SCHEMA = ${quoteText(database)} AND TABLE_NAME = ${quoteText(name)}`;
  return `EXISTS (SELECT 1 FROM information_schema.TABLES WHERE ${wanted})`;
}

function places({ grants }: Account): string {
  return [...new Set(grants.map(placeText))].join(', ');
}

/** SQL that is 1 where the account may be made. Names stand in texts, never in comments. */
function conditionOf({ name, create }: Account, source: Flavour): string {
  const isSource = `VERSION() ${source === 'mariadb' ? '' : 'NOT '}LIKE '%mariadb%'`;
  const sameHost = `Host = ${quoteText(name.host ?? '')}`;
  const isNew = `NOT EXISTS (SELECT 1 FROM mysql.user WHERE User = ${quoteText(name.user)} AND ${sameHost})`;
  const plugins = create === null ? [] : (parseAccountStatement(create)?.plugins ?? []);
  const known = plugins.map(
    (plugin) =>
      `EXISTS (SELECT 1 FROM information_schema.PLUGINS WHERE PLUGIN_STATUS = 'ACTIVE' AND PLUGIN_NAME = ${quoteText(plugin)})`,
  );
  return [isSource, isNew, ...known].join(' AND ');
}

function onlyIf(mark: string, statement: string): string[] {
  return [
    `SET @SHOUHU_SQL = IF(${mark}, ${quoteText(statement)}, 'DO 0');`,
    'PREPARE SHOUHU FROM @SHOUHU_SQL;',
    'EXECUTE SHOUHU;',
  ];
}

/** The last object may have left its own sql_mode behind. */
const session = "SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';";

function lines(all: readonly string[]): string {
  return all.length === 0 ? '' : `\n${[session, ...all, 'DEALLOCATE PREPARE SHOUHU;'].join('\n')}\n`;
}
