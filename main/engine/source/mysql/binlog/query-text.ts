import { describeStatement, type DescribedStatement } from './describe-statement.ts';
import type { QueryEvent, QuerySettings } from './query-event.ts';
import type { Quoting } from '../load/sql-tokens.ts';

/**
 * Collation numbers of the character sets in which an octet of a statement may be something else than in UTF-8. In GBK, Big5 and Shift-JIS the second
 * octet of a character may look like a backtick or a backslash. MariaDB's NO PAD collations have the same number plus 1024.
 * Source: `information_schema.COLLATIONS`; the labels are those of https://encoding.spec.whatwg.org/.
 */
const charsets: readonly (readonly [string, readonly number[]])[] = [
  ['gbk', [24, 86, 28, 87]],
  ['gb18030', [248, 249, 250]],
  ['big5', [1, 84]],
  ['shift_jis', [13, 88, 95, 96]],
  ['euc-jp', [12, 91, 97, 98]],
  ['euc-kr', [19, 85]],
  ['windows-1252', [5, 8, 15, 31, 47, 48, 49, 94]],
];
const labels = new Map(charsets.flatMap(([label, ids]) => ids.map((id) => [id, label] as const)));
const noPad = 1024;

const ansiQuotes = 0x4n;
const noBackslashEscapes = 0x100000n;

/** The beginning of the statement as its author wrote it. `longestBytes`: so much is decoded; by default all. */
export function textOfQuery({ query, settings }: QueryEvent, longestBytes = query.length): string {
  const bytes = query.subarray(0, longestBytes);
  const client = settings.charset?.[0] ?? 0;
  const label = labels.get(client) ?? labels.get(client - noPad);
  return label === undefined ? bytes.toString('utf8') : new TextDecoder(label).decode(bytes);
}

/** How the session that ran the statement told names from strings. */
export function quotingOfSession({ sqlMode = 0n }: QuerySettings): Quoting {
  return { ansiQuotes: (sqlMode & ansiQuotes) !== 0n, backslashEscapes: (sqlMode & noBackslashEscapes) === 0n };
}

export function describeQuery(query: QueryEvent, text: string): DescribedStatement {
  return describeStatement(text, query.database, quotingOfSession(query.settings));
}
