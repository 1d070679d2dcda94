import type { Column, TableSchema } from '../../../../shared/model/database.ts';
import { quoteName, quoteTable } from '../../source/mysql/index.ts';
import { standInFor, TextCursor } from '../../source/mysql/rows/index.ts';

/** What is carried to the target for one table: its key, its secrets, what a closed restore put in their place, and the row's number within a load. */
export interface CardColumns {
  readonly table: TableSchema;
  readonly keys: readonly Column[];
  readonly secrets: readonly Column[];
}

const rowNumber: Column = {
  name: 'n',
  dataType: 'int',
  columnType: 'int(11)',
  charset: null,
  collation: null,
  nullable: false,
  form: 'plain',
  long: false,
  secret: false,
};

/** Null without a key: nobody can say which row a secret belongs to. */
export function cardColumns(table: TableSchema): CardColumns | null {
  const keys = (table.key ?? []).flatMap((name) => table.columns.find((column) => column.name === name) ?? []);
  const secrets = table.columns.filter(({ secret }) => secret);
  return keys.length === 0 || secrets.length === 0 ? null : { table, keys, secrets };
}

/** The columns of the passing table: `k0 …` key, `c0 …` secrets, `w0 …` what stood in for them, `n`. */
export function passingSchema({ table, keys, secrets }: CardColumns, name: string): TableSchema {
  const named = (letter: string, columns: readonly Column[]) =>
    columns.map((column, index) => ({ ...column, name: `${letter}${index}`, secret: false }));
  return {
    ...table,
    name,
    ddl: '',
    transactional: true,
    key: null,
    columns: [...named('k', keys), ...named('c', secrets), ...named('w', secrets), rowNumber],
  };
}

/**
 * Made of the target's own columns, so that it compares as they do; seen by this session alone, and gone with it. In the order of the rows' numbers, because a load is
 * filled in slices of them: without that each slice reads the whole load.
 */
export function createPassingTable({ table, keys, secrets }: CardColumns, database: string, name: string): string {
  const as = (letter: string, columns: readonly Column[]) =>
    columns.map((column, index) => `t.${quoteName(column.name)} AS ${letter}${index}`);
  const columns = [...as('k', keys), ...as('c', secrets), ...as('w', secrets), '0 AS n'];
  return (
    `CREATE TEMPORARY TABLE ${quoteTable(database, name)} (PRIMARY KEY (n), KEY (${keys.map((_, index) => `k${index}`).join(', ')})) ` +
    `SELECT ${columns.join(', ')} FROM ${quoteTable(database, table.name)} AS t LIMIT 0`
  );
}

/**
 * Rows of a chunk as text for the passing table.
 *
 * @param rowsBefore rows of the table in earlier chunks, as at the restore: its stand-ins were numbered so
 */
export function passingText({ table, keys, secrets }: CardColumns, wholeRows: Buffer, rowsBefore: number): Buffer {
  const cursor = new TextCursor(wholeRows, table.columns.length);
  const taken = [...keys, ...secrets].map((column) => table.columns.indexOf(column));
  const standIns = secrets.map((column) => standInFor(table, column));
  const parts: Buffer[] = [];
  for (let row = 1; cursor.next(); row++) {
    for (const index of taken) parts.push(wholeRows.subarray(cursor.starts[index], cursor.ends[index]), tab);
    for (const standIn of standIns) parts.push(standIn(rowsBefore + row), tab);
    parts.push(Buffer.from(`${row}\n`));
  }
  return Buffer.concat(parts);
}

const tab = Buffer.from('\t');

export interface CardStatements {
  /** Fills those of the rows `from` … `to` that still hold a stand-in. */
  fill(from: number, to: number): string;
  /** One row: `there`, `same` as captured, `waiting` with a stand-in. */
  readonly count: string;
}

/**
 * The statements between a table and its passing table. Nothing but secrets is changed: columns that a server sets to the time of a change are set to what they are, and
 * a secret that is no stand-in any more belongs to whoever wrote it.
 *
 * @param isMoment rows may have come by the open side of the log, which leaves secrets at the default of their column
 */
export function cardStatements(
  { table, keys, secrets }: CardColumns,
  database: string,
  passing: string,
  isMoment: boolean,
): CardStatements {
  const joined =
    `${quoteTable(database, table.name)} AS t JOIN ${quoteTable(database, passing)} AS c ON ` +
    keys.map((column, index) => `t.${quoteName(column.name)} = c.k${index}`).join(' AND ');
  const waiting = secrets.map((column, index) => stillWaits(table, column, index, isMoment));
  const differs = secrets.map((column, index) => `NOT ${isEqual(column, index)}`);
  const set = [
    ...secrets.map((column, index) => {
      const name = `t.${quoteName(column.name)}`;
      return `${name} = IF(${waiting[index] ?? 'FALSE'}, c.c${index}, ${name})`;
    }),
    ...table.columns
      .filter(({ dataType, secret }) => !secret && ['timestamp', 'datetime'].includes(dataType))
      .map(({ name }) => `t.${quoteName(name)} = t.${quoteName(name)}`),
  ];
  const isAnyWaiting = `(${secrets.map((_, index) => `(${waiting[index] ?? 'FALSE'} AND ${differs[index] ?? 'FALSE'})`).join(' OR ')})`;
  return {
    fill: (from, to) =>
      `UPDATE IGNORE ${joined} SET ${set.join(', ')} WHERE c.n BETWEEN ${from} AND ${to} AND ${isAnyWaiting}`,
    count:
      `SELECT COUNT(*) AS there, COALESCE(SUM(NOT (${differs.join(' OR ')})), 0) AS same, ` +
      `COALESCE(SUM(${isAnyWaiting}), 0) AS waiting FROM ${joined}`,
  };
}

function stillWaits(table: TableSchema, column: Column, index: number, isMoment: boolean): string {
  const name = `t.${quoteName(column.name)}`;
  const loaded = `${name} <=> c.w${index}`;
  if (!isMoment) return `(${loaded})`;
  const empty = column.nullable
    ? `${name} IS NULL`
    : ['plain', 'json'].includes(column.form) && column.charset !== null
      ? `${name} = ''`
      : `${name} = 0`;
  const hasDefault = table.ddl
    .split('\n')
    .some((line) => line.startsWith(`  ${quoteName(column.name)} `) && line.includes(' DEFAULT '));
  // Rows are numbered anew in the picture of a moment: of a text under a unique key the word tells.
  const numbered = column.charset === null ? '' : ` OR ${name} LIKE '[sealed]%'`;
  return `(${loaded} OR ${empty}${hasDefault ? ` OR ${name} <=> DEFAULT(${name})` : ''}${numbered})`;
}

/** By octets where there are any: a collation takes other cards for the same. */
function isEqual(column: Column, index: number): string {
  const name = `t.${quoteName(column.name)}`;
  if (column.form !== 'plain' || column.charset === null) return `(${name} <=> c.c${index})`;
  return `(CAST(${name} AS BINARY) <=> CAST(c.c${index} AS BINARY))`;
}
