import { significant } from '../../load/ddl-split.ts';
import { asHeldEvent } from '../../load/event-status.ts';
import { renameDatabases, type Renames } from '../../load/rewrite-ddl.ts';
import { nameIn, tokenize } from '../../load/sql-tokens.ts';
import type { QueryEvent } from '../query-event.ts';
import { quotingOfSession, textOfQuery } from '../query-text.ts';

/**
 * The statement's octets with the databases' names on the target; null when that cannot be said: a name stands where it is not told from another, or
 * the text is of a character set that nobody here writes. Strings and comments are left alone.
 */
export function namedHere(query: QueryEvent, renames: Renames): Buffer | null {
  const text = textOfQuery(query);
  const quoting = quotingOfSession(query.settings);
  const modes = [
    ...(quoting.ansiQuotes ? ['ANSI_QUOTES'] : []),
    ...(quoting.backslashEscapes ? [] : ['NO_BACKSLASH_ESCAPES']),
  ];
  const renamed = renameDatabases(text, renames, modes.join(','));
  const tokens = tokenize(renamed, quoting);
  const old = new Set([...renames.keys()].map((name) => name.toLowerCase()));
  if (tokens === null) return mentionsAny(text, old) ? null : query.query;
  const isLeft = significant(tokens).some((token) =>
    token.kind === 'name' || token.kind === 'word' ? old.has(nameIn(token).toLowerCase()) : false,
  );
  // Of what only some servers take for a comment nobody looked inside.
  const isHidden = tokens.some(
    ({ kind, text: part }) => kind === 'comment' && /^\/\*M?!/.test(part) && mentionsAny(part, old),
  );
  if (isLeft || isHidden) return null;
  if (renamed === text) return query.query;
  const isUtf8 = Buffer.from(text, 'utf8').equals(query.query);
  return isUtf8 ? Buffer.from(renamed, 'utf8') : null;
}

/** `named`, octets of the statement, with the event that it makes or changes held; null when that cannot be done to them. */
export function withHeldEvent(query: QueryEvent, named: Buffer): Buffer | null {
  const text = textOfQuery({ ...query, query: named });
  const held = asHeldEvent(text, quotingOfSession(query.settings));
  if (held === text) return named;
  return held !== null && Buffer.from(text, 'utf8').equals(named) ? Buffer.from(held, 'utf8') : null;
}

function mentionsAny(text: string, names: ReadonlySet<string>): boolean {
  const whole = text.toLowerCase();
  return [...names].some((name) => whole.includes(name));
}
