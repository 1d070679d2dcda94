import { dimensionIds, type Dimension, type DimensionId, type Group } from '../../../../shared/model/breakdown.ts';
import type { Column, LedgerDay, TableSchema } from '../../../../shared/model/database.ts';
import { fromTable, whereRange } from './bounds.ts';
import { bytesExpression } from './columns.ts';
import type { MysqlConnection, TextRow } from './connection.ts';
import { quoteName } from './quote.ts';
import { columnOf, conditionSql } from './row-condition.ts';
import { mergeDimensions, mostValues } from './rows/breakdown.ts';
import { dayOfText, dayText, firstDay, lastDay, secondsRange } from './rows/days.ts';
import { addDecimalText } from './rows/decimal.ts';
import {
  figureOf,
  isPlainInteger,
  knownDimensions,
  type FigureDefinition,
  type KnownDimension,
} from './rows/figure.ts';
import { groupText, longestValueBytes } from './rows/group-text.ts';
import type { LedgerSum } from './ledger-sum.ts';
import type { KeyRange } from './types.ts';
import { seriousWarnings } from './warnings.ts';

const exactTypes = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal']);
const realTypes = new Set(['float', 'double']);
const wholeTable: KeyRange = { lower: null, upper: null };

/**
 * Rows and sum of a money table by the server, as decimal text in the column's own unit, and the same by status, day, product and currency. NULL
 * amounts count as rows and add nothing; no rows give zero. One statement reads the rows once: it groups them by all dimensions together, and then
 * adds up these few groups one dimension after the other.
 *
 * Integers and DECIMAL are summed by SUM, which is exact. Every other type is summed over the decimal number that its fetched text
 * spells (`0.10000000149011612` for the FLOAT 0.1), because that text is what the engine adds up too, and because SUM over
 * doubles depends on the order of rows. The last form holds 35 digits before and 30 behind the point.
 *
 * Which rows count, and which value a row has, is decided on octets: see row-condition.ts and rows/group-sums.ts.
 * Errors: `table.unknown` {database, table, column?}, those of `query`.
 */
export async function ledgerSum(
  connection: MysqlConnection,
  definition: FigureDefinition,
  table: TableSchema,
  signal: AbortSignal,
  range = wholeTable,
): Promise<LedgerSum> {
  const dimensions = knownDimensions(figureOf(definition), table);
  const place = { database: table.database, table: table.name };
  const { rows, result } = await connection.ask(ledgerSql(definition, table, range), { ...place, signal });
  const warnings = await seriousWarnings(connection, result, signal);
  const total = dimensions.length === 0 ? rows[0] : rows.find((row) => row.get('kind') === '0');
  const counted = { rows: Number(total?.get('n') ?? 0), sum: sumIn(total) };
  const unreadable = Number(total?.get('bad') ?? 0) + warnings;
  if (dimensions.length === 0) return { ...counted, unreadable };
  // The last kind of an answer that was cut off, and those behind it, are not known: all their rows are the rest.
  const cutFrom = rows.length < mostAnswers(dimensions) ? Number.POSITIVE_INFINITY : Number(rows.at(-1)?.get('kind'));
  const isStatusCut = cutFrom <= 1 && dimensions[0]?.id === 'status';
  const ofAll = isStatusCut ? await ledgerSum(connection, unpaidToo(definition), table, signal, range) : counted;
  const by = dimensions.map((dimension, index): [DimensionId, Dimension] => {
    const kind = index + 1;
    const { rows: restRows, sum } = dimension.id === 'status' ? ofAll : counted;
    if (kind >= cutFrom) return [dimension.id, { of: [], rest: { rows: restRows, sum }, tooMany: true }];
    const own = rows.filter((row) => row.get('kind') === String(kind));
    return [dimension.id, mergeDimensions(own.map((row) => groupOf(row, dimension)))];
  });
  return { ...counted, unreadable, by: Object.fromEntries(by) };
}

/** Adds up what a server says of disjoint ranges of a table. */
export function addSums(sums: readonly LedgerSum[]): LedgerSum {
  const ofAll = dimensionIds.flatMap((id): [DimensionId, Dimension][] => {
    const parts = sums.map(({ by }) => by?.[id]).filter((part) => part !== undefined);
    return parts.length === 0 ? [] : [[id, mergeDimensions(parts)]];
  });
  return {
    rows: sums.reduce((all, { rows }) => all + rows, 0),
    sum: sums.reduce((all, { sum }) => addDecimalText(all, sum), '0'),
    unreadable: sums.reduce((all, { unreadable }) => all + unreadable, 0),
    ...(ofAll.length === 0 ? {} : { by: Object.fromEntries(ofAll) }),
  };
}

export function ledgerSql(definition: FigureDefinition, table: TableSchema, range = wholeTable): string {
  const figure = figureOf(definition);
  const amount = figure.amountColumn === null ? null : amountOf(columnOf(table, figure.amountColumn));
  const dimensions = knownDimensions(figure, table);
  const paid = figure.paid === null ? 'TRUE' : `COALESCE(${conditionSql(figure.paid, table)}, FALSE)`;
  const isWhole = dimensions.length === 0;
  const conditions = [
    ...figure.where.map((condition) => conditionSql(condition, table)),
    ...(isWhole && figure.paid !== null ? [paid] : []),
  ];
  const bounds = whereRange(table, range);
  // In the order of the key only where a piece of it is wanted: else the server may know a shorter way.
  const isPiece = bounds !== '';
  const from = isPiece ? fromTable(table) : `${quoteName(table.database)}.${quoteName(table.name)}`;
  const where = [bounds.replace(/^ WHERE /, ''), ...conditions].filter((text) => text !== '');
  const rows = `FROM ${from}${where.length === 0 ? '' : ` WHERE ${where.map((each) => `(${each})`).join(' AND ')}`}`;
  const sums = `COUNT(*) AS n, ${amount === null ? '0' : `SUM(${amount.value})`} AS total, ${amount?.bad === undefined ? '0' : `COALESCE(SUM(${amount.bad}), 0)`} AS bad`;
  if (isWhole) return `SELECT n, CAST(COALESCE(total, 0) AS CHAR) AS total, bad FROM (SELECT ${sums} ${rows}) AS cells`;
  // Grouped by position: a name could be a column of the table.
  const columns = dimensions.map((dimension, index) => `${valueOf(dimension)} AS v${index + 1}`).join(', ');
  const positions = [...dimensions, 'paid'].map((_, index) => index + 1).join(', ');
  const cells = `SELECT ${columns}, ${paid} AS paid, ${sums} ${rows} GROUP BY ${positions}`;
  const kinds = ['SELECT 0 AS k', ...dimensions.map((_, index) => `SELECT ${index + 1}`)].join(' UNION ALL ');
  const value = `HEX(CASE k ${dimensions.map((_, index) => `WHEN ${index + 1} THEN CAST(v${index + 1} AS BINARY)`).join(' ')} END)`;
  const ofAllRows = dimensions.findIndex(({ id }) => id === 'status') + 1;
  return (
    `SELECT CAST(k AS CHAR) AS kind, ${value} AS value, SUM(n) AS n, CAST(COALESCE(SUM(total), 0) AS CHAR) AS total, SUM(bad) AS bad ` +
    `FROM (${cells}) AS cells JOIN (${kinds}) AS kinds ` +
    `WHERE ${ofAllRows === 0 ? 'paid' : `k = ${ofAllRows} OR paid`} GROUP BY 1, 2 ORDER BY 1 LIMIT ${mostAnswers(dimensions)}`
  );
}

/** One more group than may be told apart, in each dimension. */
function mostAnswers(dimensions: readonly KnownDimension[]): number {
  return dimensions.length * (mostValues + 2) + 1;
}

/** What is added up; `bad` is true for an amount that is no number. */
function amountOf(column: Column): { readonly value: string; readonly bad?: string } {
  const name = quoteName(column.name);
  if (exactTypes.has(column.dataType)) return { value: name };
  const text = bytesExpression(column);
  const number = `CAST(CONVERT(${text} USING ascii) AS DECIMAL(65,30))`;
  if (realTypes.has(column.dataType)) return { value: number };
  // As parseDecimal reads it. The first expression leaves no line end for the second's $ to overlook.
  const latin = `CONVERT(${text} USING latin1)`;
  const isNumber = `(${latin} NOT REGEXP '[^-+0-9.eE]' AND ${latin} REGEXP '^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]{1,4})?$')`;
  return {
    value: `CASE WHEN ${isNumber} THEN ${number} END`,
    bad: `CASE WHEN ${name} IS NULL OR ${isNumber} THEN 0 ELSE 1 END`,
  };
}

/** What rows are grouped by: whole numbers as they are, other values as octets, and no more of these than shows that they are too long. */
function valueOf({ column, day }: KnownDimension): string {
  if (day !== null) return dayNumber(column, day);
  if (isPlainInteger(column)) return quoteName(column.name);
  return `LEFT(${bytesExpression(column)}, ${longestValueBytes + 1})`;
}

/** As rows/days.ts: the number of the day, NULL for what has none; a text that begins with the shop's own day as that text. */
function dayNumber(column: Column, { form, utcOffsetMinutes }: LedgerDay): string {
  const name = quoteName(column.name);
  if (form === 'local') return `LEFT(${bytesExpression(column)}, 10)`;
  if (form === 'utc') {
    const isDay = `${name} >= '${dayText(firstDay)}' AND ${name} < '${dayText(lastDay + 1)}' AND DAYOFMONTH(${name}) > 0 AND MONTH(${name}) > 0`;
    return `CASE WHEN ${isDay} THEN TO_DAYS(${name} + INTERVAL ${utcOffsetMinutes} MINUTE) - 719528 END`;
  }
  const unit = form === 'unix-ms' ? 1000 : 1;
  const [from, to] = [secondsRange.from * unit, secondsRange.to * unit];
  return `CASE WHEN ${name} BETWEEN ${from} AND ${to} THEN (${name} + ${utcOffsetMinutes * 60 * unit}) DIV ${86_400 * unit} END`;
}

/** The same ledger over every row that has what else is asked for, whatever its status. */
function unpaidToo(definition: FigureDefinition): FigureDefinition {
  if (!('amountColumn' in definition)) return definition;
  const { name, database, table, amountColumn, unit, currency, where } = definition;
  const plain = { name, database, table, amountColumn, unit, currency, statusColumn: null, paidValues: [] };
  return where === undefined ? plain : { ...plain, where };
}

function groupOf(row: TextRow, { column, day }: KnownDimension): Dimension {
  const hex = row.get('value') ?? null;
  const [rows, sum] = [Number(row.get('n') ?? 0), sumIn(row)];
  const group = (value: string | null): Dimension => ({ of: [[value, rows, sum] satisfies Group] });
  if (hex === null) return group(null);
  const bytes = Buffer.from(hex, 'hex');
  if (day?.form === 'local') {
    const number = dayOfText(bytes, 0, bytes.length);
    return group(number === null ? null : dayText(number));
  }
  if (day !== null) return group(dayText(Number(bytes.toString('latin1'))));
  return bytes.length > longestValueBytes ? { of: [], rest: { rows, sum } } : group(groupText(bytes, column.charset));
}

/** The 30 places of the wide form are ours, not the column's: drop its zeros. */
function sumIn(row: TextRow | undefined): string {
  const total = row?.get('total') ?? '0';
  return /\.\d{30}$/.test(total) ? total.replace(/\.?0+$/, '') : total;
}
