import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CardSearch, FoundCard } from './card-search.ts';

export interface CardAt extends FoundCard {
  readonly where: string;
}

const partBytes = 64 * 1024 * 1024;
/** Longer than any piece of a card: what is cut by two parts stands in the second one whole. */
const overlapBytes = 4096;

/**
 * Every card in the files and folders below, names of files included. Files that go while it looks are passed over, as a thief could not have them either.
 * @param isLeftOut files that hold cards because somebody asked for them
 */
export async function cardsBelow(
  dir: string,
  search: CardSearch,
  isLeftOut: (path: string) => boolean = () => false,
): Promise<{ readonly found: CardAt[]; readonly files: number; readonly bytes: number }> {
  const found: CardAt[] = [];
  let [files, bytes] = [0, 0];
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    found.push(...search.find(Buffer.from(path)).map((one) => ({ ...one, where: `the name ${path}` })));
    if (!entry.isFile() || isLeftOut(path)) continue;
    const looked = await cardsInFile(path, search).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    });
    if (looked === null) continue;
    files += 1;
    bytes += looked.bytes;
    found.push(...looked.found);
  }
  return { found, files, bytes };
}

async function cardsInFile(path: string, search: CardSearch): Promise<{ found: CardAt[]; bytes: number }> {
  const { size } = await stat(path);
  const file = await open(path, 'r');
  try {
    const found: CardAt[] = [];
    const buffer = Buffer.allocUnsafe(Math.min(size, partBytes));
    for (let at = 0; at < size; at += partBytes - overlapBytes) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      found.push(
        ...search.find(buffer.subarray(0, bytesRead)).map((one) => ({ ...one, at: at + one.at, where: path })),
      );
      if (at + bytesRead >= size) break;
    }
    return { found, bytes: size };
  } finally {
    await file.close();
  }
}
