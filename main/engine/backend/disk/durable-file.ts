import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DiskFiles } from './disk-files.ts';
import { errnoOf, isFolderSyncUnsupported, isHeldBriefly, isSyncUnsupported } from './disk-errors.ts';

/**
 * The steps that make bytes survive a pulled plug: temp file, sync, rename, sync of the folder.
 *
 * Sync happens on the handle that wrote: Windows refuses to flush a read-only handle, and macOS gets its full flush
 * from libuv (`F_FULLFSYNC`). Folders cannot be synced on Windows.
 */
export interface DiskWays {
  readonly files: DiskFiles;
  readonly platform: NodeJS.Platform;
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

const sliceBytes = 1024 * 1024;
const maxHeldTries = 300;

/**
 * Writes a new file with a short (8.3) unique name into `folder` and syncs it. `whileOpen` runs before the handle is
 * closed: an open file keeps the disk mounted. On any failure the file is removed again, which also
 * gives its space back on a full disk.
 */
export async function writeTempFile(
  ways: DiskWays,
  folder: string,
  bytes: Uint8Array,
  signal: AbortSignal,
  whileOpen: () => Promise<void>,
): Promise<string> {
  const path = join(folder, `${randomBytes(4).toString('hex')}.tmp`);
  const handle = await ways.files.open(path, 'wx', 0o644);
  try {
    try {
      await whileOpen();
      for (let at = 0; at < bytes.length;) {
        signal.throwIfAborted();
        const { bytesWritten } = await handle.write(bytes, at, Math.min(sliceBytes, bytes.length - at));
        at += bytesWritten;
      }
      signal.throwIfAborted();
      await handle.sync().catch((error: unknown) => {
        if (!isSyncUnsupported(error)) throw error;
      });
    } finally {
      await handle.close();
    }
  } catch (error) {
    await discard(ways, path);
    throw error;
  }
  return path;
}

/**
 * Gives the temp file its name unless one is there, and says whether it did. A hard link cannot overwrite, so of two
 * racing writers one wins; file systems without links (FAT, exFAT, some shares) fall back to a rename.
 */
export async function publishNew(ways: DiskWays, temp: string, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    await ways.files.link(temp, path);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && (await ways.files.lstat(path)).isFile()) {
      await discard(ways, temp);
      return false;
    }
    await publish(ways, temp, path, signal);
    return true;
  }
  await discard(ways, temp);
  return true;
}

/** Renames over whatever has the name now. */
export async function publish(ways: DiskWays, temp: string, path: string, signal: AbortSignal): Promise<void> {
  await whenFree(ways, signal, () => ways.files.rename(temp, path));
}

/** Under Windows, tries again for up to half a minute while another program holds the file. */
export async function whenFree(ways: DiskWays, signal: AbortSignal, action: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await action();
      return;
    } catch (error) {
      if (ways.platform !== 'win32' || !isHeldBriefly(error) || tries >= maxHeldTries) throw error;
      await ways.sleep(Math.min(10 * tries, 100), signal);
      signal.throwIfAborted();
    }
  }
}

export async function syncFolder(ways: DiskWays, folder: string): Promise<void> {
  if (ways.platform === 'win32') return;
  const handle = await ways.files.open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!isFolderSyncUnsupported(error)) throw error;
  } finally {
    await handle.close();
  }
}

/** Removes a temp file. A failure is left alone: the name means nothing to anyone, and a later sweep takes it. */
export async function discard(ways: DiskWays, temp: string): Promise<void> {
  await ways.files.unlink(temp).catch(() => undefined);
}
