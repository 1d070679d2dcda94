import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleepMs } from 'node:timers/promises';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { inLanes } from '../../platform/in-lanes.ts';
import { blobMissing, defaultMaxBytes, tooLarge } from '../blob-names.ts';
import type { BlobStat, BlobStore, PutOptions } from '../blob-store.ts';
import { realDiskFiles, type DiskFiles } from './disk-files.ts';
import { diskError, errnoOf, isMissing } from './disk-errors.ts';
import { DiskFolders } from './disk-folders.ts';
import { walkDisk } from './disk-listing.ts';
import { requireDiskName, reserveBytes, reserveName, tempFolder } from './disk-names.ts';
import { discard, publish, publishNew, syncFolder, whenFree, writeTempFile, type DiskWays } from './durable-file.ts';
import { RootIdentity } from './root-identity.ts';

export interface DiskStoreOptions {
  /** The folder that holds the repository, absolute or relative to the working directory. */
  readonly root: string;
  /** Makes the root (not its parents) when it is not there: for setting up a new copy, never for opening a known one. */
  readonly createRoot?: boolean;
  readonly clock?: Clock;
  readonly files?: DiskFiles;
  readonly platform?: NodeJS.Platform;
  readonly sleep?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

const sliceBytes = 1024 * 1024;
const flushesAtOnce = 4;
/** A temp file this old belongs to nobody: no write takes a day. */
const abandonedAfterMs = 24 * 3600 * 1000;
/** `O_NONBLOCK`, so that a pipe planted on a foreign disk cannot hang a read; both extra flags are absent on Windows. */
const flags: Readonly<Record<string, number | undefined>> = constants;
const readFlags = constants.O_RDONLY | (flags['O_NOFOLLOW'] ?? 0) | (flags['O_NONBLOCK'] ?? 0);

/**
 * A store in a folder: object `chunks/ab/…` is the file `<root>/chunks/ab/…`.
 *
 * Each put is durable by itself (temp file, sync, rename, sync of the folder; see `durable-file.ts`), or all but its name, which
 * `flush` makes durable with one sync per folder. The root is
 * looked at again before each put and after each failure: an unplugged, unmounted or exchanged disk is
 * `backend.absent`, never "no such object" and never a fresh empty folder. Symbolic links inside the root are not followed.
 *
 * Errors: see `BlobStore`; `facts.reason` is the errno. Names a disk cannot hold everywhere (`isDiskName`) are
 * `backend.rejected`.
 */
export class DiskBlobStore implements BlobStore {
  readonly kind = 'disk';
  readonly #root: string;
  readonly #identity: RootIdentity;
  readonly #ways: DiskWays;
  readonly #folders: DiskFolders;
  readonly #clock: Clock;
  #isSwept = false;

  private constructor(root: string, identity: RootIdentity, ways: DiskWays, clock: Clock) {
    this.#root = root;
    this.#identity = identity;
    this.#ways = ways;
    this.#folders = new DiskFolders(root, ways);
    this.#clock = clock;
  }

  /** Rejects with `backend.absent` when the root is not there. Reads only, unless `createRoot` has to make it. */
  static async open(options: DiskStoreOptions): Promise<DiskBlobStore> {
    const root = resolve(options.root);
    const ways: DiskWays = {
      files: options.files ?? realDiskFiles,
      platform: options.platform ?? process.platform,
      sleep: options.sleep ?? ((delayMs, signal) => sleepMs(delayMs, undefined, { signal })),
    };
    if (options.createRoot === true) await createFolder(root, ways);
    return new DiskBlobStore(root, await RootIdentity.remember(root, ways.files), ways, options.clock ?? systemClock);
  }

  put(name: string, bytes: Uint8Array, { mode, durable, signal }: PutOptions): Promise<{ readonly written: boolean }> {
    return this.#run(name, signal, async (path) => {
      await this.#identity.check();
      if (mode === 'create' && (await this.#stats(name))?.isFile() === true) {
        // Whoever gave it the name may have died before the name was durable, and the caller was promised that it is.
        if (durable !== 'at-flush') await this.#syncName(name, path);
        return { written: false };
      }
      const temp = await this.#writeTemp(name, bytes, signal);
      try {
        const written = await this.#publish(temp, name, { mode, signal });
        if (durable !== 'at-flush') await this.#syncName(name, path);
        return { written };
      } catch (error) {
        await discard(this.#ways, temp);
        throw error;
      }
    });
  }

  async flush(names: Iterable<string>, signal: AbortSignal): Promise<void> {
    const inFolders = new Map<string, string>();
    for (const name of names) inFolders.set(dirname(name), name);
    const folders = [...inFolders.values()];
    // Several at once: file systems write down in one go what is asked of them together.
    await inLanes(folders, { lanes: flushesAtOnce, signal }, (name) => this.#flushFolderOf(name, signal));
    // Afterwards: all of them are known by now, so one sync serves all that lie in one folder.
    for (const name of folders) await this.#run(name, signal, () => this.#folders.makeDurable(folderOf(name)));
    // Syncing folders says nothing when the disk was exchanged on the way.
    await this.#identity.check();
  }

  #flushFolderOf(name: string, signal: AbortSignal): Promise<void> {
    return this.#run(name, signal, async (path) => {
      if ((await this.#stats(name))?.isFile() !== true) return this.#missing(name);
      await syncFolder(this.#ways, dirname(path));
    });
  }

  get(name: string, options: { readonly signal: AbortSignal; readonly maxBytes?: number }): Promise<Buffer> {
    const { signal, maxBytes = defaultMaxBytes } = options;
    return this.#run(name, signal, async (path) => {
      if ((await this.#stats(name))?.isFile() !== true) return this.#missing(name);
      const handle = await this.#ways.files.open(path, readFlags);
      try {
        const info = await handle.stat();
        if (!info.isFile()) return await this.#missing(name);
        if (info.size > maxBytes) throw tooLarge(name, maxBytes);
        const bytes = Buffer.allocUnsafeSlow(info.size);
        for (let at = 0; at < bytes.length;) {
          signal.throwIfAborted();
          const { bytesRead } = await handle.read(bytes, at, Math.min(sliceBytes, bytes.length - at), at);
          if (bytesRead === 0) throw new AppError('backend.io', { reason: 'short-read', name });
          at += bytesRead;
        }
        return bytes;
      } finally {
        await handle.close();
      }
    });
  }

  stat(name: string, signal: AbortSignal): Promise<BlobStat | undefined> {
    return this.#run(name, signal, async () => {
      const info = await this.#stats(name);
      if (info?.isFile() === true) return { name, sizeBytes: info.size, modifiedAtMs: Math.trunc(info.mtimeMs) };
      await this.#identity.check();
      return undefined;
    });
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<BlobStat> {
    signal.throwIfAborted();
    try {
      await this.#identity.check();
      const onFolder = (folder: string) => this.#folders.saw(folder);
      for await (const blob of walkDisk(this.#ways.files, this.#root, prefix, onFolder, signal)) {
        yield blob;
        signal.throwIfAborted();
      }
      // A disk that vanished half way must not end as a short list: missing names are read as lost objects.
      await this.#identity.check();
    } catch (error) {
      throw await this.#translate(error);
    }
  }

  remove(name: string, signal: AbortSignal): Promise<void> {
    return this.#run(name, signal, async (path) => {
      // Side by side: tidying up removes tens of thousands.
      const [info] = await Promise.all([this.#stats(name), this.#identity.check()]);
      if (info?.isFile() !== true) return;
      await whenFree(this.#ways, signal, () => this.#ways.files.unlink(path)).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    });
  }

  /** Whether the disk has its reserve, whole. */
  async holdsReserve(signal: AbortSignal): Promise<boolean> {
    return this.#orTranslated(signal, async () => (await this.#stats(reserveName))?.size === reserveBytes);
  }

  /**
   * Takes a little of the disk (1 MiB; eight clusters of a big exFAT stick) for `giveReserve`. It is noise, because a file system that compresses
   * keeps zeros in no room at all. Errors: as `put`.
   */
  async keepReserve(signal: AbortSignal): Promise<void> {
    await this.#orTranslated(signal, async () => {
      await this.#identity.check();
      const temp = await this.#writeTemp(reserveName, randomBytes(reserveBytes), signal);
      try {
        await this.#publish(temp, reserveName, { mode: 'replace', signal });
      } catch (error) {
        await discard(this.#ways, temp);
        throw error;
      }
    });
  }

  /** Gives its room back; false when there is none. Errors: as `remove`. */
  async giveReserve(signal: AbortSignal): Promise<boolean> {
    return this.#orTranslated(signal, async () => {
      await this.#identity.check();
      if ((await this.#stats(reserveName))?.isFile() !== true) return false;
      await whenFree(this.#ways, signal, () => this.#ways.files.unlink(join(this.#root, reserveName)));
      // Some journals hand freed blocks out again only when that they are free is written down.
      await syncFolder(this.#ways, join(this.#root, tempFolder));
      return true;
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #run<T>(name: string, signal: AbortSignal, action: (path: string) => Promise<T>): Promise<T> {
    await Promise.resolve();
    requireDiskName(name);
    return this.#orTranslated(signal, () => action(join(this.#root, name)), name);
  }

  async #orTranslated<T>(signal: AbortSignal, action: () => Promise<T>, name?: string): Promise<T> {
    signal.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      signal.throwIfAborted();
      throw await this.#translate(error, name);
    }
  }

  /** Anything the disk refuses may really mean that the disk is gone, so the root is asked before the errno is believed. */
  async #translate(error: unknown, name?: string): Promise<unknown> {
    if (error instanceof AppError || errnoOf(error) === undefined) return error;
    try {
      await this.#identity.check();
    } catch (absent) {
      return absent;
    }
    const known = diskError(error);
    if (name === undefined || !(known instanceof AppError)) return known;
    return new AppError(known.code, { ...known.facts, name }, { cause: error });
  }

  async #missing(name: string): Promise<never> {
    await this.#identity.check();
    throw blobMissing(name);
  }

  /** `lstat` of the object's file, or undefined when it, or a real folder on the way, is not there. */
  async #stats(name: string): Promise<Stats | undefined> {
    if (!(await this.#folders.isReal(folderOf(name)))) return undefined;
    try {
      return await this.#ways.files.lstat(join(this.#root, name));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** The folder that holds the name, and those that lead to it. */
  async #syncName(name: string, path: string): Promise<void> {
    await this.#folders.makeDurable(folderOf(name));
    await syncFolder(this.#ways, dirname(path));
  }

  async #writeTemp(name: string, bytes: Uint8Array, signal: AbortSignal): Promise<string> {
    const folder = join(this.#root, tempFolder);
    const write = (): Promise<string> =>
      writeTempFile(this.#ways, folder, bytes, signal, () => this.#folders.ensure(folderOf(name)));
    await this.#folders.ensure(tempFolder);
    await this.#sweep(folder);
    try {
      return await write();
    } catch (error) {
      const code = errnoOf(error);
      if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
      // The name was taken, or the temp folder was removed behind our back: once more, if this is still the same disk.
      await this.#identity.check();
      this.#folders.forget();
      await this.#folders.ensure(tempFolder);
      return write();
    }
  }

  async #publish(temp: string, name: string, { mode, signal }: PutOptions): Promise<boolean> {
    const path = join(this.#root, name);
    const move = async (): Promise<boolean> => {
      signal.throwIfAborted();
      if (mode === 'create') return publishNew(this.#ways, temp, path, signal);
      await publish(this.#ways, temp, path, signal);
      return true;
    };
    try {
      return await move();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      await this.#identity.check();
      this.#folders.forget();
      await this.#folders.ensure(folderOf(name));
      return move();
    }
  }

  /** Once per store: takes away what killed writers left. Failing at it is no reason not to write. */
  async #sweep(folder: string): Promise<void> {
    if (this.#isSwept) return;
    this.#isSwept = true;
    try {
      for await (const entry of await this.#ways.files.opendir(folder)) {
        const path = join(folder, entry.name);
        const isOurs = entry.isFile() && entry.name.endsWith('.tmp');
        const ageMs = isOurs ? this.#clock.nowMs() - (await this.#ways.files.lstat(path)).mtimeMs : 0;
        if (ageMs > abandonedAfterMs) await discard(this.#ways, path);
      }
    } catch {
      // Left-overs cost space, nothing else.
    }
  }
}

async function createFolder(path: string, ways: DiskWays): Promise<void> {
  try {
    await ways.files.mkdir(path);
    await syncFolder(ways, dirname(path));
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') {
      // Made by a run that died before it could sync the folder above, perhaps. Where that one cannot be opened, nobody can sync it.
      await syncFolder(ways, dirname(path)).catch(() => undefined);
      return;
    }
    if (isMissing(error)) throw new AppError('backend.absent', { reason: 'ENOENT', root: path }, { cause: error });
    throw diskError(error);
  }
}

function folderOf(name: string): string {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? '' : name.slice(0, slash);
}
