import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { MysqlConnection } from './connection.ts';
import { quoteName, quoteTable, quoteText } from './quote.ts';

export interface ListedColumn {
  readonly column: string;
  readonly dataType: string;
  readonly columnType: string;
  readonly comment: string;
  /** It is the whole primary key. */
  readonly isKey: boolean;
}

/** The columns of every table of a database, with their types and comments. Errors: those of `query`. */
export async function describeColumns(
  connection: MysqlConnection,
  database: string,
  signal: AbortSignal,
): Promise<Map<string, ListedColumn[]>> {
  const rows = await connection.query(
    'SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, COLUMN_COMMENT, COLUMN_KEY FROM information_schema.COLUMNS ' +
      `WHERE TABLE_SCHEMA = ${quoteText(database)} ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    { signal },
  );
  const tables = new Map<string, ListedColumn[]>();
  for (const row of rows.filter((each) => each.get('table_schema') === database)) {
    const table = row.get('table_name') ?? '';
    const column = {
      column: row.get('column_name') ?? '',
      dataType: (row.get('data_type') ?? '').toLowerCase(),
      columnType: row.get('column_type') ?? '',
      comment: row.get('column_comment') ?? '',
      isKey: row.get('column_key') === 'PRI',
    };
    tables.set(table, [...(tables.get(table) ?? []), column]);
  }
  for (const [table, columns] of tables)
    if (columns.filter(({ isKey }) => isKey).length > 1)
      tables.set(
        table,
        columns.map((each) => ({ ...each, isKey: false })),
      );
  return tables;
}

const rowsPerEnd = 100;
const longestText = 400;

/**
 * A few hundred values of some columns, the oldest and the newest by key: never more than that many rows are read, whatever the table's size. Null: the
 * server ended the question, or may not read the table. Errors: the signal's reason, a connection that ended.
 */
export async function sampleColumns(
  connection: MysqlConnection,
  database: string,
  table: string,
  columns: readonly string[],
  key: string | null,
  signal: AbortSignal,
): Promise<Map<string, (string | null)[]> | null> {
  const wanted = columns.map((column, index) => `LEFT(${quoteName(column)}, ${longestText}) AS c${index}`).join(', ');
  const from = `SELECT ${wanted} FROM ${quoteTable(database, table)}`;
  const ends =
    key === null
      ? [`${from} LIMIT ${2 * rowsPerEnd}`]
      : ['ASC', 'DESC'].map((way) => `${from} ORDER BY ${quoteName(key)} ${way} LIMIT ${rowsPerEnd}`);
  const samples = new Map<string, (string | null)[]>(columns.map((column) => [column, []]));
  for (const sql of ends) {
    try {
      for (const row of await connection.query(sql, { database, table, signal }))
        for (const [index, column] of columns.entries()) samples.get(column)?.push(row.get(`c${index}`) ?? null);
    } catch (error) {
      signal.throwIfAborted();
      if (isAppErrorOf(error, 'mysql.connection-lost', 'mysql.unreachable')) throw error;
      return null;
    }
  }
  return samples;
}
