import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { inLanes } from '../../platform/in-lanes.ts';
import { isObjectId } from '../format.ts';
import type { MainKeys } from '../keys/main-keys.ts';
import { verifyObject } from '../objects/object-codec.ts';
import { referencesOf } from '../references.ts';
import type { Repository } from '../repository.ts';
import { ByteGate } from './byte-gate.ts';
import { NearestCopies, type FeedFinding, type FeedSource } from './nearest-copies.ts';
import { ReadWindow, type WindowObject } from './read-window.ts';

export interface FeedOptions {
  /** The copy that has what is to be copied. */
  readonly from: Omit<FeedSource, 'part'>;
  /** Opens other copies, when something on `from` is damaged or `from` goes away. Asked once. */
  readonly spares?: () => Promise<readonly Omit<FeedSource, 'part'>[]>;
  /** Whether sound bytes from elsewhere are put in the place of what was damaged on a copy that was read from. Default: no. */
  readonly heals?: boolean;
  /** How many copies will be filled: memory is shared out between them. */
  readonly targets: number;
  /** Objects in memory, whatever the number of copies and however different their speeds. Default 48 MiB. */
  readonly memoryBytes?: number;
  /** How an object is checked; default whole, in this thread. A worker pool may take it over. Rejects when damaged. */
  readonly check?: (object: ReadObject) => Promise<WindowObject>;
  /** Every object that was read from a copy and found sound. */
  readonly onRead?: (source: string, object: string) => void;
  /** Everything that was found, when it is found, and once more when it is healed: whoever stops this still knows. */
  readonly onFinding?: (finding: FeedFinding) => void;
  /** Ends the reading for all. */
  readonly signal: AbortSignal;
}

/** What was read from a copy and is not checked yet. */
export interface ReadObject {
  /** The copy's name. */
  readonly source: string;
  readonly keys: MainKeys;
  readonly id: string;
  /** May be taken from the caller: what is checked is given back. */
  readonly bytes: Uint8Array;
  /** It was put there a moment ago in the place of a damaged one. */
  readonly isHealed: boolean;
}

export interface FillProgress {
  readonly objectsCopied: number;
  readonly bytesCopied: number;
  readonly objectsSkipped: number;
  /** Objects of the snapshots looked at so far. */
  readonly objectsTotal: number;
}

export interface FillOptions {
  /** Manifest names in the order in which they are to be there: newest first protects today first. */
  readonly manifests: readonly string[];
  /** Objects on their way to this copy at once. Default by kind of store. */
  readonly concurrency?: number;
  readonly onProgress?: (progress: FillProgress) => void;
  readonly onSnapshot?: (manifest: Manifest) => void;
  readonly signal: AbortSignal;
}

export interface FillReport extends FillProgress {
  readonly copied: readonly string[];
  /** Snapshots that no copy has whole, and why; the others are there. */
  readonly failed: readonly { readonly manifest: string; readonly error: unknown }[];
}

const defaultMemoryBytes = 48 * 1024 * 1024;
/** An object of a full chunk after compression is about this large; the first of them are counted so until sizes are known. */
const usualObjectBytes = 1024 * 1024;
/** A far store is filled by many requests at once, a disk by a few: more would only make it seek. */
const concurrencyOf: Readonly<Record<Repository['store']['kind'], number>> = { disk: 12, memory: 4, s3: 16 };

/** What could not be read from any copy: it ends one snapshot, not the filling of a copy. */
class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/**
 * One reading feeds many copies. Each missing object is read from the nearest copy that has it, checked, and handed to every copy
 * that lacks it and is at the same place; one that is slower has it read again later, from whatever copy is then nearest, so that
 * nobody waits for anybody. What was written is found in the listing by the next run, which goes on from there.
 *
 * Memory: `memoryBytes` are divided into equal shares, one for what was just read and one for each target's objects in flight.
 * A single object that is larger than a share is held alone.
 */
export class Feed {
  readonly #copies: NearestCopies;
  readonly #window: ReadWindow;
  readonly #shareBytes: number;
  readonly #id: string;
  #active: number;

  constructor(options: FeedOptions) {
    const { from, spares, heals = false, targets, memoryBytes = defaultMemoryBytes } = options;
    const { check = checkHere, onRead, onFinding, signal } = options;
    this.#id = from.repository.id;
    this.#active = targets;
    this.#shareBytes = Math.floor(memoryBytes / (targets + 1));
    this.#copies = new NearestCopies(
      [{ ...from, part: 'first' }],
      async () => ((await spares?.()) ?? []).map((source) => ({ ...source, part: 'spare' })),
      { heals, onFinding },
    );
    const read = (id: string) =>
      this.#copies.chunk(id, {
        signal: signal,
        take: async ({ repository, name }) => {
          const bytes = await repository.getRaw(id, signal);
          const checked = await check({ source: name, keys: repository.keys, id, bytes, isHealed: false });
          onRead?.(name, id);
          return checked;
        },
        heal: async ({ repository, name }, { bytes: sound }) => {
          await repository.healObject(id, sound, signal);
          const bytes = await repository.getRaw(id, signal);
          await check({ source: name, keys: repository.keys, id, bytes, isHealed: true });
        },
      });
    this.#window = new ReadWindow(read, this.#shareBytes);
  }

  get findings(): readonly FeedFinding[] {
    return [...this.#copies.findings.values()];
  }

  get mostHeldBytes(): number {
    return this.#window.mostHeldBytes;
  }

  /**
   * Fills one copy; call it once per target, all at the same time. Each snapshot's chunks are durable before its manifest is
   * written. Errors: those of the target's store, an abort, `repository.foreign`.
   */
  async fill(target: Omit<FeedSource, 'part'>, options: FillOptions): Promise<FillReport> {
    try {
      if (target.repository.id !== this.#id) throw new AppError('repository.foreign', { found: target.repository.id });
      await target.repository.knownIds(options.signal);
      this.#copies.add({ ...target, part: 'target' });
      return await new Filling(target.repository, options, this.#copies, this.#window, {
        shareBytes: this.#shareBytes,
        isShared: () => this.#active > 1,
      }).run();
    } finally {
      this.#active -= 1;
    }
  }
}

interface Share {
  readonly shareBytes: number;
  /** Whether another copy is still being filled. */
  readonly isShared: () => boolean;
}

/** One target on its way through its snapshots. */
class Filling {
  readonly #target: Repository;
  readonly #options: FillOptions;
  readonly #copies: NearestCopies;
  readonly #window: ReadWindow;
  readonly #share: Share;
  readonly #gate: ByteGate;
  #progress: FillProgress = { objectsCopied: 0, bytesCopied: 0, objectsSkipped: 0, objectsTotal: 0 };
  #readObjects = 0;
  #readBytes = 0;

  constructor(target: Repository, options: FillOptions, copies: NearestCopies, window: ReadWindow, share: Share) {
    this.#target = target;
    this.#options = options;
    this.#copies = copies;
    this.#window = window;
    this.#share = share;
    this.#gate = new ByteGate(share.shareBytes);
  }

  async run(): Promise<FillReport> {
    const copied: string[] = [];
    const failed: { manifest: string; error: unknown }[] = [];
    for (const name of this.#options.manifests) {
      this.#options.signal.throwIfAborted();
      try {
        const manifest = await this.#snapshot(name);
        copied.push(name);
        this.#options.onSnapshot?.(manifest);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        failed.push({ manifest: name, error: error.cause });
      }
    }
    return { ...this.#progress, copied, failed };
  }

  async #snapshot(name: string): Promise<Manifest> {
    const { signal } = this.#options;
    const manifest = await orUnreadable(
      this.#copies.manifest(name, {
        signal,
        take: ({ repository }) => repository.getManifest(name, signal),
        heal: ({ repository }, sound) => repository.replaceManifest(sound, signal),
      }),
      signal,
    );
    const ids = await this.#objectsOf(manifest);
    const missing: string[] = [];
    for (const id of ids) {
      if (!isObjectId(id)) throw new RangeError('not an object id');
      if (this.#target.has(id)) this.#target.relyOn(id);
      else missing.push(id);
    }
    this.#advance({ objectsTotal: ids.length, objectsSkipped: ids.length - missing.length });
    await this.#copyAll(missing);
    await this.#target.putManifest(manifest, signal).catch((error: unknown) => {
      // It has rotted there, where nothing may be replaced: that is this snapshot's end and no other's.
      throw isAppErrorOf(error, 'repository.damaged') ? new Unreadable('', { cause: error }) : error;
    });
    return manifest;
  }

  async #objectsOf(manifest: Manifest): Promise<string[]> {
    const { signal } = this.#options;
    const { leaves, records } = referencesOf(manifest);
    const ids = new Set(leaves);
    for (const record of records) {
      ids.add(record.id);
      const chunks = await orUnreadable(
        this.#copies.chunk(record.id, {
          signal,
          take: ({ repository }) => repository.chunksOf(record, signal),
          heal: async ({ repository }, _chunks, sound) =>
            repository.healObject(record.id, await sound.repository.getRaw(record.id, signal), signal),
        }),
        signal,
      );
      this.#target.rememberRecord(record.id, chunks);
      for (const id of chunks) ids.add(id);
    }
    return [...ids];
  }

  async #copyAll(ids: readonly string[]): Promise<void> {
    const { concurrency = concurrencyOf[this.#target.store.kind] } = this.#options;
    const { signal } = this.#options;
    await inLanes(ids, { lanes: concurrency, signal }, (id, running) => this.#copyOne(id, running));
  }

  async #copyOne(id: string, signal: AbortSignal): Promise<void> {
    const expectedBytes = this.#readObjects === 0 ? usualObjectBytes : Math.ceil(this.#readBytes / this.#readObjects);
    let held = expectedBytes;
    await this.#gate.enter(expectedBytes);
    try {
      signal.throwIfAborted();
      let isRead = false;
      const put = async ({ bytes, digests }: WindowObject) => {
        isRead = true;
        this.#readObjects += 1;
        this.#readBytes += bytes.length;
        this.#gate.correct(held, bytes.length);
        held = bytes.length;
        signal.throwIfAborted();
        const { written } = await this.#target.putObject({ id, bytes, digests }, signal);
        this.#advance(written ? { objectsCopied: 1, bytesCopied: bytes.length } : { objectsSkipped: 1 });
      };
      await this.#window.use(id, put, this.#share.isShared).catch((error: unknown) => {
        throw isRead || signal.aborted ? error : new Unreadable('', { cause: error });
      });
    } finally {
      this.#gate.leave(held);
    }
  }

  #advance(step: Partial<FillProgress>): void {
    this.#progress = {
      objectsCopied: this.#progress.objectsCopied + (step.objectsCopied ?? 0),
      bytesCopied: this.#progress.bytesCopied + (step.bytesCopied ?? 0),
      objectsSkipped: this.#progress.objectsSkipped + (step.objectsSkipped ?? 0),
      objectsTotal: this.#progress.objectsTotal + (step.objectsTotal ?? 0),
    };
    this.#options.onProgress?.(this.#progress);
  }
}

function checkHere({ keys, id, bytes }: ReadObject): Promise<WindowObject> {
  verifyObject(keys, id, bytes);
  return Promise.resolve({ bytes });
}

async function orUnreadable<T>(reading: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    signal.throwIfAborted();
    throw new Unreadable('', { cause: error });
  }
}
