import {
  describeQuery,
  parseQuery,
  quotingOfSession,
  scopeOf,
  textOfQuery,
  transactionKinds,
  type StatementKind,
  type StatementScope,
} from '../source/mysql/binlog/index.ts';

/** What a statement may have made another: nothing · tables, by name · all tables of a database · nobody can say. */
export type Touched =
  | { readonly what: 'nothing' }
  | { readonly what: 'tables'; readonly tables: readonly { readonly database: string; readonly table: string }[] }
  | { readonly what: 'database'; readonly database: string }
  | { readonly what: 'anything' };

/** They change no table's columns. TRUNCATE makes the table anew as it was; statements about rows are not about columns. */
const withoutColumns: ReadonlySet<StatementKind> = new Set([
  ...transactionKinds,
  'truncate',
  'insert',
  'update',
  'delete',
  'accounts',
]);
/** So do these, by what they are about. */
const otherObjects: ReadonlySet<StatementScope['object']> = new Set(['trigger', 'view', 'routine', 'event']);
/** And these, by their first words. */
const harmlessWords =
  /^\s*(?:(?:create|alter)\s+(?:or\s+replace\s+)?(?:database|schema)|analyze|optimize|repair|flush)\b/i;

/** Whether a part of the text is a comment for some and a command for others. */
const hasTwoMeanings = /\/\*M?!/;

/** Which tables a QUERY event that is not compressed may have changed the columns of. Never too few. `RangeError` for what is no such event. */
export function touchedBy(event: Buffer): Touched {
  const query = parseQuery(event, event.length);
  const text = textOfQuery(query);
  if (hasTwoMeanings.test(text)) return { what: 'anything' };
  const { kind, tables, database } = describeQuery(query, text);
  if (withoutColumns.has(kind) || harmlessWords.test(text)) return { what: 'nothing' };
  if (kind === 'drop-database') return database === null ? { what: 'anything' } : { what: 'database', database };
  const scope = scopeOf(text, query.database, quotingOfSession(query.settings));
  if (otherObjects.has(scope.object)) return { what: 'nothing' };
  if (scope.object !== 'table' || scope.tables.length === 0) return { what: 'anything' };
  return { what: 'tables', tables: [...tables, ...scope.tables] };
}
