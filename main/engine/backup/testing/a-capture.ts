import PQueue from 'p-queue';
import type { LedgerDefinition, TableSchema } from '../../../../shared/model/database.ts';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { FaultyBlobStore } from '../../backend/testing/faulty-blob-store.ts';
import type { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { systemClock } from '../../platform/clock.ts';
import { Repository, type NewKeyring } from '../../repository/index.ts';
import { aColumn } from '../../repository/testing/a-shop.ts';
import type { CaptureContext } from '../capture-context.ts';
import type { ScriptedRow, ScriptedSnapshot, ScriptedTable } from './scripted-snapshot.ts';

export const never: AbortSignal = new AbortController().signal;

export function aTable(fields: Partial<TableSchema> = {}): TableSchema {
  return {
    database: 'shop',
    name: 'cards',
    engine: 'InnoDB',
    transactional: true,
    ddl: 'CREATE TABLE `cards` (`id` bigint NOT NULL, PRIMARY KEY (`id`)) AUTO_INCREMENT=7',
    key: ['id'],
    columns: [
      aColumn('id', 'bigint', {}),
      aColumn('price', 'decimal', { nullable: true }),
      aColumn('secret', 'varchar', { secret: true }),
    ],
    ...fields,
  };
}

export function someRows(count: number, firstId = 1): ScriptedRow[] {
  return Array.from({ length: count }, (_, n) => [String(firstId + n), `${n % 10}.50`, `CARD-${firstId + n}`]);
}

export function aScriptedTable(count: number, fields: Partial<TableSchema> = {}): ScriptedTable {
  return { schema: aTable(fields), rows: someRows(count) };
}

export function aLedger(fields: Partial<LedgerDefinition> = {}): LedgerDefinition {
  return {
    name: 'sales',
    database: 'shop',
    table: 'cards',
    amountColumn: 'price',
    unit: 'yuan',
    currency: 'CNY',
    statusColumn: null,
    paidValues: [],
    ...fields,
  };
}

/** A repository in memory behind a store that can break, and the map of what is stored. */
export async function aRepository({ header, mainKeys }: NewKeyring) {
  const blobs = new Map<string, MemoryBlob>();
  const store = new FaultyBlobStore(new MemoryBlobStore({ blobs }));
  await Repository.create(store, header, never);
  const repository = await Repository.open(store, mainKeys, never);
  await repository.knownIds(never);
  return { blobs, store, repository };
}

export function aContext(
  snapshot: ScriptedSnapshot,
  repository: Repository,
  pool: ChunkPool,
  fields: Partial<CaptureContext> = {},
): CaptureContext {
  const stop = new AbortController();
  return {
    snapshot,
    repository,
    pool,
    readers: new PQueue({ concurrency: 2 }),
    ledgers: [aLedger()],
    counts: [],
    figures: {
      rowsFetched: 0,
      rangesReused: 0,
      rangesTotal: 0,
      objectsWritten: 0,
      bytesWritten: 0,
      digestsCompared: 0,
      movedTables: new Set(),
      undigestedTables: new Set(),
    },
    // As over a thin line.
    costs: { isAskingCheaper: () => true, fetched: () => undefined, asked: () => undefined },
    clock: systemClock,
    pace: () => Promise.resolve(),
    giveWay: () => Promise.resolve(),
    onProgress: () => undefined,
    fail: (error) => stop.abort(error),
    signal: stop.signal,
    ...fields,
  };
}

export function chunkNames(blobs: ReadonlyMap<string, unknown>): string[] {
  return [...blobs.keys()].filter((name) => name.startsWith('chunks/')).sort();
}
