import type { TableLayout } from '../../../../../shared/model/stream.ts';
import { columnEntry, entriesIn, keyKind, significant, type Entry } from '../load/ddl-split.ts';
import { nameIn, type Token } from '../load/sql-tokens.ts';

/** Of hidden columns that come with it nobody can say where they stand. */
const hasHiddenColumns = /\bWITH SYSTEM VERSIONING\b|\bPERIOD FOR\b/i;

/**
 * How rows of a table stand in the log, by its SHOW CREATE TABLE: that lists all columns in their order, generated ones too, to everybody who may see
 * the table at all. Null when the DDL is not understood to its end.
 */
export function layoutOfDdl(database: string, table: string, ddl: string): TableLayout | null {
  const entries = entriesIn(ddl);
  if (entries === null || hasHiddenColumns.test(ddl)) return null;
  const columns = entries.filter((entry) => columnEntry(entry) !== null);
  if (columns.length === 0) return null;
  const emptyAlike = new Set(columns.filter((entry) => !isNullByDefault(entry)).map(nameOf));
  const unique = entries.filter((entry) => keyKind(entry) === 'primary' || /^UNIQUE\b/i.test(entry.text));
  return {
    database,
    table,
    tableId: null,
    columns: columns.map((entry) => ({
      name: nameOf(entry),
      type: (significant(entry.tokens)[1]?.text ?? '').toLowerCase(),
      ...(isGenerated(entry) ? { generated: true as const } : {}),
    })),
    key: entries.filter((entry) => keyKind(entry) === 'primary').flatMap(columnsOfKey),
    apart: [...new Set(unique.flatMap(columnsOfKey))].filter((name) => emptyAlike.has(name)),
  };
}

function nameOf(entry: Entry): string {
  return columnEntry(entry) ?? '';
}

/** Outside of parentheses, where expressions stand. */
function wordsOf({ tokens }: Entry): string[] {
  let depth = 0;
  const words: string[] = [];
  for (const { kind, text } of significant(tokens)) {
    if (text === '(') depth += 1;
    else if (text === ')') depth -= 1;
    else if (kind === 'word' && depth === 0) words.push(text.toUpperCase());
    else if (depth === 0) words.push('');
  }
  return words;
}

/** `GENERATED ALWAYS AS (…)`; of MariaDB 10.1 and before `AS (…)`. */
function isGenerated(entry: Entry): boolean {
  const words = wordsOf(entry);
  return words.includes('GENERATED') || words.includes('AS');
}

/** NULL where nothing is given: such values are not equal to each other. */
function isNullByDefault(entry: Entry): boolean {
  const words = wordsOf(entry);
  if (isGenerated(entry) || words.some((word, at) => word === 'NOT' && words[at + 1] === 'NULL')) return false;
  const at = words.indexOf('DEFAULT');
  return at < 0 || words[at + 1] === 'NULL';
}

/** All names between its parentheses: of an expression, too many. */
function columnsOfKey({ tokens }: Entry): string[] {
  const inside = significant(tokens);
  const open = inside.findIndex(({ text }) => text === '(');
  return inside.slice(open + 1).flatMap((token: Token) => (token.kind === 'name' ? [nameIn(token)] : []));
}
