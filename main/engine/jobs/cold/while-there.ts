import { AppError, isAppErrorOf, toAppError, type ErrorCode } from '../../../../shared/errors/app-error.ts';
import { rest } from '../../platform/rest.ts';
import type { VolumeSource } from '../../platform/volumes/index.ts';
import type { FoundDisk } from './find-disk.ts';

const everyMs = 2_000;

/** What a disk answers that is being taken away under us: the system may not have noticed yet. */
const partingWords: readonly ErrorCode[] = ['backend.absent', 'backend.io', 'backend.read-only'];

/**
 * Runs `use` while the disk is there. A disk that is pulled out ends it with `disk.pulled-out` {name, objects}: by what its store answers, and by
 * watching the list of mounted volumes, because a call to a disk that is gone may never answer at all (restic 4972).
 */
export async function whileThere<T>(
  volumes: VolumeSource,
  disk: FoundDisk,
  name: string,
  progress: { readonly objects: number },
  signal: AbortSignal,
  use: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  const both = AbortSignal.any([signal, ending.signal]);
  const pulledOut = (cause?: unknown): AppError =>
    new AppError('disk.pulled-out', { name, objects: progress.objects }, { cause });
  const work = use(both);
  const watch = watchUntilGone(volumes, disk, ending.signal).then((isGone) => {
    if (!isGone) return work;
    const error = pulledOut();
    ending.abort(error);
    // Its own end, should it come, says the same less well.
    work.catch(() => undefined);
    throw error;
  });
  try {
    return await Promise.race([work, watch]);
  } catch (error) {
    signal.throwIfAborted();
    if (isAppErrorOf(error, 'disk.pulled-out')) throw error;
    const { code } = toAppError(error);
    // Where the system told of no volume, only the folder itself can be missed.
    const words = disk.volume === null ? partingWords.slice(0, 1) : partingWords;
    if (words.includes(code) && speaksOf(error, disk) && (disk.volume === null || (await isGone(volumes, disk))))
      throw pulledOut(error);
    throw error;
  } finally {
    ending.abort();
    watch.catch(() => undefined);
  }
}

/** An absent root is named; other failures may be the other copy's, and then this disk is still there. */
function speaksOf(error: unknown, disk: FoundDisk): boolean {
  const { code, facts } = toAppError(error);
  return code !== 'backend.absent' || facts['root'] === disk.path || facts['root'] === undefined;
}

/** True once the disk's volume is listed no more; false when `signal` ends the watch. */
async function watchUntilGone(volumes: VolumeSource, disk: FoundDisk, signal: AbortSignal): Promise<boolean> {
  let last = await volumes.fingerprint().catch(() => '');
  try {
    for (;;) {
      await rest(everyMs, signal);
      const now = await volumes.fingerprint().catch(() => last);
      if (now !== last && (await isGone(volumes, disk))) return true;
      last = now;
    }
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

/** By the list of volumes; one that was never on it cannot be missed there. */
async function isGone(volumes: VolumeSource, { volume }: FoundDisk): Promise<boolean> {
  if (volume === null) return false;
  const mounted = await volumes.list();
  return !mounted.some(({ mountPath, device }) => mountPath === volume.mountPath && device === volume.device);
}
