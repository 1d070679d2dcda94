import type { Column, TableSchema } from '../../../../../shared/model/database.ts';
import { AppError } from '../../../../../shared/errors/app-error.ts';
import { quoteName } from '../quote.ts';
import { TextCursor, unequalRows } from './decode-text.ts';
import type { RowLayout } from './layout.ts';
import { newline, tab, TextWriter } from './row-text.ts';

/**
 * Open and sealed text → text of whole rows in column order, ready to load.
 *
 * @throws AppError `repository.damaged` when the texts are not whole rows or do not have the same number of them
 */
export function joinGroups(layout: RowLayout, openText: Buffer, sealedText: Buffer): Buffer {
  if (layout.secret.length === 0) return openText;
  const open = new TextCursor(openText, layout.open.length);
  const sealed = new TextCursor(sealedText, layout.secret.length);
  // As long as both together: each keeps its separators.
  const writer = new TextWriter(openText.length + sealedText.length);
  const runs = columnRuns(layout);
  while (open.next()) {
    if (!sealed.next()) throw unequalRows();
    for (const { isOpen, first, last, separator } of runs) {
      const { text, starts, ends } = isOpen ? open : sealed;
      writer.raw(text, starts[first] as number, ends[last] as number);
      writer.octet(separator);
    }
  }
  if (sealed.next()) throw unequalRows();
  return writer.finish();
}

/**
 * The same with the vault closed: secret columns get a stand-in, so that everything else of the shop can run.
 *
 * NULL where the column allows it, 0 for numbers, the zero date for times, the first member of an ENUM, else the text `[sealed]`
 * cut to the column. Under a UNIQUE key that cannot hold NULL the row's number is appended, or no two rows could be loaded.
 *
 * @param firstRow number of this text's first row in the table, counted from 1: keeps stand-ins unique across chunks
 * @throws AppError `mysql.unsupported` when a NOT NULL secret column has a type without a stand-in (geometry)
 */
export function joinWithoutVault(schema: TableSchema, layout: RowLayout, openText: Buffer, firstRow: number): Buffer {
  if (layout.secret.length === 0) return openText;
  const open = new TextCursor(openText, layout.open.length);
  const writer = new TextWriter(openText.length + 1024);
  const sources = columnSources(layout);
  const standIns = schema.columns.map((column) => (column.secret ? standInFor(schema, column) : null));
  for (let row = firstRow; open.next(); row++) {
    for (let column = 0; column < sources.length; column++) {
      const standIn = standIns[column];
      if (standIn === null || standIn === undefined) {
        const field = sources[column] as number;
        writer.raw(open.text, open.starts[field] as number, open.ends[field] as number);
      } else {
        const octets = standIn(row);
        writer.raw(octets, 0, octets.length);
      }
      writer.octet(column === sources.length - 1 ? newline : tab);
    }
  }
  return writer.finish();
}

/** Fields that stand side by side in their text and in the row: copied as one, with the tabs between them. */
interface ColumnRun {
  readonly isOpen: boolean;
  readonly first: number;
  last: number;
  separator: number;
}

function columnRuns(layout: RowLayout): readonly ColumnRun[] {
  const runs: ColumnRun[] = [];
  for (const place of columnSources(layout)) {
    const isOpen = place >= 0;
    const field = isOpen ? place : -1 - place;
    const run = runs.at(-1);
    if (run?.isOpen === isOpen && run.last + 1 === field) run.last = field;
    else runs.push({ isOpen, first: field, last: field, separator: tab });
  }
  const end = runs.at(-1);
  if (end !== undefined) end.separator = newline;
  return runs;
}

/** Per column: its field in the open text, or -1 minus its field in the sealed text. */
function columnSources(layout: RowLayout): Int32Array {
  const sources = new Int32Array(layout.columnCount);
  layout.open.forEach((column, field) => (sources[column] = field));
  layout.secret.forEach((column, field) => (sources[column] = -1 - field));
  return sources;
}

const numbers = new Set(
  'tinyint smallint mediumint int integer bigint decimal numeric float double real bit year bool boolean'.split(' '),
);
const times: Readonly<Record<string, string>> = {
  date: '0000-00-00',
  datetime: '0000-00-00 00:00:00',
  timestamp: '0000-00-00 00:00:00',
  time: '00:00:00',
  uuid: '00000000-0000-0000-0000-000000000000',
  inet6: '::',
  inet4: '0.0.0.0',
  json: '"[sealed]"',
};

/** A stand-in as row text, for the row of that number in its table. */
type StandIn = (row: number) => Buffer;

/** What `joinWithoutVault` puts into one secret column. */
export function standInFor(schema: TableSchema, column: Column): StandIn {
  if (column.nullable) return always('\\N');
  const unique = isUnique(schema, column.name);
  if (numbers.has(column.dataType)) return unique ? (row) => Buffer.from(String(row)) : always('0');
  const fixed = isJsonText(schema, column.name) ? times['json'] : times[column.dataType];
  if (fixed !== undefined) return always(fixed);
  if (column.form === 'geometry') {
    const table = `${schema.database}.${schema.name}`;
    throw new AppError('mysql.unsupported', { what: 'sealed geometry column', table, column: column.name });
  }
  if (column.dataType === 'set') return always('');
  if (column.dataType === 'enum') {
    const first = /^enum\('((?:[^']|'')*)'/i.exec(column.columnType)?.[1] ?? '';
    return always(first.replaceAll("''", "'").replaceAll('\\', '\\\\'));
  }
  const room = Number(/^\w+\((\d+)\)/.exec(column.columnType)?.[1] ?? 255);
  if (!unique) return always('[sealed]'.slice(0, room));
  // In a short column the number matters more than the word.
  return (row) => Buffer.from(`[sealed]${row}`.slice(-room));
}

function always(text: string): StandIn {
  const octets = Buffer.from(text);
  return () => octets;
}

/** MariaDB's JSON is text under a check. */
function isJsonText(schema: TableSchema, column: string): boolean {
  return schema.ddl.includes(`json_valid(${quoteName(column)})`);
}

/** SHOW CREATE TABLE writes one key per line. */
function isUnique(schema: TableSchema, column: string): boolean {
  const name = quoteName(column);
  return schema.ddl.split('\n').some((line) => /^\s*(UNIQUE|PRIMARY) KEY /.test(line) && line.includes(name));
}
