import { randomBytes } from 'node:crypto';
import type { TableRecord } from '../../../../shared/model/database.ts';
import { newId } from '../../platform/random.ts';
import { encodeObject, type EncodedObject, type EncodingKeys, type Repository } from '../index.ts';
import { aManifest, shopAt } from './a-shop.ts';

export interface SnapshotPlan {
  /** Rows objects of the one table. */
  readonly objects: number;
  /** Size of each; they do not compress. Default 1000. */
  readonly objectBytes?: number;
  readonly at?: string;
  /** Objects that are kept from an earlier snapshot, before the new ones. */
  readonly kept?: readonly string[];
  /** One object more whose tags hold over another content than its name says: what a computer with a bad memory would make. */
  readonly hasMisnamed?: boolean;
  /** Another shop. */
  readonly sourceId?: string;
  /** The snapshot that it follows. Default: none. */
  readonly previous?: string;
}

/** An object of noise: nobody has it yet. */
export function anObject(keys: EncodingKeys, salt: string, sizeBytes: number): EncodedObject {
  return encodeObject(keys, { kind: 'rows', payload: Buffer.concat([Buffer.from(salt), randomBytes(sizeBytes)]) });
}

/** Writes a snapshot of one table whose content nobody can load: for whoever moves and checks objects. Gives the manifest's name. */
export async function writeSnapshot(
  repository: Repository,
  { objects, objectBytes = 1000, at = shopAt, kept = [], hasMisnamed = false, sourceId, previous }: SnapshotPlan,
): Promise<string> {
  const { signal } = new AbortController();
  const ids = [...kept];
  for (let n = 0; n < objects + (hasMisnamed ? 1 : 0); n++) {
    const keys = n < objects ? repository.keys : { ...repository.keys, idKey: repository.keys.encKey };
    const object = anObject(keys, newId(), objectBytes);
    await repository.putObject(object, signal);
    ids.push(object.id);
  }
  const digest = '0'.repeat(32);
  const chunks = ids.map((id) => ({ id, sealedId: null, rows: 1, textBytes: objectBytes }));
  const table: TableRecord = {
    schema: {
      database: 'shop',
      name: 'noise',
      engine: 'InnoDB',
      transactional: true,
      ddl: 'CREATE TABLE `noise` (`n` int)',
      key: null,
      columns: [],
    },
    rows: ids.length,
    ranges: [
      { digest, sum: digest, sealedDigest: null, sealedSum: null, ledgers: [], lower: null, rows: ids.length, chunks },
    ],
  };
  const { id: tableChunk } = await repository.putTableRecord(table, signal);
  const base = aManifest();
  const { name } = await repository.putManifest(
    {
      ...base,
      id: newId(),
      at,
      previous: previous ?? null,
      source: { ...base.source, ...(sourceId === undefined ? {} : { id: sourceId, name: sourceId.slice(0, 8) }) },
      tables: [
        {
          database: 'shop',
          name: 'noise',
          rows: ids.length,
          textBytes: ids.length * objectBytes,
          ranges: 1,
          transactional: true,
          sealed: false,
          tableChunk,
        },
      ],
    },
    signal,
  );
  return name;
}
