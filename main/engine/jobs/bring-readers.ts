import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileDurably } from '../platform/write-file-durably.ts';
import { isReaderName, readerOf, shippedReader, type Reader, type Repository } from '../repository/index.ts';
import type { EngineContext } from './engine-context.ts';
import type { SavedDestination } from './home/settings-file.ts';
import { letPass } from './let-pass.ts';

/**
 * Every reader that this home has ever given to a copy, oldest edition first, today's included: sheets that were printed with an older version name
 * that one. They are kept in `readers/` of the home and never taken from a copy, which may be hostile.
 */
export async function readersOf(homeDir: string): Promise<Reader[]> {
  const dir = join(homeDir, 'readers');
  const shipped = await shippedReader();
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const readers = new Map([[shipped.sha256, shipped]]);
  const names = await readdir(dir);
  for (const name of names.filter(isReaderName)) {
    const reader = readerOf(await readFile(join(dir, name)));
    // What was damaged here is not spread.
    if (reader?.name === name) readers.set(reader.sha256, reader);
  }
  if (!names.includes(shipped.name)) await writeFileDurably(join(dir, shipped.name), shipped.bytes);
  return [...readers.values()].sort((a, b) => a.edition - b.edition);
}

/**
 * Gives an open copy the programs that read it without Shouhu, and says so in the log. Like other care in passing, it does not fail the work that
 * the copy was opened for: the next one tries again.
 */
export async function bringReaders(
  { home }: EngineContext,
  destination: SavedDestination,
  repository: Repository,
  signal: AbortSignal,
): Promise<void> {
  try {
    const written = await repository.bringReaderFiles(await readersOf(home.dir), signal);
    if (written.length === 0) return;
    await home.audit.append('copy.reader-added', { destination: destination.name, files: written.join(', ') });
  } catch (error) {
    letPass(error, signal);
  }
}
