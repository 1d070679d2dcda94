import type { Flavour } from '../../../../../../shared/model/database.ts';
import { quoteName } from '../../quote.ts';
import type { QueryEvent, QuerySettings } from '../query-event.ts';
import type { CollationOf } from './session-events.ts';

/** Bits of `flags2`. Source: MySQL `sql/query_options.h`, MariaDB `sql/sql_priv.h`. */
const autoIsNull = 0x4000;
const noForeignKeyChecks = 0x4000000;
const relaxedUniqueChecks = 0x8000000;
/** MariaDB's own. */
const noCheckConstraintChecks = 0x8000;
const explicitTimestampDefaults = 0x1000000;
const ifExists = 0x10000000;
const insertHistory = 0x40000000;
/** Modes that MySQL 8 has no more and refuses: NO_AUTO_CREATE_USER, and those that stand for other databases. */
const goneModes = 0x1003ff00n;

/**
 * What a session has to be told before a statement of the log runs in it as it did at the source: only what differs from the last one. The statements
 * are ASCII, so that they can be sent under any client character set.
 */
export class QuerySession {
  readonly #flavour: Flavour;
  readonly #set = new Map<string, string>();
  #database: string | null = null;
  /** MariaDB before 10.10 says nothing in its log of how TIMESTAMP columns get their defaults; there they got them by default. */
  #saysTimestampDefaults = true;

  constructor(flavour: Flavour) {
    this.#flavour = flavour;
  }

  /** Whose log it is, from its format description: `10.11.6-MariaDB-log`. */
  follow(serverVersion: string): void {
    const [major = 0, minor = 0] = serverVersion.split('.').map(Number);
    this.#saysTimestampDefaults = major > 10 || (major === 10 && minor >= 10);
  }

  /** The session stands in no database any more, as far as is known. */
  leaveDatabase(): void {
    this.#database = null;
  }

  /** What has to be sent before a statement of ours that is not ASCII, so that the server reads it as UTF-8. */
  asUtf8(): string[] {
    const client = this.#set.get('character_set_client');
    if (client === undefined || client === 'utf8mb4') return [];
    this.#set.set('character_set_client', 'utf8mb4');
    return ['SET @@session.character_set_client=utf8mb4'];
  }

  /**
   * @param database where the statement runs; empty: in none
   * @param collationOf of the target; only asked where `namesClientCharset`
   */
  before(
    { settings, threadId }: QueryEvent,
    timestampS: number,
    database: string,
    collationOf: CollationOf | null = null,
  ): string[] {
    const statements: string[] = [];
    if (database !== '' && this.#database !== database) {
      if (!isAscii(database)) statements.push(...this.asUtf8());
      statements.push(`USE ${quoteName(database)}`);
      this.#database = database;
    }
    const wanted = assignments(settings, this.#flavour, collationOf);
    if (this.#flavour === 'mariadb') this.#addMaria(wanted, settings);
    const microseconds = settings.microseconds ?? 0;
    // TIMESTAMP is the clock of NOW(); it always differs.
    wanted.set('timestamp', `${timestampS}.${String(microseconds).padStart(6, '0')}`);
    wanted.set('pseudo_thread_id', String(threadId));
    const changed = [...wanted].filter(([variable, value]) => this.#set.get(variable) !== value);
    if (changed.length > 0)
      statements.push(`SET ${changed.map(([variable, value]) => `@@session.${variable}=${value}`).join(', ')}`);
    for (const [variable, value] of changed) this.#set.set(variable, value);
    return statements;
  }

  #addMaria(wanted: Map<string, string>, { flags2 }: QuerySettings): void {
    if (flags2 === undefined) return;
    wanted.set('check_constraint_checks', bit((flags2 & noCheckConstraintChecks) === 0 ? 1 : 0));
    wanted.set(
      'explicit_defaults_for_timestamp',
      this.#saysTimestampDefaults ? bit(flags2 & explicitTimestampDefaults) : '0',
    );
    // Newer than the rest: only said where it matters, for a target that may be older.
    for (const [variable, flag] of [
      ['sql_if_exists', ifExists],
      ['system_versioning_insert_history', insertHistory],
    ] as const)
      if ((flags2 & flag) !== 0 || this.#set.has(variable)) wanted.set(variable, bit(flags2 & flag));
  }
}

/**
 * MariaDB numbers its UCA 14.0.0 collations from here on (default of utf8mb4 since 11.5), and takes no such number for a client's character set (error 1115):
 * it has to be named, as its own mysqlbinlog does.
 */
const firstUca1400 = 2048;

/** Whether the client's character set has to be looked up by the number of its collation. */
export function namesClientCharset({ charset }: QuerySettings): boolean {
  return charset !== undefined && charset[0] >= firstUca1400;
}

export function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(text);
}

function assignments(settings: QuerySettings, flavour: Flavour, collationOf: CollationOf | null): Map<string, string> {
  const wanted = new Map<string, string>();
  const { flags2, sqlMode, autoIncrement, charset, timeZone, lcTimeNames, collationDatabase } = settings;
  if (flags2 !== undefined) {
    wanted.set('sql_auto_is_null', bit(flags2 & autoIsNull));
    wanted.set('foreign_key_checks', bit((flags2 & noForeignKeyChecks) === 0 ? 1 : 0));
    wanted.set('unique_checks', bit((flags2 & relaxedUniqueChecks) === 0 ? 1 : 0));
  }
  if (sqlMode !== undefined) wanted.set('sql_mode', String(flavour === 'mysql' ? sqlMode & ~goneModes : sqlMode));
  wanted.set('auto_increment_increment', String(autoIncrement?.increment ?? 1));
  wanted.set('auto_increment_offset', String(autoIncrement?.offset ?? 1));
  if (charset !== undefined) {
    const client = namesClientCharset(settings) ? (collationOf?.(charset[0])?.charset ?? '') : '';
    wanted.set('character_set_client', /^\w+$/.test(client) ? client : String(charset[0]));
    wanted.set('collation_connection', String(charset[1]));
    wanted.set('collation_server', String(charset[2]));
  }
  if (timeZone !== undefined && /^[\w/+:-]+$/.test(timeZone)) wanted.set('time_zone', `'${timeZone}'`);
  if (lcTimeNames !== undefined) wanted.set('lc_time_names', String(lcTimeNames));
  wanted.set('collation_database', collationDatabase === undefined ? 'DEFAULT' : String(collationDatabase));
  if (flavour === 'mysql') addMysql(wanted, settings);
  return wanted;
}

function addMysql(wanted: Map<string, string>, settings: QuerySettings): void {
  const { utf8mb4Collation, requirePrimaryKey, tableEncryption, explicitTimestampDefaults, cascadeTriggers } = settings;
  if (utf8mb4Collation !== undefined) wanted.set('default_collation_for_utf8mb4', String(utf8mb4Collation));
  if (cascadeTriggers !== undefined) wanted.set('enable_cascade_triggers', bit(cascadeTriggers ? 1 : 0));
  // What the source demanded was fulfilled there.
  if (requirePrimaryKey !== undefined) wanted.set('sql_require_primary_key', '0');
  if (tableEncryption !== undefined) wanted.set('default_table_encryption', bit(tableEncryption ? 1 : 0));
  if (explicitTimestampDefaults !== undefined)
    wanted.set('explicit_defaults_for_timestamp', bit(explicitTimestampDefaults ? 1 : 0));
}

function bit(value: number): string {
  return value === 0 ? '0' : '1';
}
