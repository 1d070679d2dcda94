import type { Flavour, SchemaObject, ServerFacts } from '../../../../shared/model/database.ts';
import { isAtLeast } from '../../source/mysql/server-facts.ts';
import { quotingOf, tokenize, type Token } from '../../source/mysql/load/sql-tokens.ts';

/**
 * Words that became reserved since MySQL 5.6 and MariaDB 10.0, with the version that began to keep them: what an older server took as a name without quotes, a younger one refuses (1064). Servers
 * quote names in what they show of tables and views; the text of routines, triggers and events stays as its author wrote it.
 *
 * Sources: https://dev.mysql.com/doc/refman/9.7/en/keywords.html, https://mariadb.com/docs/server/reference/sql-structure/sql-language-structure/reserved-words; held against MySQL 9.7, MariaDB 10.11 and 11.8. Whether a server
 * keeps a word today is asked of the server itself: MANUAL and PARALLEL, say, were reserved in MySQL 8.4 and are names again in 9.7.
 *
 * Left out are words that stand in such texts as they are on every server: ROW, FUNCTION, OF, GET, OPTION, DATABASE, SCHEMA.
 */
const since: Readonly<Record<string, Partial<Record<Flavour, readonly number[]>>>> = {
  CUBE: { mysql: [8, 0, 1] },
  CUME_DIST: { mysql: [8, 0, 2] },
  DENSE_RANK: { mysql: [8, 0, 2] },
  EMPTY: { mysql: [8, 0, 4] },
  EXCEPT: { mysql: [8, 0, 3], mariadb: [10, 3] },
  EXTERNAL: { mysql: [9, 0] },
  FIRST_VALUE: { mysql: [8, 0, 2] },
  GENERATED: { mysql: [5, 7, 6] },
  GROUPING: { mysql: [8, 0, 1] },
  GROUPS: { mysql: [8, 0, 2] },
  INTERSECT: { mysql: [8, 0, 31], mariadb: [10, 3] },
  JSON_TABLE: { mysql: [8, 0, 4] },
  LAG: { mysql: [8, 0, 2] },
  LAST_VALUE: { mysql: [8, 0, 2] },
  LATERAL: { mysql: [8, 0, 14] },
  LEAD: { mysql: [8, 0, 2] },
  LIBRARY: { mysql: [9, 2] },
  MANUAL: { mysql: [8, 4] },
  NTH_VALUE: { mysql: [8, 0, 2] },
  NTILE: { mysql: [8, 0, 2] },
  OFFSET: { mariadb: [10, 6] },
  OPTIMIZER_COSTS: { mysql: [5, 7, 5] },
  OVER: { mysql: [8, 0, 2], mariadb: [10, 2] },
  PARALLEL: { mysql: [8, 4] },
  PERCENT_RANK: { mysql: [8, 0, 2] },
  PORTION: { mariadb: [10, 4] },
  QUALIFY: { mysql: [8, 4] },
  RANK: { mysql: [8, 0, 2] },
  RECURSIVE: { mysql: [8, 0, 1], mariadb: [10, 2] },
  RETURNING: { mariadb: [10, 0, 5] },
  ROWS: { mysql: [8, 0, 2], mariadb: [10, 2] },
  ROW_NUMBER: { mysql: [8, 0, 2] },
  STORED: { mysql: [5, 7, 6] },
  SYSTEM: { mysql: [8, 0, 3] },
  TABLESAMPLE: { mysql: [8, 4] },
  VECTOR: { mariadb: [11, 7] },
  VIRTUAL: { mysql: [5, 7, 6] },
  WINDOW: { mysql: [8, 0, 2] },
};

export const youngWords: readonly string[] = Object.keys(since);

/** Of these words those that an object's text uses as names: what its own server keeps for itself can only stand there with a meaning. */
export function namesLikeWords(object: SchemaObject, source: ServerFacts): string[] {
  if (object.kind === 'view' || object.kind === 'sequence') return [];
  const tokens = tokenize(object.ddl, quotingOf(object.sqlMode)) ?? [];
  const solid = tokens.filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  const used = new Set(solid.flatMap((token, at) => (isName(solid, at) ? [token.text.toUpperCase()] : [])));
  return youngWords.filter((word) => {
    const began = since[word]?.[source.flavour];
    const isKept = began !== undefined && isAtLeast(source, source.flavour, ...began);
    return used.has(word) && !isKept;
  });
}

function isName(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token?.kind !== 'word') return false;
  // Behind a dot every word is a name, on every server; before a bracket it is called.
  if (tokens[at - 1]?.text === '.' || tokens[at + 1]?.text === '(') return false;
  const isLimit = /^OFFSET$/i.test(token.text) && /^LIMIT$/i.test(tokens[at - 2]?.text ?? '');
  return !isLimit;
}
