import { significant } from '../../load/ddl-split.ts';
import { nameIn, tokenize, type Quoting, type Token } from '../../load/sql-tokens.ts';
import type { StatementTable } from '../describe-statement.ts';

/** What a statement is about, so that it can be told whether all of it, nothing of it or a part of it is restored. */
export interface StatementScope {
  /** `table`: of tables, their indexes and sequences, or rows changed by a statement. `unknown`: nothing can be said. */
  readonly object: 'table' | 'trigger' | 'view' | 'routine' | 'event' | 'unknown';
  /** Of an object that is no table. */
  readonly database: string;
  readonly name: string;
  /** Every table that stands where a table stands: what is changed, what is read, what a key refers to. May name an alias too many, never a table too few. */
  readonly tables: readonly StatementTable[];
}

const objects: ReadonlyMap<string, StatementScope['object']> = new Map([
  ['TABLE', 'table'],
  ['TABLES', 'table'],
  ['INDEX', 'table'],
  ['KEY', 'table'],
  ['SEQUENCE', 'table'],
  ['TRIGGER', 'trigger'],
  ['VIEW', 'view'],
  ['PROCEDURE', 'routine'],
  ['FUNCTION', 'routine'],
  ['PACKAGE', 'routine'],
  ['EVENT', 'event'],
]);
const changes = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'LOAD', 'WITH', 'TRUNCATE', 'RENAME']);
/** A list of tables follows; commas in it separate tables. */
const beforeTables = new Set([
  'FROM',
  'JOIN',
  'STRAIGHT_JOIN',
  'INTO',
  'UPDATE',
  'USING',
  'TABLE',
  'TABLES',
  'TRUNCATE',
]);
/** The same in CREATE, ALTER and DROP, where some of these words mean something else; and where one table follows. */
const beforeTablesInDdl = new Set([
  'FROM',
  'JOIN',
  'STRAIGHT_JOIN',
  'TABLE',
  'TABLES',
  'SEQUENCE',
  'REFERENCES',
  'LIKE',
]);
/** Where a list of tables is over. */
const endsTables = new Set([
  ...[
    'WHERE',
    'SET',
    'VALUES',
    'VALUE',
    'SELECT',
    'GROUP',
    'HAVING',
    'ORDER',
    'LIMIT',
    'UNION',
    'FOR',
    'FIELDS',
    'COLUMNS',
  ],
  ...['LINES', 'ADD', 'DROP', 'MODIFY', 'CHANGE', 'ENGINE', 'PARTITION', 'CHARACTER', 'DEFAULT', 'RENAME', 'COMMENT'],
]);
/** May stand between such a word and the table. */
const fillers = new Set([
  'IF',
  'NOT',
  'EXISTS',
  'LOW_PRIORITY',
  'HIGH_PRIORITY',
  'DELAYED',
  'IGNORE',
  'QUICK',
  'TABLE',
  'INTO',
]);
/** `RENAME COLUMN a TO b` names no table. */
const partsOfTables = new Set(['COLUMN', 'INDEX', 'KEY']);

/** @param defaultDatabase where names without a database belong */
export function scopeOf(sql: string, defaultDatabase: string, quoting: Quoting): StatementScope {
  const tokens = significant(tokenize(sql, quoting) ?? []).filter(({ text }) => text !== '');
  const first = tokens.findIndex((token) => /^[A-Za-z]+$/.test(token.text) && token.text !== 'M');
  const verb = wordOf(tokens[first]);
  const unknown = { object: 'unknown', database: defaultDatabase, name: '', tables: [] } as const;
  if (changes.has(verb)) return { ...unknown, object: 'table', tables: tablesIn(tokens, first, defaultDatabase) };
  if (!['CREATE', 'ALTER', 'DROP'].includes(verb)) return unknown;
  const at = tokens.findIndex((token, index) => index > first && objects.has(wordOf(token)));
  const object = objects.get(wordOf(tokens[at]));
  if (object === undefined) return unknown;
  if (object === 'table') {
    const isIndex = ['INDEX', 'KEY'].includes(wordOf(tokens[at]));
    const tables = isIndex ? tableAfterOn(tokens, at, defaultDatabase) : tablesIn(tokens, first, defaultDatabase);
    return { ...unknown, object, tables };
  }
  const named = nameAfter(tokens, at, defaultDatabase);
  const tables = object === 'trigger' && verb !== 'DROP' ? tableAfterOn(tokens, at, named.database) : [];
  return { object, database: named.database, name: named.table, tables };
}

function nameAfter(tokens: readonly Token[], keyword: number, database: string): StatementTable {
  let at = keyword + 1;
  while (['BODY', 'IF', 'NOT', 'EXISTS'].includes(wordOf(tokens[at]))) at += 1;
  return nameAt(tokens, at, database)?.table ?? { database, table: '' };
}

function tableAfterOn(tokens: readonly Token[], from: number, database: string): StatementTable[] {
  const on = tokens.findIndex((token, at) => at > from && wordOf(token) === 'ON');
  const found = on < 0 ? null : nameAt(tokens, on + 1, database);
  return found === null ? [] : [found.table];
}

function tablesIn(tokens: readonly Token[], verbAt: number, database: string): StatementTable[] {
  return new TableFinder(tokens, verbAt, database).find();
}

class TableFinder {
  readonly #tokens: readonly Token[];
  readonly #database: string;
  readonly #isDdl: boolean;
  readonly #verb: string;
  readonly #found = new Map<string, StatementTable>();
  /** Depths of parentheses at which a list of tables is under way. */
  readonly #lists = new Set<number>();
  #at: number;
  #depth = 0;

  constructor(tokens: readonly Token[], verbAt: number, database: string) {
    this.#tokens = tokens;
    this.#database = database;
    this.#at = verbAt;
    this.#verb = wordOf(tokens[verbAt]);
    this.#isDdl = ['CREATE', 'ALTER', 'DROP'].includes(this.#verb);
  }

  find(): StatementTable[] {
    if (this.#verb === 'INSERT' || this.#verb === 'REPLACE') {
      this.#at += 1;
      this.#table();
    }
    while (this.#at < this.#tokens.length) this.#step();
    return [...this.#found.values()];
  }

  #step(): void {
    const token = this.#tokens[this.#at] as Token;
    const before = this.#word(-1);
    const word = wordOf(token);
    this.#at += 1;
    if (token.text === '(') this.#depth += 1;
    else if (token.text === ')') {
      this.#lists.delete(this.#depth);
      this.#depth -= 1;
    } else if (token.text === ',') {
      if (this.#lists.has(this.#depth)) this.#table();
    } else if (word === 'RENAME' && this.#verb !== 'RENAME') this.#newName();
    else if (word === 'TO' && this.#verb === 'RENAME') this.#table();
    else if (this.#beginsTables(word, before)) {
      this.#lists.add(this.#depth);
      this.#table();
    } else if (endsTables.has(word)) this.#lists.delete(this.#depth);
  }

  #beginsTables(word: string, before: string): boolean {
    if (this.#isDdl) return beforeTablesInDdl.has(word);
    // ON DUPLICATE KEY UPDATE, SELECT … FOR UPDATE; JOIN … USING (column).
    if (word === 'UPDATE' && (before === 'KEY' || before === 'FOR')) return false;
    if (word === 'USING' && this.#tokens[this.#at]?.text === '(') return false;
    return beforeTables.has(word);
  }

  /** ALTER TABLE … RENAME [TO | AS] name. */
  #newName(): void {
    this.#lists.delete(this.#depth);
    if (partsOfTables.has(this.#word())) return;
    if (['TO', 'AS'].includes(this.#word()) || this.#tokens[this.#at]?.text === '=') this.#at += 1;
    this.#table();
  }

  #table(): void {
    while (fillers.has(this.#word())) this.#at += 1;
    while (this.#tokens[this.#at]?.text === '(') {
      this.#depth += 1;
      this.#lists.add(this.#depth);
      this.#at += 1;
    }
    const named = nameAt(this.#tokens, this.#at, this.#database);
    if (named === null) return;
    this.#found.set(`${named.table.database}\0${named.table.table}`, named.table);
    this.#at = named.next;
  }

  #word(offset = 0): string {
    return wordOf(this.#tokens[this.#at + offset]);
  }
}

function nameAt(
  tokens: readonly Token[],
  at: number,
  database: string,
): { readonly table: StatementTable; readonly next: number } | null {
  const first = tokens[at];
  if (first === undefined || (first.kind !== 'name' && first.kind !== 'word')) return null;
  if (endsTables.has(wordOf(first))) return null;
  const second = tokens[at + 2];
  if (tokens[at + 1]?.text === '.' && second !== undefined)
    return { table: { database: nameIn(first), table: nameIn(second) }, next: at + 3 };
  return { table: { database, table: nameIn(first) }, next: at + 1 };
}

function wordOf(token: Token | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}
