import { quoteName } from '../quote.ts';
import { nameIn, type Quoting, quotingOf, type Token, tokenize } from './sql-tokens.ts';

/** Changes to the server's own CREATE statements that a restore under another name, or by another account, needs. */

/** Database names of the picture → names on the target, for those that get another one. */
export type Renames = ReadonlyMap<string, string>;

/**
 * Puts the new name where a name is qualified with a renamed database: `` `shop`.`orders` `` and, in bodies that people typed,
 * shop.orders. Strings and comments are left alone. The server also writes table aliases before a dot; where one is called like the
 * database, only names straight after FROM, JOIN and the like are changed.
 */
export function renameDatabases(ddl: string, renames: Renames, sqlMode: string | null = null): string {
  const tokens = renames.size === 0 ? null : tokenize(ddl, quotingOf(sqlMode));
  if (tokens === null) return ddl;
  const solid = tokens.flatMap((token, index) => (token.kind === 'space' || token.kind === 'comment' ? [] : [index]));
  const at = (place: number): Token | undefined => tokens[solid[place] ?? -1];
  /** The database that the token names, or undefined. */
  const databaseAt = (place: number): string | undefined => {
    const token = at(place);
    if (token === undefined || (token.kind !== 'name' && token.kind !== 'word')) return undefined;
    const name = nameIn(token);
    return renames.has(name) ? name : undefined;
  };
  const aliases = new Set(
    solid.map((_, place) => (at(place + 1)?.text !== '.' && isAlias(at(place - 1)) ? databaseAt(place) : undefined)),
  );
  const changed = new Map<number, string>();
  solid.forEach((index, place) => {
    const name = databaseAt(place);
    if (name === undefined || at(place + 1)?.text !== '.' || at(place - 1)?.text === '.') return;
    if (!aliases.has(name) || followsFrom(at, place)) changed.set(index, quoteName(renames.get(name) ?? name));
  });
  return tokens.map((token, index) => changed.get(index) ?? token.text).join('');
}

/** An alias stands after a table's name, a closing parenthesis or AS; a definer's host stands after @. */
function isAlias(before: Token | undefined): boolean {
  return before?.kind === 'name' || before?.text === ')' || before?.text.toLowerCase() === 'as';
}

function followsFrom(at: (place: number) => Token | undefined, place: number): boolean {
  let before = place - 1;
  while (at(before)?.text === '(') before--;
  return /^(from|join|straight_join|into|update|on|table)$/i.test(at(before)?.text ?? '');
}

/** Without `DEFINER=…`: the object then belongs to whoever creates it. */
export function withoutDefiner(ddl: string, sqlMode: string | null = null): string {
  const part = definerPart(ddl, quotingOf(sqlMode));
  return part === null ? ddl : ddl.slice(0, part.start) + ddl.slice(part.end).trimStart();
}

/** For whom the object acts, as the statement writes it: `` `user`@`host` ``; null when it does not say. */
export function definerOf(ddl: string, sqlMode: string | null = null): string | null {
  const part = definerPart(ddl, quotingOf(sqlMode));
  return part === null ? null : ddl.slice(ddl.indexOf('=', part.start) + 1, part.end).trim();
}

/** `` DEFINER=`user`@`host` `` (or a MariaDB role without host) as a place in the statement. */
function definerPart(ddl: string, quoting: Quoting): { readonly start: number; readonly end: number } | null {
  const head = tokenize(ddl, quoting)?.slice(0, 60) ?? [];
  const from = head.findIndex((token) => token.kind === 'word' && token.text.toUpperCase() === 'DEFINER');
  if (from < 0 || head[from + 1]?.text !== '=') return null;
  let to = from + 3;
  if (head[to]?.text === '@') to += 2;
  const length = (tokens: readonly Token[]) => tokens.reduce((sum, token) => sum + token.text.length, 0);
  return { start: length(head.slice(0, from)), end: length(head.slice(0, to)) };
}
