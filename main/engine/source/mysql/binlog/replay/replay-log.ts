import { AppError, isAppErrorOf } from '../../../../../../shared/errors/app-error.ts';
import type { Flavour } from '../../../../../../shared/model/database.ts';
import type { LoadSession } from '../../load/load-session.ts';
import { serverErrno } from '../../map-error.ts';
import { ByteCursor } from '../byte-cursor.ts';
import { describeStatement, type DescribedStatement } from '../describe-statement.ts';
import { headerBytes } from '../event-header.ts';
import { eventTypes } from '../event-types.ts';
import { expandEvent, type PlainEvent } from '../expand-event.ts';
import { parseMariaGtid } from '../gtid-events.ts';
import { parseQuery, type QueryEvent } from '../query-event.ts';
import type { BinlogEvent } from '../read-binlog.ts';
import { isRowsEvent, parseRowsHead } from '../read-rows.ts';
import { parseTableMap } from '../table-map.ts';
import { QuerySession } from './query-session.ts';
import { binlogStatement, endsStatement, formatWithoutChecksums, requireRoom, RowStatement } from './row-statement.ts';

export interface ReplayOptions {
  /** A session that does nothing else; its target is of the source's flavour. */
  readonly session: LoadSession;
  readonly flavour: Flavour;
  /** Databases that the target has under their own names; changes of all others are passed over. */
  readonly databases: ReadonlySet<string>;
  /** Which of their tables; default all. */
  readonly isWanted?: (database: string, table: string) => boolean;
  readonly signal: AbortSignal;
}

export interface ReplayReport {
  readonly transactions: number;
  readonly rowEvents: number;
  readonly statements: number;
  /** Statements about accounts, which are no part of a database. */
  readonly accountsSkipped: number;
}

/**
 * Does again on a restored database what a log says, from the snapshot's coordinate on. The caller gives whole transactions only: what is not committed at
 * the end is rolled back. Row events go in as BINLOG statements, so that no trigger fires twice and cascades happen as they did; statements go in
 * byte for byte, in a session set as theirs was.
 *
 * Errors: `replay.unsupported` {what, file, position} for what cannot be done again exactly; `replay.failed` {file, position, errno}; `mysql.*`.
 * Source: MySQL `sql/sql_binlog.cc`, MariaDB the same; what `mysqlbinlog` prints.
 */
export class LogReplay {
  readonly #options: ReplayOptions;
  readonly #queries: QuerySession;
  /** Table ids of the statement under way whose rows are wanted. */
  readonly #wanted = new Map<number, boolean>();
  #rows = new RowStatement();
  #isWithin = false;
  /** Settings that stand before the statement they belong to (STATEMENT format). */
  #before: string[] = [];
  #transactions = 0;
  #rowEvents = 0;
  #statements = 0;
  #accountsSkipped = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#queries = new QuerySession(options.flavour);
  }

  get report(): ReplayReport {
    return {
      transactions: this.#transactions,
      rowEvents: this.#rowEvents,
      statements: this.#statements,
      accountsSkipped: this.#accountsSkipped,
    };
  }

  /** Once before the first event of each file, and before the first of all. */
  async format(bytes: Buffer): Promise<void> {
    if (this.#isWithin) throw new RangeError('a transaction lies in one file');
    await this.#run(binlogStatement([formatWithoutChecksums(bytes)]));
    // The format leaves the next GTID undetermined; the next statement would be an error where GTIDs are on.
    if (this.#options.flavour === 'mysql') await this.#run("SET @@SESSION.GTID_NEXT='AUTOMATIC'");
  }

  async take(event: BinlogEvent): Promise<void> {
    try {
      for (const plain of expandEvent(event.bytes, event.hasChecksum)) await this.#do(plain, event);
    } catch (error) {
      if (!isAppErrorOf(error, 'mysql.query-failed', 'mysql.schema-moved')) throw error;
      const { file, position } = event;
      throw new AppError('replay.failed', { file, position, errno: serverErrno(error) }, { cause: error });
    }
  }

  /** Rolls back what was begun and not committed. */
  async end(): Promise<void> {
    if (this.#isWithin) await this.#run('ROLLBACK');
    this.#isWithin = false;
  }

  async #do(plain: PlainEvent, event: BinlogEvent): Promise<void> {
    const { type, bytes } = plain;
    if (isRowsEvent(type)) {
      await this.#row(plain);
      return;
    }
    switch (type) {
      case eventTypes.formatDescription:
        await this.format(event.bytes);
        return;
      case eventTypes.mariaGtid:
        if (!parseMariaGtid(bytes, bytes.length, 0).isStandalone) await this.#begin();
        return;
      case eventTypes.query:
        await this.#query(parseQuery(bytes, bytes.length), event);
        return;
      case eventTypes.tableMap: {
        const { tableId, database, table } = parseTableMap(bytes, bytes.length);
        const isWanted = this.#isWanted(database, table);
        this.#wanted.set(tableId, isWanted);
        if (isWanted) this.#rows.addMap(plain);
        return;
      }
      case eventTypes.xid:
        await this.#finish('COMMIT');
        return;
      case eventTypes.intvar:
        this.#before.push(intvar(bytes));
        return;
      case eventTypes.rand:
        this.#before.push(rand(bytes));
        return;
      case eventTypes.userVar:
      case eventTypes.beginLoadQuery:
      case eventTypes.executeLoadQuery:
      case eventTypes.partialUpdateRows:
      case eventTypes.incident:
      case eventTypes.xaPrepare:
        throw unsupported(names.get(type) ?? String(type), event);
      default:
    }
  }

  async #begin(): Promise<void> {
    await this.#run('BEGIN');
    this.#isWithin = true;
  }

  async #finish(statement: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    await this.#run(statement);
    this.#isWithin = false;
    this.#transactions += 1;
  }

  async #row(plain: PlainEvent): Promise<void> {
    const { tableId } = parseRowsHead(plain.bytes, plain.type, plain.bytes.length);
    if (this.#wanted.get(tableId) === true) {
      this.#rows.addRows(plain);
      this.#rowEvents += 1;
    }
    const statement = endsStatement(plain) ? this.#rows.takeLast() : this.#rows.takeFull();
    if (endsStatement(plain)) {
      this.#wanted.clear();
      this.#rows = new RowStatement();
    }
    if (statement === null) return;
    requireRoom(statement, this.#options.session.maxPacketBytes);
    await this.#run(statement);
  }

  async #query(query: QueryEvent, event: BinlogEvent): Promise<void> {
    const text = query.query.toString('utf8');
    const statement = describeStatement(text, query.database);
    const before = this.#before;
    this.#before = [];
    if (statement.kind === 'begin') return this.#begin();
    if (statement.kind === 'commit') return this.#finish('COMMIT');
    if (statement.kind === 'rollback') return this.#finish('ROLLBACK');
    if (statement.kind.startsWith('xa-')) throw unsupported('XA', event);
    if (statement.kind === 'accounts') {
      this.#accountsSkipped += 1;
      return;
    }
    if (!this.#concerns(statement, query, event)) return;
    // It failed at the source half-way, on tables without transactions: nobody can do that again.
    if (query.errorCode !== 0) throw unsupported(`error ${query.errorCode}`, event);
    if (!query.isUnderstood) throw unsupported('status variable', event);
    const isOfDatabase = aboutDatabase.test(text);
    const place = isOfDatabase ? '' : query.database;
    for (const setting of [...this.#queries.before(query, event.header.timestampS, place), ...before])
      await this.#run(setting);
    // Dropped with it is where the session stood.
    if (isOfDatabase) this.#queries.leaveDatabase();
    await this.#options.session.executeBytes(query.query, this.#options.signal);
    this.#statements += 1;
    // MySQL's CREATE TABLE … SELECT: its rows follow.
    if (/\bSTART TRANSACTION\s*$/i.test(text)) this.#isWithin = true;
  }

  /** Whether the statement is about something that is restored. One that names nothing belongs to its default database. */
  #concerns({ tables, database, kind }: DescribedStatement, query: QueryEvent, event: BinlogEvent): boolean {
    if (kind === 'savepoint') return true;
    if (database !== null) return this.#options.databases.has(database);
    if (tables.length === 0) return this.#options.databases.has(query.database);
    const wanted = tables.filter((each) => this.#isWanted(each.database, each.table));
    // One statement about what is restored and what is not.
    if (wanted.length > 0 && wanted.length < tables.length) throw unsupported('several tables', event);
    return wanted.length > 0;
  }

  #isWanted(database: string, table: string): boolean {
    const { databases, isWanted = () => true } = this.#options;
    return databases.has(database) && isWanted(database, table);
  }

  async #run(statement: string): Promise<void> {
    await this.#options.session.execute(statement, this.#options.signal);
  }
}

/** Its database may not be there yet. */
const aboutDatabase =
  /^\s*(?:\/\*[^!M](?:[^*]|\*(?!\/))*\*\/\s*)*(?:create(?:\s+or\s+replace)?|alter|drop)\s+(?:database|schema)\b/i;

const names: ReadonlyMap<number, string> = new Map([
  [eventTypes.userVar, 'user variable'],
  [eventTypes.beginLoadQuery, 'LOAD DATA'],
  [eventTypes.executeLoadQuery, 'LOAD DATA'],
  [eventTypes.partialUpdateRows, 'partial JSON'],
  [eventTypes.incident, 'INCIDENT'],
  [eventTypes.xaPrepare, 'XA'],
]);

function unsupported(what: string, { file, position }: BinlogEvent): AppError {
  return new AppError('replay.unsupported', { what, file, position });
}

function intvar(bytes: Buffer): string {
  const body = new ByteCursor(bytes, headerBytes);
  const variable = body.u8() === 1 ? 'LAST_INSERT_ID' : 'INSERT_ID';
  return `SET ${variable}=${body.u64()}`;
}

function rand(bytes: Buffer): string {
  const body = new ByteCursor(bytes, headerBytes);
  return `SET @@RAND_SEED1=${body.u64()}, @@RAND_SEED2=${body.u64()}`;
}
