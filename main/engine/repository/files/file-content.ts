import { AppError } from '../../../../shared/errors/app-error.ts';
import type { SiteFile, SitePage } from '../../../../shared/model/site-files.ts';
import type { ChunkCache } from './chunk-cache.ts';

/** The bytes of a file, piece by piece, as a snapshot holds them. */
export async function* contentOf(
  { pieces }: SiteFile,
  chunks: SitePage['chunks'],
  cache: ChunkCache,
): AsyncGenerator<Uint8Array> {
  for (const [number, at, size] of pieces) {
    const chunk = chunks[number];
    if (chunk === undefined) throw new RangeError('a piece of no chunk');
    const payload = await cache.get(chunk.id);
    // Pages are checked against what they say of their chunks; this is the chunk itself.
    if (payload.length !== chunk.size)
      throw new AppError('repository.damaged', { object: chunk.id, reason: 'content' });
    yield payload.subarray(at, at + size);
  }
}

/** All of them at once, of a file that is small. */
export async function wholeContent(file: SiteFile, chunks: SitePage['chunks'], cache: ChunkCache): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of contentOf(file, chunks, cache)) parts.push(bytes);
  return Buffer.concat(parts);
}
