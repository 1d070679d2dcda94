import { link, open, rename, rm, stat } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import { newId } from './random.ts';

/**
 * Files that an owner asked for, which may hold a shop's rows: they get their names when they are whole, and never the name of another one. Until then they lie beside
 * it under a name that nobody else uses, so that what a killed program left can be told from everything else.
 */

/** Where a file lies that is to become `path`; another one each time. */
export function partOf(path: string): string {
  return `${path}.${newId().slice(0, 8)}.part`;
}

/** Error: `restore.target-exists` {target}. */
export async function requireNew(path: string): Promise<void> {
  if ((await stat(path).catch(() => null)) !== null) throw new AppError('restore.target-exists', { target: path });
}

/** Gives the whole file its name, but never the name of another that appeared meanwhile. */
export async function publishNew(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    // A file system without links (FAT, some shares): take the name first, and only if it is free.
    await (await open(path, 'wx', 0o600)).close();
    await rename(part, path).catch(async (failure: unknown) => {
      await rm(path, { force: true });
      throw failure;
    });
    return;
  }
  await rm(part, { force: true });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
