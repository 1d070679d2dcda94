import { significant } from './ddl-split.ts';
import { type Quoting, quotingOf, type Token, tokenize } from './sql-tokens.ts';

/**
 * Whether an event of the server's scheduler runs, as its CREATE or ALTER statement says it. Two copies of a nightly job must never both run: beside the live
 * database, and while a log is done again, events are off.
 */

/** The event with DISABLE in place of ENABLE, so that creating it starts nothing. Of what the server itself prints. */
export function asDisabledEvent(ddl: string, sqlMode: string | null = null): string {
  return withPrintedStatus(ddl, ['ENABLE'], 'DISABLE', sqlMode);
}

/** The event with ENABLE in place of DISABLE: one that was kept from running takes up its work. Of what the server itself prints. */
export function asEnabledEvent(ddl: string, sqlMode: string | null = null): string {
  return withPrintedStatus(ddl, ['DISABLE', ...heldAsPrinted], 'ENABLE', sqlMode);
}

const heldAsPrinted = ['DISABLE ON SLAVE', 'DISABLE ON REPLICA'];

/** Off because it came from elsewhere, where it is on: events of a replica. Of what the server itself prints. */
export function isHeldEvent(ddl: string, sqlMode: string | null = null): boolean {
  return withPrintedStatus(ddl, heldAsPrinted, '', sqlMode) !== ddl;
}

/** The server prints ON COMPLETION [NOT] PRESERVE, then the status, then the comment and DO. */
function withPrintedStatus(ddl: string, from: readonly string[], to: string, sqlMode: string | null): string {
  const tokens = tokenize(ddl, quotingOf(sqlMode));
  if (tokens === null) return ddl;
  const preserve = tokens.findIndex((token) => token.kind === 'word' && token.text === 'PRESERVE');
  const status = statusIn(tokens, preserve + 1);
  return preserve < 0 || status === null || !from.includes(status.text) ? ddl : replaced(tokens, status, to);
}

/** What a replica has instead of ENABLE: it is off, and one sees that it is on where it came from. */
const held = 'DISABLE ON SLAVE';

/**
 * A CREATE or ALTER EVENT as somebody typed it, with `DISABLE ON SLAVE` in place of ENABLE, and where CREATE leaves it to the default. Any other statement, and an
 * event that is off, as it is. Null when it cannot be told where the status stands.
 */
export function asHeldEvent(statement: string, quoting: Quoting): string | null {
  if (!/\bevent\b/i.test(statement)) return statement;
  const tokens = tokenize(statement, quoting);
  if (tokens === null) return /^[^'"`]*\b(?:create|alter)\b[^'"`]*\bevent\b/i.test(statement) ? null : statement;
  // What is in there some servers read and others do not.
  if (/\/\*M?!/.test(statement) && /^\W*\d*\s*(?:create|alter)\b/i.test(statement)) return null;
  const words = significant(tokens).map(({ text }) => text.toUpperCase());
  const [verb = ''] = words;
  const event = words.indexOf('EVENT');
  if ((verb !== 'CREATE' && verb !== 'ALTER') || event < 0 || !isHead(words.slice(1, event))) return statement;
  const schedule = indexAtTop(tokens, 0, ['SCHEDULE', 'COMPLETION', 'RENAME', 'ENABLE', 'DISABLE', 'COMMENT', 'DO']);
  if (schedule < 0) return verb === 'ALTER' ? statement : null;
  const status = statusIn(tokens, schedule);
  if (status !== null) return status.text === 'ENABLE' ? replaced(tokens, status, held) : statement;
  if (verb === 'ALTER') return statement;
  const body = indexAtTop(tokens, schedule, ['COMMENT', 'DO']);
  return body < 0 ? null : replaced(tokens, { from: body, to: body - 1 }, `${held} `);
}

/** Between CREATE and EVENT nothing stands but these and an account. */
function isHead(words: readonly string[]): boolean {
  const isReplaced = words[0] === 'OR' && words[1] === 'REPLACE';
  const rest = isReplaced ? words.slice(2) : words;
  return rest.length === 0 || (rest[0] === 'DEFINER' && rest[1] === '=' && rest.length <= 6);
}

interface Place {
  readonly from: number;
  /** Its last token. */
  readonly to: number;
}

/** ENABLE, DISABLE, DISABLE ON SLAVE … before the comment and the body. `text` in upper case, one blank between words. */
function statusIn(tokens: readonly Token[], from: number): (Place & { readonly text: string }) | null {
  const end = indexAtTop(tokens, from, ['COMMENT', 'DO']);
  const at = indexAtTop(tokens, from, ['ENABLE', 'DISABLE']);
  if (at < 0 || (end >= 0 && at > end)) return null;
  const solid = tokens.flatMap(({ kind }, index) =>
    index < at || kind === 'space' || kind === 'comment' ? [] : [index],
  );
  const upper = (place: number) => tokens[solid[place] ?? -1]?.text.toUpperCase() ?? '';
  const isLong = upper(1) === 'ON' && (upper(2) === 'SLAVE' || upper(2) === 'REPLICA');
  return isLong
    ? { from: at, to: solid[2] ?? at, text: `${upper(0)} ON ${upper(2)}` }
    : { from: at, to: at, text: upper(0) };
}

/** The first of these words that stands in no parentheses and names nothing. */
function indexAtTop(tokens: readonly Token[], from: number, words: readonly string[]): number {
  let depth = 0;
  return tokens.findIndex(({ kind, text }, index) => {
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    const isQualified = tokens[index - 1]?.text === '.' || tokens[index + 1]?.text === '.';
    return index >= from && depth === 0 && kind === 'word' && !isQualified && words.includes(text.toUpperCase());
  });
}

function replaced(tokens: readonly Token[], { from, to }: Place, text: string): string {
  const parts = (some: readonly Token[]) => some.map((token) => token.text).join('');
  return parts(tokens.slice(0, from)) + text + parts(tokens.slice(to + 1));
}
