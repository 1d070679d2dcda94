import type { Column, ColumnForm, Flavour } from '../../../../shared/model/database.ts';
import { quoteName } from './quote.ts';

/** How columns are recognised and fetched. One place, because fetching, digest and ledger must agree on it. */

const geometryTypes = new Set([
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
  'geomcollection',
]);
const longTypes = new Set(['mediumtext', 'longtext', 'mediumblob', 'longblob', 'json', ...geometryTypes]);

/** MariaDB has no JSON type: its JSON columns are longtext with a check, and `plain` here. */
export function formOf(dataType: string, flavour: Flavour): ColumnForm {
  if (dataType === 'bit') return 'bit';
  if (dataType === 'float') return 'float';
  if (dataType === 'json' && flavour === 'mysql') return 'json';
  return geometryTypes.has(dataType) ? 'geometry' : 'plain';
}

export function isLong(dataType: string): boolean {
  return longTypes.has(dataType);
}

/**
 * The expression that gives a column's bytes: FLOAT text has only 6 digits, BIT text is not text.
 *
 * FLOAT and DOUBLE: MySQL sends 17 digits but writes at most 22 characters inside expressions (-5.4999997828808686e-39 loses its last
 * digit), so a digest would see other bytes than a reader. Its JSON printer has no such limit; the `.0` it adds to whole
 * numbers is cut off again. MariaDB has neither the flaw nor a JSON type, and skips comments of versions 50700–99999.
 */
export function fetchExpression(column: Column): string {
  const name = quoteName(column.name);
  if (column.form === 'bit') return `${name}+0`;
  if (column.form === 'float') return exactReal(`${name}*1e0`);
  return column.dataType === 'double' ? exactReal(name) : name;
}

function exactReal(value: string): string {
  return `/*!50708 TRIM(TRAILING '.0' FROM CAST(CAST(*/ ${value} /*!50708 AS JSON) AS CHAR)) */`;
}

/** MariaDB casts these to their internal bytes, although it sends their text. */
const castsToInternal = new Set(['inet4', 'inet6', 'uuid', 'xmltype']);

/** The same bytes as `fetchExpression` sends, as a binary string inside SQL. No character set conversion happens on strings. */
export function bytesExpression(column: Column): string {
  const value = fetchExpression(column);
  if (castsToInternal.has(column.dataType)) return `CAST(CAST(${value} AS CHAR) AS BINARY)`;
  return `CAST(${value} AS BINARY)`;
}
