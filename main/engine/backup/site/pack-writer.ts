import { pathHash } from './path-hash.ts';
import type { ChunkWriter, StoredChunk } from './chunk-writer.ts';

/** A piece of a chunk that is stored, or will be. */
export interface Piece {
  readonly chunk: StoredChunk | Promise<StoredChunk>;
  readonly at: number;
  readonly size: number;
}

/** Sizes of a pack: two hundred thousand objects of a kilobyte would cost more for being many than for what they hold. Bytes. */
export const packSizes = { least: 512 * 1024, most: 4 * 1024 * 1024 } as const;
const mostFiles = 4096;
/** Above the least size every so-manieth path ends a pack, so that the same files make the same packs again. */
const endsOneIn = 32;

/** Small files behind each other in one chunk, in the order of their paths. */
export class PackWriter {
  readonly #chunks: ChunkWriter;
  #parts: Buffer[] = [];
  #size = 0;
  #open: PromiseWithResolvers<StoredChunk> | undefined;

  constructor(chunks: ChunkWriter) {
    this.#chunks = chunks;
  }

  /** The piece's chunk is known when the pack is full: at the latest after `end`. */
  async add(path: Uint8Array, content: Buffer): Promise<Piece> {
    if (this.#size + content.length > packSizes.most) await this.end();
    this.#open ??= Promise.withResolvers();
    const piece = { chunk: this.#open.promise, at: this.#size, size: content.length };
    // Waited for by the page; until then nobody may think it was forgotten.
    piece.chunk.catch(() => undefined);
    this.#parts.push(content);
    this.#size += content.length;
    const isFull = this.#parts.length >= mostFiles;
    if (isFull || (this.#size >= packSizes.least && pathHash(path) % endsOneIn === 0)) await this.end();
    return piece;
  }

  async end(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    const bytes = Buffer.allocUnsafeSlow(this.#size);
    let at = 0;
    for (const part of this.#parts) at += part.copy(bytes, at);
    this.#parts = [];
    this.#size = 0;
    this.#open = undefined;
    try {
      const { chunk } = await this.#chunks.put(bytes);
      open.resolve(chunk);
    } catch (error) {
      open.reject(error);
      throw error;
    }
  }
}
