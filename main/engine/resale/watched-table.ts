import type { MysqlConnection } from '../source/mysql/index.ts';
import { quoteText } from '../source/mysql/index.ts';
import { watchedColumns, type ResaleRules } from '../presets/resale-rules.ts';
import { isAlwaysTold } from './logged-value.ts';
import type { ResaleRole } from './row-change.ts';
import type { WatchedColumn } from './watched-column.ts';

/** One of the shop's two tables, as a server describes it. */
export interface WatchedTable {
  readonly role: ResaleRole;
  /** As this server writes it. */
  readonly table: string;
  /** Every column in the table's order, generated ones included: so they stand in a log. */
  readonly columns: readonly WatchedColumn[];
  /** Names of the columns that may be read. */
  readonly watched: ReadonlySet<string>;
}

/** Columns that the owner called secret, in lower case: they are never read. */
export type HiddenColumns = Readonly<Record<ResaleRole, ReadonlySet<string>>>;

/** `missing`: there is no such table, or no right to see it · `shape`: a column that the rules need is not there. */
export type Missing = 'missing' | 'shape';

/**
 * Looks at a table of the rules in a database. Without a column that the rules cannot do
 * without, `hidden` ones among them, it is of another shape. Errors: those of `query`.
 */
export async function describeTable(
  connection: MysqlConnection,
  database: string,
  role: ResaleRole,
  rules: ResaleRules,
  hidden: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<WatchedTable | Missing> {
  const { table } = rules[role];
  const rows = await connection.query(
    'SELECT TABLE_NAME AS named, COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_TYPE AS full, CHARACTER_SET_NAME AS charset ' +
      `FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${quoteText(database)} ` +
      `AND LOWER(TABLE_NAME) = ${quoteText(table.toLowerCase())} ORDER BY TABLE_NAME = ${quoteText(table)} DESC, TABLE_NAME, ORDINAL_POSITION`,
    { signal },
  );
  const named = rows[0]?.get('named') ?? null;
  if (named === null) return 'missing';
  const columns = rows
    .filter((row) => row.get('named') === named)
    .map((row) => ({
      name: (row.get('name') ?? '').toLowerCase(),
      dataType: (row.get('type') ?? '').toLowerCase(),
      isUnsigned: /\bunsigned\b/i.test(row.get('full') ?? ''),
      charset: row.get('charset') ?? null,
    }));
  const there = new Set(columns.map(({ name }) => name).filter((name) => !hidden.has(name)));
  // An ENUM, say, is told by a log as a number.
  const told = columns.filter(({ dataType }) => isAlwaysTold(dataType)).map(({ name }) => name);
  if (!neededColumns(rules)[role].every((name) => there.has(name) && told.includes(name))) return 'shape';
  return {
    role,
    table: named,
    columns,
    watched: new Set(watchedColumns(rules)[role].filter((name) => there.has(name))),
  };
}

/** Without these a row says nothing; the others only make the list richer. */
function neededColumns({ cards, orders }: ResaleRules): Readonly<Record<ResaleRole, readonly string[]>> {
  const { key, status, shared, link } = cards;
  const linked = link === null || link === 'transaction' ? null : link.column;
  const lower = (names: readonly (string | null | undefined)[]) =>
    names.filter((name) => name != null).map((name) => name.toLowerCase());
  return {
    cards: lower([key, status?.column, shared?.column, linked]),
    orders: lower([orders.key, orders.number, orders.status.column]),
  };
}
