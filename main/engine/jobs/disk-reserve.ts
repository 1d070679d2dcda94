import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import { DiskBlobStore } from '../backend/disk/disk-blob-store.ts';
import { roomAt } from './cold/room.ts';
import { folderOf, type DiskDestination } from './cold/find-disk.ts';
import type { EngineContext } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';
import { letPass } from './let-pass.ts';

/**
 * A disk that others have filled to its last byte cannot be tidied up: the lease that keeps writers off it wants a block. So each disk holds a
 * small file of ours that stands for nothing, and is given back when a lease does not fit.
 */

/** Less than this, and the reserve is not worth what it takes. */
const leastFreeBytes = 8 * 1024 * 1024;
const takeBackMs = 10_000;

/** Gives a disk its reserve while there is room. Like other care in passing, it does not fail the work that the disk was opened for. */
export async function keepReserve(
  context: EngineContext,
  destination: SavedDestination,
  signal: AbortSignal,
): Promise<void> {
  if (destination.kind !== 'disk') return;
  try {
    const store = await openPlain(context, destination);
    if (await store.holdsReserve(signal)) return;
    const room = await roomAt(await folderOf(context.unlocked().keys, destination));
    if (room === null || room.freeBytes < leastFreeBytes) return;
    await store.keepReserve(signal);
  } catch (error) {
    letPass(error, signal);
  }
}

/**
 * Runs work that has to take a lease before it can make room. When the lease does not fit, the disk's reserve is given back and the work begins
 * anew; it must bear that. Only room is made by this: the lease keeps others off as ever, and if somebody else takes the room there is no lease.
 * Error: `prune.no-room-for-lease` {name} when there is no reserve, or it was not enough.
 */
export async function withReserve<T>(
  context: EngineContext,
  destination: SavedDestination,
  signal: AbortSignal,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (destination.kind !== 'disk' || !isNoRoomForLease(error)) throw error;
    const noRoom = (cause: unknown) => new AppError('prune.no-room-for-lease', { name: destination.name }, { cause });
    const store = await openPlain(context, destination);
    if (!(await store.giveReserve(signal))) throw noRoom(error);
    try {
      return await use();
    } catch (again) {
      throw isNoRoomForLease(again) ? noRoom(again) : again;
    } finally {
      // Whatever became of the work, and as soon as it fits: also after a cancel, and on a disk that is nearly as full as before.
      await store.keepReserve(AbortSignal.timeout(takeBackMs)).catch(() => undefined);
    }
  }
}

/** Nor for the note of what is to go, which is written before anything does. */
function isNoRoomForLease(error: unknown): boolean {
  return isAppErrorOf(error, 'backend.disk-full') && /^(leases|deeds)\//.test(String(error.facts['name']));
}

async function openPlain(context: EngineContext, destination: DiskDestination): Promise<DiskBlobStore> {
  return DiskBlobStore.open({ root: await folderOf(context.unlocked().keys, destination) });
}
