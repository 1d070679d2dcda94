import {
  describeStatement,
  eventTypes,
  expandEvent,
  isRowsEvent,
  parseQuery,
  parseRowsHead,
  parseTableMap,
  quotingOfSession,
  scopeOf,
  transactionKinds,
  type BinlogEvent,
  type PlainEvent,
  type StatementScope,
  type TableMap,
} from '../source/mysql/binlog/index.ts';

/** Whether a table has a column that is kept in the card vault; without the `map` of its rows, by its name. */
export type HasSecrets = (database: string, table: string, map?: TableMap) => boolean;

/** Statements that name objects, not rows. */
const withoutRows: ReadonlySet<string> = new Set([
  ...transactionKinds,
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
  /** By the maps of their rows: names of tables with secrets. */
  readonly #found = new Set<string>();
  #isSecret = false;
  /** The text of a statement stands in the stretch, and what its rows are is not known yet. */
  #hasOpenText = false;

  constructor(hasSecrets: HasSecrets) {
    this.#hasSecrets = hasSecrets;
  }

  take(event: BinlogEvent): void {
    for (const plain of expandEvent(event.bytes, event.hasChecksum)) this.#hear(plain);
  }

  /** Whether rows of a table of this name were taken for secret. */
  readonly hasFound = (database: string, table: string): boolean => this.#found.has(`${database}\0${table}`);

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
      const map = parseTableMap(bytes, bytes.length);
      const isSecret = this.#hasSecrets(map.database, map.table, map);
      this.#maps.set(map.tableId, isSecret);
      if (!isSecret) return;
      this.#found.add(`${map.database}\0${map.table}`);
      // The text before it may hold what the rows hold.
      this.#isSecret = true;
    } else if (type === eventTypes.annotateRows || type === eventTypes.rowsQuery) this.#hasOpenText = true;
    else if (type === eventTypes.query) this.#query(bytes);
    else if (mayHoldAnything.has(type)) this.#isSecret = true;
  }

  #endStatement(): void {
    this.#maps.clear();
    this.#hasOpenText = false;
  }

  #query(bytes: Buffer): void {
    if (judgeStatement(bytes) !== 'harmless') this.#isSecret = true;
    this.#endStatement();
  }
}

/** The whole statement is one. */
const isOneComment = /^\s*\/\*M?!\d*\s(?:[^*]|\*(?!\/))*\*\/\s*$/;
/** An executable comment comes first: for some servers another statement begins there than for others. */
const beginsTwice = /^(?:\s|\/\*(?!M?!)(?:[^*]|\*(?!\/))*\*\/|(?:--\s|#)[^\n]*\n)*\/\*M?!/;

const isOfTwoMeanings = (text: string) => beginsTwice.test(text) && !isOneComment.test(text);
/** What every snapshot keeps the text of, open. */
const defined: ReadonlySet<StatementScope['object']> = new Set(['view', 'routine', 'trigger', 'event']);

/**
 * Whether the text of a QUERY event that is not compressed may hold a secret value. `accounts`: it may hold another secret, and names no row. `definition`: of a
 * view, routine, trigger or event with a SELECT in it. `RangeError` for what is no such event.
 */
export function judgeStatement(event: Buffer): 'harmless' | 'accounts' | 'definition' | 'secret' {
  const { query, database, settings } = parseQuery(event, event.length);
  const text = query.toString('utf8');
  if (isOfTwoMeanings(text)) return 'secret';
  const { kind } = describeStatement(text, database);
  if (kind === 'accounts') return 'accounts';
  if (!withoutRows.has(kind)) return 'secret';
  if (!/\bselect\b/i.test(query.toString('latin1'))) return 'harmless';
  const isPlain = kind === 'ddl' && !/\/\*M?!/.test(text);
  return isPlain && defined.has(scopeOf(text, database, quotingOfSession(settings)).object) ? 'definition' : 'secret';
}
