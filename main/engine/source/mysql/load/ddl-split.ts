import { nameIn, type Token, tokenize } from './sql-tokens.ts';

/** SHOW CREATE TABLE in two halves: what rows need to go in, and what is built faster, or only possible, afterwards. */
export interface SplitDdl {
  /** CREATE TABLE with the columns, the primary key, CHECKs, and every key that must be there from the start. */
  readonly create: string;
  /** For one ALTER TABLE: `ADD KEY …`, `ADD UNIQUE KEY …`, `ADD SPATIAL KEY …`. */
  readonly keys: readonly string[];
  /** For one ALTER TABLE each: InnoDB builds one FULLTEXT key at a time. */
  readonly fulltextKeys: readonly string[];
  /** For one ALTER TABLE after all tables have their rows and keys. */
  readonly foreignKeys: readonly string[];
}

type EntryKind = 'column' | 'primary' | 'key' | 'fulltext' | 'foreign' | 'other';

/** One line of a CREATE TABLE: a column, a key, a constraint. */
export interface Entry {
  readonly kind: EntryKind;
  readonly text: string;
  readonly tokens: readonly Token[];
}

/**
 * Splits a DDL as the server prints it. Anything not understood is left whole: `create` is then the DDL unchanged and only foreign
 * keys, or nothing at all, is deferred. The order of the keys is part of the table (SHOW CREATE prints it), so deferred keys are
 * always the last ones.
 *
 * Kept whole: tables without a primary key keep their unique keys (InnoDB clusters by one), and system-versioned tables keep
 * everything, because MariaDB refuses ALTER on their history.
 */
export function splitDdl(ddl: string): SplitDdl {
  const whole: SplitDdl = { create: ddl, keys: [], fulltextKeys: [], foreignKeys: [] };
  const body = bodyOf(ddl);
  if (body === null || /\bWITH SYSTEM VERSIONING\b|\bPERIOD FOR\b/i.test(ddl)) return whole;
  const entries = entriesOf(body.entries);
  if (entries === null) return whole;
  const secondary = entries.filter(({ kind }) => kind === 'key' || kind === 'fulltext');
  const firstDeferred = secondary.findLastIndex((entry) => mustStay(entry, entries)) + 1;
  const deferred = new Set([...secondary.slice(firstDeferred), ...entries.filter(({ kind }) => kind === 'foreign')]);
  if (deferred.size === 0) return whole;
  const kept = entries.filter((entry) => !deferred.has(entry)).map((entry) => `  ${entry.text}`);
  const adds = (kind: EntryKind) =>
    [...deferred].filter((entry) => entry.kind === kind).map((entry) => `ADD ${entry.text}`);
  return {
    create: `${body.head}\n${kept.join(',\n')}\n${body.tail}`,
    keys: adds('key'),
    fulltextKeys: adds('fulltext'),
    foreignKeys: adds('foreign'),
  };
}

/** The columns that a DDL names, in its order; none when it is not understood. */
export function columnNames(ddl: string): string[] {
  return (bodyOf(ddl)?.entries ?? []).flatMap((tokens) => {
    const [first] = significant(tokens);
    return first?.kind === 'name' ? [nameIn(first)] : [];
  });
}

/** The lines of a DDL, in its order. Null when it is not understood. */
export function entriesIn(ddl: string): Entry[] | null {
  const body = bodyOf(ddl);
  return body === null ? null : entriesOf(body.entries);
}

/** The DDL with each line as `change` wants it, without those that it makes null. Null when it is not understood. */
export function rebuiltDdl(ddl: string, change: (entry: Entry) => string | null): string | null {
  const body = bodyOf(ddl);
  const entries = body === null ? null : entriesOf(body.entries);
  if (body === null || entries === null) return null;
  const lines = entries.flatMap((entry) => change(entry) ?? []);
  return `${body.head}\n${lines.map((line) => `  ${line}`).join(',\n')}\n${body.tail}`;
}

/** The name of the column that a line defines, or null. */
export function columnEntry({ kind, tokens }: Entry): string | null {
  const [first] = significant(tokens);
  return kind === 'column' && first !== undefined ? nameIn(first) : null;
}

export function keyKind({ kind }: Entry): 'primary' | 'key' | 'fulltext' | 'foreign' | null {
  return kind === 'column' || kind === 'other' ? null : kind;
}

/** Null when one of them is of an unknown kind. */
function entriesOf(all: readonly Token[][]): Entry[] | null {
  const entries: Entry[] = [];
  for (const tokens of all) {
    const kind = kindOf(tokens);
    if (kind === null) return null;
    const text = tokens
      .map((token) => token.text)
      .join('')
      .trim();
    entries.push({ kind, text, tokens });
  }
  return entries;
}

function mustStay(entry: Entry, entries: readonly Entry[]): boolean {
  if (/^UNIQUE /.test(entry.text) && !entries.some(({ kind }) => kind === 'primary')) return true;
  // AUTO_INCREMENT needs a key that begins with its column.
  const counter = entries.find(
    ({ kind, tokens }) =>
      kind === 'column' && tokens.some((token) => token.kind === 'word' && token.text === 'AUTO_INCREMENT'),
  );
  if (counter === undefined) return false;
  const counterName = nameIn(significant(counter.tokens)[0] ?? { kind: 'word', text: '' });
  const tokens = significant(entry.tokens);
  return tokens.some(
    (token, index) => token.kind === 'name' && nameIn(token) === counterName && tokens[index - 1]?.text === '(',
  );
}

function kindOf(tokens: readonly Token[]): EntryKind | null {
  const [first, second] = significant(tokens);
  if (first === undefined) return null;
  if (first.kind === 'name') return 'column';
  const words = significant(tokens).filter((token) => token.kind === 'word');
  switch (first.text) {
    case 'PRIMARY':
      return 'primary';
    case 'KEY':
      return 'key';
    case 'UNIQUE':
    case 'SPATIAL':
      return second?.text === 'KEY' ? 'key' : null;
    case 'FULLTEXT':
      return second?.text === 'KEY' ? 'fulltext' : null;
    case 'CONSTRAINT':
      return words[1]?.text === 'FOREIGN' ? 'foreign' : words[1]?.text === 'CHECK' ? 'other' : null;
    case 'CHECK':
      return 'other';
    default:
      return null;
  }
}

export function significant(tokens: readonly Token[]): Token[] {
  return tokens.filter((token) => token.kind !== 'space' && token.kind !== 'comment');
}

/** `head (` entries separated by commas at depth one `)` tail. */
function bodyOf(ddl: string): { readonly head: string; readonly entries: Token[][]; readonly tail: string } | null {
  const tokens = tokenize(ddl);
  const open = tokens?.findIndex((token) => token.text === '(') ?? -1;
  if (tokens === null || open < 0) return null;
  const entries: Token[][] = [[]];
  let depth = 1;
  for (let i = open + 1; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    if (depth === 0) {
      const text = (part: readonly Token[]) => part.map((each) => each.text).join('');
      return { head: text(tokens.slice(0, open + 1)), entries, tail: text(tokens.slice(i)) };
    }
    if (depth === 1 && token.text === ',') entries.push([]);
    else entries.at(-1)?.push(token);
  }
  return null;
}
