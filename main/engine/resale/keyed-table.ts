import type { ResaleRules } from '../presets/resale-rules.ts';
import { quoteName, quoteTable, quoteText, type MysqlConnection } from '../source/mysql/index.ts';
import type { RowValues } from './row-change.ts';
import type { WatchedTable } from './watched-table.ts';

/** So many keys are asked for at once. */
export const pageRows = 500;

const whole = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);

/** One of the shop's two tables in a database, read page by page through its key. Only columns that may be seen are ever asked for. */
export class KeyedTable {
  readonly described: WatchedTable;
  readonly name: string;
  readonly #connection: MysqlConnection;
  readonly #key: string;
  readonly #isWhole: boolean;

  constructor(connection: MysqlConnection, database: string, described: WatchedTable, rules: ResaleRules) {
    this.described = described;
    this.#connection = connection;
    this.name = quoteTable(database, described.table);
    this.#key = rules[described.role].key.toLowerCase();
    this.#isWhole = whole.has(described.columns.find(({ name }) => name === this.#key)?.dataType ?? '');
  }

  get key(): string {
    return quoteName(this.#key);
  }

  /** A key as it enters a statement: a number stays one, so that the server looks it up and does not round it. */
  literal(key: string): string {
    return this.#isWhole && /^-?\d{1,20}$/.test(key) ? key : quoteText(key);
  }

  /** ` WHERE key IN (…)` */
  whereKeys(keys: readonly string[]): string {
    return ` WHERE ${this.key} IN (${keys.map((key) => this.literal(key)).join(', ')})`;
  }

  /** The rows that `tail` (from WHERE on) picks, by key. */
  async rows(tail: string, signal: AbortSignal): Promise<Map<string, RowValues>> {
    const columns = [...this.described.watched].map(quoteName).join(', ');
    const found = await this.#connection.query(`SELECT ${columns} FROM ${this.name}${tail}`, { signal });
    return new Map(found.map((row) => [row.get(this.#key) ?? '', row]));
  }

  /** Those rows of the keys that are there. */
  async rowsOf(keys: readonly string[], signal: AbortSignal): Promise<Map<string, RowValues>> {
    const rows = new Map<string, RowValues>();
    for (const page of pagesOf(keys))
      for (const [key, row] of await this.rows(this.whereKeys(page), signal)) rows.set(key, row);
    return rows;
  }

  async run(sql: string, signal: AbortSignal): Promise<number> {
    return (await this.#connection.run(sql, () => undefined, { signal })).affectedRows;
  }
}

export function pagesOf<T>(all: readonly T[], size = pageRows): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, page) => all.slice(page * size, (page + 1) * size));
}

/** `` `column` IN ('1', '2') `` */
export function isOneOf(column: string, values: readonly string[]): string {
  return `${quoteName(column)} IN (${values.map(quoteText).join(', ')})`;
}
