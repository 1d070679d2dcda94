import { significant } from '../load/ddl-split.ts';
import { nameIn, plainQuoting, tokenize, type Quoting, type Token } from '../load/sql-tokens.ts';

/**
 * What a statement in the binlog does, as far as its first words say. `transaction`: BEGIN, COMMIT, SAVEPOINT … · `accounts`: users and rights; the
 * text may hold a password · `change`: rows changed by a statement (STATEMENT format) · `other`: nothing is known.
 */
export type StatementKind =
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'savepoint'
  | 'xa-start'
  | 'xa-end'
  | 'xa-prepare'
  | 'xa-finish'
  | 'drop-database'
  | 'drop-table'
  | 'truncate'
  | 'alter-drop'
  | 'rename-table'
  | 'ddl'
  | 'accounts'
  | 'insert'
  | 'update'
  | 'delete'
  | 'other';

/** They begin and end transactions, and name nothing but themselves. */
export const transactionKinds = [
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'xa-start',
  'xa-end',
  'xa-prepare',
  'xa-finish',
] as const satisfies readonly StatementKind[];

export interface StatementTable {
  readonly database: string;
  readonly table: string;
}

export interface DescribedStatement {
  readonly kind: StatementKind;
  /** For the kinds that take tables away, all that are named; else the first, where it can be told. */
  readonly tables: readonly StatementTable[];
  /** Of `drop-database`. */
  readonly database: string | null;
}

/** Only so much of a statement is looked at: its beginning says what it does. Characters. */
const longestHead = 64 * 1024;

/** @param defaultDatabase where names without a database belong */
export function describeStatement(
  sql: string,
  defaultDatabase: string,
  quoting: Quoting = plainQuoting,
): DescribedStatement {
  const head = sql.slice(0, longestHead);
  const tokens = significant(tokenize(head, quoting) ?? tokenize(beforeQuote(head), quoting) ?? []);
  return new Description(tokens, defaultDatabase).result();
}

/** Of a text cut within a quote, what stands before the first one. */
function beforeQuote(text: string): string {
  return text.slice(0, Math.max(0, text.search(/['"]/)));
}

class Description {
  readonly #tokens: readonly Token[];
  readonly #database: string;
  #at = 0;

  constructor(tokens: readonly Token[], database: string) {
    this.#tokens = tokens;
    this.#database = database;
    while (isCommentMark(tokens[this.#at], tokens[this.#at + 1])) this.#at += 1;
  }

  result(): DescribedStatement {
    const first = this.#word();
    this.#at += 1;
    switch (first) {
      case 'BEGIN':
        return plain('begin');
      case 'START':
        return plain(this.#word() === 'TRANSACTION' ? 'begin' : 'other');
      case 'COMMIT':
        return plain('commit');
      case 'ROLLBACK':
        return plain(this.#tokens.some((token) => wordOf(token) === 'TO') ? 'savepoint' : 'rollback');
      case 'SAVEPOINT':
      case 'RELEASE':
        return plain('savepoint');
      case 'XA':
        return plain(this.#xa());
      case 'DROP':
        return this.#drop();
      case 'TRUNCATE':
        if (this.#word() === 'TABLE') this.#at += 1;
        return { kind: 'truncate', tables: this.#names(1), database: null };
      case 'ALTER':
        return this.#alter();
      case 'RENAME':
        return this.#rename();
      case 'CREATE':
        return this.#create();
      case 'GRANT':
      case 'REVOKE':
        return plain('accounts');
      case 'SET':
        return plain(['PASSWORD', 'DEFAULT', 'ROLE'].includes(this.#word()) ? 'accounts' : 'other');
      case 'INSERT':
      case 'REPLACE':
      case 'LOAD':
        return this.#change('insert', ['INTO', 'TABLE']);
      case 'UPDATE':
        return this.#change('update', []);
      case 'DELETE':
        return this.#change('delete', ['FROM']);
      case 'OPTIMIZE':
      case 'REPAIR':
      case 'ANALYZE':
      case 'FLUSH':
        return plain('ddl');
      default:
        return plain('other');
    }
  }

  #word(offset = 0): string {
    return wordOf(this.#tokens[this.#at + offset]);
  }

  #xa(): StatementKind {
    switch (this.#word()) {
      case 'START':
      case 'BEGIN':
        return 'xa-start';
      case 'END':
        return 'xa-end';
      case 'PREPARE':
        return 'xa-prepare';
      default:
        return 'xa-finish';
    }
  }

  #drop(): DescribedStatement {
    if (this.#word() === 'TEMPORARY') return plain('ddl');
    const what = this.#word();
    this.#at += 1;
    if (this.#word() === 'IF') this.#at += 2;
    if (what === 'DATABASE' || what === 'SCHEMA') {
      const token = this.#tokens[this.#at];
      return { kind: 'drop-database', tables: [], database: token === undefined ? null : nameIn(token) };
    }
    if (what === 'TABLE' || what === 'TABLES')
      return { kind: 'drop-table', tables: this.#names(Infinity), database: null };
    return plain(what === 'USER' || what === 'ROLE' ? 'accounts' : 'ddl');
  }

  #alter(): DescribedStatement {
    while (['ONLINE', 'OFFLINE', 'IGNORE'].includes(this.#word())) this.#at += 1;
    if (this.#word() === 'USER' || this.#word() === 'ROLE') return plain('accounts');
    if (this.#word() !== 'TABLE') return plain('ddl');
    this.#at += 1;
    if (this.#word() === 'IF') this.#at += 2;
    const tables = this.#names(1);
    return { kind: this.#takesRowsAway() ? 'alter-drop' : 'ddl', tables, database: null };
  }

  /** DROP COLUMN, DROP `column`, DROP or TRUNCATE PARTITION, DISCARD TABLESPACE; not DROP INDEX, KEY, CONSTRAINT, CHECK, DEFAULT. */
  #takesRowsAway(): boolean {
    const harmless = ['INDEX', 'KEY', 'PRIMARY', 'FOREIGN', 'CONSTRAINT', 'CHECK', 'DEFAULT', 'NOT', 'EXPRESSION'];
    for (; this.#at < this.#tokens.length; this.#at += 1) {
      const word = this.#word();
      if (word === 'DROP' && !harmless.includes(this.#word(1))) return true;
      if ((word === 'TRUNCATE' && this.#word(1) === 'PARTITION') || word === 'DISCARD') return true;
    }
    return false;
  }

  #rename(): DescribedStatement {
    if (this.#word() === 'USER') return plain('accounts');
    this.#at += 1;
    if (this.#word() === 'IF') this.#at += 2;
    const tables: StatementTable[] = [];
    for (; this.#at < this.#tokens.length; this.#at += 1) {
      tables.push(...this.#names(1));
      while (this.#at < this.#tokens.length && this.#tokens[this.#at]?.text !== ',') this.#at += 1;
    }
    return { kind: 'rename-table', tables, database: null };
  }

  #create(): DescribedStatement {
    const words = this.#tokens.slice(this.#at, this.#at + 4).map(wordOf);
    // A table may be called user.
    const what = words[0] === 'OR' ? words[2] : words[0];
    if (what === 'USER' || what === 'ROLE') return plain('accounts');
    const table = words.indexOf('TABLE');
    if (table < 0 || words.includes('TEMPORARY')) return plain('ddl');
    this.#at += table + 1;
    if (this.#word() === 'IF') this.#at += 3;
    return { kind: 'ddl', tables: this.#names(1), database: null };
  }

  #change(kind: StatementKind, before: readonly string[]): DescribedStatement {
    const modifiers = ['LOW_PRIORITY', 'HIGH_PRIORITY', 'DELAYED', 'IGNORE', 'QUICK'];
    while (modifiers.includes(this.#word())) this.#at += 1;
    if (before.length > 0) {
      const found = this.#tokens.findIndex((token, at) => at >= this.#at && before.includes(wordOf(token)));
      if (found < 0) return plain(kind);
      this.#at = found + 1;
      if (this.#word() === 'TABLE') this.#at += 1;
    }
    return { kind, tables: this.#names(1), database: null };
  }

  /** Up to so many names from here on, separated by commas; the place is then behind the last. */
  #names(most: number): StatementTable[] {
    const names: StatementTable[] = [];
    while (names.length < most) {
      const first = this.#tokens[this.#at];
      if (first === undefined || (first.kind !== 'name' && first.kind !== 'word')) break;
      this.#at += 1;
      if (this.#tokens[this.#at]?.text === '.') {
        const second = this.#tokens[this.#at + 1];
        this.#at += 2;
        if (second === undefined) break;
        names.push({ database: nameIn(first), table: nameIn(second) });
      } else names.push({ database: this.#database, table: nameIn(first) });
      if (this.#tokens[this.#at]?.text !== ',' || names.length === most) break;
      this.#at += 1;
    }
    return names;
  }
}

/** Of an executable comment that the statement begins with: slash, star, `!40000` or `M!100100`. */
function isCommentMark(token: Token | undefined, next: Token | undefined): boolean {
  if (token?.kind === 'mark') return ['/', '*', '!'].includes(token.text);
  return token?.kind === 'word' && (/^\d+$/.test(token.text) || (token.text === 'M' && next?.text === '!'));
}

function wordOf(token: Token | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}

function plain(kind: StatementKind): DescribedStatement {
  return { kind, tables: [], database: null };
}
