import type { SiteEntry, SiteFile } from '../../../../shared/model/site-files.ts';
import type { Repository } from '../../repository/index.ts';
import type { ChunkWriter, StoredChunk } from './chunk-writer.ts';
import type { Piece } from './pack-writer.ts';
import { pathHash } from './path-hash.ts';

/** A page ends behind one path in about so many, so that a file that comes or goes changes the page it is in and no other. */
const endsOneIn = 1024;
const leastEntries = 256;
const mostEntries = 4096;

/** An entry before its place in a page's list of chunks is known. */
export type NewEntry =
  Exclude<SiteEntry, SiteFile> | (Omit<SiteFile, 'pieces'> & { readonly pieces: readonly Piece[] });

/** Writes the pages of one folder's tree. A page is stored as soon as its chunks are. */
export class PageWriter {
  readonly #repository: Repository;
  readonly #chunks: ChunkWriter;
  readonly #signal: AbortSignal;
  readonly #pages: Promise<string>[] = [];
  #entries: NewEntry[] = [];
  /** Of all chunks that are named, each once. */
  readonly stored = new Map<string, number>();

  constructor(repository: Repository, chunks: ChunkWriter, signal: AbortSignal) {
    this.#repository = repository;
    this.#chunks = chunks;
    this.#signal = signal;
  }

  /** Whether a page ended with it. */
  add(path: Uint8Array, entry: NewEntry): boolean {
    this.#entries.push(entry);
    const { length } = this.#entries;
    const isEnd = length >= mostEntries || (length >= leastEntries && pathHash(path) % endsOneIn === 0);
    if (isEnd) this.#endPage();
    return isEnd;
  }

  /** Ids of all pages in order. Whoever calls has ended the pack: pages wait for it. */
  async end(): Promise<string[]> {
    if (this.#entries.length > 0) this.#endPage();
    return Promise.all(this.#pages);
  }

  #endPage(): void {
    const page = this.#store(this.#entries);
    // Looked at in the end; until then nobody may think it was forgotten.
    page.catch(() => undefined);
    this.#pages.push(page);
    this.#entries = [];
  }

  async #store(added: readonly NewEntry[]): Promise<string> {
    const numbers = new Map<string, number>();
    const chunks: StoredChunk[] = [];
    const numberOf = (chunk: StoredChunk) => {
      const known = numbers.get(chunk.id);
      if (known !== undefined) return known;
      numbers.set(chunk.id, chunks.length);
      chunks.push({ id: chunk.id, size: chunk.size });
      return chunks.length - 1;
    };
    const entries: SiteEntry[] = [];
    for (const entry of added) {
      if (entry.type !== 'file') {
        entries.push(entry);
        continue;
      }
      const pieces: SiteFile['pieces'] = [];
      for (const { chunk, at, size } of entry.pieces) pieces.push([numberOf(await chunk), at, size]);
      entries.push({ ...entry, pieces });
    }
    for (const { id, size } of chunks) {
      this.stored.set(id, size);
      this.#repository.relyOn(id);
    }
    const stored = await this.#repository.putSitePage({ chunks, entries }, this.#signal);
    this.#chunks.count(stored);
    return stored.id;
  }
}
