import { isUtf8 } from 'node:buffer';
import type { Column, TableSchema } from '../../../../../shared/model/database.ts';
import { AppError } from '../../../../../shared/errors/app-error.ts';
import { quoteName, quoteTable } from '../quote.ts';
import { TextCursor, unescapeField } from './decode-text.ts';
import { exactDecimals } from './json-decimals.ts';

/**
 * How a value is written in SQL. Every form gives back exactly the stored value under `sql_mode=NO_AUTO_VALUE_ON_ZERO`
 * (so: backslash escapes on), whatever the character set of the column:
 *
 * bare: integers, decimals, BIT as decimal text · text: `'…'` for ASCII text that the server parses (times, UUID, and
 * FLOAT/DOUBLE, whose -0 would lose its sign as a bare number) · json: `CONVERT(_binary '…' USING utf8mb4)`, MySQL refuses
 * binary for JSON (error 3144) · octets: `_binary '…'`, or `0x…` when the octets are not UTF-8, so that the statement as
 * a whole always is and no client misreads a byte of it.
 */
type LiteralForm = 'bare' | 'text' | 'json' | 'octets';

const bareTypes = new Set('tinyint smallint mediumint int integer bigint decimal numeric bit year'.split(' '));
/** Types whose parser takes binary strings for their internal form (`uuid` …) or that are pure ASCII text. */
const textTypes = new Set('float double real date time datetime timestamp uuid inet4 inet6'.split(' '));

function literalForm(column: Column): LiteralForm {
  if (column.form === 'bit' || bareTypes.has(column.dataType)) return 'bare';
  if (column.form === 'float' || textTypes.has(column.dataType)) return 'text';
  return column.form === 'json' ? 'json' : 'octets';
}

export interface InsertOptions {
  /** Database to name in the statement; null: the table name alone. */
  readonly database: string | null;
  /** A statement is closed before it grows past this many bytes. */
  readonly targetBytes: number;
  /** One row may need more than `targetBytes`, but no statement more than this: the server's max_allowed_packet. */
  readonly maxBytes: number;
  /** For MySQL alone: exact decimals inside JSON come back as such. Other readers of the statement would not understand it. */
  readonly exactJson?: boolean;
}

/**
 * Writes multi-row INSERT statements for text of whole rows in column order (`joinGroups`). Each statement is valid UTF-8 and
 * has no trailing semicolon.
 *
 * @throws AppError `restore.load-failed` (facts table, bytes) when one row does not fit into `maxBytes`
 */
export function* insertStatements(schema: TableSchema, text: Buffer, options: InsertOptions): Generator<Buffer> {
  const forms = schema.columns.map(literalForm);
  const names = schema.columns.map((column) => quoteName(column.name)).join(',');
  const table = options.database === null ? quoteName(schema.name) : quoteTable(options.database, schema.name);
  const head = Buffer.from(`INSERT INTO ${table} (${names}) VALUES\n`);
  const cursor = new TextCursor(text, forms.length);
  const scratch = new SqlScratch();
  let parts: Buffer[] = [head];
  let bytes = head.length;
  while (cursor.next()) {
    const row = writeRow(cursor, forms, scratch, options.exactJson === true);
    if (head.length + row.length > options.maxBytes) {
      const facts = { table: `${schema.database}.${schema.name}`, bytes: row.length, limit: options.maxBytes };
      throw new AppError('restore.load-failed', { ...facts, warning: 'row larger than max_allowed_packet', count: 1 });
    }
    if (parts.length > 1 && bytes + 2 + row.length > options.targetBytes) {
      yield Buffer.concat(parts, bytes);
      parts = [head];
      bytes = head.length;
    }
    if (parts.length > 1) {
      parts.push(rowSeparator);
      bytes += rowSeparator.length;
    }
    parts.push(row);
    bytes += row.length;
  }
  if (parts.length > 1) yield Buffer.concat(parts, bytes);
}

const rowSeparator = Buffer.from(',\n');

/** Reused memory for one row's SQL and one field's value. */
class SqlScratch {
  sql = Buffer.allocUnsafe(64 * 1024);
  value = Buffer.allocUnsafe(16 * 1024);

  /** Room for `bytes` more than there is, behind what is written already. */
  grow(bytes: number): void {
    this.sql = Buffer.concat([this.sql], this.sql.length + bytes);
  }
}

function writeRow(cursor: TextCursor, forms: readonly LiteralForm[], scratch: SqlScratch, exactJson: boolean): Buffer {
  const rowBytes = (cursor.ends[forms.length - 1] as number) - (cursor.starts[0] as number);
  // Hex or escapes at most double a value, which is no longer than its text; 40 covers the words around it.
  const most = rowBytes * 2 + forms.length * 40 + 2;
  if (scratch.sql.length < most) scratch.sql = Buffer.allocUnsafe(most * 2);
  if (scratch.value.length < rowBytes) scratch.value = Buffer.allocUnsafe(rowBytes * 2);
  const { value } = scratch;
  let { sql } = scratch;
  let at = 0;
  for (let column = 0; column < forms.length; column++) {
    sql[at++] = column === 0 ? 0x28 : 0x2c;
    if (cursor.isNull(column)) {
      at += sql.write('NULL', at, 'latin1');
      continue;
    }
    const length = unescapeField(cursor.text, cursor.starts[column] as number, cursor.ends[column] as number, value, 0);
    const decimals = exactJson && forms[column] === 'json' ? exactDecimals(value.toString('utf8', 0, length)) : [];
    if (decimals.length === 0) {
      at = writeLiteral(forms[column] as LiteralForm, value, length, sql, at);
      continue;
    }
    const tail = decimals.map(({ path, digits }) => `,${quotedText(path)},${decimalSql(digits)}`).join('');
    scratch.grow(2 * (tail.length + 20) * 2);
    ({ sql } = scratch);
    at += sql.write('JSON_SET(CAST(', at, 'latin1');
    at = writeLiteral('json', value, length, sql, at);
    at += sql.write(` AS JSON)${tail})`, at, 'utf8');
  }
  sql[at++] = 0x29;
  return Buffer.from(sql.subarray(0, at));
}

/** With just as many digits as there are: the server keeps the precision with the number. */
function decimalSql(digits: string): string {
  const [whole = '', fraction = ''] = digits.replace('-', '').split('.');
  const precision = Math.max(whole.replace(/^0+/, '').length + fraction.length, 1);
  return `CAST('${digits}' AS DECIMAL(${precision},${fraction.length}))`;
}

function quotedText(text: string): string {
  const value = Buffer.from(text);
  const sql = Buffer.allocUnsafe(value.length * 2 + 2);
  return `CONVERT(_binary ${sql.toString('utf8', 0, quoted(value, value.length, sql, 0))} USING utf8mb4)`;
}

function writeLiteral(form: LiteralForm, value: Buffer, length: number, sql: Buffer, to: number): number {
  let at = to;
  if (form === 'bare') return at + value.copy(sql, at, 0, length);
  if (form === 'text') return quoted(value, length, sql, at);
  if (form === 'octets' && length > 0 && !isUtf8(value.subarray(0, length))) {
    at += sql.write('0x', at, 'latin1');
    return at + sql.write(value.toString('hex', 0, length), at, 'latin1');
  }
  if (form === 'octets') return quoted(value, length, sql, at + sql.write('_binary ', at, 'latin1'));
  at += sql.write('CONVERT(_binary ', at, 'latin1');
  at = quoted(value, length, sql, at);
  return at + sql.write(' USING utf8mb4)', at, 'latin1');
}

/** Octet → letter after the backslash; these six are all that a quoted string needs in any client. */
const quoteEscape = new Uint8Array(256);
for (const [octet, letter] of [
  [0x00, '0'],
  [0x0a, 'n'],
  [0x0d, 'r'],
  [0x1a, 'Z'],
  [0x27, "'"],
  [0x5c, '\\'],
] as const) {
  quoteEscape[octet] = letter.charCodeAt(0);
}

function quoted(value: Buffer, length: number, sql: Buffer, to: number): number {
  let at = to;
  sql[at++] = 0x27;
  for (let i = 0; i < length; i++) {
    const octet = value[i] as number;
    const letter = quoteEscape[octet] as number;
    if (letter !== 0) {
      sql[at++] = 0x5c;
      sql[at++] = letter;
    } else sql[at++] = octet;
  }
  sql[at++] = 0x27;
  return at;
}
