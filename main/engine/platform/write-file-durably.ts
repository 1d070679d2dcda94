import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from './random.ts';

/**
 * Replaces a small file as a whole: temp name in the same folder (mode 0600), fsync, rename, fsync of the folder. A reader
 * sees the old content or the new, also after a power cut.
 */
export async function writeFileDurably(path: string, content: string | Uint8Array): Promise<void> {
  const temp = join(dirname(path), `.${newId()}.tmp`);
  try {
    const file = await open(temp, 'wx', 0o600);
    try {
      await file.writeFile(content, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await renameOver(temp, path);
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

const mostTries = 50;

/** Under Windows a virus scanner or a reader may hold the old file for a moment. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      const isHeld = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(code);
      if (!isHeld || tries >= mostTries) throw error;
      await sleep(20);
    }
  }
}

/** Makes renames and new entries of a folder durable. Windows has no such call and answers EPERM, which is no failure. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
