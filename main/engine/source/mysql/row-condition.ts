import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Column, RowCondition, TableSchema } from '../../../../shared/model/database.ts';
import { bytesExpression } from './columns.ts';
import { quoteName } from './quote.ts';

/**
 * Whether a row has it: true, false or NULL, which counts as false. Values are compared as octets: the column's fetched bytes with the value's UTF-8, no
 * collation, as in rows/row-condition.ts. Error: `table.unknown` {database, table, column}.
 */
export function conditionSql({ column: name, values, not }: RowCondition, table: TableSchema): string {
  const column = columnOf(table, name);
  const texts = values.filter((value) => value !== null);
  const list = `${bytesExpression(column)} ${not === true ? 'NOT IN' : 'IN'} (${texts.map(octets).join(', ')})`;
  const hasNull = texts.length < values.length;
  // No value at all means that nothing is among them; IN () is no SQL.
  if (not === true) return texts.length === 0 ? `${quoteName(column.name)} IS NOT NULL` : list;
  const isNull = `${quoteName(column.name)} IS NULL`;
  if (texts.length === 0) return hasNull ? isNull : 'FALSE';
  return hasNull ? `(${list} OR ${isNull})` : list;
}

/** The stored column of that name, whatever its case. Error: `table.unknown` {database, table, column}. */
export function columnOf(table: TableSchema, name: string): Column {
  const found = table.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new AppError('table.unknown', { database: table.database, table: table.name, column: name });
}

function octets(value: string): string {
  const hex = Buffer.from(value, 'utf8').toString('hex');
  return hex === '' ? "_binary ''" : `_binary 0x${hex}`;
}
