import { AppError } from '../../../shared/errors/app-error.ts';
import { isObjectId } from './format.ts';
import type { MainKeys } from './keys/main-keys.ts';
import { verifyObject } from './objects/object-codec.ts';
import type { Repository } from './repository.ts';

export interface CopyProgress {
  readonly objectsCopied: number;
  readonly bytesCopied: number;
  readonly objectsSkipped: number;
}

export interface CopyOptions {
  /** Objects in flight; default 4. Each is held in memory once. */
  readonly concurrency?: number;
  readonly onProgress?: (progress: CopyProgress) => void;
  readonly signal: AbortSignal;
  /** How an object is checked; default in this thread. A worker pool may take it over. Rejects when damaged. */
  readonly verify?: (keys: MainKeys, id: string, bytes: Uint8Array) => unknown;
}

/**
 * Copies the objects that `to` has not got, each one verified between reading and writing, so that damage never spreads.
 * The first error stops the rest and is thrown; what was copied stays, and a second run goes on from there.
 * Errors: those of both stores, `repository.damaged`, `repository.missing-object`, `repository.foreign` (different repositories).
 */
export async function copyMissing(
  from: Repository,
  to: Repository,
  ids: AsyncIterable<string> | Iterable<string>,
  { concurrency = 4, onProgress, signal, verify = verifyObject }: CopyOptions,
): Promise<CopyProgress> {
  if (from.id !== to.id) throw new AppError('repository.foreign', { found: to.id });
  const present = await to.knownIds(signal);
  let progress: CopyProgress = { objectsCopied: 0, bytesCopied: 0, objectsSkipped: 0 };
  const failing = new AbortController();
  const stop = AbortSignal.any([signal, failing.signal]);
  const advance = (step: Partial<CopyProgress>) => {
    progress = {
      objectsCopied: progress.objectsCopied + (step.objectsCopied ?? 0),
      bytesCopied: progress.bytesCopied + (step.bytesCopied ?? 0),
      objectsSkipped: progress.objectsSkipped + (step.objectsSkipped ?? 0),
    };
    onProgress?.(progress);
  };
  const copyOne = async (id: string) => {
    const bytes = await from.getRaw(id, stop);
    await verify(from.keys, id, bytes);
    stop.throwIfAborted();
    const { written } = await to.putObject({ id, bytes }, stop);
    advance(written ? { objectsCopied: 1, bytesCopied: bytes.length } : { objectsSkipped: 1 });
  };
  const source = iterate(ids);
  // One iterator shared by all lanes: each takes the next id when it is free.
  const lane = async () => {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      stop.throwIfAborted();
      if (!isObjectId(next.value)) throw new RangeError('not an object id');
      if (present.has(next.value)) {
        to.relyOn(next.value);
        advance({ objectsSkipped: 1 });
      } else await copyOne(next.value);
    }
  };
  const lanes = Array.from({ length: Math.max(1, concurrency) }, () =>
    lane().catch((error: unknown) => {
      // The first failure is the reason; the other lanes end with it.
      failing.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(lanes);
  if (signal.aborted) throw signal.reason;
  if (failing.signal.aborted) throw failing.signal.reason;
  return progress;
}

/** Copies one snapshot: its missing chunks, then its manifest, which is re-read from `from` and checked. */
export async function copySnapshot(
  from: Repository,
  to: Repository,
  manifest: string,
  options: CopyOptions,
): Promise<CopyProgress> {
  const content = await from.getManifest(manifest, options.signal);
  const progress = await copyMissing(from, to, from.objectsOf(content, options.signal), options);
  await to.putManifest(content, options.signal);
  return progress;
}

async function* iterate(ids: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  yield* ids;
}
