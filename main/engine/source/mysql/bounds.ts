import type { Column, KeyBound, TableSchema } from '../../../../shared/model/database.ts';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { keyIndexName } from './key-choice.ts';
import { quoteName, quoteTable } from './quote.ts';
import type { KeyRange } from './types.ts';

/**
 * Key values as literals, and ranges of keys as conditions.
 *
 * Comparison is the server's alone: a bound goes back as the bytes that were fetched, in the column's own character set and
 * collation, and is never ordered or parsed here. Bounds come from manifests, so every literal is checked before it becomes SQL;
 * a value that does not fit its column type is a damaged manifest or a bug and throws `unexpected`.
 */
export function keyLiteral(column: Column, value: string): string {
  const bytes = Buffer.from(value, 'base64');
  const text = bytes.toString('latin1');
  const hex = bytes.length === 0 ? "''" : `0x${bytes.toString('hex')}`;
  switch (column.dataType) {
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
    case 'year':
      return checked(column, text, /^-?\d{1,20}$/);
    case 'decimal':
      return checked(column, text, /^-?\d{1,65}(\.\d{1,65})?$/);
    case 'date':
    case 'time':
    case 'datetime':
    case 'timestamp':
      return `'${checked(column, text, /^-?[\d:. -]{8,30}$/)}'`;
    case 'binary':
    case 'varbinary':
      return `_binary ${hex}`;
    case 'char':
    case 'varchar':
      return `_${identifier(column, column.charset)} ${hex} COLLATE ${identifier(column, column.collation)}`;
    default:
      throw notAKey(column);
  }
}

function checked(column: Column, text: string, shape: RegExp): string {
  if (!shape.test(text)) throw notAKey(column);
  return text;
}

function identifier(column: Column, name: string | null): string {
  if (name === null || !/^[A-Za-z0-9_]+$/.test(name)) throw notAKey(column);
  return name;
}

function notAKey(column: Column): AppError {
  return new AppError(
    'unexpected',
    { column: column.name },
    { cause: new Error('a key bound does not fit its column') },
  );
}

/** The key columns, in key order. A key column that is not listed is a bug of whoever built the schema. */
export function keyColumns(table: TableSchema): Column[] {
  return (table.key ?? []).map((name) => {
    const column = table.columns.find((each) => each.name === name);
    if (column === undefined) throw new Error(`key column ${name} of ${table.database}.${table.name} is not stored`);
    return column;
  });
}

/** `` `db`.`t` FORCE INDEX (`PRIMARY`) ``: without it the optimizer may scan a range with another index and sort. */
export function fromTable(table: TableSchema, database = table.database): string {
  const index = table.key === null ? null : keyIndexName(table.ddl, table.key);
  const name = quoteTable(database, table.name);
  return index === null ? name : `${name} FORCE INDEX (${quoteName(index)})`;
}

/** ` ORDER BY …` over the key, or nothing. */
export function orderByKey(table: TableSchema): string {
  return table.key === null ? '' : ` ORDER BY ${table.key.map(quoteName).join(', ')}`;
}

/** ` WHERE …` for lower ≤ key < upper, or nothing for a whole table. */
export function whereRange(table: TableSchema, range: KeyRange): string {
  const columns = keyColumns(table);
  const conditions = [
    range.lower === null ? '' : atLeast(columns, range.lower),
    range.upper === null ? '' : below(columns, range.upper),
  ].filter((condition) => condition !== '');
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

/** key ≥ bound. A bound may name only the leading columns. */
function atLeast(columns: readonly Column[], bound: KeyBound): string {
  return compare(columns, bound, '>', '>=');
}

/** key < bound */
function below(columns: readonly Column[], bound: KeyBound): string {
  return compare(columns, bound, '<', '<');
}

/**
 * (a > 1) OR (a = 1 AND b >= 2), spelled out because row constructors use no index on MySQL 5.7; the leading column is compared
 * once more on its own, so that every optimizer sees where the index scan starts or ends.
 */
function compare(columns: readonly Column[], bound: KeyBound, strict: '<' | '>', last: '<' | '>='): string {
  const used = columns.slice(0, bound.length);
  if (bound.length === 0 || used.length !== bound.length) throw new Error('a key bound has the wrong number of values');
  const names = used.map((column) => quoteName(column.name));
  const literals = used.map((column, index) => keyLiteral(column, bound[index] as string));
  const alternatives = used.map((_, depth) => {
    const equal = names.slice(0, depth).map((name, index) => `${name} = ${literals[index] as string}`);
    const operator = depth === used.length - 1 ? last : strict;
    return [...equal, `${names[depth] as string} ${operator} ${literals[depth] as string}`].join(' AND ');
  });
  if (alternatives.length === 1) return alternatives[0] as string;
  const leading = `${names[0] as string} ${strict}= ${literals[0] as string}`;
  return `${leading} AND (${alternatives.map((each) => `(${each})`).join(' OR ')})`;
}
