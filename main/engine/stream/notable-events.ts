import type { StreamEvent, StreamEventKind } from '../../../shared/model/stream.ts';
import { isoUtc } from '../platform/clock.ts';
import type { ChangedTable, LoggedStatement, LoggedTransaction } from '../source/mysql/binlog/index.ts';
import type { HasSecrets } from './secret-events.ts';

/** From so many rows of one table in one transaction on it is written down. Whether it was too much is judged against the table, later. */
const manyRows = 10;
/** Characters of a statement that are shown. */
const shownText = 1000;

const kinds: ReadonlyMap<string, StreamEventKind> = new Map([
  ['drop-database', 'drop-database'],
  ['drop-table', 'drop-table'],
  ['truncate', 'truncate'],
  ['alter-drop', 'alter-drop'],
  ['rename-table', 'rename-table'],
  ['delete', 'delete-statement'],
  ['update', 'update-statement'],
  ['ddl', 'ddl'],
  ['accounts', 'accounts'],
]);

/** What of a transaction somebody may want to find again, in the order in which it happened. No text that may hold a secret is in it. */
export function notableEvents(transaction: LoggedTransaction, hasSecrets: HasSecrets): StreamEvent[] {
  const { file, from, to, gtid, threadId, committedAtMs, tables } = transaction;
  if (transaction.end === 'rollback') return [];
  const place = { at: isoUtc(committedAtMs), file, from, to, gtid, threadId };
  const isSecret = tables.some(({ database, table }) => hasSecrets(database, table));
  const rowText = isSecret ? null : (transaction.rowStatements[0]?.slice(0, shownText) ?? null);
  const events: StreamEvent[] = [];
  for (const statement of transaction.statements) {
    const kind = kinds.get(statement.kind);
    if (kind !== undefined)
      events.push({ ...place, kind, tables: namedIn(statement), statement: textOf(statement, hasSecrets) });
  }
  for (const table of tables) {
    const many: StreamEventKind | null =
      table.deleted >= manyRows ? 'mass-delete' : table.updated >= manyRows ? 'mass-update' : null;
    if (many !== null) events.push({ ...place, kind: many, tables: [{ ...table }], statement: rowText });
  }
  return events;
}

function namedIn({ tables, database }: LoggedStatement): ChangedTable[] {
  const none = { inserted: 0, updated: 0, deleted: 0 };
  if (database !== null) return [{ database, table: '*', ...none }];
  return tables.map((each) => ({ ...each, ...none }));
}

/** Of what names tables and columns, the text; not of what may hold values: of a table with secrets, of a SELECT, of an account. */
function textOf({ kind, tables, text }: LoggedStatement, hasSecrets: HasSecrets): string | null {
  if (kind === 'accounts' || /\bselect\b/i.test(text)) return null;
  const mayHoldValues = kind === 'delete' || kind === 'update';
  if (mayHoldValues && (tables.length === 0 || tables.some(({ database, table }) => hasSecrets(database, table))))
    return null;
  return text === '' ? null : text.slice(0, shownText);
}
