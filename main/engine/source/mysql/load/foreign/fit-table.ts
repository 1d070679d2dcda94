import type { Flavour, TableSchema } from '../../../../../../shared/model/database.ts';
import { type Token, tokenize } from '../sql-tokens.ts';
import type { TargetServer } from './target-server.ts';

/**
 * A table of one server as another one understands it: MySQL and MariaDB write most of a CREATE TABLE alike, hide some of it from
 * each other in comments, and each has things that the other lacks.
 *
 * What has the same meaning is rewritten; what only tunes the storage is left out and named; what would change the data or how it
 * behaves is an obstacle, and the restore is then refused. What is not known here the target's own CREATE TABLE refuses.
 */
export interface FittedTable {
  readonly ddl: string;
  /** What the target lacks, in the words of SQL: `COLLATE utf8mb4_0900_ai_ci`. */
  readonly obstacles: readonly string[];
  /** Attributes that the target ignores. */
  readonly leftOut: readonly string[];
}

export function fitTable(schema: TableSchema, source: Flavour, target: TargetServer): FittedTable {
  const tokens = tokenize(schema.ddl);
  if (tokens === null) return { ddl: schema.ddl, obstacles: [], leftOut: [] };
  const leftOut: string[] = [];
  const obstacles = [...missingNames(tokens, target), ...missingTypes(schema, target)];
  if (target.flavour === 'mysql') obstacles.push(...onlyInMariadb(tokens));
  if (target.flavour === 'mariadb') obstacles.push(...onlyInMysql(tokens));
  const pieces = tokens.map((token) => namedFor(target.flavour, token));
  if (source !== target.flavour) {
    for (const hidden of hiddenFrom(target.flavour, tokens)) {
      const plain = plainForm(hidden, tokens);
      if (plain === 'obstacle') obstacles.push(hidden.text);
      else if (plain === null) leftOut.push(hidden.text);
      pieces.fill('', hidden.from, hidden.to);
      if (plain !== null && plain !== 'obstacle') pieces[hidden.from] = plain;
    }
  }
  nameCollations(tokens, pieces);
  return { ddl: pieces.join(''), obstacles: [...new Set(obstacles)], leftOut };
}

/** MySQL 8 calls a type by a name that MariaDB does not know; the old one is known to both. */
function namedFor(flavour: Flavour, { kind, text }: Token): string {
  return flavour === 'mariadb' && kind === 'word' && text === 'geomcollection' ? 'geometrycollection' : text;
}

/** True where every name that a collation may have is known to the server. `utf8` is the old name of utf8mb3. */
export function knowsCollation(target: TargetServer, name: string): boolean {
  const lower = name.toLowerCase();
  return target.collations.has(lower) || target.collations.has(lower.replace(/^utf8_/, 'utf8mb3_'));
}

function missingNames(tokens: readonly Token[], target: TargetServer): string[] {
  return solid(tokens).flatMap((token, at, all) => {
    if (token.kind !== 'word') return [];
    const value = valueAfter(all, at);
    if (value === undefined) return [];
    if (/^collate$/i.test(token.text) && !knowsCollation(target, value)) return [`COLLATE ${value}`];
    if (token.text === 'ENGINE' && !target.engines.has(value.toLowerCase())) return [`ENGINE=${value}`];
    return [];
  });
}

/** Since which version a type is there; null: never. */
const youngTypes: Readonly<Record<string, Readonly<Record<Flavour, readonly number[] | null>>>> = {
  uuid: { mariadb: [10, 7], mysql: null },
  inet6: { mariadb: [10, 5], mysql: null },
  inet4: { mariadb: [10, 10], mysql: null },
  xmltype: { mariadb: [12, 3], mysql: null },
  vector: { mariadb: [11, 7], mysql: [9, 0] },
};

function missingTypes({ columns }: TableSchema, { flavour, version }: TargetServer): string[] {
  return columns.flatMap(({ dataType }) => {
    const since = youngTypes[dataType]?.[flavour];
    if (since === undefined || (since !== null && isAtLeast(version, since))) return [];
    return [dataType.toUpperCase()];
  });
}

function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const own = version.split(/[^0-9]+/).map(Number);
  for (const [index, part] of wanted.entries()) if ((own[index] ?? 0) !== part) return (own[index] ?? 0) > part;
  return true;
}

function onlyInMariadb(tokens: readonly Token[]): string[] {
  const text = solid(tokens)
    .map((token) => (token.kind === 'word' ? token.text : '·'))
    .join(' ');
  return [
    ...(/\bWITH SYSTEM VERSIONING\b/.test(text) ? ['WITH SYSTEM VERSIONING'] : []),
    ...(/\bPERIOD FOR\b/.test(text) ? ['PERIOD FOR'] : []),
    ...(/\bnextval\b|\bNEXT VALUE\b/i.test(text) ? ['SEQUENCE'] : []),
  ];
}

/** Keys over expressions: the server writes `` KEY `name` ((expression)) ``. */
function onlyInMysql(tokens: readonly Token[]): string[] {
  const all = solid(tokens);
  const isPart = (at: number): boolean => {
    let depth = 0;
    for (let place = at + 2; place < all.length; place += 1) {
      const text = all[place]?.text;
      if (text === '(') {
        depth += 1;
        if (depth === 2 && (all[place - 1]?.text === '(' || all[place - 1]?.text === ',')) return true;
      }
      if (text === ')' && --depth === 0) return false;
    }
    return false;
  };
  const found = all.some((token, at) => token.text === 'KEY' && all[at + 1]?.kind === 'name' && isPart(at));
  return found ? ['KEY ((expression))'] : [];
}

interface Hidden {
  /** Places of its tokens: from the slash to behind the last slash. */
  readonly from: number;
  readonly to: number;
  /** What stands in it. */
  readonly text: string;
}

/** Executable comments that their writer obeys and this flavour skips: `/*M!…` on MySQL, versions 50700–99999 on MariaDB. */
function hiddenFrom(flavour: Flavour, tokens: readonly Token[]): Hidden[] {
  const found: Hidden[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens[at]?.text !== '/' || tokens[at + 1]?.text !== '*') continue;
    const end = tokens.findIndex(
      (token, index) => index > at + 1 && token.text === '/' && tokens[index - 1]?.text === '*',
    );
    if (end < 0) continue;
    const whole = textOf(tokens.slice(at, end + 1));
    const [, mark = '', version = '', text = ''] = /^\/\*(M?!)(\d*)(.*)\*\/$/s.exec(whole) ?? [];
    const number = Number(version);
    const isHidden = flavour === 'mysql' ? mark === 'M!' : mark === '!' && number >= 50_700 && number <= 99_999;
    if (isHidden) found.push({ from: at, to: end + 1, text: text.trim() });
    at = end;
  }
  return found;
}

/** How the same is said without a comment; null: it may be left out. */
function plainForm({ from, text }: Hidden, tokens: readonly Token[]): string | null {
  if (text === 'INVISIBLE') return beginsWithName(tokens, from) ? 'INVISIBLE' : 'IGNORED';
  // Enforced, it would refuse rows that the shop has or will write.
  return text === 'NOT ENFORCED' ? 'obstacle' : null;
}

/** One column or key per line: columns begin with their name. */
function beginsWithName(tokens: readonly Token[], at: number): boolean {
  const lineStart = tokens.findLastIndex(
    (token, index) => index < at && token.kind === 'space' && token.text.includes('\n'),
  );
  return tokens[lineStart + 1]?.kind === 'name';
}

/**
 * A character set without a collation means another one on every server: utf8mb4_general_ci where older servers wrote it,
 * utf8mb4_0900_ai_ci on MySQL 8, utf8mb4_uca1400_ai_ci on MariaDB 11.5. Servers that have a newer default write the collation out.
 */
function nameCollations(tokens: readonly Token[], pieces: string[]): void {
  const places = tokens.flatMap((token, index) => (token.kind === 'space' || token.kind === 'comment' ? [] : [index]));
  const at = (place: number) => tokens[places[place] ?? -1];
  for (let place = 0; place < places.length; place += 1) {
    const isTable = at(place)?.text === 'CHARSET' && at(place + 1)?.text === '=';
    const isColumn = at(place)?.text === 'CHARACTER' && at(place + 1)?.text === 'SET';
    const name = at(place + 2)?.text ?? '';
    if ((!isTable && !isColumn) || at(place + 3)?.text === 'COLLATE') continue;
    if (!/^(utf8|utf8mb3|utf8mb4|ucs2|utf16|utf32)$/.test(name)) continue;
    const index = places[place + 2] ?? -1;
    pieces[index] = `${name} COLLATE${isTable ? '=' : ' '}${name}_general_ci`;
  }
}

function valueAfter(all: readonly Token[], at: number): string | undefined {
  const next = all[at + 1]?.text === '=' ? all[at + 2] : all[at + 1];
  return next?.kind === 'word' ? next.text : undefined;
}

function solid(tokens: readonly Token[]): Token[] {
  return tokens.filter((token) => token.kind !== 'space' && token.kind !== 'comment');
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join('');
}
