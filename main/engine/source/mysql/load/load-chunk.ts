import { AppError } from '../../../../../shared/errors/app-error.ts';
import type { Column, TableSchema } from '../../../../../shared/model/database.ts';
import { serverErrno } from '../map-error.ts';
import { quoteName, quoteTable, quoteText } from '../quote.ts';
import { insertStatements, setExactRowsApart } from '../rows/index.ts';
import { invalidTextIn } from './invalid-text.ts';
import { type LoadOk, type LoadSession, textSource } from './load-session.ts';

/** LOCAL INFILE refused by MySQL ≤ 5.7 and MariaDB, by MySQL 8, and by MariaDB where the client flag is missing. */
export const infileRefused = new Set([1148, 3948, 4166]);
const dataTruncated = 1265;

/**
 * Loads text of whole rows (`joinGroups`) into one table, all of it or nothing: one transaction, committed only when the server
 * counted exactly `expectedRows` rows, skipped none and warned about none. LOAD DATA LOCAL otherwise behaves like IGNORE:
 * duplicates vanish and bad values become zeros, with nothing but a count to show for it.
 *
 * A server that forbids LOCAL INFILE gets multi-row INSERTs for the rest of the session. Tables of engines without
 * transactions keep a failed load's rows; their restore has to start again from an empty table.
 *
 * Errors: `restore.load-failed` (facts table, warning, count, code), `mysql.*`, `cancelled`. After any error nothing of this text is
 * in a transactional table.
 */
export async function loadText(
  session: LoadSession,
  database: string,
  schema: TableSchema,
  text: Buffer,
  expectedRows: number,
  signal: AbortSignal,
): Promise<void> {
  if (text.length === 0) {
    if (expectedRows !== 0) throw wrongCount(database, schema, 0, expectedRows);
    return;
  }
  await session.execute('START TRANSACTION', signal);
  try {
    const ok = await loadRows(session, database, schema, text, signal);
    await assertAllTaken(session, database, schema, ok, expectedRows, signal);
    await session.execute('COMMIT', signal);
  } catch (error) {
    await rollBack(session);
    throw error;
  }
}

async function loadRows(
  session: LoadSession,
  database: string,
  schema: TableSchema,
  text: Buffer,
  signal: AbortSignal,
): Promise<Taken> {
  if (session.localInfileRefused) return insertRows(session, database, schema, text, signal);
  // LOAD DATA has no words for what these rows need.
  const isMysql = session.flavour === 'mysql';
  const { plain, exact } = isMysql ? setExactRowsApart(schema, text) : { plain: text, exact: Buffer.alloc(0) };
  const inserted = await insertRows(session, database, schema, exact, signal);
  if (plain.length === 0) return inserted;
  try {
    const ok = await session.send((file) => loadStatement(database, schema, file), textSource(plain), signal);
    const loaded = takenByLoad(ok);
    return { ...loaded, records: loaded.records + inserted.records };
  } catch (error) {
    if (!infileRefused.has(serverErrno(error))) throw error;
    session.localInfileRefused = true;
  }
  const rest = await insertRows(session, database, schema, plain, signal);
  return { ...rest, records: rest.records + inserted.records };
}

/** What the server says it did with the rows it was given. */
interface Taken {
  readonly records: number;
  readonly lost: number;
  readonly warnings: number;
}

function takenByLoad(ok: LoadOk): Taken {
  const counts = /Records: (\d+) +Deleted: (\d+) +Skipped: (\d+) +Warnings: (\d+)/.exec(ok.info);
  if (counts === null) throw new AppError('mysql.unsupported', { what: 'LOAD DATA answer', answer: ok.info });
  const [records = 0, deleted = 0, skipped = 0, warnings = 0] = counts.slice(1).map(Number);
  return { records, lost: deleted + skipped, warnings };
}

async function insertRows(
  session: LoadSession,
  database: string,
  schema: TableSchema,
  text: Buffer,
  signal: AbortSignal,
): Promise<Taken> {
  // The packet has a few bytes around the statement.
  const maxBytes = session.maxPacketBytes - 64;
  const targetBytes = Math.min(maxBytes, 16 * 1024 * 1024) / 2;
  let records = 0;
  const exactJson = session.flavour === 'mysql';
  for (const statement of insertStatements(schema, text, { database, targetBytes, maxBytes, exactJson })) {
    const ok = await session.execute(statement.toString('utf8'), signal);
    records += ok.affectedRows;
    // SHOW WARNINGS only knows the last statement, so each one is judged at once.
    if (ok.warnings > 0) {
      const judged = await judgeWarnings(session, database, schema, ok.warnings, signal);
      if (judged !== null) throw judged;
    }
  }
  return { records, lost: 0, warnings: 0 };
}

async function assertAllTaken(
  session: LoadSession,
  database: string,
  schema: TableSchema,
  taken: Taken,
  expectedRows: number,
  signal: AbortSignal,
): Promise<void> {
  // Asked first: the reason for lost rows is in the warnings, and the next statement forgets them.
  const judged = taken.warnings > 0 ? await judgeWarnings(session, database, schema, taken.warnings, signal) : null;
  if (judged !== null) throw judged;
  if (taken.records !== expectedRows || taken.lost !== 0) {
    throw wrongCount(database, schema, taken.records - taken.lost, expectedRows);
  }
}

/**
 * Null when all warnings are harmless. The only harmless one: an ENUM that held its error value (index 0, shown as '') takes it
 * again only with a warning. The restored digest shows whether it did.
 */
async function judgeWarnings(
  session: LoadSession,
  database: string,
  schema: TableSchema,
  count: number,
  signal: AbortSignal,
): Promise<AppError | null> {
  const shown = await session.rows('SHOW WARNINGS', signal);
  const enums = new Set(schema.columns.filter((column) => column.dataType === 'enum').map((column) => column.name));
  const serious = shown.filter((row) => {
    const column = /for column '(.*)' at row/s.exec(row.get('message') ?? '')?.[1] ?? '';
    return Number(row.get('code')) !== dataTruncated || !enums.has(column.split('`').at(-2) ?? column);
  });
  if (serious.length === 0 && shown.length >= count) return null;
  const first = serious[0] ?? shown[0];
  const facts = {
    table: `${database}.${schema.name}`,
    // Messages quote values ("Incorrect integer value: 'card …'"): keep the words, drop what is quoted.
    warning: (first?.get('message') ?? 'unknown').replace(/'.*'/s, "'…'").slice(0, 200),
    code: Number(first?.get('code') ?? 0),
    count,
  };
  return new AppError('restore.load-failed', facts, { cause: invalidTextIn(serious) ?? undefined });
}

function wrongCount(database: string, schema: TableSchema, loaded: number, expected: number): AppError {
  const table = `${database}.${schema.name}`;
  return new AppError('restore.load-failed', {
    table,
    warning: 'row count',
    count: Math.abs(expected - loaded),
    loaded,
    expected,
  });
}

async function rollBack(session: LoadSession): Promise<void> {
  try {
    await session.execute('ROLLBACK', new AbortController().signal);
  } catch {
    // The connection is gone, and the server rolls back by itself; the first error is the one to report.
  }
}

function loadStatement(database: string, schema: TableSchema, file: string): string {
  const converted = schema.columns.map((column, index) => conversion(column, `@v${index}`));
  // MariaDB forgets NO_AUTO_VALUE_ON_ZERO as soon as there is a SET clause that does not name the AUTO_INCREMENT column, and
  // numbers the row with 0 anew (seen on 10.11).
  const throughSet = converted.some((each) => each !== null);
  const targets: string[] = [];
  const assignments: string[] = [];
  schema.columns.forEach((column, index) => {
    const name = quoteName(column.name);
    const value = converted[index] ?? (throughSet && isAutoIncrement(schema, name) ? `@v${index}` : null);
    targets.push(value === null ? name : `@v${index}`);
    if (value !== null) assignments.push(`${name}=${value}`);
  });
  return (
    `LOAD DATA LOCAL INFILE ${quoteText(file)} INTO TABLE ${quoteTable(database, schema.name)} CHARACTER SET binary ` +
    String.raw`FIELDS TERMINATED BY '\t' OPTIONALLY ENCLOSED BY '' ESCAPED BY '\\' LINES TERMINATED BY '\n' ` +
    `(${targets.join(',')})` +
    (assignments.length === 0 ? '' : ` SET ${assignments.join(', ')}`)
  );
}

/** SHOW CREATE TABLE has one column per line. A comment that says AUTO_INCREMENT only costs a needless variable. */
function isAutoIncrement(schema: TableSchema, name: string): boolean {
  return schema.ddl.split('\n').some((line) => line.startsWith(`  ${name} `) && line.includes('AUTO_INCREMENT'));
}

/** What must happen to a binary string before the column takes it; null: nothing, octets are stored as they come. */
function conversion(column: Column, variable: string): string | null {
  if (column.form === 'bit') return `CAST(${variable} AS UNSIGNED)`;
  if (column.form === 'json') return `CONVERT(${variable} USING utf8mb4)`;
  // MariaDB takes a binary string for the 16 or 4 octets of the stored form; the text has to look like text.
  if (['uuid', 'inet6', 'inet4'].includes(column.dataType)) return `CONVERT(${variable} USING latin1)`;
  return null;
}
