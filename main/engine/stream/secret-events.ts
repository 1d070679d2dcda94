import {
  describeStatement,
  eventTypes,
  expandEvent,
  isRowsEvent,
  parseQuery,
  parseRowsHead,
  parseTableMap,
  type BinlogEvent,
  type PlainEvent,
} from '../source/mysql/binlog/index.ts';

/** Whether a table has a column that is kept in the card vault. */
export type HasSecrets = (database: string, table: string) => boolean;

/** Statements that name objects, not rows. */
const withoutRows: ReadonlySet<string> = new Set([
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'xa-start',
  'xa-end',
  'xa-prepare',
  'xa-finish',
  'drop-database',
  'drop-table',
  'truncate',
  'rename-table',
  'alter-drop',
  'ddl',
]);

/** They may hold values of any table. */
const mayHoldAnything: ReadonlySet<number> = new Set([
  eventTypes.beginLoadQuery,
  eventTypes.appendBlock,
  eventTypes.executeLoadQuery,
  eventTypes.userVar,
  eventTypes.incident,
]);

/**
 * Follows the events of a log and says of each stretch whether a card secret may stand in it. In doubt it does: the text of a statement that
 * came along with row events counts as harmless only when the tables of its rows are known within the same stretch.
 */
export class SecretEvents {
  readonly #hasSecrets: HasSecrets;
  /** Tables with secrets among those mapped by the statement that is under way, and all that it mapped. */
  readonly #maps = new Map<number, boolean>();
  #isSecret = false;
  /** The text of a statement stands in the stretch, and what its rows are is not known yet. */
  #hasOpenText = false;

  constructor(hasSecrets: HasSecrets) {
    this.#hasSecrets = hasSecrets;
  }

  take(event: BinlogEvent): void {
    for (const plain of expandEvent(event.bytes, event.hasChecksum)) this.#hear(plain);
  }

  /** Whether the stretch that ends here must be sealed; the next one begins. */
  endStretch(): boolean {
    const isSecret = this.#isSecret || this.#hasOpenText;
    this.#isSecret = false;
    this.#hasOpenText = false;
    return isSecret;
  }

  #hear({ type, bytes }: PlainEvent): void {
    if (isRowsEvent(type)) {
      const { tableId, isLastOfStatement } = parseRowsHead(bytes, type, bytes.length);
      // Rows of a table that was not named are anybody's.
      if (this.#maps.get(tableId) ?? true) this.#isSecret = true;
      if (isLastOfStatement) this.#endStatement();
    } else if (type === eventTypes.tableMap) {
      const { tableId, database, table } = parseTableMap(bytes, bytes.length);
      const isSecret = this.#hasSecrets(database, table);
      this.#maps.set(tableId, isSecret);
      // The text before it may hold what the rows hold.
      if (isSecret) this.#isSecret = true;
    } else if (type === eventTypes.annotateRows || type === eventTypes.rowsQuery) this.#hasOpenText = true;
    else if (type === eventTypes.query) this.#query(bytes);
    else if (mayHoldAnything.has(type)) this.#isSecret = true;
  }

  #endStatement(): void {
    this.#maps.clear();
    this.#hasOpenText = false;
  }

  #query(bytes: Buffer): void {
    const { query, database } = parseQuery(bytes, bytes.length);
    const { kind } = describeStatement(query.toString('utf8'), database);
    if (!withoutRows.has(kind) || /\bselect\b/i.test(query.toString('latin1'))) this.#isSecret = true;
    this.#endStatement();
  }
}
