import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';

/**
 * Makes a folder, and the folders above it, for this user alone; one that is there is left as it is.
 *
 * Not Node's own `recursive`: where a file system says "no such file" of a folder whose parent is there (/proc, and whatever else
 * nobody can make folders on), that tries again for ever in a thread of its own, and the process can only be killed.
 *
 * Errors: `backend.permission` {path, reason} there; `backend.absent` {path} when the drive itself is missing; `usage.bad-argument`
 * {argument, reason} when a file is in the way; everything else as the operating system says it.
 */
export async function makeFolder(path: string): Promise<void> {
  await make(resolve(path));
}

async function make(path: string): Promise<void> {
  if (await tryMake(path)) return;
  const parent = dirname(path);
  if (parent === path) throw new AppError('backend.absent', { path });
  await make(parent);
  if (!(await tryMake(path))) throw new AppError('backend.permission', { path, reason: 'ENOENT' });
}

/** False when the folder above is not there. */
async function tryMake(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return false;
    const found = await stat(path).catch(() => null);
    // A root that cannot be made (EEXIST, EISDIR, EPERM, EROFS, whatever the system likes to say) is there all the same.
    if (found?.isDirectory() === true) return true;
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw new AppError('usage.bad-argument', { argument: path, reason: 'not-a-folder' }, { cause: error });
    throw error;
  }
}
