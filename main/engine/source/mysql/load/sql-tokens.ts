/**
 * Cuts the server's own SQL (SHOW CREATE …) into tokens, so that names can be told from text that looks like names.
 * It knows quoting and comments, not grammar. Tokens tile the statement: joined, they are the statement again.
 */
export type TokenKind = 'name' | 'word' | 'string' | 'comment' | 'space' | 'mark';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

export interface Quoting {
  /** sql_mode ANSI_QUOTES: `"x"` is a name, not a string. */
  readonly ansiQuotes: boolean;
  /** False under sql_mode NO_BACKSLASH_ESCAPES. */
  readonly backslashEscapes: boolean;
}

export const plainQuoting: Quoting = { ansiQuotes: false, backslashEscapes: true };

export function quotingOf(sqlMode: string | null): Quoting {
  const modes = (sqlMode ?? '').split(',');
  return { ansiQuotes: modes.includes('ANSI_QUOTES'), backslashEscapes: !modes.includes('NO_BACKSLASH_ESCAPES') };
}

/** Null when a quote or comment is never closed: then nothing may be concluded from the text. */
export function tokenize(sql: string, quoting: Quoting = plainQuoting): Token[] | null {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const end = tokenEnd(sql, at, quoting);
    if (end < 0) return null;
    tokens.push({ kind: kindAt(sql, at, quoting), text: sql.slice(at, end) });
    at = end;
  }
  return tokens;
}

const space = /\s+/y;
const word = /[\w$\u0080-\uffff]+/y;

function kindAt(sql: string, at: number, quoting: Quoting): TokenKind {
  const char = sql[at] ?? '';
  if (char === '`') return 'name';
  if (char === '"') return quoting.ansiQuotes ? 'name' : 'string';
  if (char === "'") return 'string';
  if (isComment(sql, at)) return 'comment';
  if (matchEnd(space, sql, at) > 0) return 'space';
  return matchEnd(word, sql, at) > 0 ? 'word' : 'mark';
}

function tokenEnd(sql: string, at: number, quoting: Quoting): number {
  const char = sql[at] ?? '';
  if (char === '`' || char === '"' || char === "'") {
    const isName = char === '`' || (char === '"' && quoting.ansiQuotes);
    return quoteEnd(sql, at, char, !isName && quoting.backslashEscapes);
  }
  if (isComment(sql, at)) {
    if (!sql.startsWith('/*', at)) {
      const end = sql.indexOf('\n', at);
      return end < 0 ? sql.length : end;
    }
    const end = sql.indexOf('*/', at + 2);
    return end < 0 ? -1 : end + 2;
  }
  const spaceEnd = matchEnd(space, sql, at);
  if (spaceEnd > 0) return spaceEnd;
  const wordEnd = matchEnd(word, sql, at);
  return wordEnd > 0 ? wordEnd : at + 1;
}

/** What stands in an executable comment (a slash, a star, `!50100 PARTITION BY …`) is SQL: only its marks are split off. */
function isComment(sql: string, at: number): boolean {
  if (sql.startsWith('/*', at)) return sql[at + 2] !== '!' && !sql.startsWith('/*M!', at);
  return sql[at] === '#' || /^--(\s|$)/.test(sql.slice(at, at + 3));
}

function quoteEnd(sql: string, at: number, quote: string, escapes: boolean): number {
  for (let i = at + 1; i < sql.length; i++) {
    const char = sql[i];
    if (char === '\\' && escapes) i++;
    else if (char === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  return -1;
}

function matchEnd(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : 0;
}

/** What a quoted name says: `` `a``b` `` is a`b. Words say what they are. */
export function nameIn(token: Token): string {
  if (token.kind !== 'name') return token.text;
  const quote = token.text[0] ?? '';
  return token.text.slice(1, -1).replaceAll(quote + quote, quote);
}
