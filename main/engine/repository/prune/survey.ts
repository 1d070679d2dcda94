import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import type { BlobStat } from '../../backend/blob-store.ts';
import { inLanes } from '../../platform/in-lanes.ts';
import { readDeed } from '../deeds/deeds.ts';
import type { FoundDeed } from '../deeds/merge-deeds.ts';
import { damaged, idOfChunkName, isDeedName, isObjectId, parseManifestName, parseStreamName } from '../format.ts';
import { referencesOf, type RecordReference } from '../references.ts';
import type { Repository } from '../repository.ts';
import { IdIndex } from '../id-index.ts';

/** One snapshot of the copy that is looked at. */
export interface PrunableSnapshot<T> {
  readonly name: string;
  readonly id: string;
  readonly sourceId: string;
  readonly sizeBytes: number;
  /** By the store's clock. */
  readonly modifiedAtMs: number;
  /** Every chunk it names is listed. */
  readonly isWhole: boolean;
  /** What the caller made of its manifest, so that no manifest stays in memory. */
  readonly digest: T;
}

export interface ChunkListing {
  readonly ids: IdIndex;
  readonly sizeBytes: readonly number[];
  readonly modifiedAtMs: readonly number[];
}

/** All that a copy holds, and who needs what. */
export interface Survey<T> {
  readonly chunks: ChunkListing;
  /** Oldest first. */
  readonly snapshots: readonly PrunableSnapshot<T>[];
  /** What is written down of snapshots on this copy. */
  readonly deeds: readonly FoundDeed[];
  /** Names of all manifests and stream records that were looked at. */
  readonly records: ReadonlySet<string>;
  /** By name: how old a stream record is, how large, and the numbers of the chunks that it needs. */
  readonly streams: ReadonlyMap<string, SurveyedStream>;
  /** Numbers of the chunks that a snapshot needs; one may come twice. */
  readonly ofSnapshot: (name: string) => Generator<number>;
}

export interface SurveyedStream {
  readonly sizeBytes: number;
  /** By the store's clock. */
  readonly modifiedAtMs: number;
  readonly chunks: Uint32Array;
}

export interface SurveyRequest<T> {
  readonly repository: Repository;
  readonly digest: (manifest: Manifest) => T;
  /** Hears of every stream record. */
  readonly onStream?: ((name: string, payload: Uint8Array) => void) | undefined;
  /** Others may be writing: a stream record that goes meanwhile was merged into another one. */
  readonly isAlone: boolean;
  readonly concurrency: number;
  /** Before each read: to keep a lease alive. */
  readonly beat: () => Promise<void>;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Lists the copy and reads every manifest, every stream record, every deed, every table record and every page of a site's tree, each of these once. Numbers stand for ids: some 60
 * bytes for a chunk and 4 for a reference, whatever the length of the timeline.
 *
 * Errors: `prune.unreadable` {object, count} when one of them cannot be read, because nobody can know what it names; `prune.deed-unreadable` {object, count} when
 * it is a deed, because nobody can know what it protects; `repository.newer-format`; those of the store.
 */
export async function surveyRepository<T>(request: SurveyRequest<T>): Promise<Survey<T>> {
  return new Surveying(request).run();
}

interface Names {
  readonly leaves: readonly number[];
  readonly records: readonly RecordReference[];
  /** False when one of the leaves is not listed. */
  readonly isWhole: boolean;
}

interface RecordNames {
  readonly chunks: Uint32Array;
  readonly isWhole: boolean;
}

class Surveying<T> {
  readonly #request: SurveyRequest<T>;
  readonly #ids = new IdIndex();
  readonly #sizeBytes: number[] = [];
  readonly #modifiedAtMs: number[] = [];
  readonly #found = new Map<string, Omit<PrunableSnapshot<T>, 'isWhole'>>();
  readonly #names = new Map<string, Names>();
  readonly #records = new Map<string, RecordNames>();
  readonly #streams = new Map<string, SurveyedStream>();
  readonly #deeds: FoundDeed[] = [];
  readonly #unreadable: string[] = [];
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #done = 0;
  #total = 0;

  constructor(request: SurveyRequest<T>) {
    this.#request = request;
    this.#signal = AbortSignal.any([request.signal, this.#stop.signal]);
  }

  async run(): Promise<Survey<T>> {
    // Records before chunks: what a writer adds beside a dry run, it adds in the other order.
    const manifests = await this.#list('manifests/', (name) => parseManifestName(name) !== undefined);
    const streams = await this.#list('streams/', (name) => parseStreamName(name) !== undefined);
    const deeds = await this.#list('deeds/', isDeedName);
    await this.#listChunks();
    this.#total = manifests.length + streams.length + deeds.length;
    await this.#each(manifests, (blob) => this.#readManifest(blob));
    await this.#each(streams, (blob) => this.#readStream(blob));
    await this.#each(deeds, (blob) => this.#readDeed(blob));
    const named = [...this.#names.values()].flatMap((names) => names.records);
    const each = new Map(named.map((record) => [record.id, record]));
    this.#total += each.size;
    await this.#each([...each.values()], (record) => this.#readRecord(record));
    const [object, ...others] = this.#unreadable.filter((name) => !isDeedName(name)).sort();
    if (object !== undefined) throw new AppError('prune.unreadable', { object, count: others.length + 1 });
    const [deed] = this.#unreadable.sort();
    if (deed !== undefined)
      throw new AppError('prune.deed-unreadable', { object: deed, count: this.#unreadable.length });
    return {
      chunks: { ids: this.#ids, sizeBytes: this.#sizeBytes, modifiedAtMs: this.#modifiedAtMs },
      snapshots: manifests.flatMap(({ name }) => this.#snapshot(name)),
      deeds: this.#deeds,
      records: new Set([...manifests, ...streams].map(({ name }) => name)),
      streams: this.#streams,
      ofSnapshot: (name) => this.#chunksOf(name),
    };
  }

  async #list(prefix: string, isOurs: (name: string) => boolean): Promise<BlobStat[]> {
    const found: BlobStat[] = [];
    for await (const blob of this.#request.repository.store.list(prefix, this.#signal))
      if (isOurs(blob.name)) found.push(blob);
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #listChunks(): Promise<void> {
    const { repository, beat } = this.#request;
    for await (const { name, sizeBytes, modifiedAtMs } of repository.store.list('chunks/', this.#signal)) {
      const id = idOfChunkName(name);
      if (id === undefined) continue;
      const number = this.#ids.add(id);
      this.#sizeBytes[number] = sizeBytes;
      this.#modifiedAtMs[number] = modifiedAtMs;
      if (number % 1000 === 0) await beat();
    }
  }

  async #readManifest({ name, sizeBytes, modifiedAtMs }: BlobStat): Promise<void> {
    const { repository, digest } = this.#request;
    const manifest = await this.#read(name, () => repository.getManifest(name, this.#signal));
    if (manifest === undefined) return;
    const { id, source } = manifest;
    this.#found.set(name, { name, id, sourceId: source.id, sizeBytes, modifiedAtMs, digest: digest(manifest) });
    const { leaves, records } = referencesOf(manifest);
    this.#names.set(name, { ...this.#numbersOf(leaves), records });
  }

  async #readRecord(record: RecordReference): Promise<void> {
    const { repository } = this.#request;
    const { id } = record;
    const chunks = await this.#read(id, () => repository.chunksOf(record, this.#signal, { remember: false }));
    if (chunks === undefined) return;
    const { leaves, isWhole } = this.#numbersOf([id, ...chunks]);
    this.#records.set(id, { chunks: Uint32Array.from(leaves), isWhole });
  }

  /** The payload is JSON of another part of the program, which writes chunk ids in full (FORMAT.md §9): whatever looks like one counts. */
  async #readStream({ name, sizeBytes, modifiedAtMs }: BlobStat): Promise<void> {
    const { repository, onStream, isAlone } = this.#request;
    const ids = await this.#read(name, async () => {
      try {
        const payload = await repository.getStreamRecord(name, this.#signal);
        onStream?.(name, payload);
        return idsIn(name, payload);
      } catch (error) {
        const isGone = !isAlone && isAppErrorOf(error, 'repository.missing-object');
        if (isGone && (await repository.store.stat(name, this.#signal)) === undefined) return [];
        throw error;
      }
    });
    const chunks = Uint32Array.from(this.#numbersOf(ids ?? []).leaves);
    this.#streams.set(name, { sizeBytes, modifiedAtMs, chunks });
  }

  async #readDeed({ name, sizeBytes, modifiedAtMs }: BlobStat): Promise<void> {
    const { repository } = this.#request;
    const deed = await this.#read(name, () => readDeed(repository, name, this.#signal));
    if (deed !== undefined) this.#deeds.push({ name, sizeBytes, modifiedAtMs, ...deed });
  }

  #numbersOf(ids: readonly string[]): { readonly leaves: number[]; readonly isWhole: boolean } {
    const found = ids.map((id) => this.#ids.find(id));
    const leaves = found.filter((number) => number !== undefined);
    return { leaves, isWhole: leaves.length === found.length };
  }

  #snapshot(name: string): PrunableSnapshot<T>[] {
    const found = this.#found.get(name);
    const names = this.#names.get(name);
    if (found === undefined || names === undefined) return [];
    return [
      { ...found, isWhole: names.isWhole && names.records.every(({ id }) => this.#records.get(id)?.isWhole === true) },
    ];
  }

  *#chunksOf(name: string): Generator<number> {
    const names = this.#names.get(name);
    if (names === undefined) throw new RangeError('no such snapshot');
    yield* names.leaves;
    for (const { id } of names.records) yield* this.#records.get(id)?.chunks ?? [];
  }

  /** Undefined for what cannot be read, which is counted: the person hears of all of it at once. */
  async #read<R>(object: string, read: () => Promise<R>): Promise<R | undefined> {
    await this.#request.beat();
    try {
      return await read();
    } catch (error) {
      if (!isAppErrorOf(error, 'repository.damaged', 'repository.missing-object', 'backend.io')) throw error;
      this.#unreadable.push(object);
      return undefined;
    }
  }

  async #each<I>(items: readonly I[], work: (item: I) => Promise<void>): Promise<void> {
    const { concurrency, onProgress } = this.#request;
    const onFailure = (error: unknown) => this.#stop.abort(error);
    await inLanes(items, { lanes: concurrency, signal: this.#signal, onFailure }, async (item) => {
      await work(item);
      this.#done += 1;
      onProgress(this.#done, this.#total);
    });
  }
}

/** Every text in the JSON that has the shape of a chunk id. */
function idsIn(object: string, payload: Uint8Array): string[] {
  const ids = new Set<string>();
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload), (_key, value: unknown) => {
      if (typeof value === 'string' && isObjectId(value)) ids.add(value);
      return value;
    });
  } catch (error) {
    throw damaged(object, 'content', error);
  }
  return [...ids];
}
