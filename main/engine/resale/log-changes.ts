import {
  eventTypes,
  expandEvent,
  isRowsEvent,
  parseRowsHead,
  parseTableMap,
  readRows,
  TransactionTracker,
  type BinlogEvent,
  type LoggedTransaction,
  type RowImage,
  type TableMap,
} from '../source/mysql/binlog/index.ts';
import type { Findings } from './finding.ts';
import { mayBe, textOfLogged } from './logged-value.ts';
import type { CommittedChanges, RowChange, RowValues } from './row-change.ts';
import type { WatchedColumn } from './watched-column.ts';
import type { WatchedTable } from './watched-table.ts';

export interface LogChangesOptions {
  /** The shop's database, as its server writes it. */
  readonly database: string;
  /** As the restored copy describes them: a log seldom names its columns. */
  readonly tables: readonly WatchedTable[];
  /** In lower case, whether its columns are known or not. */
  readonly ordersTable: string;
  /** Whether a change is worth keeping until its transaction ends, which may be larger than memory. */
  readonly isWanted: (change: RowChange) => boolean;
  readonly findings: Findings;
}

/** Which column of a log stands where. */
interface Layout {
  readonly columns: readonly (WatchedColumn | null)[];
  readonly table: WatchedTable;
}

/**
 * Reads changes of the shop's two tables out of events of a binlog: of transactions that were committed, and of no other. Events must come in order and
 * without a gap, from where a transaction begins; after a gap, make a new one.
 *
 * Columns are known by their names where the server logs these (`binlog_row_metadata=FULL`), else by their order in the table as it was restored. When
 * the types do not fit that (the table was changed after the moment of the restore), its rows are not guessed at: finding `log-shape`.
 */
export class LogChanges {
  readonly #options: LogChangesOptions;
  readonly #tracker = new TransactionTracker();
  readonly #maps = new Map<number, { readonly map: TableMap; readonly layout: Layout | null }>();
  #changes: RowChange[] = [];

  constructor(options: LogChangesOptions) {
    this.#options = options;
  }

  /** `RangeError` for an event that cannot be read. */
  take(event: BinlogEvent): CommittedChanges | null {
    for (const { type, bytes } of expandEvent(event.bytes, event.hasChecksum)) {
      if (type === eventTypes.tableMap) this.#map(parseTableMap(bytes, bytes.length));
      else if (isRowsEvent(type)) this.#rows(type, bytes);
      else if (type === eventTypes.incident) this.#unread(event);
    }
    const done = this.#tracker.take(event);
    return done === null ? null : this.#finish(done);
  }

  #map(map: TableMap): void {
    const { tables, database } = this.#options;
    const isShop = map.database.toLowerCase() === database.toLowerCase();
    const table = isShop ? tables.find((each) => each.table.toLowerCase() === map.table.toLowerCase()) : undefined;
    if (table === undefined) return;
    const layout = layoutOf(table, map);
    if (layout === null) this.#options.findings.add('log-shape', { table: `${map.database}.${map.table}` });
    this.#maps.set(map.tableId, { map, layout });
  }

  #rows(type: number, bytes: Buffer): void {
    const { tableId, isLastOfStatement } = parseRowsHead(bytes, type, bytes.length);
    const known = this.#maps.get(tableId);
    if (known?.layout != null) {
      const { map, layout } = known;
      const isUnsigned = (index: number) => layout.columns[index]?.isUnsigned ?? false;
      for (const { before, after } of readRows(bytes, type, bytes.length, map, isUnsigned)) {
        const change = { role: layout.table.role, before: valuesOf(before, layout), after: valuesOf(after, layout) };
        if (this.#options.isWanted(change)) this.#changes.push(change);
      }
    }
    if (isLastOfStatement) this.#maps.clear();
  }

  #finish(done: LoggedTransaction): CommittedChanges | null {
    const changes = this.#changes;
    this.#changes = [];
    this.#maps.clear();
    if (done.hasStatementChanges) this.#judgeStatements(done);
    // What was rolled back was never sold. A prepared one is not over: nobody can say.
    if (done.end === 'prepared' && changes.length > 0)
      this.#options.findings.add('log-statements', { file: done.file, position: done.from, what: 'XA' });
    if (done.end !== 'commit' || changes.length === 0) return null;
    const { database, ordersTable } = this.#options;
    return {
      place: { file: done.file, position: done.from },
      committedAtMs: done.committedAtMs,
      changes,
      touchesOrders: done.tables.some(
        (each) =>
          each.database.toLowerCase() === database.toLowerCase() &&
          each.table.toLowerCase() === ordersTable &&
          each.inserted + each.updated > 0,
      ),
    };
  }

  /** Rows that were changed by the text of a statement are not in the log. */
  #judgeStatements({ statements, file, from }: LoggedTransaction): void {
    const { database, tables } = this.#options;
    const isOurs = (name: string) => tables.some(({ table }) => table.toLowerCase() === name.toLowerCase());
    const mayBeOurs = statements
      .filter(({ kind }) => ['insert', 'update', 'delete', 'other'].includes(kind))
      .some(({ kind, tables: named }) => {
        if (named.length === 0) return kind !== 'other';
        return named.some((each) => each.database.toLowerCase() === database.toLowerCase() && isOurs(each.table));
      });
    // Without a statement it was LOAD DATA, or settings of one that is not among the first.
    if (mayBeOurs || statements.length === 0)
      this.#options.findings.add('log-statements', { file, position: from, what: 'STATEMENT' });
  }

  #unread({ file, position }: BinlogEvent): void {
    this.#options.findings.add('log-unreadable', { file, position });
  }
}

/** Null when the log's table cannot be the one that was restored. */
function layoutOf(table: WatchedTable, map: TableMap): Layout | null {
  const isNamed = map.columns.length > 0 && map.columns.every(({ name }) => name != null);
  if (isNamed) {
    const known = new Map(table.columns.map((column) => [column.name, column]));
    const columns = map.columns.map(({ name }) => known.get((name ?? '').toLowerCase()) ?? null);
    const fits = columns.every((column, index) => {
      const mapped = map.columns[index];
      return column === null || !table.watched.has(column.name) || (mapped !== undefined && mayBe(column, mapped));
    });
    const there = new Set(columns.map((column) => column?.name));
    return fits && [...table.watched].every((name) => there.has(name)) ? { columns, table } : null;
  }
  // One more column at the end is the usual change, and moves nothing.
  if (map.columns.length < table.columns.length) return null;
  const fits = table.columns.every((column, index) => {
    const mapped = map.columns[index];
    return mapped !== undefined && mayBe(column, mapped);
  });
  return fits ? { columns: map.columns.map((_, index) => table.columns[index] ?? null), table } : null;
}

/** Copies what is watched and nothing else: a secret never leaves the event. */
function valuesOf(image: RowImage | null, { columns, table }: Layout): RowValues | null {
  if (image === null) return null;
  const values = new Map<string, string | null>();
  for (const [index, value] of image) {
    const column = columns[index];
    if (column == null || !table.watched.has(column.name)) continue;
    const text = textOfLogged(value, column);
    if (text !== undefined) values.set(column.name, text);
  }
  return values;
}
