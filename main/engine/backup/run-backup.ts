import PQueue from 'p-queue';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { LedgerDefinition, LedgerPartial, LedgerResult, TableSchema } from '../../../shared/model/database.ts';
import type { CheckResult, Manifest } from '../../../shared/model/snapshot.ts';
import { isoUtc, type Clock } from '../platform/clock.ts';
import { newId } from '../platform/random.ts';
import type { Repository, StoredRecord } from '../repository/index.ts';
import type { MysqlSnapshot } from '../source/mysql/index.ts';
import { sameDecimalText } from '../source/mysql/rows/index.ts';
import { captureTable, type CaptureContext, type CapturedTable, type CaptureFigures } from './capture-table.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { paceTo } from './pace.ts';
import { cutAt, inheritRanges, isComparable, wholeTable, type RangeTask } from './plan-ranges.ts';

/** Below this many rows the halving of a shop is everyday life; above it nobody deletes half of everything by intention. */
const plausibilityFloorRows = 1000;
/** Tables with fewer rows are read in one piece. */
const segmentFloorRows = 100_000;

export interface BackupRequest {
  readonly snapshot: MysqlSnapshot;
  readonly repository: Repository;
  readonly source: Manifest['source'];
  readonly ledgers: readonly LedgerDefinition[];
  /** The newest snapshot of this source in this repository, to inherit boundaries from. */
  readonly previous: Manifest | null;
  readonly readers: number;
  readonly maxBytesPerSecond: number | null;
  readonly producer: string;
  readonly clock: Clock;
  readonly onProgress: (phase: BackupPhase, detail: string, bytes: number, totalBytes: number | null) => void;
  readonly signal: AbortSignal;
}
export type BackupPhase = 'plan' | 'read' | 'check' | 'publish';

export interface BackupResult {
  readonly manifest: Manifest;
  readonly manifestName: string;
  readonly chunks: number;
  readonly written: { readonly objects: number; readonly bytes: number };
}

/**
 * Captures one open snapshot into one repository. The manifest is written last and only when every row count, digest and
 * ledger held: a run that fails leaves unreferenced chunks at worst. An implausibly small picture is kept, because it may
 * be the last there is, but it carries a failed check and is never green.
 *
 * Errors: `mysql.*`, `backend.*`, `backup.rows-mismatch`, `backup.digest-mismatch`, `backup.ledger-mismatch`, `mysql.schema-moved`.
 */
export async function runBackup(request: BackupRequest): Promise<BackupResult> {
  const { snapshot, repository, clock, ledgers } = request;
  const startedMs = clock.nowMs();
  const startedMonotonicMs = clock.monotonicMs();
  // One failed range ends the whole run: the others stop at once instead of reading on for nothing.
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const pool = new ChunkPool(repository.keys);
  const figures: CaptureFigures = {
    rowsFetched: 0,
    rangesReused: 0,
    rangesTotal: 0,
    objectsWritten: 0,
    bytesWritten: 0,
    digestsCompared: 0,
  };
  let bytesRead = 0;
  const context: CaptureContext = {
    snapshot,
    repository,
    pool,
    ledgers,
    figures,
    signal,
    readers: new PQueue({ concurrency: request.readers }),
    pace: paceTo(request.maxBytesPerSecond, clock),
    onProgress: (table, bytes) => {
      bytesRead += bytes;
      request.onProgress('read', table.name, bytesRead, null);
    },
  };
  try {
    request.onProgress('plan', '', 0, null);
    const captured = await captureAll(request, context);
    request.onProgress('check', '', bytesRead, null);
    const ledgerResults = await compareLedgers(captured, request, signal);
    await snapshot.assertSchemaStill(signal);
    request.onProgress('publish', '', bytesRead, null);
    const databases = await putDatabases(context);
    const tables = await putTables(captured, context);
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const manifest: Manifest = {
      format: 1,
      id: newId(),
      source: request.source,
      previous: request.previous?.id ?? null,
      startedAt: isoUtc(startedMs),
      at: snapshot.at,
      finishedAt: isoUtc(clock.nowMs()),
      durationMs: Math.round(clock.monotonicMs() - startedMonotonicMs),
      producer: request.producer,
      server: snapshot.server,
      coordinate: snapshot.coordinate,
      lock: snapshot.lock,
      databases,
      tables,
      ledgerDefinitions: [...ledgers],
      ledgers: ledgerResults,
      read: {
        bytesFromServer: snapshot.bytesFromServer(),
        rowsFetched: figures.rowsFetched,
        rangesReused: figures.rangesReused,
        rangesTotal: figures.rangesTotal,
      },
      checks: [
        { id: 'rows-equal-count', ok: true, facts: { tables: tables.length, rows } },
        { id: 'digest-equal', ok: true, facts: { ranges: figures.digestsCompared } },
        { id: 'ledger-equal', ok: true, facts: { ledgers: ledgerResults.length } },
        { id: 'schema-still', ok: true, facts: {} },
        plausibility(rows, request.previous),
      ],
    };
    const manifestName = await repository.putManifest(manifest, signal);
    return {
      manifest,
      manifestName,
      chunks: captured.reduce((sum, { record }) => sum + chunksOf(record.ranges), 0),
      written: { objects: figures.objectsWritten + 1, bytes: figures.bytesWritten },
    };
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    await pool.close();
  }
}

async function captureAll(request: BackupRequest, context: CaptureContext): Promise<CapturedTable[]> {
  const previous = previousTables(request, await request.repository.knownIds(context.signal));
  // The largest first: the small ones fill the gaps at the end.
  const order = [...request.snapshot.tables].sort(
    (a, b) => request.snapshot.estimateRows(b) - request.snapshot.estimateRows(a),
  );
  return Promise.all(
    order.map(async (schema) => captureTable(schema, await planTable(schema, previous, request, context), context)),
  );
}

async function planTable(
  schema: TableSchema,
  previous: ReadonlyMap<string, string>,
  { snapshot, ledgers, previous: last, readers, repository }: BackupRequest,
  { signal, readers: slots }: CaptureContext,
): Promise<RangeTask[]> {
  const tableChunk = previous.get(fullName(schema));
  if (tableChunk !== undefined && last !== null) {
    const record = await repository.getTableRecord(tableChunk, signal);
    const mine = (all: readonly LedgerDefinition[]) =>
      all.filter((ledger) => ledger.database === schema.database && ledger.table === schema.name);
    if (isComparable({ record, ledgers: mine(last.ledgerDefinitions) }, schema, mine(ledgers)))
      return inheritRanges(record);
  }
  if (schema.key === null || snapshot.estimateRows(schema) < segmentFloorRows) return wholeTable();
  return cutAt(await slots.add(() => snapshot.planBounds(schema, readers * 2, signal), { signal }));
}

/** Table chunk of every table of the last snapshot that is whole in this repository. */
function previousTables({ previous }: BackupRequest, present: ReadonlySet<string>): Map<string, string> {
  const known = (previous?.tables ?? []).filter((table) => present.has(table.tableChunk));
  return new Map(known.map((table) => [fullName(table), table.tableChunk]));
}

async function compareLedgers(
  captured: readonly CapturedTable[],
  request: BackupRequest,
  signal: AbortSignal,
): Promise<LedgerResult[]> {
  const partials = captured.flatMap(({ record, ledgers }) =>
    ledgers.map((partial) => ({ schema: record.schema, partial })),
  );
  return Promise.all(
    request.ledgers.map(async (definition) => {
      const mine: LedgerPartial = partials.find(
        ({ schema, partial }) =>
          partial.name === definition.name &&
          schema.name === definition.table &&
          schema.database === definition.database,
      )?.partial ?? {
        name: definition.name,
        rows: 0,
        sum: '0',
      };
      const server = await request.snapshot.ledgerSum(definition, signal);
      const equal = mine.rows === server.rows && sameDecimalText(mine.sum, server.sum);
      if (!equal) {
        throw new AppError('backup.ledger-mismatch', {
          ledger: definition.name,
          sum: mine.sum,
          serverSum: server.sum,
          rows: mine.rows,
          serverRows: server.rows,
        });
      }
      return {
        name: definition.name,
        currency: definition.currency,
        rows: mine.rows,
        sum: mine.sum,
        serverSum: server.sum,
        equal,
      };
    }),
  );
}

async function putDatabases(context: CaptureContext): Promise<Manifest['databases']> {
  return Promise.all(
    context.snapshot.databases.map(async (record) => ({
      name: record.name,
      schemaChunk: await counted(context, context.repository.putDatabaseRecord(record, context.signal)),
    })),
  );
}

async function putTables(captured: readonly CapturedTable[], context: CaptureContext): Promise<Manifest['tables']> {
  const tables = await Promise.all(
    captured.map(async ({ record }) => ({
      database: record.schema.database,
      name: record.schema.name,
      rows: record.rows,
      textBytes: record.ranges.flatMap((range) => range.chunks).reduce((sum, chunk) => sum + chunk.textBytes, 0),
      ranges: record.ranges.length,
      transactional: record.schema.transactional,
      sealed: record.schema.columns.some((column) => column.secret),
      tableChunk: await counted(context, context.repository.putTableRecord(record, context.signal)),
    })),
  );
  return tables.sort((a, b) => (fullName(a) < fullName(b) ? -1 : 1));
}

async function counted({ figures }: CaptureContext, putting: Promise<StoredRecord>): Promise<string> {
  const { id, written, sizeBytes } = await putting;
  if (written) {
    figures.objectsWritten += 1;
    figures.bytesWritten += sizeBytes;
  }
  return id;
}

/** An empty shop, or one that lost more than half of its rows since the last time, is never green. */
function plausibility(rows: number, previous: Manifest | null): CheckResult {
  const before = previous?.tables.reduce((sum, table) => sum + table.rows, 0) ?? 0;
  const ok = rows > 0 && (before < plausibilityFloorRows || rows * 2 >= before);
  return { id: 'plausible-size', ok, facts: { rows, rowsBefore: before } };
}

function chunksOf(ranges: readonly { readonly chunks: readonly { readonly sealedId: string | null }[] }[]): number {
  return ranges.flatMap((range) => range.chunks).reduce((sum, chunk) => sum + (chunk.sealedId === null ? 1 : 2), 0);
}

function fullName(table: { readonly database: string; readonly name: string }): string {
  return `${table.database}.${table.name}`;
}
