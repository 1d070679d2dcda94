import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MemoryBlobStore, type MemoryBlob } from '../../main/engine/backend/memory/memory-blob-store.ts';
import { encodeObject, Repository, type MainKeys, type RepositoryHeader } from '../../main/engine/repository/index.ts';
import { aColumn, aManifest } from '../../main/engine/repository/testing/a-shop.ts';
import type { Range, TableRecord } from '../../shared/model/database.ts';

/**
 * A repository of any size without a server: real objects, written by the product's own code, whose rows nobody will load.
 * Each snapshot is a night of one shop in which the last `freshChunks` ranges of its table are new.
 */
export interface SyntheticPlan {
  readonly snapshots: number;
  /** Rows objects that each snapshot adds. With its table record and manifest it adds two objects more. */
  readonly freshChunks: number;
  /** Rows objects that each snapshot names, fresh ones included. */
  readonly chunksPerSnapshot: number;
  /** Of one rows object before compression, which makes about a fifth of it. */
  readonly payloadBytes: number;
  /** The newest snapshot's instant; each earlier one is a step older. ISO 8601. */
  readonly newestAt: string;
  readonly stepMs: number;
}

export const syntheticSourceId = '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10';

/** Writes it into `dir`, not durably: this is a benchmark's material. Gives the number of objects below `chunks/`. */
export async function writeSyntheticRepository(
  dir: string,
  keys: MainKeys,
  header: RepositoryHeader,
  plan: SyntheticPlan,
  signal: AbortSignal,
): Promise<{ readonly chunks: number; readonly bytes: number }> {
  const blobs = new Map<string, MemoryBlob>();
  const store = new MemoryBlobStore({ blobs });
  await Repository.create(store, header, signal);
  const repository = await Repository.open(store, keys, signal);
  let ranges: Range[] = [];
  let previous: string | null = null;
  for (let night = 0; night < plan.snapshots; night++) {
    const wanted = night === 0 ? plan.chunksPerSnapshot : plan.freshChunks;
    const fresh: Range[] = [];
    for (let i = 0; i < wanted; i++) fresh.push(await rangeOf(repository, plan.payloadBytes, signal));
    ranges = [...ranges.slice(0, Math.max(0, plan.chunksPerSnapshot - wanted)), ...fresh];
    const at = new Date(Date.parse(plan.newestAt) - (plan.snapshots - 1 - night) * plan.stepMs).toISOString();
    previous = await putSnapshot(repository, ranges, { at, previous }, signal);
  }
  let bytes = 0;
  const names = [...blobs.keys()];
  for (const folder of new Set(names.map((name) => dirname(name)))) await mkdir(join(dir, folder), { recursive: true });
  for (const [name, blob] of blobs) {
    await writeFile(join(dir, name), blob.bytes);
    bytes += blob.bytes.length;
  }
  return { chunks: names.filter((name) => name.startsWith('chunks/')).length, bytes };
}

const digest = '0'.repeat(32);
const rowsPerChunk = 64;

async function rangeOf(repository: Repository, payloadBytes: number, signal: AbortSignal): Promise<Range> {
  const { id, bytes } = encodeObject(repository.keys, { kind: 'rows', payload: rowsText(payloadBytes) });
  await repository.putObject({ id, bytes }, signal);
  return {
    lower: null,
    rows: rowsPerChunk,
    digest,
    sum: null,
    sealedDigest: null,
    sealedSum: null,
    chunks: [{ id, sealedId: null, rows: rowsPerChunk, textBytes: payloadBytes }],
    ledgers: [],
  };
}

/** Orders as a shop has them: numbers that grow, words that repeat, and 32 random hex digits, of which half can be compressed away. */
function rowsText(sizeBytes: number): Buffer {
  const lineBytes = 100;
  const lines = Math.ceil(sizeBytes / lineBytes);
  const random = randomBytes(4 + 16 * lines);
  const first = random.readUInt32LE(0);
  let text = '';
  for (let i = 0, at = 4; i < lines; i++, at += 16)
    text += `${first + i}\t${random.toString('hex', at, at + 16)}\tbuyer${i % 977}@example.com\t十元点卡\t9.90\t2\t2026-11-22 14:00:00\n`;
  return Buffer.from(text).subarray(0, sizeBytes);
}

async function putSnapshot(
  repository: Repository,
  ranges: readonly Range[],
  { at, previous }: { readonly at: string; readonly previous: string | null },
  signal: AbortSignal,
): Promise<string> {
  const rows = ranges.length * rowsPerChunk;
  const record: TableRecord = {
    schema: {
      database: 'shop',
      name: 'orders',
      engine: 'InnoDB',
      transactional: true,
      ddl: 'CREATE TABLE `orders` (`id` bigint NOT NULL, PRIMARY KEY (`id`))',
      key: ['id'],
      columns: [aColumn('id', 'bigint', {})],
    },
    rows,
    // Every range but the first has a lower bound; here only their number matters.
    ranges: ranges.map((range, index) => (index === 0 ? range : { ...range, lower: [boundOf(index)] })),
  };
  const table = await repository.putTableRecord(record, signal);
  const id = randomUUID();
  const textBytes = ranges.reduce((sum, { chunks }) => sum + (chunks[0]?.textBytes ?? 0), 0);
  await repository.putManifest(
    aManifest({
      id,
      previous,
      startedAt: at,
      at,
      finishedAt: at,
      tables: [
        {
          database: 'shop',
          name: 'orders',
          rows,
          textBytes,
          ranges: ranges.length,
          transactional: true,
          sealed: false,
          tableChunk: table.id,
        },
      ],
    }),
    signal,
  );
  return id;
}

function boundOf(index: number): string {
  return Buffer.from(String(index * rowsPerChunk)).toString('base64');
}
