import type { SchemaObject } from '../../../../../shared/model/database.ts';
import { significant } from './ddl-split.ts';
import { nameIn, quotingOf, tokenize, type Token } from './sql-tokens.ts';

/** A statement out of a record, and what it should make. */
export interface CreateStatement {
  readonly kind: SchemaObject['kind'] | 'table';
  readonly name: string;
  readonly ddl: string;
  readonly sqlMode: string | null;
}

/** Of these a server prints one statement without any other inside. */
const singleStatements: ReadonlySet<CreateStatement['kind']> = new Set(['table', 'view', 'sequence']);

/**
 * Whether a statement is the CREATE of its object in its database. Records are encrypted and named by their content, but whoever has the
 * keys may not be the shop: `DROP DATABASE` in the place of a table must not reach a server. What is in the body of a routine, trigger or
 * event is the shop's own program and is not judged.
 */
export function createsObject(statement: CreateStatement, database: string): boolean {
  return singleStatements.has(statement.kind) ? isSingleCreate(statement, database) : hasHeadOf(statement, database);
}

function isSingleCreate(statement: CreateStatement, database: string): boolean {
  const tokens = tokenize(statement.ddl, quotingOf(statement.sqlMode));
  if (tokens === null) return false;
  // In a file, a backslash outside of quotes is a command to the client: `\!` runs programs.
  if (tokens.some(({ kind, text }) => kind === 'mark' && (text === ';' || text === '\\'))) return false;
  return headEnd(significant(tokens), statement, database) > 0;
}

/** What comes behind the name of each. A body may be in a language with other quotes (MySQL's JavaScript), and is not looked at. */
const behindName = /[(]|\bBEFORE\b|\bAFTER\b|\bON\b/gi;
const longestHead = 4096;

function hasHeadOf(statement: CreateStatement, database: string): boolean {
  const start = statement.ddl.slice(0, longestHead);
  for (const { index, 0: text } of start.matchAll(behindName)) {
    const tokens = tokenize(start.slice(0, index + text.length), quotingOf(statement.sqlMode));
    // Null: this one stands within quotes.
    if (tokens === null) continue;
    const head = significant(tokens);
    if (headEnd(head, statement, database) === head.length - 1) return true;
  }
  return false;
}

/**
 * Whether the statement can stand in a file between two delimiters. A client looks for its own commands outside of quotes and comments,
 * also in the middle of a statement.
 */
export function isSafeForClient({ ddl, sqlMode }: CreateStatement): boolean {
  const tokens = tokenize(ddl, quotingOf(sqlMode));
  if (tokens === null) return false;
  let isLineStart = true;
  for (const { kind, text } of tokens) {
    if (kind === 'mark' && text === '\\') return false;
    if (kind === 'word' && isLineStart && /^delimiter$/i.test(text)) return false;
    isLineStart = kind === 'space' ? isLineStart || text.includes('\n') : kind === 'comment' && /^(?:#|--)/.test(text);
  }
  return true;
}

/** The number of tokens up to the object's name, or 0 when they do not create it. */
function headEnd(tokens: readonly Token[], { kind, name }: CreateStatement, database: string): number {
  let at = 0;
  const skip = (...words: readonly string[]): boolean => {
    const isHere = words.every((word, i) => {
      const token = tokens[at + i];
      return token !== undefined && token.kind !== 'string' && token.text.toUpperCase() === word;
    });
    if (isHere) at += words.length;
    return isHere;
  };
  if (!skip('CREATE')) return 0;
  skip('OR', 'REPLACE');
  for (;;) {
    if (skip('ALGORITHM', '=') || skip('SQL', 'SECURITY')) at += 1;
    else if (skip('DEFINER', '=')) {
      at += 1;
      // `user`@`host`, a role, or CURRENT_USER().
      if (skip('@')) at += 1;
      else if (skip('(')) at += 1;
    } else if (!skip('AGGREGATE')) break;
  }
  if (!skip(kind.toUpperCase())) return 0;
  skip('IF', 'NOT', 'EXISTS');
  const [first, dot, second] = tokens.slice(at, at + 3);
  if (dot?.text === '.') return isNamed(first, database) && isNamed(second, name) ? at + 3 : 0;
  return isNamed(first, name) ? at + 1 : 0;
}

/** Servers that fold names print them folded in some places and not in others. */
function isNamed(token: Token | undefined, name: string): boolean {
  const isName = token?.kind === 'name' || token?.kind === 'word';
  return isName && nameIn(token).toLowerCase() === name.toLowerCase();
}
