import type { SiteHistory } from '../../../../shared/model/site-files.ts';
import type { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { objectId, readPack, writePack, type GitObject, type Repository } from '../../repository/index.ts';

export type HistoryPack = SiteHistory['packs'][number];

/** Content of one pack; a single larger object makes a larger one. Bytes. */
const packBytes = 4 * 1024 * 1024;
/** So little content lies in the pack of its trees, so that most nights write one object. Bytes. */
const fewBytes = 256 * 1024;
/** Behind so many packs the small ones become few. */
const mostPacks = 48;
const smallPackBytes = 2 * 1024 * 1024;
/** A pack that claims more is none of ours. Bytes. */
const mostPackBytes = 128 * 1024 * 1024;

/** Writes git objects into the repository, each once. */
export class HistoryPacks {
  readonly #repository: Repository;
  readonly #pool: ChunkPool;
  readonly #signal: AbortSignal;
  readonly #known: Set<string>;
  #blobs: GitObject[] = [];
  #others: GitObject[] = [];
  #blobBytes = 0;
  #otherBytes = 0;
  readonly #packs: HistoryPack[] = [];
  readonly written = { objects: 0, bytes: 0 };

  constructor(repository: Repository, pool: ChunkPool, known: Iterable<string>, signal: AbortSignal) {
    this.#repository = repository;
    this.#pool = pool;
    this.#known = new Set(known);
    this.#signal = signal;
  }

  async add(object: GitObject): Promise<void> {
    if (this.#known.has(object.oid)) return;
    this.#known.add(object.oid);
    if (object.type === 'blob') {
      if (this.#blobBytes + object.content.length > packBytes) await this.#endBlobs();
      this.#blobs.push(object);
      this.#blobBytes += object.content.length;
    } else {
      if (this.#otherBytes + object.content.length > packBytes) await this.#endOthers();
      this.#others.push(object);
      this.#otherBytes += object.content.length;
    }
  }

  async end(): Promise<readonly HistoryPack[]> {
    if (this.#blobBytes > fewBytes) await this.#endBlobs();
    else this.#others.push(...this.#blobs);
    await this.#endOthers();
    return this.#packs;
  }

  async #endBlobs(): Promise<void> {
    const objects = this.#blobs;
    [this.#blobs, this.#blobBytes] = [[], 0];
    if (objects.length > 0) this.#packs.push({ ...(await this.#store(objects)), blobs: true });
  }

  async #endOthers(): Promise<void> {
    const objects = this.#others;
    [this.#others, this.#otherBytes] = [[], 0];
    if (objects.length > 0) this.#packs.push(await this.#store(objects));
  }

  async #store(objects: readonly GitObject[]): Promise<HistoryPack> {
    this.#signal.throwIfAborted();
    const bytes = writePack(objects);
    const pack = {
      chunk: objectId(this.#repository.keys, 'git-pack', bytes),
      bytes: bytes.length,
      objects: objects.length,
    };
    if (isThere(this.#repository, pack)) {
      this.#repository.relyOn(pack.chunk);
      return pack;
    }
    const encoded = await this.#pool.encodeFile({ kind: 'git-pack', bytes }, this.#signal);
    const { written } = await this.#repository.putObject(encoded, this.#signal);
    if (written) {
      this.written.objects += 1;
      this.written.bytes += encoded.bytes.length;
    }
    return pack;
  }
}

export function isThere(repository: Repository, { chunk }: HistoryPack): boolean {
  return repository.has(chunk) && !repository.isDistrusted(chunk);
}

/** All objects of a pack. Errors: those of the repository; `repository.damaged`. */
export async function objectsOfPack(
  repository: Repository,
  { chunk }: HistoryPack,
  signal: AbortSignal,
): Promise<readonly GitObject[]> {
  const { payload } = await repository.getObject(chunk, {
    expectedKind: 'git-pack',
    maxPlaintextBytes: mostPackBytes,
    signal,
  });
  return [...readPack(chunk, payload)];
}

/** The list as it is, or with its small packs written as few: the old ones stay as long as a snapshot names them. */
export async function fewerPacks(
  packs: readonly HistoryPack[],
  repository: Repository,
  pool: ChunkPool,
  signal: AbortSignal,
): Promise<{ readonly packs: readonly HistoryPack[]; readonly written: HistoryPacks['written'] }> {
  if (packs.length <= mostPacks) return { packs, written: { objects: 0, bytes: 0 } };
  const merged = new HistoryPacks(repository, pool, [], signal);
  for (const pack of packs.filter(isSmall))
    for (const object of await objectsOfPack(repository, pack, signal)) await merged.add(object);
  return { packs: [...packs.filter((pack) => !isSmall(pack)), ...(await merged.end())], written: merged.written };
}

function isSmall({ bytes }: HistoryPack): boolean {
  return bytes < smallPackBytes;
}
