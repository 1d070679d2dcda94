import { isAppErrorOf } from '../../../shared/errors/app-error.ts';
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BlobStore } from '../backend/blob-store.ts';
import { assetPath } from '../platform/asset-path.ts';
import { readmeName, recoverScriptName } from './format.ts';

/** What lies in clear in every repository, so that it can be read without Shouhu. */
const readerFiles = [readmeName, recoverScriptName] as const;
const maxReaderFileBytes = 4 * 1024 * 1024;

function shipped(name: (typeof readerFiles)[number]): Promise<Buffer> {
  return readFile(assetPath(`recover/${name}`));
}

/** Writes README.txt and recover.mjs where they are absent or differ from this version's. Gives the names written. */
export async function refreshReaderFiles(store: BlobStore, signal: AbortSignal): Promise<string[]> {
  const written: string[] = [];
  for (const name of readerFiles) {
    const wanted = await shipped(name);
    const found = await readIfThere(store, name, signal);
    if (found?.equals(wanted) === true) continue;
    await store.put(name, wanted, { mode: 'replace', signal });
    written.push(name);
  }
  return written;
}

/** SHA-256 (hex) of the recover.mjs that this version ships: printed in the recovery kit, since a cloud could swap the file. */
export async function recoverScriptSha256(): Promise<string> {
  return hash('sha256', await shipped(recoverScriptName), 'hex');
}

async function readIfThere(store: BlobStore, name: string, signal: AbortSignal): Promise<Buffer | undefined> {
  try {
    return await store.get(name, { signal, maxBytes: maxReaderFileBytes });
  } catch (error) {
    // Absent or absurdly big: both are mended by writing it again.
    if (isAppErrorOf(error, 'backend.blob-missing', 'backend.rejected')) return undefined;
    throw error;
  }
}
