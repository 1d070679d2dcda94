import { AppError, isAppErrorOf } from '../../../../../shared/errors/app-error.ts';
import type { Column, Flavour, TableSchema } from '../../../../../shared/model/database.ts';
import { formOf, isLong } from '../columns.ts';
import type { MysqlConnection, TextRow } from '../connection.ts';
import { withForeignKeysEscaped } from '../foreign-key-names.ts';
import { chooseKey, type IndexPart } from '../key-choice.ts';
import { columnNames } from '../load/ddl-split.ts';
import { quoteTable, quoteText } from '../quote.ts';
import { sicknessOf, type SickTable } from '../sick-table.ts';
import type { SecretPredicate } from '../types.ts';

/** A table with what statistics say about it. */
export interface PicturedTable {
  readonly schema: TableSchema;
  /** Changes when the table is created anew or rebuilt; '' where the server does not say. */
  readonly createdAt: string;
  readonly estimatedRows: number;
  readonly estimatedBytes: number;
}

/** What tells a table that DDL has touched from one that it has not. */
export interface DescribedTable {
  readonly ddl: string;
  /** As in `PicturedTable`. */
  readonly createdAt: string;
}

/** One entry of information_schema.TABLES. */
export interface ListedTable {
  readonly name: string;
  readonly type: string;
  readonly engine: string;
  readonly createdAt: string;
  readonly estimatedRows: number;
  readonly estimatedBytes: number;
  /** A view that names something that is gone: it still has its definition. */
  readonly isBrokenView: boolean;
}

/** Everything named in one database: base tables, views, sequences. Sorted by name. */
export async function listTables(connection: MysqlConnection, database: string): Promise<ListedTable[]> {
  const rows = await connection.query(
    'SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, CREATE_TIME, TABLE_ROWS, DATA_LENGTH, INDEX_LENGTH, TABLE_COMMENT ' +
      `FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${quoteText(database)}`,
  );
  const mine = rows.filter((row) => row.get('table_schema') === database);
  const views = mine.some(isUnopened) ? await viewNames(connection, database) : new Set<string>();
  return mine
    .map((row) => ({
      name: row.get('table_name') ?? '',
      type: isUnopened(row) && views.has(row.get('table_name') ?? '') ? 'VIEW' : (row.get('table_type') ?? ''),
      engine: row.get('engine') ?? '',
      createdAt: row.get('create_time') ?? '',
      estimatedRows: Number(row.get('table_rows') ?? 0),
      estimatedBytes: Number(row.get('data_length') ?? 0) + Number(row.get('index_length') ?? 0),
      // A view that can be used has the comment VIEW; of another the server says there what is wrong.
      isBrokenView: row.get('table_type') === 'VIEW' && row.get('table_comment') !== 'VIEW',
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** MariaDB calls whatever it cannot open a table without an engine. */
function isUnopened(row: TextRow): boolean {
  return row.get('table_type') === 'BASE TABLE' && (row.get('engine') ?? '') === '';
}

/** By the heads of their files alone: also views whose text is broken. */
async function viewNames(connection: MysqlConnection, database: string): Promise<Set<string>> {
  const rows = await connection.query(
    'SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.VIEWS ' + `WHERE TABLE_SCHEMA = ${quoteText(database)}`,
  );
  return new Set(rows.filter((row) => row.get('table_schema') === database).map((row) => row.get('table_name') ?? ''));
}

export function isBaseTable(table: ListedTable): boolean {
  return table.type === 'BASE TABLE' || table.type === 'SYSTEM VERSIONED';
}

/** Names of the engines whose tables stand still inside a transaction. */
export async function transactionalEngines(connection: MysqlConnection): Promise<Set<string>> {
  const rows = await connection.query("SELECT ENGINE FROM information_schema.ENGINES WHERE TRANSACTIONS = 'YES'");
  return new Set(rows.map((row) => (row.get('engine') ?? '').toLowerCase()));
}

export interface ReadTables {
  readonly tables: PicturedTable[];
  /** Named by the server, but not to be described, or not with all their columns. */
  readonly unreadable: SickTable[];
}

/**
 * The base tables of one database. DDL is the server's own text, never rebuilt. A table that goes away meanwhile is left out: two
 * pictures that differ in it are never taken for one. Errors: those of `query`.
 */
export async function readTables(
  connection: MysqlConnection,
  database: string,
  listed: readonly ListedTable[],
  flavour: Flavour,
  transactional: ReadonlySet<string>,
  isSecret: SecretPredicate,
): Promise<ReadTables> {
  const columnRows = await inSchema(connection, 'COLUMNS', database, 'TABLE_NAME, ORDINAL_POSITION');
  const indexRows = await inSchema(connection, 'STATISTICS', database, 'TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX');
  const tables: PicturedTable[] = [];
  const unreadable: SickTable[] = [];
  for (const table of listed.filter(isBaseTable)) {
    const shown = await createTable(connection, database, table.name);
    if (shown === null) continue;
    const about = columnRows.get(table.name) ?? [];
    const sick = typeof shown === 'string' ? hiddenColumns(database, table.name, shown, about) : shown;
    if (sick !== null) {
      unreadable.push(sick);
      continue;
    }
    const secret: ColumnPredicate = (column, about) =>
      isSecret(database.toLowerCase(), table.name.toLowerCase(), column.toLowerCase(), about);
    const columns = about.filter((row) => !isGenerated(row)).map((row) => columnOf(row, flavour, secret));
    const schema: TableSchema = {
      database,
      name: table.name,
      engine: table.engine,
      transactional: transactional.has(table.engine.toLowerCase()),
      ddl: shown as string,
      key: chooseKey(columns, (indexRows.get(table.name) ?? []).map(indexPart)),
      columns,
    };
    tables.push({
      schema,
      createdAt: table.createdAt,
      estimatedRows: table.estimatedRows,
      estimatedBytes: table.estimatedBytes,
    });
  }
  return { tables, unreadable };
}

/** Names of the stored columns of every base table: what a preset recognises a shop by. */
export async function storedColumnNames(
  connection: MysqlConnection,
  database: string,
  listed: readonly ListedTable[],
): Promise<Map<string, string[]>> {
  const rows = await inSchema(connection, 'COLUMNS', database, 'TABLE_NAME, ORDINAL_POSITION');
  return new Map(
    listed.filter(isBaseTable).map(({ name }) => {
      const stored = (rows.get(name) ?? []).filter((row) => !isGenerated(row));
      return [name, stored.map((row) => row.get('column_name') ?? '')];
    }),
  );
}

/** One base table as it is now, which need not be as a snapshot sees it; null when it is gone or cannot be described. */
export async function describeTable(
  connection: MysqlConnection,
  database: string,
  name: string,
): Promise<DescribedTable | null> {
  const ddl = await createTable(connection, database, name);
  if (typeof ddl !== 'string') return null;
  const rows = await connection.query(
    'SELECT TABLE_SCHEMA, TABLE_NAME, CREATE_TIME FROM information_schema.TABLES ' +
      `WHERE TABLE_SCHEMA = ${quoteText(database)} AND TABLE_NAME = ${quoteText(name)}`,
  );
  const row = rows.find((each) => each.get('table_schema') === database && each.get('table_name') === name);
  return row === undefined ? null : { ddl, createdAt: row.get('create_time') ?? '' };
}

/** The statement; null when the table is no longer there; or what is wrong with this one table. */
async function createTable(
  connection: MysqlConnection,
  database: string,
  name: string,
): Promise<string | SickTable | null> {
  try {
    const [row] = await connection.query(`SHOW CREATE TABLE ${quoteTable(database, name)}`, { database, table: name });
    const ddl = row?.get('create table') ?? null;
    return ddl === null ? null : await withForeignKeysEscaped(connection, database, name, ddl);
  } catch (error) {
    const sick = sicknessOf(error, { database, name });
    if (sick !== null) return sick;
    if (isAppErrorOf(error, 'mysql.schema-moved')) return null;
    throw error;
  }
}

/**
 * information_schema keeps a column to itself that the account may not read, while SHOW CREATE TABLE and COUNT(*) still answer: read
 * without it, the table would look whole.
 */
function hiddenColumns(database: string, name: string, ddl: string, rows: readonly TextRow[]): SickTable | null {
  const visible = new Set(rows.map((row) => row.get('column_name')));
  const hidden = columnNames(ddl).find((column) => !visible.has(column));
  if (hidden === undefined) return null;
  const facts = { privilege: 'SELECT', statement: 'SELECT', database, table: name };
  return { database, name, reason: 'denied', error: new AppError('mysql.no-privilege', facts) };
}

/** All rows of one information_schema view for one database, by table. `SELECT *`: which columns exist depends on the server. */
async function inSchema(
  connection: MysqlConnection,
  view: 'COLUMNS' | 'STATISTICS',
  database: string,
  order: string,
): Promise<Map<string, TextRow[]>> {
  const byTable = new Map<string, TextRow[]>();
  const where = `TABLE_SCHEMA = ${quoteText(database)}`;
  for (const row of await connection.query(
    `SELECT * FROM information_schema.${view} WHERE ${where} ORDER BY ${order}`,
  )) {
    if (row.get('table_schema') !== database) continue;
    const table = row.get('table_name') ?? '';
    const known = byTable.get(table);
    if (known === undefined) byTable.set(table, [row]);
    else known.push(row);
  }
  return byTable;
}

/** `DEFAULT_GENERATED` in EXTRA is an ordinary column with an expression as default: it holds data. */
function isGenerated(row: TextRow): boolean {
  const extra = row.get('extra') ?? '';
  return (
    row.get('is_generated') === 'ALWAYS' || /(^|[ ,])(VIRTUAL|STORED|PERSISTENT)( GENERATED)?($|[ ,])/i.test(extra)
  );
}

type ColumnPredicate = (column: string, about: { readonly dataType: string; readonly comment: string }) => boolean;

function columnOf(row: TextRow, flavour: Flavour, isSecret: ColumnPredicate): Column {
  const name = row.get('column_name') ?? '';
  const dataType = (row.get('data_type') ?? '').toLowerCase();
  return {
    name,
    dataType,
    columnType: row.get('column_type') ?? '',
    charset: row.get('character_set_name') ?? null,
    collation: row.get('collation_name') ?? null,
    nullable: row.get('is_nullable') === 'YES',
    form: formOf(dataType, flavour, row.get('column_type') ?? ''),
    long: isLong(dataType),
    secret: isSecret(name, { dataType, comment: row.get('column_comment') ?? '' }),
  };
}

function indexPart(row: TextRow): IndexPart {
  return {
    index: row.get('index_name') ?? '',
    isUnique: row.get('non_unique') === '0',
    position: Number(row.get('seq_in_index') ?? 0),
    column: row.get('column_name') ?? null,
    isPrefix: (row.get('sub_part') ?? null) !== null,
    isUsable: row.get('is_visible') !== 'NO' && row.get('ignored') !== 'YES',
    isBtree: row.get('index_type') === 'BTREE',
  };
}
