import type { Column, TableSchema } from '../../../../../../shared/model/database.ts';
import type { TextRow } from '../../connection.ts';
import { quoteText } from '../../quote.ts';
import type { LoadSession } from '../load-session.ts';

/**
 * Whether a table restored on another flavour or version has the columns of the original. Their CREATE statements cannot be compared
 * there: every server writes its own.
 */
export async function differingColumns(
  session: LoadSession,
  database: string,
  schema: TableSchema,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const rows = await session.rows(
    `SELECT * FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${quoteText(database)} AND TABLE_NAME = ${quoteText(schema.name)}`,
    signal,
  );
  const here = new Map(
    rows
      .filter((row) => row.get('table_schema') === database && row.get('table_name') === schema.name)
      .map((row) => [row.get('column_name') ?? '', pictureOf(row)]),
  );
  return schema.columns.filter((column) => here.get(column.name) !== picture(column)).map(({ name }) => name);
}

function pictureOf(row: TextRow): string {
  return picture({
    dataType: (row.get('data_type') ?? '').toLowerCase(),
    columnType: row.get('column_type') ?? '',
    collation: row.get('collation_name') ?? null,
    nullable: row.get('is_nullable') === 'YES',
  });
}

function picture({
  dataType,
  columnType,
  collation,
  nullable,
}: Pick<Column, 'dataType' | 'columnType' | 'collation' | 'nullable'>): string {
  // MariaDB's JSON is text with a check; MySQL's own says no collation.
  if (dataType === 'json') return `longtext utf8mb4_bin ${nullable}`;
  return `${typeOf(columnType)} ${collation?.replace(/^utf8_/, 'utf8mb3_') ?? ''} ${nullable}`;
}

/** MySQL 8 does not say how wide an integer is printed, unless zeros fill it up. */
function typeOf(columnType: string): string {
  const type = columnType
    .toLowerCase()
    .replace(/\bgeomcollection\b/, 'geometrycollection')
    // How MariaDB says that it packs a column.
    .replace(/ \/\*m?!.*\*\//, '');
  return type.includes('zerofill') ? type : type.replace(/^((?:tiny|small|medium|big)?int|year)\(\d+\)/, '$1');
}
