import type { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import {
  findingOf,
  isDeedName,
  parseManifestName,
  parseStreamName,
  readDeed,
  type Repository,
} from '../repository/index.ts';
import { wasMergedOrPruned } from './gone-stream-record.ts';
import type { Finding } from './verify-copy.ts';

export interface ShareRequest {
  readonly repository: Repository;
  readonly pool: ChunkPool;
  /** Chunk ids, and whole names of manifests, stream records and deeds, in the order in which they are read. */
  readonly objects: readonly string[];
  /** Waits before each object: while more important work is going on, and for the line. `lastBytes` were read before. */
  readonly pause: (lastBytes: number) => Promise<void>;
  readonly onProven: (object: string) => void;
  /** Damaged or missing; told at once as well. */
  readonly onBroken: (object: string) => void;
  readonly onProgress: (done: { readonly doneObjects: number; readonly bytesRead: number }) => void;
  readonly signal: AbortSignal;
}

export interface ShareReport {
  readonly read: number;
  readonly bytesRead: number;
  readonly damaged: readonly Finding[];
  readonly missing: readonly string[];
}

/**
 * Reads objects of one copy back, one after the other, and checks each to the last bit. Damage is a finding, not an error. Every proof and finding
 * is told at once, so that whoever writes it down loses nothing when this ends early. Errors: those of the store, and an abort.
 */
export async function readShare(request: ShareRequest): Promise<ShareReport> {
  const { objects, pause, onProven, onBroken, onProgress, signal } = request;
  const damaged: Finding[] = [];
  const missing: string[] = [];
  let read = 0;
  let bytesRead = 0;
  let lastBytes = 0;
  for (const object of objects) {
    await pause(lastBytes);
    signal.throwIfAborted();
    try {
      lastBytes = await readOne(request, object);
      bytesRead += lastBytes;
      onProven(object);
    } catch (error) {
      signal.throwIfAborted();
      const reason = findingOf(error);
      if (reason === null) throw error;
      // Taken away since the share was chosen: no loss.
      if (reason === 'missing' && (await wasMergedOrPruned(request.repository, object, signal))) continue;
      if (reason === 'missing') missing.push(object);
      else damaged.push({ object, reason });
      onBroken(object);
    }
    read += 1;
    onProgress({ doneObjects: read, bytesRead });
  }
  return { read, bytesRead, damaged, missing };
}

/** Gives the bytes read, as far as they are known: of a manifest or a record its content, which is small. */
async function readOne({ repository, pool, signal }: ShareRequest, object: string): Promise<number> {
  if (parseManifestName(object) !== undefined) {
    await repository.getManifest(object, signal);
    return 0;
  }
  if (parseStreamName(object) !== undefined) return (await repository.getStreamRecord(object, signal)).length;
  if (isDeedName(object)) return (await readDeed(repository, object, signal)).text.length;
  const bytes = await repository.getRaw(object, signal);
  const { length } = bytes;
  await pool.check({ id: object, bytes }, signal);
  return length;
}
