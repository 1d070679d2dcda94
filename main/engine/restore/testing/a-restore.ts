import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { never } from '../../backup/testing/a-capture.ts';
import type { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import type { Repository } from '../../repository/index.ts';
import { CopyReader } from '../copy-reader.ts';
import { planRestore, type RestorePlan } from '../plan-restore.ts';
import { restoreIntoServer, type RestoreResult, type ServerRestore } from '../restore-into-server.ts';

/** A reader of one copy whose vault stays closed. */
export function readerOf(repository: Repository, pool: ChunkPool): CopyReader {
  return new CopyReader([{ name: 'copy', open: () => Promise.resolve(repository) }], pool, null);
}

export function wholePlan(manifest: Manifest, reader: CopyReader): Promise<RestorePlan> {
  return planRestore(manifest, { databases: [], tables: [] }, reader, never);
}

/** What a restore needs that most tests do not care about. */
export const plainRestore = {
  sessions: 2,
  enableEvents: false,
  withoutBinlog: false,
  onProgress: () => undefined,
  signal: never,
} as const satisfies Partial<ServerRestore>;

/** Brings the database `shop` of a snapshot back as `again`. */
export async function restoreAgain(
  manifest: Manifest,
  fields: Pick<ServerRestore, 'reader' | 'pool' | 'target'> & Partial<ServerRestore>,
): Promise<RestoreResult> {
  const plan = await wholePlan(manifest, fields.reader);
  return restoreIntoServer({ ...plainRestore, plan, renames: new Map([['shop', 'again']]), ...fields });
}
