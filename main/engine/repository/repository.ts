import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { RedisRecord } from '../../../shared/model/redis-settings.ts';
import type { AccountsRecord } from '../../../shared/model/accounts.ts';
import type { DatabaseRecord, TableRecord } from '../../../shared/model/database.ts';
import type { SitePage } from '../../../shared/model/site-files.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import type { BlobStore, PutOptions } from '../backend/blob-store.ts';
import { free } from '../platform/free-memory.ts';
import { ChunkSet } from './chunk-set.ts';
import {
  chunkName,
  headerName,
  isObjectId,
  manifestName,
  maxNamedObjectBytes,
  maxObjectBytes,
  parseManifestName,
  parseStreamName,
  streamName,
} from './format.ts';
import { healHeader, inspectHeader, readHeader, replaceHeader, writeNewHeader } from './header-file.ts';
import { vaultStanding, type RepositoryHeader } from './keys/header.ts';
import type { MainKeys } from './keys/main-keys.ts';
import { HeldLeases } from './held-leases.ts';
import type { KnownIds } from './id-marks.ts';
import { acquireLease, isLockedThere, type LeaseHandle, type LeaseRequest } from './leases.ts';
import { decodeNamedObject, encodeNamedObject } from './objects/named-object.ts';
import {
  decodeObject,
  encodeObject,
  type DecodedObject,
  type DecodeOptions,
  type EncodedObject,
  verifyObject,
} from './objects/object-codec.ts';
import { bringReaderFiles, type Reader } from './reader-files.ts';
import { readBlob } from './read-blob.ts';
import { chunksOfPage, parseSitePage } from './files/site-page.ts';
import {
  chunksOfTable,
  parseAccountsRecord,
  parseRedisRecord,
  parseDatabaseRecord,
  parseManifest,
  parseTableRecord,
  recordBytes,
} from './records.ts';
import { referencesOf, type RecordReference } from './references.ts';
import { RecordChunks } from './record-chunks.ts';
import { isUnreadableObject } from './unreadable.ts';

const leaveTimeoutMs = 10_000;
/** For one listing of a large bucket over a slow line. */
const withdrawTimeoutMs = 10 * 60_000;

/** A record that is now in the repository; `written` is false when it was there before. Bytes as stored. */
export interface StoredRecord {
  readonly id: string;
  readonly written: boolean;
  readonly sizeBytes: number;
}

/**
 * One copy of a repository on one store: format 1 of FORMAT.md. Writes in the order that makes a kill harmless (chunks before
 * the manifest that names them) and believes nothing it reads.
 *
 * Errors of every method: those of the store (`backend.*`), `repository.damaged` {object, reason},
 * `repository.missing-object` {object}, `repository.newer-format`. After an abort nothing more is written.
 */
export class Repository {
  readonly store: BlobStore;
  readonly keys: MainKeys;
  #header: RepositoryHeader;
  readonly #chunks: ChunkSet;
  readonly #recordChunks = new RecordChunks();
  readonly #leases = new HeldLeases();

  private constructor(store: BlobStore, keys: MainKeys, header: RepositoryHeader) {
    this.store = store;
    this.keys = keys;
    this.#header = header;
    this.#chunks = new ChunkSet(store);
  }

  /**
   * Makes an empty repository: README.txt, recover.mjs, then the header, which makes it exist. For a second copy, give the
   * header of the first. Errors: `repository.exists` {repository}; `repository.foreign` {found} when the place holds another
   * repository or other things.
   */
  static async create(store: BlobStore, header: RepositoryHeader, signal: AbortSignal): Promise<void> {
    await writeNewHeader(store, header, signal);
  }

  /**
   * As `create`, but a place that already holds a repository of these keys is taken as it is.
   * Errors: `repository.foreign`, `repository.header-damaged`.
   */
  static async createOrAdopt(
    store: BlobStore,
    header: RepositoryHeader,
    keys: MainKeys,
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean }> {
    try {
      await writeNewHeader(store, header, signal);
      return { created: true };
    } catch (error) {
      if (!isAppErrorOf(error, 'repository.exists')) throw error;
      await readHeader(store, keys, signal);
      return { created: false };
    }
  }

  /** Errors: `repository.absent`, `repository.foreign` (other keys), `repository.header-damaged`. */
  static async open(store: BlobStore, keys: MainKeys, signal: AbortSignal): Promise<Repository> {
    return new Repository(store, keys, await readHeader(store, keys, signal));
  }

  /**
   * For whoever checks or mends a copy and knows how its header has to be: opens it even where its own is damaged or missing.
   * Errors: `repository.absent` when there is no snapshot either; `repository.foreign`, `repository.newer-format`.
   */
  static async openToMend(
    store: BlobStore,
    keys: MainKeys,
    header: RepositoryHeader,
    signal: AbortSignal,
  ): Promise<Repository> {
    const finding = await inspectHeader(store, keys, header, signal);
    const repository = new Repository(store, keys, header);
    if (finding === 'missing' && (await repository.listManifests(signal)).length === 0)
      throw new AppError('repository.absent');
    return repository;
  }

  /** Null when the header on the store is sound, `missing`, or what is wrong with it. Errors: as `openToMend`. */
  inspectHeader(signal: AbortSignal): Promise<string | null> {
    return inspectHeader(this.store, this.keys, this.header, signal);
  }

  /** Puts this object's header in the place of a damaged one. */
  healHeader(signal: AbortSignal): Promise<void> {
    return healHeader(this.store, this.keys, this.header, signal);
  }

  get id(): string {
    return this.keys.repositoryId;
  }

  /** As it was when the copy was opened, or as this object has written it since. */
  get header(): RepositoryHeader {
    return this.#header;
  }

  /** The header as it lies on the store now, proven to be of these keys. Errors: as `open`. */
  storedHeader(signal: AbortSignal): Promise<RepositoryHeader> {
    return readHeader(this.store, this.keys, signal);
  }

  /**
   * Writes a header with other slots, or another vault key, and reads it back. Every copy has its own header file. `repository.header-damaged` reason
   * `not-kept` where the store goes on giving another one.
   */
  async replaceHeader(header: RepositoryHeader, signal: AbortSignal): Promise<void> {
    await replaceHeader(this.store, this.keys, header, signal);
    this.#header = header;
  }

  /**
   * Proves that what these keys seal opens with the header that this copy has now (FORMAT.md, MUST 78). A damaged header is for whoever mends it.
   * Errors: `repository.vault-behind`; `keys.vault-rotated` where the copy knows of newer keys than these.
   */
  async #requireOwnVault(signal: AbortSignal): Promise<void> {
    let stored: RepositoryHeader;
    try {
      stored = await this.storedHeader(signal);
    } catch (error) {
      if (isAppErrorOf(error, 'repository.header-damaged', 'repository.absent')) return;
      throw error;
    }
    const standing = vaultStanding(stored, this.keys);
    if (standing === 'same') return;
    throw new AppError(standing === 'behind' ? 'repository.vault-behind' : 'keys.vault-rotated');
  }

  /** README.txt and the programs that read this copy without Shouhu; gives the names written. See `reader-files.ts`. */
  bringReaderFiles(readers: readonly Reader[], signal: AbortSignal): Promise<string[]> {
    return bringReaderFiles(this.store, readers, signal);
  }

  /** All chunk ids of this copy: one listing, then kept up to date by this object's own writes. */
  knownIds(signal: AbortSignal): Promise<KnownIds> {
    return this.#chunks.ids(signal);
  }

  /** Forgets the listing, for a copy that others wrote to. */
  forgetListing(): void {
    this.#chunks.forget();
  }

  /** Whether this copy has the chunk, by its listing, and not damaged as far as is known: `knownIds` must have been awaited once before. */
  has(id: string): boolean {
    return this.#chunks.has(id);
  }

  /**
   * Objects that a check found damaged or missing here: they do not stand for their content any more, and whoever puts that again writes
   * it in their place. Names of records are passed over.
   */
  distrust(objects: Iterable<string>): void {
    for (const object of objects) if (isObjectId(object)) this.#chunks.distrust(object);
  }

  /** False once it was written anew by this object. */
  isDistrusted(id: string): boolean {
    return this.#chunks.isDistrusted(id);
  }

  /**
   * Whole when it resolves, and durable before a manifest or a stream record is written by this object (FORMAT.md §8). Nothing is sent when
   * the listing already has it, unless this process could not read it.
   */
  async putObject(
    { id, bytes, digests }: Pick<EncodedObject, 'id' | 'bytes'> & Pick<PutOptions, 'digests'>,
    signal: AbortSignal,
  ): Promise<{ readonly written: boolean }> {
    return this.#chunks.put(id, bytes, { mode: 'create', digests, signal });
  }

  /** For a chunk that the listing has and a manifest will name, without being put: it is made durable with those that were. */
  relyOn(id: string): void {
    this.#chunks.relyOn(id);
  }

  /** Puts sound bytes in the place of damaged ones, after checking them. */
  async healObject(id: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    verifyObject(this.keys, id, bytes);
    await this.#chunks.put(id, bytes, { mode: 'replace', signal });
  }

  /**
   * Makes the names of objects that are there durable, for who calls them healed: whoever wrote them may have died before that. `names`: of
   * manifests and stream records.
   */
  async makeDurable(ids: Iterable<string>, names: Iterable<string>, signal: AbortSignal): Promise<void> {
    await this.store.flush([headerName, ...Array.from(ids, chunkName), ...names], signal);
  }

  /** The stored bytes, unchecked. One longer than `maxBytes` is not held in memory: `repository.damaged` reason `too-large`. */
  async getRaw(id: string, signal: AbortSignal, maxBytes = maxObjectBytes): Promise<Uint8Array> {
    return readBlob(this.store, chunkName(id), { object: id, signal, maxBytes });
  }

  async getObject(id: string, options: DecodeOptions & { readonly signal: AbortSignal }): Promise<DecodedObject> {
    try {
      return decodeObject(this.keys, id, await this.getRaw(id, options.signal), options);
    } catch (error) {
      if (isUnreadableObject(error)) this.#chunks.distrust(id);
      throw error;
    }
  }

  /** Opens an object whose bytes lie elsewhere than under its name: within another one. Errors: those of `decodeObject`. */
  openObject(id: string, bytes: Uint8Array, options: DecodeOptions): Promise<DecodedObject> {
    return Promise.try(() => decodeObject(this.keys, id, bytes, options));
  }

  /** For prune: removes one chunk. The caller holds an exclusive lease. */
  async removeObject(id: string, signal: AbortSignal): Promise<void> {
    await this.#chunks.remove(id, signal);
  }

  /** Writes a table record. The same record, however put together, is the same object. */
  async putTableRecord(record: TableRecord, signal: AbortSignal): Promise<StoredRecord> {
    const stored = await this.#putRecord('table', record, signal);
    this.#recordChunks.remember(stored.id, chunksOfTable(record));
    return stored;
  }

  /** Writes a database record and gives its id. */
  putDatabaseRecord(record: DatabaseRecord, signal: AbortSignal): Promise<StoredRecord> {
    return this.#putRecord('schema', record, signal);
  }

  /** Writes the accounts of a server and gives their id. */
  putAccountsRecord(record: AccountsRecord, signal: AbortSignal): Promise<StoredRecord> {
    return this.#putRecord('accounts', record, signal);
  }

  /** Writes what a site keeps in Redis and gives its id. */
  putRedisRecord(record: RedisRecord, signal: AbortSignal): Promise<StoredRecord> {
    return this.#putRecord('settings', record, signal);
  }

  /** Without `remember` (default: true) nothing of the record stays in memory for `chunksOfTable`. */
  async getTableRecord(
    id: string,
    signal: AbortSignal,
    { remember = true }: { readonly remember?: boolean } = {},
  ): Promise<TableRecord> {
    const { payload } = await this.getObject(id, { expectedKind: 'table', signal });
    const record = parseTableRecord(id, payload);
    // Thousands of these are read in a row, and nobody looks at the text again: not left to the collector, which sees only small objects.
    free(payload);
    if (remember) this.#recordChunks.remember(id, chunksOfTable(record));
    return record;
  }

  /** Writes a page of a site's tree. */
  async putSitePage(page: SitePage, signal: AbortSignal): Promise<StoredRecord> {
    const stored = await this.#putRecord('file-tree', page, signal);
    this.#recordChunks.remember(stored.id, chunksOfPage(page));
    return stored;
  }

  async getSitePage(id: string, signal: AbortSignal): Promise<SitePage> {
    const { payload } = await this.getObject(id, { expectedKind: 'file-tree', signal });
    const page = parseSitePage(id, payload);
    free(payload);
    return page;
  }

  /** What another copy's record of the same name was read to name: a name stands for one content, wherever it is kept. */
  rememberRecord(id: string, chunks: readonly string[]): void {
    this.#recordChunks.remember(id, chunks);
  }

  /** Ids of all rows objects that a table record names; read from the store once. */
  chunksOfTable(id: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.chunksOf({ id, kind: 'table' }, signal);
  }

  /** Ids of all objects that a record names; read from the store once. Without `remember` (default: true) nothing of it stays in memory. */
  async chunksOf(
    { id, kind }: RecordReference,
    signal: AbortSignal,
    { remember = true }: { readonly remember?: boolean } = {},
  ): Promise<readonly string[]> {
    const known = this.#recordChunks.get(id);
    if (known !== undefined) return known;
    const chunks =
      kind === 'table'
        ? chunksOfTable(await this.getTableRecord(id, signal, { remember: false }))
        : chunksOfPage(await this.getSitePage(id, signal));
    return remember ? this.#recordChunks.remember(id, chunks) : chunks;
  }

  async getDatabaseRecord(id: string, signal: AbortSignal): Promise<DatabaseRecord> {
    return parseDatabaseRecord(id, (await this.getObject(id, { expectedKind: 'schema', signal })).payload);
  }

  async getAccountsRecord(id: string, signal: AbortSignal): Promise<AccountsRecord> {
    return parseAccountsRecord(id, (await this.getObject(id, { expectedKind: 'accounts', signal })).payload);
  }

  async getRedisRecord(id: string, signal: AbortSignal): Promise<RedisRecord> {
    return parseRedisRecord(id, (await this.getObject(id, { expectedKind: 'settings', signal })).payload);
  }

  /** Every chunk of a snapshot, each once: accounts, settings, database records, table records, rows, pages of the site's tree, files. */
  async *objectsOf(manifest: Manifest, signal: AbortSignal): AsyncGenerator<string> {
    const seen = new Set<string>();
    const fresh = (id: string) => seen.size < seen.add(id).size;
    const { leaves, records } = referencesOf(manifest);
    for (const id of leaves) if (fresh(id)) yield id;
    for (const record of records) {
      if (!fresh(record.id)) continue;
      yield record.id;
      for (const id of await this.chunksOf(record, signal)) if (fresh(id)) yield id;
    }
  }

  /**
   * Makes the snapshot exist on this copy; gives the manifest's name and size. First every chunk it names, also through its table
   * records, must be in the listing or have been put: else `repository.missing-object`, and nothing is written. Who slept through the end
   * of the lease looks again, since a prune may have removed what the old listing has; who slept while the manifest was on its way looks
   * once more, and takes it back when it names what is gone. Error: `repository.lease-lost` when somebody prunes by then.
   */
  async putManifest(
    manifest: Manifest,
    signal: AbortSignal,
  ): Promise<{ readonly name: string; readonly sizeBytes: number }> {
    const name = manifestName(manifest.at, manifest.id);
    const bytes = encodeNamedObject(
      this.keys,
      name,
      'manifest',
      recordBytes(parseManifest(name, recordBytes(manifest))),
    );
    do {
      await this.#requireAll(manifest, signal);
      await this.#chunks.flush(signal);
    } while (this.#leases.hasLapsed());
    await this.#requireOwnVault(signal);
    const wasThere = (await this.store.stat(name, signal)) !== undefined;
    try {
      const { written } = await this.store.put(name, bytes, { mode: 'create', signal });
      if (!written) await this.#mendManifest(name, bytes, signal);
    } catch (error) {
      // It may have landed all the same, late. Why it failed is what the caller has to know.
      if (this.#leases.hasLapsed() && !wasThere) await this.#withdrawUnlessWhole(manifest, name).catch(() => undefined);
      throw error;
    }
    if (this.#leases.hasLapsed()) {
      if (wasThere) await this.#requireAll(manifest, signal);
      else await this.#withdrawUnlessWhole(manifest, name);
    }
    return { name, sizeBytes: bytes.length };
  }

  /** One that was there already is no proof that it can be read: kilobytes tell. Rotten, it is replaced; `repository.damaged` where that is not allowed. */
  async #mendManifest(name: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    try {
      await this.getManifest(name, signal);
    } catch (error) {
      if (!isUnreadableObject(error)) throw error;
      await this.store.put(name, bytes, { mode: 'replace', signal }).catch((refusal: unknown) => {
        throw isLockedThere(refusal) ? error : refusal;
      });
    }
  }

  /** Every chunk of the manifest is in a listing that was made under a lease that holds: else `repository.missing-object`. */
  async #requireAll(manifest: Manifest, signal: AbortSignal): Promise<void> {
    await this.#leases.renew(signal);
    if (this.#leases.hasLapsed()) this.forgetListing();
    this.#leases.settle();
    const known = await this.knownIds(signal);
    for await (const id of this.objectsOf(manifest, signal))
      if (!known.has(id)) throw new AppError('repository.missing-object', { object: id });
  }

  /**
   * For a manifest that was published after the lease had ended. Without the caller's signal: a lost lease has aborted that, and
   * a snapshot that cannot be restored must not stay. Errors: `repository.missing-object`, `repository.lease-lost`; it was removed then.
   */
  async #withdrawUnlessWhole(manifest: Manifest, name: string): Promise<void> {
    const signal = AbortSignal.timeout(withdrawTimeoutMs);
    try {
      await this.#requireAll(manifest, signal);
    } catch (error) {
      if (!isAppErrorOf(error, 'repository.missing-object', 'repository.lease-lost')) throw error;
      await this.removeManifest(name, signal);
      // On a disk the removal is durable once a name of the same folder is flushed.
      const [stays] = await this.listManifests(signal);
      if (stays !== undefined) await this.store.flush([stays], signal);
      throw error;
    }
  }

  /** Manifest names, oldest snapshot first. Names that no snapshot can have are passed over. */
  async listManifests(signal: AbortSignal): Promise<string[]> {
    return this.#namesUnder('manifests/', (name) => parseManifestName(name) !== undefined, signal);
  }

  async getManifest(name: string, signal: AbortSignal): Promise<Manifest> {
    const bytes = await readBlob(this.store, name, { object: name, signal, maxBytes: maxNamedObjectBytes });
    return parseManifest(name, decodeNamedObject(this.keys, name, 'manifest', bytes));
  }

  /** Puts a sound manifest in the place of a damaged one. Its chunks are not looked at: they have their own findings. */
  async replaceManifest(manifest: Manifest, signal: AbortSignal): Promise<void> {
    const name = manifestName(manifest.at, manifest.id);
    const bytes = encodeNamedObject(
      this.keys,
      name,
      'manifest',
      recordBytes(parseManifest(name, recordBytes(manifest))),
    );
    await this.store.put(name, bytes, { mode: 'replace', signal });
  }

  /** For prune: removes one manifest, before the chunks that only it names. The caller holds an exclusive lease. */
  async removeManifest(name: string, signal: AbortSignal): Promise<void> {
    if (parseManifestName(name) === undefined) throw new RangeError('not a manifest name');
    await this.store.remove(name, signal);
  }

  /** Writes one stream record (FORMAT.md §9) after the chunks it names; gives its name. */
  async putStreamRecord(
    record: { readonly sourceId: string; readonly sequence: number; readonly id: string; readonly payload: Uint8Array },
    signal: AbortSignal,
  ): Promise<string> {
    const name = streamName(record.sourceId, record.sequence, record.id);
    if (parseStreamName(name) === undefined) throw new RangeError('not a stream record name');
    await this.#chunks.flush(signal);
    await this.store.put(name, encodeNamedObject(this.keys, name, 'stream', record.payload), {
      mode: 'create',
      signal,
    });
    return name;
  }

  /** Stream record names of one source, in sequence. */
  listStreamRecords(sourceId: string, signal: AbortSignal): Promise<string[]> {
    return this.#namesUnder(`streams/${sourceId}/`, (name) => parseStreamName(name) !== undefined, signal);
  }

  /** Stream record names of all sources, also of those that nobody knows any more. */
  listAllStreamRecords(signal: AbortSignal): Promise<string[]> {
    return this.#namesUnder('streams/', (name) => parseStreamName(name) !== undefined, signal);
  }

  /** Puts a sound stream record in the place of a damaged or lost one, after the chunks it names. */
  async replaceStreamRecord(name: string, payload: Uint8Array, signal: AbortSignal): Promise<void> {
    if (parseStreamName(name) === undefined) throw new RangeError('not a stream record name');
    await this.#chunks.flush(signal);
    const bytes = encodeNamedObject(this.keys, name, 'stream', payload);
    await this.store.put(name, bytes, { mode: 'replace', signal });
  }

  async getStreamRecord(name: string, signal: AbortSignal): Promise<Uint8Array> {
    return this.openStreamRecord(name, await this.getStoredStreamRecord(name, signal));
  }

  /** A stream record as it lies here, closed and unchecked. */
  getStoredStreamRecord(name: string, signal: AbortSignal): Promise<Uint8Array> {
    return readBlob(this.store, name, { object: name, signal, maxBytes: maxNamedObjectBytes });
  }

  /** The payload of such bytes, wherever they were kept. Errors: those of `decodeNamedObject`. */
  openStreamRecord(name: string, bytes: Uint8Array): Uint8Array {
    return decodeNamedObject(this.keys, name, 'stream', bytes);
  }

  async removeStreamRecord(name: string, signal: AbortSignal): Promise<void> {
    if (parseStreamName(name) === undefined) throw new RangeError('not a stream record name');
    await this.store.remove(name, signal);
  }

  /**
   * Announces who writes or prunes. `repository.leased` {holder, untilIso} when it has to wait for another; for a writer also `repository.vault-behind` and
   * `keys.vault-rotated`: while its lease holds, nobody gives the vault of this copy new keys.
   */
  async acquireLease(request: LeaseRequest): Promise<LeaseHandle> {
    const onLapse = () => {
      this.#leases.noteLapse();
      request.onLapse?.();
    };
    const lease = await acquireLease(this.store, this.keys, { ...request, onLapse });
    this.#leases.add(lease, request.clock);
    const held: LeaseHandle = {
      ...lease,
      release: (signal) => {
        this.#leases.drop(lease.id);
        return lease.release(signal);
      },
    };
    if (request.kind === 'exclusive') return held;
    try {
      await this.#requireOwnVault(request.signal);
      return held;
    } catch (error) {
      // It ends by itself where this fails.
      await held.release(AbortSignal.timeout(leaveTimeoutMs)).catch(() => undefined);
      throw error;
    }
  }

  async #putRecord(
    kind: 'table' | 'schema' | 'accounts' | 'file-tree' | 'settings',
    record: TableRecord | DatabaseRecord | AccountsRecord | SitePage | RedisRecord,
    signal: AbortSignal,
  ): Promise<StoredRecord> {
    const { id, bytes } = encodeObject(this.keys, { kind, slot: 'main', payload: recordBytes(record) });
    const { written } = await this.putObject({ id, bytes }, signal);
    return { id, written, sizeBytes: bytes.length };
  }

  async #namesUnder(prefix: string, isOurs: (name: string) => boolean, signal: AbortSignal): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of this.store.list(prefix, signal)) if (isOurs(name)) names.push(name);
    return names.sort();
  }
}
