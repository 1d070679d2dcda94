import { mayBeLoggedAs, type BinlogValue, type MappedColumn } from '../source/mysql/binlog/index.ts';
import type { WatchedColumn } from './watched-column.ts';

/** Character sets of servers that are not UTF-8 and the names that https://encoding.spec.whatwg.org has for them. */
const encodings: ReadonlyMap<string, string> = new Map([
  ['latin1', 'windows-1252'],
  ['gbk', 'gbk'],
  ['gb2312', 'gbk'],
  ['gb18030', 'gb18030'],
  ['big5', 'big5'],
]);

/**
 * A value of a log as text: numbers and times as the server would print them, strings by their column's character set. Undefined for what cannot be
 * told: times as servers before MySQL 5.6 stored them, geometry and the like.
 */
export function textOfLogged(value: BinlogValue, { charset, dataType }: WatchedColumn): string | null | undefined {
  if (value === null) return null;
  if (!Buffer.isBuffer(value)) return String(value);
  if (!strings.has(dataType)) return undefined;
  const encoding = encodings.get(charset ?? '');
  return encoding === undefined ? value.toString('utf8') : new TextDecoder(encoding).decode(value);
}

const strings = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext']);
const wholeNumbers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);

/** Whether every value of such a column can be told: what a sale is known by must be. */
export function isAlwaysTold(dataType: string): boolean {
  return strings.has(dataType) || wholeNumbers.has(dataType);
}

/** Whether a column of a log can be this one. A shop's ENUM is told as a number there, which says nothing about its text. */
export function mayBe({ dataType }: WatchedColumn, { type }: MappedColumn): boolean {
  return mayBeLoggedAs(dataType, type);
}
