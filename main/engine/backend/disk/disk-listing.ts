import { join } from 'node:path';
import type { BlobStat } from '../blob-store.ts';
import type { DiskFiles } from './disk-files.ts';
import { isMissing } from './disk-errors.ts';
import { isDiskName, isDiskSegment } from './disk-names.ts';

const statsAtOnce = 32;

/**
 * Every object under `root` whose name starts with `prefix`, folder by folder, without holding more than one folder's
 * sub-folders in memory. Symbolic links, temp files and names no object can have are passed over; a file or folder
 * that is removed meanwhile is simply not listed. `onFolder` is told of each real folder. Rejects with Node's own errors.
 */
export async function* walkDisk(
  files: DiskFiles,
  root: string,
  prefix: string,
  onFolder: (folder: string) => void,
  signal: AbortSignal,
  folder = '',
): AsyncIterable<BlobStat> {
  const folders: string[] = [];
  let names: string[] = [];
  const dir = await files.opendir(join(root, folder), { bufferSize: 256 }).catch((error: unknown) => {
    if (folder !== '' && isMissing(error)) return undefined;
    throw error;
  });
  if (dir === undefined) return;

  for await (const entry of dir) {
    signal.throwIfAborted();
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && isDiskSegment(entry.name) && mayHold(name, prefix)) {
      folders.push(name);
      onFolder(name);
    }
    if (entry.isFile() && name.startsWith(prefix) && isDiskName(name)) names.push(name);
    if (names.length === statsAtOnce) {
      yield* await statAll(files, root, names);
      names = [];
    }
  }
  yield* await statAll(files, root, names);
  for (const next of folders) yield* walkDisk(files, root, prefix, onFolder, signal, next);
}

function mayHold(folder: string, prefix: string): boolean {
  return isDiskName(`${folder}/x`) && (`${folder}/`.startsWith(prefix) || prefix.startsWith(`${folder}/`));
}

async function statAll(files: DiskFiles, root: string, names: readonly string[]): Promise<BlobStat[]> {
  const found = await Promise.all(
    names.map(async (name): Promise<BlobStat[]> => {
      try {
        const info = await files.lstat(join(root, name));
        return info.isFile() ? [{ name, sizeBytes: info.size, modifiedAtMs: Math.trunc(info.mtimeMs) }] : [];
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}
