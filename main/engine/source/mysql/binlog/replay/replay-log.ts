import { AppError, isAppErrorOf } from '../../../../../../shared/errors/app-error.ts';
import type { Flavour } from '../../../../../../shared/model/database.ts';
import { infileRefused } from '../../load/load-chunk.ts';
import { textSource, type LoadSession } from '../../load/load-session.ts';
import { definerOf } from '../../load/rewrite-ddl.ts';
import { serverErrno } from '../../map-error.ts';
import { quoteTable } from '../../quote.ts';
import { eventTypes } from '../event-types.ts';
import { expandEvent, type PlainEvent } from '../expand-event.ts';
import { parseFormatDescription } from '../format-description.ts';
import { parseMariaGtid } from '../gtid-events.ts';
import { parseQuery, type QueryEvent } from '../query-event.ts';
import { describeQuery, quotingOfSession, textOfQuery } from '../query-text.ts';
import type { BinlogEvent } from '../read-binlog.ts';
import { isRowsEvent, parseRowsHead } from '../read-rows.ts';
import { parseTableMap, type TableMap } from '../table-map.ts';
import { LoadFiles } from './load-files.ts';
import { PreparedTransactions, type HeldEvent } from './prepared-transactions.ts';
import { namedHere, withHeldEvent } from './named-here.ts';
import { isAscii, namesClientCharset, QuerySession } from './query-session.ts';
import { readCollations } from './read-collations.ts';
import { binlogStatement, endsStatement, formatWithoutChecksums, RowStatement } from './row-statement.ts';
import { sequenceStatement } from './sequence-rows.ts';
import { intvarStatement, randStatement, userVariableStatement, type CollationOf } from './session-events.ts';
import { TableEngines } from './table-engines.ts';
import { TransactionBatch } from './transaction-batch.ts';
import { beginsTransaction } from '../begins-transaction.ts';
import { withDatabase } from './with-database.ts';
import { scopeOf, type StatementScope } from './statement-scope.ts';

export interface ReplayOptions {
  /** A session that does nothing else; its target is of the source's flavour. */
  readonly session: LoadSession;
  readonly flavour: Flavour;
  /** Databases of the source that the target has; changes of all others are passed over. */
  readonly databases: ReadonlySet<string>;
  /** Their names on the target, where they differ. */
  readonly renames?: ReadonlyMap<string, string>;
  /** Which of their tables; default all. */
  readonly isWanted?: (database: string, table: string) => boolean;
  /** Events that a statement would start are made `DISABLE ON SLAVE`: the target is a server that lives, and its scheduler may run. */
  readonly holdsEvents?: boolean;
  /** Statements that note on the target how far it is; they run within the transaction that they speak of. */
  readonly mark?: ReplayMark;
  /** Before a statement that makes something act for an account: as the statement writes it. A throw-away server has none of the shop's accounts. */
  readonly onDefiner?: (definer: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Positions are those behind a transaction, in the file of the log that it lies in. */
export interface ReplayMark {
  /** Everything up to there was done. */
  readonly done: (file: string, position: number) => string;
  /** A statement that commits itself begins: when this is the last that was noted, nobody can tell whether it was done. */
  readonly begun: (file: string, position: number) => string;
}

export interface ReplayReport {
  readonly transactions: number;
  readonly rowEvents: number;
  readonly statements: number;
  /** Statements about accounts, which are no part of a database. */
  readonly accountsSkipped: number;
  /** With `isWanted`: statements about views, routines and events. */
  readonly objectsSkipped: number;
  /** XA transactions that were prepared and neither committed nor rolled back by then: nothing of them is in the target. */
  readonly leftPrepared: number;
}

/**
 * Does again on a restored database what a log says, from the snapshot's coordinate on. The caller gives whole transactions only: what is not committed at
 * the end is rolled back. Row events go in as BINLOG statements, so that no trigger fires twice and cascades happen as they did; statements go in
 * byte for byte, in a session set as theirs was; small transactions of rows share one of the target's. A prepared XA transaction is done when it is committed.
 *
 * With `isWanted` cascades happen only where their parents are wanted too: see `withCascadingParents`.
 *
 * Errors: `replay.unsupported` {what, file, position} for what cannot be done again exactly; `replay.name-in-statement` {database, file, position} for
 * a statement that may name a database which has another name here; `replay.failed` {file, position, errno}; `mysql.*`.
 * Source: MySQL `sql/sql_binlog.cc`, MariaDB the same; what `mysqlbinlog` prints.
 */
export class LogReplay {
  readonly #options: ReplayOptions;
  readonly #queries: QuerySession;
  /** Tables of the statement under way whose rows are wanted, as they are called here, by the number that the statement gives them. */
  readonly #wanted = new Map<number, TableMap>();
  #rows = new RowStatement();
  readonly #batch: TransactionBatch;
  readonly #engines: TableEngines;
  /** The transaction under way changes a table that cannot roll back. */
  #cannotRollBack = false;
  #report: ReplayReport = {
    transactions: 0,
    rowEvents: 0,
    statements: 0,
    accountsSkipped: 0,
    objectsSkipped: 0,
    leftPrepared: 0,
  };
  /** Where what is not yet on the target begins. */
  #pendingFrom: BinlogEvent | null = null;
  #isWithin = false;
  /** Settings that stand before the statement they belong to (STATEMENT format). */
  #before: string[] = [];
  readonly #files = new LoadFiles();
  readonly #xa = new PreparedTransactions();
  #collations: CollationOf | null = null;
  #transactions = 0;
  #rowEvents = 0;
  #statements = 0;
  #accountsSkipped = 0;
  #objectsSkipped = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#queries = new QuerySession(options.flavour);
    this.#engines = new TableEngines(options.session);
    this.#batch = new TransactionBatch((statement) => this.#run(statement), options.session.maxPacketBytes);
  }

  /** Of what is committed on the target. */
  get report(): ReplayReport {
    return this.#report;
  }

  /** Once before the first event of each file, and before the first of all. */
  async format(bytes: Buffer): Promise<void> {
    if (this.#isWithin) throw new RangeError('a transaction lies in one file');
    await this.settle();
    this.#queries.follow(parseFormatDescription(bytes).serverVersion);
    await this.#run(binlogStatement([formatWithoutChecksums(bytes)]));
    // The format leaves the next GTID undetermined; the next statement would be an error where GTIDs are on.
    if (this.#options.flavour === 'mysql') await this.#run("SET @@SESSION.GTID_NEXT='AUTOMATIC'");
  }

  async take(event: BinlogEvent): Promise<void> {
    try {
      for (const plain of expandEvent(event.bytes, event.hasChecksum)) await this.#do(plain, event);
    } catch (error) {
      if (!isAppErrorOf(error, 'mysql.query-failed', 'mysql.schema-moved')) throw error;
      const place = placeOf(this.#pendingFrom ?? event);
      throw new AppError('replay.failed', { ...place, errno: serverErrno(error) }, { cause: error });
    }
  }

  /** Rolls back what was begun and not committed. */
  async end(): Promise<void> {
    await this.#batch.drop();
    this.#isWithin = false;
    await this.settle();
  }

  /** Everything that is over is on the target: transactions of the log are put together, and the last ones may still wait. */
  async settle(): Promise<void> {
    await this.#batch.flush();
    this.#noteReport();
  }

  #noteReport(): void {
    if (!this.#batch.isSettled) return;
    this.#pendingFrom = null;
    this.#report = {
      transactions: this.#transactions,
      rowEvents: this.#rowEvents,
      statements: this.#statements,
      accountsSkipped: this.#accountsSkipped,
      objectsSkipped: this.#objectsSkipped,
      leftPrepared: this.#xa.count,
    };
  }

  async #do(plain: PlainEvent, event: BinlogEvent): Promise<void> {
    const { type, bytes } = plain;
    if (this.#xa.isHolding && type !== eventTypes.xaPrepare) {
      if (!this.#xa.hold({ plain, event })) throw unsupported('XA', event);
      return;
    }
    if (isRowsEvent(type)) {
      await this.#row(plain);
      return;
    }
    switch (type) {
      case eventTypes.formatDescription:
        await this.format(event.bytes);
        return;
      case eventTypes.mariaGtid: {
        const { isStandalone, isPreparedXa } = parseMariaGtid(bytes, bytes.length, 0);
        if (isPreparedXa) this.#xa.begin();
        else if (!isStandalone) this.#begin(event);
        return;
      }
      case eventTypes.query:
        await this.#query(parseQuery(bytes, bytes.length), event);
        return;
      case eventTypes.tableMap: {
        const map = parseTableMap(bytes, bytes.length);
        if (!this.#isWanted(map.database, map.table)) return;
        const database = this.#nameOf(map.database);
        this.#wanted.set(map.tableId, { ...map, database });
        this.#rows.addMap(withDatabase(plain, database));
        const { signal } = this.#options;
        if (!(await this.#engines.isTransactional(database, map.table, signal)))
          await this.#beginWithoutRollback(event);
        return;
      }
      case eventTypes.xid:
        await this.#finish('COMMIT', event);
        return;
      case eventTypes.xaPrepare: {
        const held = this.#xa.prepare(bytes, this.#transactions + this.#statements);
        if (held !== null) await this.#doHeld(held, event);
        return;
      }
      case eventTypes.incident:
        throw unsupported('INCIDENT', event);
      default:
        await this.#beforeStatement(plain, event);
    }
  }

  /** What a statement needs that is logged as text. */
  async #beforeStatement({ type, bytes }: PlainEvent, event: BinlogEvent): Promise<void> {
    switch (type) {
      case eventTypes.intvar:
        this.#before.push(intvarStatement(bytes));
        return;
      case eventTypes.rand:
        this.#before.push(randStatement(bytes));
        return;
      case eventTypes.userVar: {
        this.#collations ??= await readCollations(this.#options.session, this.#options.signal);
        const statement = userVariableStatement(bytes, this.#collations);
        if (statement === null) throw unsupported('user variable', event);
        this.#before.push(statement);
        return;
      }
      case eventTypes.beginLoadQuery:
      case eventTypes.appendBlock:
        if (!this.#files.add(bytes, type === eventTypes.beginLoadQuery)) throw unsupported('LOAD DATA', event);
        return;
      case eventTypes.deleteFile:
        this.#files.drop(bytes);
        return;
      case eventTypes.executeLoadQuery: {
        const load = this.#files.execute(bytes);
        await this.#statement(load.query, event, async () => {
          const { session, signal } = this.#options;
          if (!this.#asNamedHere(load.query, event).equals(load.query.query)) throw unsupported('LOAD DATA', event);
          try {
            await session.sendBytes((name) => load.statement(name), textSource(load.file), signal);
          } catch (error) {
            throw infileRefused.has(serverErrno(error)) ? unsupported('LOAD DATA', event) : error;
          }
        });
        return;
      }
      default:
    }
  }

  async #doHeld(held: readonly HeldEvent[], event: BinlogEvent): Promise<void> {
    this.#begin(event);
    for (const each of held) await this.#do(each.plain, each.event);
    await this.#finish('COMMIT', event);
  }

  #begin(event: BinlogEvent): void {
    this.#pendingFrom ??= event;
    this.#isWithin = true;
  }

  async #finish(statement: 'COMMIT' | 'ROLLBACK', event: BinlogEvent): Promise<void> {
    const mark = this.#mark('done', event);
    if (statement === 'COMMIT' && this.#cannotRollBack) {
      // MySQL with GTIDs takes no other table into such a transaction, and its rows are there already.
      await this.#batch.commit(null);
      if (mark !== null) await this.#run(mark);
    } else if (statement === 'COMMIT') await this.#batch.commit(mark);
    else await this.#batch.rollback(mark);
    this.#isWithin = false;
    this.#cannotRollBack = false;
    this.#transactions += 1;
    this.#noteReport();
  }

  /** Rows of a table without transactions share no transaction with others of the log: what went wrong later would not take them back. */
  async #beginWithoutRollback(event: BinlogEvent): Promise<void> {
    if (this.#cannotRollBack) return;
    this.#cannotRollBack = true;
    // Of its rows some may be there already when the line breaks within, and doing them again would double them.
    if (!this.#batch.isOpen) {
      await this.settle();
      const mark = this.#mark('begun', event);
      if (mark !== null) await this.#run(mark);
    }
    await this.#batch.open();
  }

  async #row(plain: PlainEvent): Promise<void> {
    const { tableId } = parseRowsHead(plain.bytes, plain.type, plain.bytes.length);
    const map = this.#wanted.get(tableId);
    if (map !== undefined) {
      const { session, signal } = this.#options;
      const own = this.#options.flavour === 'mariadb' ? await sequenceStatement(plain, map, session, signal) : null;
      if (own === null) this.#rows.addRows(plain);
      else {
        await this.#batch.open();
        await this.#run(own);
      }
      this.#rowEvents += 1;
    }
    await this.#batch.add(endsStatement(plain) ? this.#rows.takeLast() : this.#rows.takeFull());
    if (endsStatement(plain)) {
      this.#wanted.clear();
      this.#rows = new RowStatement();
    }
  }

  async #query(query: QueryEvent, event: BinlogEvent): Promise<void> {
    const text = textOfQuery(query);
    const described = describeQuery(query, text);
    const { kind } = described;
    if (kind === 'begin') this.#begin(event);
    else if (kind === 'commit') await this.#finish('COMMIT', event);
    else if (kind === 'rollback') await this.#finish('ROLLBACK', event);
    else if (kind === 'xa-start') this.#xa.begin();
    else if (kind === 'xa-finish') await this.#finishXa(text, event);
    else if (kind === 'accounts') {
      this.#before = [];
      this.#accountsSkipped += 1;
    } else if (kind === 'savepoint') {
      await this.#batch.open();
      // Its name is text, too.
      await this.#enter(query, event, '');
      await this.#options.session.executeBytes(query.query, this.#options.signal);
    } else if (kind !== 'xa-end' && kind !== 'xa-prepare') {
      await this.#statement(query, event, async (own) => {
        const { session, signal } = this.#options;
        if (own === null) await session.executeBytes(this.#asNamedHere(query, event), signal);
        else await this.#run(own);
      });
      // MySQL's CREATE TABLE … SELECT: its rows follow.
      if (beginsTransaction(text, quotingOfSession(query.settings))) {
        this.#isWithin = true;
        this.#batch.begunForRows();
      }
    }
  }

  async #finishXa(text: string, event: BinlogEvent): Promise<void> {
    const prepared = this.#xa.take(text);
    const isCommit = /^\s*XA\s+COMMIT\b/i.test(text);
    if (prepared === null) {
      // Prepared before the snapshot was taken: its rows are in no snapshot, and what is read is no part of it.
      if (isCommit) throw unsupported('XA', event);
      return;
    }
    if (!isCommit) return;
    // A statement saw the tables as they were when it ran; row events say what they change.
    const isLater = prepared.at !== this.#transactions + this.#statements;
    if (isLater && prepared.events.some(({ plain }) => !isSafeLater(plain))) throw unsupported('XA', event);
    await this.#doHeld(prepared.events, event);
  }

  /** Runs what is logged as text, in a session set as its own was. `own`: a statement in its place. */
  async #statement(query: QueryEvent, event: BinlogEvent, run: (own: string | null) => Promise<void>): Promise<void> {
    const text = textOfQuery(query);
    const before = this.#before;
    this.#before = [];
    const part = this.#partOf(query, text, event);
    if (part === 'nothing') return;
    // It failed at the source half-way, on tables without transactions: nobody can do that again.
    if (query.errorCode !== 0) throw unsupported(`error ${query.errorCode}`, event);
    if (!query.isUnderstood) throw unsupported('status variable', event);
    const isAlone = !this.#isWithin;
    if (isAlone) await this.#alone('begun', event);
    else await this.#batch.open();
    const isOfDatabase = aboutDatabase.test(text);
    const place = isOfDatabase ? '' : this.#nameOf(query.database);
    const own = part === 'all' ? null : part.own;
    if ([...before, own ?? ''].some((each) => !isAscii(each))) await this.#runAll(this.#queries.asUtf8());
    const isVariable = (each: string) => each.startsWith('SET @`');
    await this.#runAll(before.filter(isVariable));
    await this.#enter(query, event, place);
    await this.#runAll(before.filter((each) => !isVariable(each)));
    // Dropped with it is where the session stood.
    if (isOfDatabase) this.#queries.leaveDatabase();
    const { ansiQuotes } = quotingOfSession(query.settings);
    const definer = definerOf(text, ansiQuotes ? 'ANSI_QUOTES' : null);
    if (definer !== null) await this.#options.onDefiner?.(definer);
    await run(own);
    this.#statements += 1;
    this.#engines.forget();
    if (isAlone && !beginsTransaction(text, quotingOfSession(query.settings))) await this.#alone('done', event);
  }

  /** The statement as it is sent to the target. */
  #asNamedHere(query: QueryEvent, event: BinlogEvent): Buffer {
    const { renames } = this.#options;
    const named = renames === undefined ? query.query : namedHere(query, renames);
    const sent = named !== null && this.#options.holdsEvents === true ? withHeldEvent(query, named) : named;
    if (sent === null) throw new AppError('replay.name-in-statement', { database: query.database, ...placeOf(event) });
    return sent;
  }

  /** Before and after a statement that commits itself. */
  async #alone(what: keyof ReplayMark, event: BinlogEvent): Promise<void> {
    if (what === 'begun') await this.settle();
    const mark = this.#mark(what, event);
    if (mark !== null) await this.#run(mark);
    this.#noteReport();
  }

  #mark(what: keyof ReplayMark, { file, endPosition }: BinlogEvent): string | null {
    const { mark } = this.#options;
    // What is prepared is held in memory: a session that takes over would not know of it.
    const known = this.#xa.count > 0 ? 'begun' : what;
    return mark === undefined ? null : mark[known](file, endPosition);
  }

  /** Which part of the statement is about what is restored. One that names nothing belongs to its default database. */
  #partOf(query: QueryEvent, text: string, event: BinlogEvent): Part {
    const { databases, isWanted } = this.#options;
    const described = describeQuery(query, text);
    if (described.database !== null) return databases.has(described.database) ? 'all' : 'nothing';
    const scope = scopeOf(text, query.database, quotingOfSession(query.settings));
    const isObject = scope.object !== 'table' && scope.object !== 'unknown' && scope.tables.length === 0;
    if (isObject) return this.#partOfObject(scope);
    if (scope.tables.length === 0) {
      if (!databases.has(query.database)) return 'nothing';
      if (isWanted !== undefined && !harmless.has(described.kind)) throw unsupported('statement', event);
      return 'all';
    }
    const wanted = scope.tables.filter((each) => this.#isWanted(each.database, each.table));
    if (wanted.length === 0) return 'nothing';
    if (wanted.length === scope.tables.length) return 'all';
    // One statement about what is restored and what is not: nobody knows what the other tables held.
    if (described.kind !== 'drop-table') throw unsupported('several tables', event);
    const names = wanted.map(({ database, table }) => quoteTable(this.#nameOf(database), table));
    return { own: `DROP TABLE IF EXISTS ${names.join(', ')}` };
  }

  /** Of what is neither a table nor on one. */
  #partOfObject({ object, database, name }: StatementScope): Part {
    const { databases, isWanted } = this.#options;
    if (!databases.has(database)) return 'nothing';
    if (isWanted === undefined) return 'all';
    // DROP TRIGGER does not say whose it was: where that table is not wanted there is none of this name.
    if (object === 'trigger') return { own: `DROP TRIGGER IF EXISTS ${quoteTable(this.#nameOf(database), name)}` };
    this.#objectsSkipped += 1;
    return 'nothing';
  }

  #isWanted(database: string, table: string): boolean {
    const { databases, isWanted = () => true } = this.#options;
    return databases.has(database) && isWanted(database, table);
  }

  #nameOf(database: string): string {
    return this.#options.renames?.get(database) ?? database;
  }

  async #runAll(statements: readonly string[]): Promise<void> {
    for (const statement of statements) await this.#run(statement);
  }

  /** The session is told what it has to know before a statement of the log runs in it. */
  async #enter(query: QueryEvent, event: BinlogEvent, database: string): Promise<void> {
    const { session, signal } = this.#options;
    if (namesClientCharset(query.settings)) this.#collations ??= await readCollations(session, signal);
    await this.#runAll(this.#queries.before(query, event.header.timestampS, database, this.#collations));
  }

  async #run(statement: string): Promise<void> {
    await this.#options.session.execute(statement, this.#options.signal);
  }
}

/** Of a statement that is to be done; `own`: by another in its place. */
type Part = 'all' | 'nothing' | { readonly own: string };

/** Its database may not be there yet. */
const aboutDatabase =
  /^\s*(?:\/\*[^!M](?:[^*]|\*(?!\/))*\*\/\s*)*(?:create(?:\s+or\s+replace)?|alter|drop)\s+(?:database|schema)\b/i;

/** Of no table, and of no rows. */
const harmless: ReadonlySet<string> = new Set(['ddl']);

function unsupported(what: string, event: BinlogEvent): AppError {
  return new AppError('replay.unsupported', { what, ...placeOf(event) });
}

function placeOf({ file, position }: BinlogEvent): { readonly file: string; readonly position: number } {
  return { file, position };
}

/** Whether it says by itself what it changes, whatever happened in between. */
function isSafeLater({ type, bytes }: PlainEvent): boolean {
  if (isRowsEvent(type) || rowsOnly.has(type)) return true;
  if (type !== eventTypes.query) return false;
  const query = parseQuery(bytes, bytes.length);
  return ['xa-end', 'savepoint'].includes(describeQuery(query, textOfQuery(query)).kind);
}

const rowsOnly: ReadonlySet<number> = new Set([
  eventTypes.tableMap,
  eventTypes.annotateRows,
  eventTypes.rowsQuery,
  eventTypes.binlogCheckpoint,
]);
