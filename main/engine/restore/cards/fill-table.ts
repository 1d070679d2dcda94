import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { Range, RangeChunk, TableSchema } from '../../../../shared/model/database.ts';
import type { CardsOfTable } from '../../../../shared/model/cards.ts';
import { bufferOf } from '../../platform/buffer-of.ts';
import { free } from '../../platform/free-memory.ts';
import { newId } from '../../platform/random.ts';
import { digestRange, quoteTable, quoteText } from '../../source/mysql/index.ts';
import { loadText, type LoadSession } from '../../source/mysql/load/index.ts';
import { insertStatements, isSameDigest } from '../../source/mysql/rows/index.ts';
import type { CopyReader } from '../copy-reader.ts';
import { sealedDigestOf } from '../sealed-digest.ts';
import {
  cardColumns,
  cardStatements,
  createPassingTable,
  passingSchema,
  passingText,
  type CardColumns,
} from './card-rows.ts';

/** A table whose secrets are to be filled in, as it was captured. */
export interface CardTable {
  /** As the shop's snapshot describes it: which columns are secret. */
  readonly schema: TableSchema;
  /** As it was stored where the rows come from. */
  readonly stored: TableSchema;
  readonly ranges: readonly Range[];
  /** Name of its database on the target. */
  readonly database: string;
}

export interface FillRequest {
  readonly session: LoadSession;
  readonly reader: CopyReader;
  readonly table: CardTable;
  /** The rows are those of a moment behind the snapshot. */
  readonly isMoment: boolean;
  /** The shop works with these tables. */
  readonly isInShop: boolean;
  readonly onRows: (rows: number) => void;
  readonly signal: AbortSignal;
}

/** So many rows are held by one statement. */
const rowsAtOnce = 1000;
/** A table without a key is replaced in one transaction: no larger one. Rows. */
const mostRowsWithoutKey = 200_000;

/** Fills one table. Errors: those of the copies, `mysql.*`; what can be told of the table alone is in its result. */
export async function fillTable(request: FillRequest): Promise<CardsOfTable> {
  const { table, session, signal } = request;
  const rows = table.ranges.reduce((sum, range) => sum + range.rows, 0);
  const name = `${table.schema.database}.${table.schema.name}`;
  const none = { table: name, rows, filled: 0, same: 0, changed: 0, gone: 0, waiting: 0, proven: false };
  const refusal = await refusalOf(session, table, signal);
  if (refusal !== null) return { ...none, left: refusal };
  const columns = cardColumns(table.schema);
  return columns === null ? fillWithoutKey(request, none) : fillByKey(request, columns, none);
}

type Counted = Omit<CardsOfTable, 'left'>;

async function refusalOf(
  session: LoadSession,
  { schema, database }: CardTable,
  signal: AbortSignal,
): Promise<CardsOfTable['left']> {
  const where = `TABLE_SCHEMA = ${quoteText(database)} AND TABLE_NAME = ${quoteText(schema.name)}`;
  const found = await session.rows(`SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE ${where}`, signal);
  if (found.length === 0) return 'no-table';
  const there = new Set(found.map((row) => row.get('name')));
  if (!schema.columns.every(({ name }) => there.has(name))) return 'other-columns';
  // They would act once more for each row, and cannot be switched off.
  const triggers = await session.rows(
    `SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ${quoteText(database)} AND EVENT_OBJECT_TABLE = ${quoteText(schema.name)}` +
      (schema.key === null ? '' : " AND EVENT_MANIPULATION = 'UPDATE'"),
    signal,
  );
  return triggers.length > 0 ? 'triggers' : null;
}

async function fillByKey(request: FillRequest, columns: CardColumns, none: Counted): Promise<CardsOfTable> {
  const { session, reader, table, isMoment, onRows, signal } = request;
  const { database, ranges } = table;
  const passing = `shouhu_cards_${newId().slice(0, 8)}`;
  const statements = cardStatements(columns, database, passing, isMoment);
  const schema = passingSchema(columns, passing);
  const sum = { ...none, proven: true };
  let rowsBefore = 0;
  await session.execute(createPassingTable(columns, database, passing), signal);
  for (const [index, range] of ranges.entries()) {
    const insideSeals = new Map<string, string>();
    if (await isProven(request, index, insideSeals)) {
      sum.same += range.rows;
      rowsBefore += range.rows;
      onRows(range.rows);
      continue;
    }
    let sameInRange = 0;
    for (const chunk of range.chunks) {
      const text = await rowsOf(reader, table, chunk, rowsBefore, insideSeals, signal);
      const carried = passingText(columns, text, rowsBefore);
      free(text);
      // Rows that are only deleted would be walked over by every statement until the server has cleared them away.
      await session.execute(`TRUNCATE TABLE ${quoteTable(database, passing)}`, signal);
      await loadText(session, database, schema, carried, chunk.rows, signal);
      carried.fill(0);
      const before = await countIn(session, statements.count, signal);
      if (before.waiting > 0)
        for (let from = 1; from <= chunk.rows; from += rowsAtOnce)
          await patiently(() => session.execute(statements.fill(from, from + rowsAtOnce - 1), signal));
      const after = await countIn(session, statements.count, signal);
      sum.filled += Math.max(0, after.same - before.same);
      sum.same += Math.min(before.same, after.same);
      sameInRange += after.same;
      sum.waiting += after.waiting;
      sum.changed += after.there - after.same - after.waiting;
      sum.gone += chunk.rows - after.there;
      rowsBefore += chunk.rows;
      onRows(chunk.rows);
    }
    const isWhole = isMoment ? sameInRange === range.rows : await isProven(request, index, insideSeals);
    if (!isWhole) sum.proven = false;
  }
  await session.execute(`DROP TEMPORARY TABLE ${quoteTable(database, passing)}`, signal);
  return { ...sum, left: null };
}

/**
 * The server's own digest of a range's keys and secrets is what was captured. Of a moment nothing was captured: there every row is compared with what it is to be, and the digest is not
 * asked for.
 */
async function isProven(
  { session, table: { stored, ranges, database }, isMoment, signal }: FillRequest,
  index: number,
  insideSeals: ReadonlyMap<string, string>,
): Promise<boolean> {
  const range = ranges[index];
  if (range === undefined || isMoment) return false;
  const expected = sealedDigestOf(range, insideSeals);
  if (expected === null) return false;
  const bounds = { lower: range.lower, upper: ranges[index + 1]?.lower ?? null };
  const found = await digestRange(session.connection, session.flavour, database, stored, bounds, 'sealed', signal);
  const isSumSame = range.sealedDigest === null || found.sum === range.sealedSum;
  return found.rows === range.rows && found.digest === expected && isSumSame;
}

/**
 * Rows that nobody can tell apart are written again as a whole, with their secrets, in one transaction; only where nobody works with them and the open columns are still
 * those that were captured.
 */
async function fillWithoutKey(request: FillRequest, none: Counted): Promise<CardsOfTable> {
  const { session, reader, table, isMoment, isInShop, onRows, signal } = request;
  const { schema, database, ranges } = table;
  const [range] = ranges;
  if (range === undefined) return { ...none, proven: true, left: null };
  if (isInShop || isMoment || ranges.length > 1 || !schema.transactional || range.rows > mostRowsWithoutKey)
    return { ...none, left: 'no-key' };
  const insideSeals = new Map<string, string>();
  if (await isProven(request, 0, insideSeals)) return { ...none, same: range.rows, proven: true, left: null };
  const whole = { lower: null, upper: null };
  const hasOpen = schema.columns.some(({ secret }) => !secret);
  await session.execute('START TRANSACTION', signal);
  try {
    const open = hasOpen
      ? await digestRange(session.connection, session.flavour, database, schema, whole, 'open', signal)
      : { ...range, rows: await rowCount(session, database, schema.name, signal) };
    if (!isSameDigest(open, range)) {
      await session.execute('ROLLBACK', signal);
      return { ...none, left: 'no-key' };
    }
    await session.execute(`DELETE FROM ${quoteTable(database, schema.name)}`, signal);
    let rowsBefore = 0;
    for (const chunk of range.chunks) {
      const text = await rowsOf(reader, table, chunk, rowsBefore, insideSeals, signal);
      const maxBytes = session.maxPacketBytes - 64;
      const options = { database, targetBytes: Math.min(maxBytes, 1024 * 1024), maxBytes };
      for (const statement of insertStatements(schema, text, { ...options, exactJson: session.flavour === 'mysql' }))
        await session.execute(statement.toString('utf8'), signal);
      free(text);
      rowsBefore += chunk.rows;
      onRows(chunk.rows);
    }
    if (!(await isProven(request, 0, insideSeals)))
      throw new AppError('restore.digest-mismatch', { table: none.table, group: 'sealed' });
    await session.execute('COMMIT', signal);
    return { ...none, filled: range.rows, proven: true, left: null };
  } catch (error) {
    // A connection that is gone rolls back by itself; the first error is the one to report.
    await session.execute('ROLLBACK', new AbortController().signal).catch(() => undefined);
    throw error;
  }
}

async function rowCount(session: LoadSession, database: string, table: string, signal: AbortSignal): Promise<number> {
  const [row] = await session.rows(`SELECT COUNT(*) AS n FROM ${quoteTable(database, table)}`, signal);
  return Number(row?.get('n') ?? 0);
}

async function rowsOf(
  reader: CopyReader,
  { stored }: CardTable,
  chunk: RangeChunk,
  rowsBefore: number,
  insideSeals: Map<string, string>,
  signal: AbortSignal,
): Promise<Buffer> {
  const { text, sealedDigest } = await reader.rows(chunk, stored, rowsBefore, signal);
  if (chunk.sealedId !== null && sealedDigest !== null) insideSeals.set(chunk.sealedId, sealedDigest);
  return bufferOf(text);
}

async function countIn(
  session: LoadSession,
  sql: string,
  signal: AbortSignal,
): Promise<{ readonly there: number; readonly same: number; readonly waiting: number }> {
  const [row] = await session.rows(sql, signal);
  const figure = (name: string) => Number(row?.get(name) ?? 0);
  return { there: figure('there'), same: figure('same'), waiting: figure('waiting') };
}

const mostTries = 5;

/** A buyer goes first: a row that is held is asked for again. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === mostTries || !isAppErrorOf(error, 'mysql.lock-timeout')) throw error;
    }
  }
}
