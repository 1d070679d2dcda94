import { toAppError } from '../../../shared/errors/app-error.ts';
import type { Range, TableRecord } from '../../../shared/model/database.ts';
import { quoteTable } from '../source/mysql/index.ts';
import {
  countInvalid,
  createTable,
  InvalidText,
  withOctetColumns,
  type LoadSession,
  type OctetTable,
  type PendingTable,
  type Renames,
} from '../source/mysql/load/index.ts';
import { combineDigests } from '../source/mysql/rows/index.ts';
import { sealedDigestOf } from './sealed-digest.ts';
import type { TableLoad } from './table-queue.ts';

/** A table on its way: created, and to be filled. */
export interface FilledTable {
  load: TableLoad;
  table: PendingTable;
  /** Columns whose values are no text of their own character set, as the server finds them out. */
  readonly invalid: Set<string>;
  /** How it was made again because of them. */
  octets?: OctetTable;
  /** As the snapshot describes it. */
  readonly captured: TableRecord;
}

/** Adds what a failed load says about text to `invalid`. False when the load failed for another reason. */
export function noteInvalid({ invalid }: Pick<FilledTable, 'invalid'>, error: unknown): boolean {
  const { cause } = toAppError(error);
  if (!(cause instanceof InvalidText)) return false;
  for (const column of cause.columns) invalid.add(column);
  return true;
}

/**
 * Makes a table again with the columns in `invalid` as octets, and fills it from its first row: the server may find more such columns on the
 * way. Nobody else may be loading it. `fill` loads all of its rows into the table as it then is.
 * Errors: what made the load fail, where the columns cannot be had as octets.
 */
export async function loadAsOctets(
  session: LoadSession,
  entry: FilledTable,
  renames: Renames,
  fill: (load: TableLoad) => Promise<void>,
  firstError: unknown,
  signal: AbortSignal,
): Promise<void> {
  const { captured } = entry;
  const { database } = entry.load;
  let failure = firstError;
  for (;;) {
    const octets = withOctetColumns(captured.schema, entry.invalid);
    if (octets === null) throw failure;
    await session.execute(`DROP TABLE ${quoteTable(database, captured.schema.name)}`, signal);
    entry.table = await createTable(session, database, octets.schema, renames, signal);
    entry.load = { ...entry.load, record: { ...captured, schema: octets.schema } };
    entry.octets = octets;
    const known = entry.invalid.size;
    try {
      await fill(entry.load);
      break;
    } catch (error) {
      if (!noteInvalid(entry, error) || entry.invalid.size === known) throw error;
      failure = error;
    }
  }
  entry.load = { ...entry.load, record: comparable(entry.load, entry.invalid) };
}

/** The rows of a range are those between two keys: where a key is ordered by octets now, only the table as a whole can be compared. */
function comparable({ record, sealedDigests }: TableLoad, changed: ReadonlySet<string>): TableRecord {
  const [first] = record.ranges;
  if (first === undefined || record.schema.key?.some((column) => changed.has(column)) !== true) return record;
  const sealed = record.ranges.map((range) => sealedDigestOf(range, sealedDigests));
  const known = sealed.filter((digest) => digest !== null);
  const whole: Range = {
    lower: null,
    rows: record.rows,
    sum: first.sum,
    sealedSum: first.sealedSum,
    digest: record.ranges.map(({ digest }) => digest).reduce(combineDigests),
    sealedDigest: known.length < sealed.length ? null : known.reduce(combineDigests),
    chunks: record.ranges.flatMap(({ chunks }) => chunks),
    ledgers: [],
  };
  return { ...record, ranges: [whole] };
}

/** What a person must know of such columns: how many rows, and the statement that turns each back once those are mended. */
export async function octetNotes(session: LoadSession, entry: FilledTable, signal: AbortSignal): Promise<string[]> {
  const { octets, captured, load } = entry;
  if (octets === undefined) return [];
  const counts = new Map<string, number>();
  for (const column of captured.schema.columns) {
    if (!octets.definitions.has(column.name)) continue;
    counts.set(column.name, await countInvalid(session, load.database, captured.schema.name, column, signal));
  }
  return octetTexts(octets, load.database, counts);
}

/** @param counts of bad values, by stored column */
export function octetTexts(octets: OctetTable, database: string, counts: ReadonlyMap<string, number>): string[] {
  const { name } = octets.schema;
  const place = `${database}.${name}`;
  const notes: string[] = [];
  for (const [column, definition] of octets.definitions) {
    const rows = counts.get(column);
    const back = `ALTER TABLE ${quoteTable(database, name)} MODIFY ${definition}`;
    // A generated column holds nothing of its own.
    if (rows === undefined) notes.push(`generated-over-octets: ${place}.${column}: ${back}`);
    else notes.push(`text-as-octets: ${place}.${column} (${rows}): ${back}`);
  }
  for (const column of octets.generated)
    if (!octets.definitions.has(column)) notes.push(`generated-over-octets: ${place}.${column}`);
  for (const key of octets.leftOut) notes.push(`key-left-out: ${place}: ${key}`);
  return notes;
}
