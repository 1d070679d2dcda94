import PQueue from 'p-queue';
import type { CountDefinition, LedgerDefinition, TableSchema } from '../../../shared/model/database.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { isoUtc, type Clock } from '../platform/clock.ts';
import { newId } from '../platform/random.ts';
import { settleAll } from '../platform/settle-all.ts';
import { rotatedVaultKey, type Repository, type StoredRecord } from '../repository/index.ts';
import type { MysqlSnapshot } from '../source/mysql/index.ts';
import { fullName, type CaptureContext, type CaptureFigures } from './capture-context.ts';
import type { CapturedTable } from './capture-table.ts';
import { captureTables } from './capture-tables.ts';
import { judgeRun, missingSecretColumns, splitFigures } from './judge-run.ts';
import { paceTo } from './pace.ts';
import { MeasuredRangeCosts } from '../source/mysql/index.ts';
import { YieldToShop, type ShopState } from './yield-to-shop.ts';

const readingPhase = { calm: 'read', waiting: 'wait', slow: 'slow' } as const satisfies Record<ShopState, BackupPhase>;
export interface BackupRequest {
  readonly snapshot: MysqlSnapshot;
  readonly repository: Repository;
  readonly source: Manifest['source'];
  readonly ledgers: readonly LedgerDefinition[];
  /** What the shop's program is known to have; one that this version lacks is left out. */
  readonly counts?: readonly CountDefinition[];
  /** `table.column` or `database.table.column` in lower case: what must be sealed. */
  readonly secretColumns: readonly string[];
  /** Of these, those of which the owner has not said yet whether they hold cards. Absent: none. */
  readonly askedColumns?: readonly string[];
  /** The newest snapshot of this source in this repository: what this one is held against, and inherits ranges from. */
  readonly previous: Manifest | null;
  /** A first try of this run that is to be done better: its ranges are inherited, and what it lost to DDL is read first. */
  readonly firstTry?: BackupDraft;
  readonly readers: number;
  /** What the line to the server was measured to do just before, if it was. */
  readonly lineBytesPerSecond?: number | null;
  readonly maxBytesPerSecond: number | null;
  readonly producer: string;
  /** Threads to work with, left running; without them the run starts its own and ends them. */
  readonly pool?: ChunkPool;
  readonly clock: Clock;
  readonly onProgress: (phase: BackupPhase, detail: string, bytes: number, totalBytes: number | null) => void;
  readonly signal: AbortSignal;
}
/** `wait`: the shop is busy and nothing is read; `slow`: it stays busy, and a little is read. */
export type BackupPhase = 'plan' | 'read' | 'wait' | 'slow' | 'check' | 'publish';

/** Everything of a snapshot is in the repository but the manifest that makes it exist. */
export interface BackupDraft {
  readonly manifest: Manifest;
  /** Full names of the tables that DDL took away while they were to be read: not in the manifest. */
  readonly movedAway: readonly string[];
  readonly chunks: number;
  readonly written: { readonly objects: number; readonly bytes: number };
}

export interface BackupResult {
  readonly manifest: Manifest;
  readonly manifestName: string;
  readonly chunks: number;
  readonly written: { readonly objects: number; readonly bytes: number };
}

/**
 * Captures one open snapshot into one repository. The manifest is written last and only when every row count, digest and
 * ledger held: a run that fails leaves unreferenced chunks at worst. A picture that is wrong in a way that harms nothing else (a table
 * that cannot be read, implausibly small, a ledger or a secret column that is not there) is kept, because it may be the last there
 * is, but it carries a failed check and is never green. When it settles, nothing of it runs any more.
 *
 * Errors: `mysql.*`, `backend.*`, `backup.rows-mismatch`, `backup.digest-mismatch`, `backup.ledger-mismatch`; the table's own error
 * when not one table could be had.
 */
export async function runBackup(request: BackupRequest): Promise<BackupResult> {
  return publishDraft(request.repository, await draftBackup(request), request.signal);
}

/** Writes the manifest: from here on the snapshot exists. */
export async function publishDraft(
  repository: Repository,
  { manifest, chunks, written }: BackupDraft,
  signal: AbortSignal,
): Promise<BackupResult> {
  const { name: manifestName, sizeBytes } = await repository.putManifest(manifest, signal);
  return {
    manifest,
    manifestName,
    chunks,
    written: { objects: written.objects + 1, bytes: written.bytes + sizeBytes },
  };
}

/** `runBackup` without its last step. */
export async function draftBackup(request: BackupRequest): Promise<BackupDraft> {
  const { snapshot, repository, clock } = request;
  const ledgers = splitFigures(request.ledgers, snapshot.tables);
  const counts = splitFigures(request.counts ?? [], snapshot.tables);
  const startedMs = clock.nowMs();
  const startedMonotonicMs = clock.monotonicMs();
  // One failed range ends the whole run: the others stop at once instead of reading on for nothing.
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const pool = request.pool ?? new ChunkPool(repository.keys);
  const figures: CaptureFigures = {
    rowsFetched: 0,
    rangesReused: 0,
    rangesTotal: 0,
    objectsWritten: 0,
    bytesWritten: 0,
    digestsCompared: 0,
    movedTables: new Set(),
    undigestedTables: new Set(),
  };
  let bytesRead = 0;
  let lastTable = '';
  const sayReading = () => {
    request.onProgress(readingPhase[shop.state], lastTable, bytesRead, null);
  };
  const shop = new YieldToShop(snapshot, clock, sayReading);
  const holding = { locks: true };
  const giveWay = async (waiting: AbortSignal, inHand?: TableSchema) => {
    // Writers wait for the tables that we hold: a pause would make busy what it waits for.
    if (!holding.locks) await shop.giveWay(waiting, inHand);
  };
  const keepRate = paceTo(request.maxBytesPerSecond, clock);
  const context: CaptureContext = {
    snapshot,
    repository,
    pool,
    ledgers: ledgers.usable,
    counts: counts.usable,
    figures,
    costs: new MeasuredRangeCosts(
      (request.previous?.tables ?? []).reduce((sum, { textBytes }) => sum + textBytes, 0),
      {
        lineBytesPerSecond: request.lineBytesPerSecond ?? null,
      },
    ),
    clock,
    fail: (error) => stop.abort(error),
    signal,
    readers: new PQueue({ concurrency: request.readers }),
    pace: async (bytes, inHand, waiting) => {
      await keepRate(bytes, waiting);
      await giveWay(waiting, inHand);
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
    const { captured, lost } = await captureTables(
      {
        inherit: request.firstTry?.manifest ?? request.previous,
        readFirst: new Set(request.firstTry?.movedAway),
        readers: request.readers,
        onLocksReleased: () => {
          holding.locks = false;
        },
      },
      context,
    );
    request.onProgress('check', '', bytesRead, null);
    await snapshot.assertStillOpen(signal);
    const gone = [...snapshot.unreadableTables, ...lost];
    if (captured.length === 0 && gone[0] !== undefined) throw gone[0].error;
    const isLost = (database: string, table: string) =>
      lost.some((each) => each.database === database && each.name === table);
    const keptStill = new Set(captured.flatMap(({ isHeld, record }) => (isHeld ? [fullName(record.schema)] : [])));
    // A table that was read before its lock was given up is as it was when the snapshot began.
    const unisolated = snapshot.unisolatedTables.filter((table) => !keptStill.has(fullName(table)));
    const [lostLedgers, usable] = partition(ledgers.usable, ({ database, table }) => isLost(database, table));
    const [lostCounts, usableCounts] = partition(counts.usable, ({ database, table }) => isLost(database, table));
    // Not every version of a program has every table: only what was counted before is missed.
    const countedBefore = new Set((request.previous?.countDefinitions ?? []).map(({ name }) => name));
    const missingCounts = counts.missing.filter((name) => countedBefore.has(name));
    const ledgerResults = inOrder(usable, ({ ledgers: results }) => results, captured);
    const countResults = inOrder(usableCounts, ({ counts: results }) => results, captured);
    const told = captured.flatMap(({ breakdowns: ofTable }) => ofTable);
    const breakdowns = usable.flatMap(({ name }) => told.find(({ ledger }) => ledger === name) ?? []);
    request.onProgress('publish', '', bytesRead, null);
    const vaultKey = rotatedVaultKey(repository.keys);
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
        unisolated: unisolated.map(({ database, name }) => ({ database, name })),
      },
      databases,
      tables,
      ledgerDefinitions: usable,
      ledgers: ledgerResults,
      ...(breakdowns.length === 0 ? {} : { breakdowns }),
      ...(usableCounts.length === 0 ? {} : { countDefinitions: usableCounts, counts: countResults }),
      read: {
        bytesFromServer: snapshot.bytesFromServer(),
        rowsFetched: figures.rowsFetched,
        rangesReused: figures.rangesReused,
        rangesTotal: figures.rangesTotal,
        pausedMs: shop.pausedMs,
      },
      ...(snapshot.unreadableObjects.length === 0
        ? {}
        : {
            lostObjects: snapshot.unreadableObjects.map(({ database, kind, name, reason }) => ({
              database,
              kind,
              name,
              reason,
            })),
          }),
      ...(vaultKey === null ? {} : { vaultKey }),
      checks: judgeRun({
        tables,
        ledgers: ledgerResults,
        breakdowns,
        counts: countResults,
        missingLedgers: [
          ...ledgers.missing,
          ...missingCounts,
          ...[...lostLedgers, ...lostCounts].map(({ name }) => name),
        ],
        secretColumns: request.secretColumns,
        askedColumns: request.askedColumns ?? [],
        missingSecrets: missingSecretColumns(
          request.secretColumns,
          captured.map(({ record }) => record.schema),
        ),
        lost: gone.map(({ database, name, reason }) => ({ table: fullName({ database, name }), reason })),
        lostObjects: snapshot.unreadableObjects,
        brokenViews: snapshot.brokenViews.map(fullName),
        orphans: snapshot.orphanedObjects,
        undigested: [...figures.undigestedTables],
        digestsCompared: figures.digestsCompared,
        unisolated: unisolated.map(fullName),
        moved: [...figures.movedTables],
        previous: request.previous,
        atMs: Date.parse(snapshot.at),
        clockAheadMs: snapshot.clockAheadMs,
      }),
    };
    const before = request.firstTry?.written;
    return {
      manifest,
      movedAway: lost.filter(({ reason }) => reason === 'moved').map(fullName),
      chunks: captured.reduce((sum, { record }) => sum + chunksOf(record.ranges), 0),
      written: {
        objects: figures.objectsWritten + (before?.objects ?? 0),
        bytes: figures.bytesWritten + (before?.bytes ?? 0),
      },
    };
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    if (pool !== request.pool) await pool.close();
  }
}

function partition<T>(all: readonly T[], test: (each: T) => boolean): [T[], T[]] {
  return [all.filter((each) => test(each)), all.filter((each) => !test(each))];
}

/** The results in the order of the definitions, whatever order the tables ended in. */
function inOrder<T extends { readonly name: string }>(
  definitions: readonly { readonly name: string }[],
  resultsOf: (table: CapturedTable) => readonly T[],
  captured: readonly CapturedTable[],
): T[] {
  const results = captured.flatMap(resultsOf);
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
