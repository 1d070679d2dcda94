import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MemoryBlobStore, type MemoryBlob } from '../../main/engine/backend/memory/memory-blob-store.ts';
import {
  encodeObject,
  encodeSealedRows,
  Repository,
  type MainKeys,
  type RepositoryHeader,
} from '../../main/engine/repository/index.ts';
import { aColumn, aManifest } from '../../main/engine/repository/testing/a-shop.ts';
import type { RangeChunk, TableRecord } from '../../shared/model/database.ts';
import type { Manifest } from '../../shared/model/snapshot.ts';

/**
 * Years of nights of a card shop as its manifests look: two dozen tables, of which half change every night, cards sealed, and a log
 * without a key. Real objects, written by the product's own code; each rows object holds one line.
 */
export interface LongTimeline {
  readonly snapshots: number;
  /** Tables of the shop, the cards and the log included. */
  readonly tables: number;
  /** Tables that change from night to night. Each one costs a rows object and a record. */
  readonly changing: number;
}

/** 25 objects a night: 50 000 in 2000 nights. */
export const yearsOfNights: LongTimeline = { snapshots: 2000, tables: 24, changing: 12 };

const digest = '0'.repeat(32);
const stepMs = 6 * 3600 * 1000;
const newestMs = Date.parse('2026-11-22T14:00:00.000Z');
/** More than a chunk: how many it has is in its record only. */
const logBytes = 3_000_000;

/** Writes into `dir`, not durably: this is a benchmark's material. Gives the number of objects below `chunks/`. */
export async function writeLongTimeline(
  dir: string,
  keys: MainKeys,
  header: RepositoryHeader,
  plan: LongTimeline,
  signal: AbortSignal,
): Promise<{ readonly chunks: number }> {
  const blobs = new Map<string, MemoryBlob>();
  const store = new MemoryBlobStore({ blobs });
  await Repository.create(store, header, signal);
  const repository = await Repository.open(store, keys, signal);
  const schemaChunk = (
    await repository.putDatabaseRecord(
      { name: 'shop', ddl: '', characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci', objects: [] },
      signal,
    )
  ).id;
  let previous: string | null = null;
  const tables: Manifest['tables'] = [];
  for (let night = 0; night < plan.snapshots; night++) {
    for (let table = 0; table < plan.tables; table++)
      if (night === 0 || table < plan.changing) tables[table] = await putTable(repository, table, night, signal);
    const at = new Date(newestMs - (plan.snapshots - 1 - night) * stepMs).toISOString();
    const id = uuidOf(night);
    const manifest = nightly({ id, previous, startedAt: at, at, finishedAt: at, tables: [...tables] }, schemaChunk);
    await repository.putManifest(manifest, signal);
    previous = id;
  }
  const names = [...blobs.keys()];
  for (const folder of new Set(names.map((name) => dirname(name)))) await mkdir(join(dir, folder), { recursive: true });
  for (const [name, { bytes }] of blobs) await writeFile(join(dir, name), bytes);
  return { chunks: names.filter((name) => name.startsWith('chunks/')).length };
}

async function putTable(
  repository: Repository,
  table: number,
  night: number,
  signal: AbortSignal,
): Promise<Manifest['tables'][number]> {
  const isSealed = table === 0;
  const isLog = table === 1;
  const line = Buffer.from(`${table}\t${night}\n`);
  const open = encodeObject(repository.keys, { kind: 'rows', payload: line });
  await repository.putObject(open, signal);
  const sealed = isSealed ? encodeSealedRows(repository.keys, { rows: 1, text: line, digest }) : null;
  if (sealed !== null) await repository.putObject(sealed, signal);
  const chunk: RangeChunk = { id: open.id, sealedId: sealed?.id ?? null, rows: 1, textBytes: isLog ? logBytes : 10 };
  const name = `table_${table}`;
  const record: TableRecord = {
    schema: {
      database: 'shop',
      name,
      engine: 'InnoDB',
      transactional: true,
      ddl: `CREATE TABLE \`${name}\` (\`id\` bigint NOT NULL)`,
      key: isLog ? null : ['id'],
      columns: [aColumn('id', 'bigint', {}), aColumn('n', 'bigint', { secret: isSealed })],
    },
    rows: 1,
    ranges: [
      {
        ...{ lower: null, rows: 1, digest, sum: null, sealedDigest: null, sealedSum: null, ledgers: [] },
        chunks: [chunk],
      },
    ],
  };
  const tableChunk = (await repository.putTableRecord(record, signal)).id;
  const { textBytes } = chunk;
  return { database: 'shop', name, rows: 1, textBytes, ranges: 1, transactional: true, sealed: isSealed, tableChunk };
}

/** What else a real manifest of such a shop holds. */
function nightly(fields: Partial<Manifest>, schemaChunk: string): Manifest {
  const ledger = { currency: 'CNY', rows: 1200, sum: '11880.00', serverSum: '11880.00', equal: true };
  return aManifest({
    ...fields,
    databases: [{ name: 'shop', schemaChunk }],
    ledgers: [
      { name: '订单', ...ledger },
      { name: '余额', ...ledger },
    ],
    checks: Array.from({ length: 14 }, (_, index) => ({
      id: `check-${index}`,
      ok: true,
      facts: { tables: 24, rows: 1200 },
    })),
  });
}

function uuidOf(night: number): string {
  const hex = createHash('sha256').update(`night ${night}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
