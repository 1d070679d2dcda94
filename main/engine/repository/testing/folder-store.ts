import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';

/** A memory store with the content of a folder; the folder itself is never written. */
export async function storeOfFolder(dir: string): Promise<MemoryBlobStore> {
  const blobs = new Map<string, MemoryBlob>();
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const name = file
      .slice(dir.length + 1)
      .split(sep)
      .join('/');
    blobs.set(name, { bytes: await readFile(file), modifiedAtMs: 0 });
  }
  return new MemoryBlobStore({ blobs });
}
