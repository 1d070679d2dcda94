import { plainQuoting } from '../load/sql-tokens.ts';
import { beginsTransaction } from './begins-transaction.ts';
import { headerBytes, parseEventHeader } from './event-header.ts';
import { eventFlags, eventTypes } from './event-types.ts';
import type { DescribedStatement, StatementTable } from './describe-statement.ts';
import { expandEvent, type PlainEvent } from './expand-event.ts';
import { parseMariaGtid, parseMysqlGtid, parseTaggedGtid, type GtidEvent } from './gtid-events.ts';
import { parseQuery } from './query-event.ts';
import { describeQuery, textOfQuery } from './query-text.ts';
import { countRows, isRowsEvent, parseRowsHead } from './read-rows.ts';
import type { BinlogEvent } from './read-binlog.ts';
import { parseTableMap, type TableMap } from './table-map.ts';

export interface ChangedTable extends StatementTable {
  inserted: number;
  updated: number;
  deleted: number;
}

export interface LoggedStatement extends DescribedStatement {
  readonly text: string;
}

/** One transaction, or one statement that commits itself, as it stands in the binlog. It lies in one file. */
export interface LoggedTransaction {
  readonly file: string;
  /** Where its first event begins: who stops here has nothing of it. */
  readonly from: number;
  /** Behind its last event. */
  readonly to: number;
  readonly gtid: string | null;
  /** Milliseconds since 1970, with a fraction where the server gives one; from whole seconds otherwise. */
  readonly committedAtMs: number;
  readonly threadId: number | null;
  /** Rows by table, from row events. */
  readonly tables: readonly ChangedTable[];
  /** Statements that are in the log as text, but for BEGIN, COMMIT and savepoints. */
  readonly statements: readonly LoggedStatement[];
  /** Text of the statements that made the row events, where the server logs them (ANNOTATE_ROWS, ROWS_QUERY); the first few. */
  readonly rowStatements: readonly string[];
  /** `rollback`: it came to nothing, but what cannot be rolled back happened. `prepared`: an XA transaction that is not finished yet. */
  readonly end: 'commit' | 'rollback' | 'prepared';
  /** Numbers of events that may hold what the tables do not say: statements in STATEMENT format, LOAD DATA, user variables. */
  readonly hasStatementChanges: boolean;
}

/** Only so much text is kept of a statement, and so many statements of a transaction. Characters. */
const longestText = 4096;
const mostStatements = 16;

/** They change nothing. */
const passedOver: ReadonlySet<number> = new Set([
  eventTypes.stop,
  eventTypes.rotate,
  eventTypes.formatDescription,
  eventTypes.previousGtids,
  eventTypes.transactionContext,
  eventTypes.viewChange,
  eventTypes.ignorable,
  eventTypes.binlogCheckpoint,
  eventTypes.mariaGtidList,
  eventTypes.startEncryption,
]);

/** Statements that end a transaction. */
const ends: ReadonlyMap<string, LoggedTransaction['end']> = new Map([
  ['commit', 'commit'],
  ['rollback', 'rollback'],
  ['xa-prepare', 'prepared'],
]);

interface Open {
  readonly file: string;
  readonly from: number;
  readonly gtid: GtidEvent | null;
  /** BEGIN was seen, or stands for it; without it the next statement is the whole transaction. */
  isBegun: boolean;
  threadId: number | null;
  readonly tables: Map<string, ChangedTable>;
  readonly statements: LoggedStatement[];
  readonly rowStatements: string[];
  hasStatementChanges: boolean;
}

/**
 * Follows the events of a binlog and says of each transaction, when it is over, what it did. Keeps counts and some text, never rows: a
 * transaction may be larger than memory. Events must come in order, without a gap; after one, make a new tracker.
 * `RangeError` for an event that cannot be read, or of a kind that is not known and must not be passed over.
 */
export class TransactionTracker {
  #open: Open | null = null;
  readonly #maps = new Map<number, TableMap>();
  /** What stood outside of every transaction and must not be overlooked: INCIDENT. */
  #incidents = 0;

  /** Whether the last event left a transaction open: data behind the last one that was finished must not be used yet. */
  get isWithin(): boolean {
    return this.#open !== null;
  }

  get incidents(): number {
    return this.#incidents;
  }

  /** Hears one event; gives the transactions that ended with it (a payload may hold the end; never more than one today). */
  take(event: BinlogEvent): LoggedTransaction | null {
    let done: LoggedTransaction | null = null;
    for (const plain of expandEvent(event.bytes, event.hasChecksum)) done = this.#hear(plain, event) ?? done;
    return done;
  }

  #hear({ type, bytes }: PlainEvent, event: BinlogEvent): LoggedTransaction | null {
    const end = bytes.length;
    switch (type) {
      case eventTypes.gtid:
      case eventTypes.anonymousGtid:
        this.#begin(event, parseMysqlGtid(bytes, end, type === eventTypes.anonymousGtid), false);
        return null;
      case eventTypes.taggedGtid:
        this.#begin(event, parseTaggedGtid(bytes, end), false);
        return null;
      case eventTypes.mariaGtid: {
        const gtid = parseMariaGtid(bytes, end, event.header.serverId);
        this.#begin(event, gtid, !gtid.isStandalone);
        return null;
      }
      case eventTypes.query:
        return this.#query(bytes, event);
      case eventTypes.xid:
        return this.#finish(event, 'commit');
      case eventTypes.xaPrepare:
        // The first octet: it was committed in one step, without being prepared.
        return this.#finish(event, bytes[headerBytes] === 1 ? 'commit' : 'prepared');
      case eventTypes.tableMap:
        this.#map(parseTableMap(bytes, end));
        return null;
      case eventTypes.annotateRows:
        this.#rowStatement(bytes.toString('utf8', headerBytes, end));
        return null;
      case eventTypes.rowsQuery:
        // One octet of a length that is too short to be believed stands before the text.
        this.#rowStatement(bytes.toString('utf8', headerBytes + 1, end));
        return null;
      case eventTypes.incident:
        this.#incidents += 1;
        return null;
      case eventTypes.beginLoadQuery:
      case eventTypes.appendBlock:
      case eventTypes.deleteFile:
      case eventTypes.executeLoadQuery:
      case eventTypes.intvar:
      case eventTypes.rand:
      case eventTypes.userVar:
        this.#within(event).hasStatementChanges = true;
        return null;
      default:
        if (isRowsEvent(type)) this.#rows(type, bytes, event);
        else if (!passedOver.has(type) && !mayBePassedOver(bytes)) throw new RangeError(`event type ${type}`);
        return null;
    }
  }

  #begin({ file, position }: BinlogEvent, gtid: GtidEvent | null, isBegun: boolean): void {
    this.#maps.clear();
    this.#open = {
      file,
      from: position,
      gtid,
      isBegun,
      threadId: null,
      tables: new Map(),
      statements: [],
      rowStatements: [],
      hasStatementChanges: false,
    };
  }

  /** Before MySQL 5.6 and MariaDB 10 nothing announces a transaction. */
  #within(event: BinlogEvent): Open {
    if (this.#open === null) this.#begin(event, null, true);
    return this.#open as Open;
  }

  #query(bytes: Buffer, event: BinlogEvent): LoggedTransaction | null {
    const query = parseQuery(bytes, bytes.length);
    const text = textOfQuery(query, longestText);
    const statement = describeQuery(query, text);
    const { threadId } = query;
    if (this.#open === null) this.#begin(event, null, false);
    const open = this.#open as unknown as Open;
    open.threadId ??= threadId;
    const { kind } = statement;
    if (kind === 'begin' || kind === 'xa-start') open.isBegun = true;
    if (kind === 'begin' || kind === 'xa-start' || kind === 'savepoint' || kind === 'xa-end') return null;
    const end = ends.get(kind);
    return end === undefined ? this.#statement(statement, text, event, open) : this.#finish(event, end);
  }

  #statement(statement: DescribedStatement, text: string, event: BinlogEvent, open: Open): LoggedTransaction | null {
    if (open.statements.length < mostStatements)
      open.statements.push({ ...statement, text: shownText(statement, text) });
    if (['insert', 'update', 'delete', 'other'].includes(statement.kind)) open.hasStatementChanges = true;
    // CREATE TABLE … SELECT of MySQL 8.0.21 and later: the rows follow, and an XID.
    if (beginsTransaction(text, plainQuoting)) open.isBegun = true;
    return open.isBegun ? null : this.#finish(event, 'commit');
  }

  #map(map: TableMap): void {
    this.#maps.set(map.tableId, map);
  }

  #rowStatement(text: string): void {
    const open = this.#open;
    if (open !== null && open.rowStatements.length < mostStatements)
      open.rowStatements.push(text.slice(0, longestText));
  }

  #rows(type: number, bytes: Buffer, event: BinlogEvent): void {
    const { tableId, change, isLastOfStatement } = parseRowsHead(bytes, type, bytes.length);
    const map = this.#maps.get(tableId);
    if (map !== undefined) {
      const { database, table } = map;
      const open = this.#within(event);
      const key = `${database}\0${table}`;
      const counts = open.tables.get(key) ?? { database, table, inserted: 0, updated: 0, deleted: 0 };
      open.tables.set(key, counts);
      const rows = countRows(bytes, type, bytes.length, map);
      if (change === 'insert') counts.inserted += rows;
      else if (change === 'update') counts.updated += rows;
      else counts.deleted += rows;
    }
    if (isLastOfStatement) this.#maps.clear();
  }

  #finish(event: BinlogEvent, end: LoggedTransaction['end']): LoggedTransaction | null {
    const open = this.#open;
    this.#open = null;
    this.#maps.clear();
    if (open === null) return null;
    const { file, from, gtid, threadId, tables, statements, rowStatements, hasStatementChanges } = open;
    return {
      file,
      from,
      to: event.endPosition,
      gtid: gtid?.gtid ?? null,
      committedAtMs: gtid?.committedAtUs == null ? event.header.timestampS * 1000 : gtid.committedAtUs / 1000,
      threadId,
      tables: [...tables.values()],
      statements,
      rowStatements,
      end,
      hasStatementChanges,
    };
  }
}

function mayBePassedOver(bytes: Buffer): boolean {
  return ((parseEventHeader(bytes)?.flags ?? 0) & eventFlags.ignorable) !== 0;
}

/** Statements about accounts may hold a password: only what they are is kept. */
function shownText({ kind }: DescribedStatement, text: string): string {
  return kind === 'accounts' ? '' : text;
}
