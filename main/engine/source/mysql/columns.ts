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

/**
 * MariaDB has no JSON type: its JSON columns are longtext with a check, and `plain` here. DOUBLE(M,D) and DOUBLE ZEROFILL are `float`: each
 * flavour prints them in its own way, and the double inside alike.
 */
export function formOf(dataType: string, flavour: Flavour, columnType = dataType): ColumnForm {
  if (dataType === 'bit') return 'bit';
  if (dataType === 'float' || (dataType === 'double' && /\(|zerofill/i.test(columnType))) return 'float';
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
  if (column.dataType === 'enum' || column.dataType === 'set') return memberText(column, name);
  return column.dataType === 'double' ? exactReal(name) : name;
}

function exactReal(value: string): string {
  return `/*!50708 TRIM(TRAILING '.0' FROM CAST(CAST(*/ ${value} /*!50708 AS JSON) AS CHAR)) */`;
}

/**
 * Where '' is a member, two values read as '': in an ENUM the member and the number 0 (the value was no member), in a SET the member
 * alone and the empty set. The one that '' would not give back is fetched as its number in digits that are no member: the server
 * takes such a text for the number again.
 */
function memberText({ dataType, columnType, charset }: Column, name: string): string {
  const members: readonly string[] = columnType.match(/'(?:[^'\\]|''|\\.)*'/gs) ?? [];
  const empty = members.indexOf("''");
  if (empty < 0 || charset === null || !/^\w+$/.test(charset)) return name;
  const wideZero = wideDigits.get(charset);
  // In those sets the server reads no number where the text arrives as octets; for an ENUM what is no number is 0 as well.
  if (wideZero !== undefined && dataType === 'set') return name;
  const number = dataType === 'enum' ? '0' : String(1n << BigInt(empty));
  let digits = number;
  while (members.includes(`'${digits}'`)) digits = `0${digits}`;
  const hex = wideZero?.repeat(digits.length) ?? Buffer.from(digits).toString('hex');
  return `IF(${name}+0=${number}, _${charset} 0x${hex}, ${name})`;
}

/** The digit 0 in the sets that do not begin with ASCII. */
const wideDigits: ReadonlyMap<string, string> = new Map([
  ['ucs2', '0030'],
  ['utf16', '0030'],
  ['utf16le', '3000'],
  ['utf32', '00000030'],
]);

/** MariaDB casts these to their internal bytes, although it sends their text. */
const castsToInternal = new Set(['inet4', 'inet6', 'uuid', 'xmltype']);

/** The same bytes as `fetchExpression` sends, as a binary string inside SQL. No character set conversion happens on strings. */
export function bytesExpression(column: Column): string {
  const value = fetchExpression(column);
  if (castsToInternal.has(column.dataType)) return `CAST(CAST(${value} AS CHAR) AS BINARY)`;
  return `CAST(${value} AS BINARY)`;
}

const numberTypes = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'year']);
const stringTypes = new Set(['char', 'varchar', 'tinytext', 'text', 'binary', 'varbinary', 'tinyblob', 'blob']);

/**
 * The same bytes as `bytesExpression`, and how many there are, for CONCAT. A digest asks for every value of a table, so the
 * server's time counts: on MariaDB 10.11 casts are half of what a row's text costs. Numbers and times are ASCII wherever they stand in a
 * binary CONCAT, and the length of a time is known.
 */
export function countedBytes(column: Column): { readonly length: string; readonly bytes: string } {
  const name = quoteName(column.name);
  if (column.form === 'plain') {
    const timeBytes = lengthOfTime(column);
    if (timeBytes !== null) return { length: `'${timeBytes}'`, bytes: name };
    if (numberTypes.has(column.dataType)) return { length: `OCTET_LENGTH(${name})`, bytes: name };
    if (stringTypes.has(column.dataType))
      return { length: `OCTET_LENGTH(${name})`, bytes: `CONVERT(${name} USING binary)` };
  }
  const bytes = bytesExpression(column);
  return { length: `OCTET_LENGTH(${bytes})`, bytes };
}

/** `2024-02-29 12:00:00.000`. Null for TIME, whose hours have two or three digits and a sign, and for all that is no time. */
function lengthOfTime({ dataType, columnType }: Column): number | null {
  if (dataType === 'date') return 10;
  if (dataType !== 'datetime' && dataType !== 'timestamp') return null;
  const digits = Number(/^\w+\((\d)\)/.exec(columnType)?.[1] ?? 0);
  return 19 + (digits === 0 ? 0 : 1 + digits);
}
