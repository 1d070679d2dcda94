import PQueue from 'p-queue';
import { toAppError } from '../../../shared/errors/app-error.ts';
import type { LedgerDefinition, LedgerResult, TableRecord, TableSchema } from '../../../shared/model/database.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { isoUtc, type Clock } from '../platform/clock.ts';
import { newId } from '../platform/random.ts';
import { settleAll } from '../platform/settle-all.ts';
import type { Repository, StoredRecord } from '../repository/index.ts';
import type { MysqlSnapshot } from '../source/mysql/index.ts';
import { fullName, onReader, type CaptureContext, type CaptureFigures } from './capture-context.ts';
import { captureTable, type CapturedTable } from './capture-table.ts';
import { judgeRun, missingSecretColumns, splitLedgers } from './judge-run.ts';
import { paceTo } from './pace.ts';
import { cutAt, inheritRanges, isComparable, wholeTable, type RangeTask } from './plan-ranges.ts';
import { MeasuredRangeCosts } from './range-costs.ts';
import { YieldToShop, type ShopState } from './yield-to-shop.ts';

const readingPhase = { calm: 'read', waiting: 'wait', slow: 'slow' } as const satisfies Record<ShopState, BackupPhase>;
/** Tables with fewer rows are read in one piece. */
const segmentFloorRows = 100_000;

export interface BackupRequest {
  readonly snapshot: MysqlSnapshot;
  readonly repository: Repository;
  readonly source: Manifest['source'];
  readonly ledgers: readonly LedgerDefinition[];
  /** `table.column` or `database.table.column` in lower case: what must be sealed. */
  readonly secretColumns: readonly string[];
  /** The newest snapshot of this source in this repository, to inherit boundaries from. */
  readonly previous: Manifest | null;
  readonly readers: number;
  readonly maxBytesPerSecond: number | null;
  readonly producer: string;
  readonly clock: Clock;
  readonly onProgress: (phase: BackupPhase, detail: string, bytes: number, totalBytes: number | null) => void;
  readonly signal: AbortSignal;
}
/** `wait`: the shop is busy and nothing is read; `slow`: it stays busy, and a little is read. */
export type BackupPhase = 'plan' | 'read' | 'wait' | 'slow' | 'check' | 'publish';

export interface BackupResult {
  readonly manifest: Manifest;
  readonly manifestName: string;
  readonly chunks: number;
  readonly written: { readonly objects: number; readonly bytes: number };
}

/**
 * Captures one open snapshot into one repository. The manifest is written last and only when every row count, digest and
 * ledger held: a run that fails leaves unreferenced chunks at worst. A picture that is whole but wrong in another way (implausibly
 * small, a ledger or a secret column that is not there) is kept, because it may be the last there is, but it carries a failed
 * check and is never green. When it settles, nothing of it runs any more.
 *
 * Errors: `mysql.*`, `backend.*`, `backup.rows-mismatch`, `backup.digest-mismatch`, `backup.ledger-mismatch`, `mysql.schema-moved`.
 */
export async function runBackup(request: BackupRequest): Promise<BackupResult> {
  const { snapshot, repository, clock } = request;
  const ledgers = splitLedgers(request.ledgers, snapshot.tables);
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
    movedTables: new Set(),
  };
  let bytesRead = 0;
  let lastTable = '';
  const sayReading = () => {
    request.onProgress(readingPhase[shop.state], lastTable, bytesRead, null);
  };
  const shop = new YieldToShop(snapshot, clock, sayReading);
  const holding = { locks: true };
  const giveWay = async (waiting: AbortSignal) => {
    // Writers wait for the tables that we hold: a pause would make busy what it waits for.
    if (!holding.locks) await shop.giveWay(waiting);
  };
  const keepRate = paceTo(request.maxBytesPerSecond, clock);
  const context: CaptureContext = {
    snapshot,
    repository,
    pool,
    ledgers: ledgers.usable,
    figures,
    costs: new MeasuredRangeCosts((request.previous?.tables ?? []).reduce((sum, { textBytes }) => sum + textBytes, 0)),
    clock,
    fail: (error) => stop.abort(error),
    signal,
    readers: new PQueue({ concurrency: request.readers }),
    pace: async (bytes, waiting) => {
      await keepRate(bytes, waiting);
      await giveWay(waiting);
    },
    giveWay,
    onProgress: (table, bytes) => {
      bytesRead += bytes;
      lastTable = table.name;
      sayReading();
    },
  };
  try {
    request.onProgress('plan', '', 0, null);
    const captured = await captureAll(request, context, () => {
      holding.locks = false;
    });
    request.onProgress('check', '', bytesRead, null);
    const ledgerResults = ledgersInOrder(captured, ledgers.usable);
    await snapshot.assertSchemaStill(signal);
    request.onProgress('publish', '', bytesRead, null);
    const databases = await putDatabases(context);
    const tables = await putTables(captured, context);
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
      lock: {
        ...snapshot.lock,
        coordinateExact: snapshot.isCoordinateExact,
        unisolated: snapshot.unisolatedTables.map(({ database, name }) => ({ database, name })),
      },
      databases,
      tables,
      ledgerDefinitions: ledgers.usable,
      ledgers: ledgerResults,
      read: {
        bytesFromServer: snapshot.bytesFromServer(),
        rowsFetched: figures.rowsFetched,
        rangesReused: figures.rangesReused,
        rangesTotal: figures.rangesTotal,
        pausedMs: shop.pausedMs,
      },
      checks: judgeRun({
        tables,
        ledgers: ledgerResults,
        missingLedgers: ledgers.missing,
        secretColumns: request.secretColumns,
        missingSecrets: missingSecretColumns(request.secretColumns, snapshot.tables),
        digestsCompared: figures.digestsCompared,
        unisolated: snapshot.unisolatedTables.map(fullName),
        moved: [...figures.movedTables],
        previous: request.previous,
        atMs: Date.parse(snapshot.at),
      }),
    };
    const { name: manifestName, sizeBytes } = await repository.putManifest(manifest, signal);
    return {
      manifest,
      manifestName,
      chunks: captured.reduce((sum, { record }) => sum + chunksOf(record.ranges), 0),
      written: { objects: figures.objectsWritten + 1, bytes: figures.bytesWritten + sizeBytes },
    };
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    await pool.close();
  }
}

/**
 * Tables that are held by a lock come first, and the lock goes as soon as they are read: their writers wait until then.
 * Of the others the largest come first: the small ones fill the gaps at the end.
 */
async function captureAll(
  request: BackupRequest,
  context: CaptureContext,
  onLocksReleased: () => void,
): Promise<CapturedTable[]> {
  const { snapshot, repository } = request;
  const previous = previousTables(request, await repository.knownIds(context.signal));
  const unisolated = new Set(snapshot.unisolatedTables.map(fullName));
  const order = [...snapshot.tables].sort((a, b) => snapshot.estimateRows(b) - snapshot.estimateRows(a));
  const isHeld = (schema: TableSchema) => !schema.transactional && !unisolated.has(fullName(schema));
  const capture = (tables: readonly TableSchema[]) =>
    settleAll(
      tables.map(async (schema) => captureTable(schema, await planTable(schema, previous, request, context), context)),
      context.fail,
    );
  const held = await capture(order.filter(isHeld));
  snapshot.releaseTableLocks();
  onLocksReleased();
  return [...held, ...(await capture(order.filter((schema) => !isHeld(schema))))];
}

async function planTable(
  schema: TableSchema,
  previous: ReadonlyMap<string, string>,
  { snapshot, previous: last, readers, repository }: BackupRequest,
  context: CaptureContext,
): Promise<RangeTask[]> {
  const tableChunk = previous.get(fullName(schema));
  if (tableChunk !== undefined && last !== null) {
    const record = await soundRecord(repository, tableChunk, context.signal);
    const mine = (all: readonly LedgerDefinition[]) =>
      all.filter((ledger) => ledger.database === schema.database && ledger.table === schema.name);
    if (
      record !== null &&
      isComparable({ record, ledgers: mine(last.ledgerDefinitions) }, schema, mine(context.ledgers))
    )
      return inheritRanges(record);
  }
  if (schema.key === null || snapshot.estimateRows(schema) < segmentFloorRows) return wholeTable();
  return cutAt(await onReader(context, () => snapshot.planBounds(schema, readers * 2, context.signal)));
}

/** Null when the last snapshot's record has rotted on this copy: then every row is read again, and tonight's backup goes on. */
async function soundRecord(repository: Repository, id: string, signal: AbortSignal): Promise<TableRecord | null> {
  try {
    return await repository.getTableRecord(id, signal);
  } catch (error) {
    if (['repository.damaged', 'repository.missing-object', 'backend.io'].includes(toAppError(error).code)) return null;
    throw error;
  }
}

/** Table chunk of every table of the last snapshot that is whole in this repository. */
function previousTables({ previous }: BackupRequest, present: ReadonlySet<string>): Map<string, string> {
  const known = (previous?.tables ?? []).filter((table) => present.has(table.tableChunk));
  return new Map(known.map((table) => [fullName(table), table.tableChunk]));
}

/** The results in the order of the definitions, whatever order the tables ended in. */
function ledgersInOrder(captured: readonly CapturedTable[], definitions: readonly LedgerDefinition[]): LedgerResult[] {
  const results = captured.flatMap(({ ledgers }) => ledgers);
  return definitions.flatMap(({ name }) => results.find((result) => result.name === name) ?? []);
}

async function putDatabases(context: CaptureContext): Promise<Manifest['databases']> {
  return settleAll(
    context.snapshot.databases.map(async (record) => ({
      name: record.name,
      schemaChunk: await counted(context, context.repository.putDatabaseRecord(record, context.signal)),
    })),
    context.fail,
  );
}

async function putTables(captured: readonly CapturedTable[], context: CaptureContext): Promise<Manifest['tables']> {
  const tables = await settleAll(
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
    context.fail,
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

function chunksOf(ranges: readonly { readonly chunks: readonly { readonly sealedId: string | null }[] }[]): number {
  return ranges.flatMap((range) => range.chunks).reduce((sum, chunk) => sum + (chunk.sealedId === null ? 1 : 2), 0);
}
