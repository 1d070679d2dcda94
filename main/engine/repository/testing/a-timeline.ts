import type { TableRecord } from '../../../../shared/model/database.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import type { BlobStore } from '../../backend/blob-store.ts';
import { newId } from '../../platform/random.ts';
import { chunksOfTable, encodeObject, type MainKeys, Repository, type RepositoryHeader } from '../index.ts';
import { aColumn, aManifest } from './a-shop.ts';

export const aSourceId = '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10';

/** A snapshot of tables that are given as the texts of their chunks: equal texts are one chunk, equal tables one record. */
export interface TimelineSnapshot {
  readonly at: string;
  readonly tables: readonly (readonly string[])[];
  readonly sourceId?: string;
  readonly fields?: Partial<Manifest>;
}

export async function openTimeline(
  store: BlobStore,
  { header, mainKeys }: { readonly header: RepositoryHeader; readonly mainKeys: MainKeys },
  signal: AbortSignal,
): Promise<Repository> {
  await Repository.createOrAdopt(store, header, mainKeys, signal);
  return Repository.open(store, mainKeys, signal);
}

/** Gives the manifest's name. */
export async function addSnapshot(
  repository: Repository,
  { at, tables, sourceId = aSourceId, fields }: TimelineSnapshot,
  signal: AbortSignal,
): Promise<string> {
  const entries: Manifest['tables'] = [];
  for (const [index, texts] of tables.entries()) {
    const record = await aTable(repository, `t${index}`, texts, signal);
    const stored = await repository.putTableRecord(record, signal);
    entries.push({
      database: 'shop',
      name: `t${index}`,
      rows: record.rows,
      textBytes: texts.join('').length,
      ranges: record.ranges.length,
      transactional: true,
      sealed: false,
      tableChunk: stored.id,
    });
  }
  const manifest = aManifest({
    id: newId(),
    source: { id: sourceId, name: '小店', preset: null },
    startedAt: at,
    at,
    finishedAt: at,
    tables: entries,
    ...fields,
  });
  return (await repository.putManifest(manifest, signal)).name;
}

async function aTable(
  repository: Repository,
  name: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<TableRecord> {
  const ranges: TableRecord['ranges'] = [];
  for (const [index, text] of texts.entries()) {
    const object = encodeObject(repository.keys, { kind: 'rows', payload: Buffer.from(`${text}\n`) });
    await repository.putObject(object, signal);
    ranges.push({
      lower: index === 0 ? null : [Buffer.from(String(index)).toString('base64')],
      rows: 1,
      digest: '0'.repeat(32),
      sum: null,
      sealedDigest: null,
      sealedSum: null,
      chunks: [{ id: object.id, sealedId: null, rows: 1, textBytes: text.length }],
      ledgers: [],
    });
  }
  return {
    schema: {
      database: 'shop',
      name,
      engine: 'InnoDB',
      transactional: true,
      ddl: `CREATE TABLE \`${name}\` (\`id\` bigint NOT NULL, PRIMARY KEY (\`id\`))`,
      key: ['id'],
      columns: [aColumn('id', 'bigint', {})],
    },
    rows: texts.length,
    ranges,
  };
}

/** Reads every object of every snapshot that is there, to the last byte; gives the ids they need. Rejects when one is damaged or missing. */
export async function readWholeTimeline(repository: Repository, signal: AbortSignal): Promise<Set<string>> {
  const needed = new Set<string>();
  for (const name of await repository.listManifests(signal)) {
    for (const { tableChunk } of (await repository.getManifest(name, signal)).tables) {
      needed.add(tableChunk);
      for (const id of chunksOfTable(await repository.getTableRecord(tableChunk, signal))) {
        needed.add(id);
        await repository.getObject(id, { expectedKind: 'rows', signal });
      }
    }
  }
  return needed;
}
