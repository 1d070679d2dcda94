import type { Clock } from '../../../platform/clock.ts';
import type { DiskFiles } from '../../disk/disk-files.ts';
import { aFolder, copyTree, type FileNode, type FolderNode, type ModelNode } from './model-nodes.ts';
import { afterPowerCut, type Survival } from './power-cut.ts';
import type { SeededRandom } from './seeded-random.ts';

/** One call that changes the disk, numbered from 1. `sync-folder` makes names durable, `sync` content. */
export interface DiskStep {
  readonly step: number;
  readonly kind: 'create' | 'write' | 'sync' | 'sync-folder' | 'link' | 'rename' | 'unlink' | 'mkdir';
  readonly path: string;
}

/** What goes wrong at a step. `half`: of a write the first half arrives; as `before` for all others. */
export interface DiskFault {
  readonly when: 'before' | 'half' | 'after';
  readonly error: Error;
  /** From here on every call fails with `error`, reading too: the process is dead, or the disk unplugged. */
  readonly forEver: boolean;
}

export interface ModelDiskOptions {
  readonly hasLinks?: boolean;
  readonly root?: FolderNode;
  readonly nextInode?: number;
}

/** The process is dead: nothing it still tries reaches the disk. No errno, so that nobody takes it for one. */
export class ProcessKilled extends Error {
  constructor() {
    super('the process was killed here');
  }
}

/** The folder under which a store may be made. */
export const modelRoot = '/model';

/**
 * A FAKE disk in memory that forgets what no `fsync` made durable, for faults that a real disk gives once in a lifetime.
 *
 * The rules are those that POSIX gives a program and no more: a synced file keeps its content, a synced folder its names; everything
 * else may be kept or lost in any combination, each name by itself (T. S. Pillai et al., "All File Systems Are Not Created
 * Equal: On the Complexity of Crafting Crash-Consistent Applications", OSDI 2014). Real file systems promise more, each of them
 * something else. Not modelled: lying disks, wrong sectors, Windows (whose folders cannot be synced), symbolic links.
 */
export class ModelDisk {
  readonly files: DiskFiles;
  readonly #root: FolderNode;
  readonly #clock: Clock;
  readonly #hasLinks: boolean;
  #nextInode: number;
  #sequence = 0;
  #steps: DiskStep[] = [];
  #fault: ((step: DiskStep) => DiskFault | undefined) | undefined;
  #broken: Error | undefined;

  /** Without `hasLinks` it refuses hard links, as FAT32 and exFAT do under Linux. */
  constructor(clock: Clock, { hasLinks = true, root = aFolder(1), nextInode = 2 }: ModelDiskOptions = {}) {
    this.#clock = clock;
    this.#hasLinks = hasLinks;
    this.#root = root;
    this.#nextInode = nextInode;
    this.files = this.#calls();
  }

  /** Steps since the last `breakAt`, or since the disk was made. */
  get steps(): readonly DiskStep[] {
    return this.#steps;
  }

  /** Whether a fault that is for ever has struck. */
  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  /** Counts steps anew and asks `fault` before each; undefined: the disk is sound. */
  breakAt(fault: ((step: DiskStep) => DiskFault | undefined) | undefined): void {
    this.#steps = [];
    this.#broken = undefined;
    this.#fault = fault;
  }

  /** The same disk with the same un-synced changes, sound, for one more way of going on. */
  clone(): ModelDisk {
    const twin = this.#with(copyTree(this.#root));
    twin.#sequence = this.#sequence;
    return twin;
  }

  /** What is found when the power is back. This disk stays as it is. */
  afterPowerCut(survival: Survival, random: SeededRandom): ModelDisk {
    return this.#with(copyTree(afterPowerCut(this.#root, survival, random)));
  }

  #with(root: FolderNode): ModelDisk {
    return new ModelDisk(this.#clock, { hasLinks: this.#hasLinks, root, nextInode: this.#nextInode });
  }

  #calls(): DiskFiles {
    const calls = {
      link: (from: string, to: string) =>
        this.#change('link', to, () => {
          if (!this.#hasLinks) throw errno('EPERM');
          const node = this.#nodeAt(from);
          const { folder, name } = this.#placeOf(to);
          if (folder.entries.has(name)) throw errno('EEXIST');
          this.#setName(folder, name, node);
        }),
      rename: (from: string, to: string) =>
        this.#change('rename', to, () => {
          const node = this.#nodeAt(from);
          const source = this.#placeOf(from);
          const target = this.#placeOf(to);
          if (target.folder.entries.get(target.name)?.kind === 'folder') throw errno('EISDIR');
          this.#setName(target.folder, target.name, node);
          this.#setName(source.folder, source.name, undefined);
        }),
      unlink: (path: string) =>
        this.#change('unlink', path, () => {
          if (this.#nodeAt(path).kind === 'folder') throw errno('EPERM');
          const { folder, name } = this.#placeOf(path);
          this.#setName(folder, name, undefined);
        }),
      mkdir: (path: string) =>
        this.#change('mkdir', path, () => {
          const { folder, name } = this.#placeOf(path);
          if (folder.entries.has(name)) throw errno('EEXIST');
          this.#setName(folder, name, aFolder(this.#nextInode++));
        }),
      lstat: (path: string) => this.#look(() => statsOf(this.#nodeAt(path))),
      stat: (path: string, options?: { readonly bigint?: boolean }) =>
        this.#look(() => (options?.bigint === true ? identityOf(this.#nodeAt(path)) : statsOf(this.#nodeAt(path)))),
      opendir: (path: string) => this.#look(() => entriesOf(this.#folderAt(path))),
      open: (path: string, flags: string | number) => (flags === 'wx' ? this.#create(path) : this.#open(path)),
    };
    // A fake of eight calls cannot have all overloads of Node's.
    return calls as unknown as DiskFiles;
  }

  async #create(path: string) {
    const node = await this.#change('create', path, () => {
      const { folder, name } = this.#placeOf(path);
      if (folder.entries.has(name)) throw errno('EEXIST');
      const file: FileNode = {
        kind: 'file',
        inode: this.#nextInode++,
        bytes: Buffer.alloc(0),
        syncedBytes: undefined,
        mtimeMs: this.#clock.nowMs(),
      };
      this.#setName(folder, name, file);
      return file;
    });
    return this.#handle(node, path);
  }

  #open(path: string) {
    return this.#look(() => this.#handle(this.#nodeAt(path), path));
  }

  #handle(node: ModelNode, path: string) {
    const fileOnly = (): FileNode => {
      if (node.kind === 'folder') throw errno('EISDIR');
      return node;
    };
    return {
      stat: () => this.#look(() => statsOf(node)),
      read: (into: Buffer, at: number, length: number, position: number) =>
        this.#look(() => ({ bytesRead: fileOnly().bytes.copy(into, at, position, position + length) })),
      write: (bytes: Uint8Array, at: number, length: number) => {
        const append = (count: number) => () => {
          const file = fileOnly();
          file.bytes = Buffer.concat([file.bytes, bytes.subarray(at, at + count)]);
          file.mtimeMs = this.#clock.nowMs();
          return { bytesWritten: count };
        };
        return this.#change('write', path, append(length), append(length >> 1));
      },
      sync: () =>
        this.#change(node.kind === 'folder' ? 'sync-folder' : 'sync', path, () => {
          if (node.kind === 'file') {
            node.syncedBytes = node.bytes;
            return;
          }
          node.syncedEntries.clear();
          for (const [name, child] of node.entries) node.syncedEntries.set(name, child);
          node.pending = [];
        }),
      close: () => Promise.resolve(),
    };
  }

  async #look<T>(read: () => T): Promise<T> {
    await Promise.resolve();
    if (this.#broken !== undefined) throw this.#broken;
    return read();
  }

  async #change<T>(kind: DiskStep['kind'], path: string, make: () => T, makeHalf?: () => void): Promise<T> {
    await Promise.resolve();
    if (this.#broken !== undefined) throw this.#broken;
    const step: DiskStep = { step: this.#steps.length + 1, kind, path };
    this.#steps.push(step);
    const fault = this.#fault?.(step);
    if (fault === undefined) return make();
    if (fault.forEver) this.#broken = fault.error;
    if (fault.when === 'after') make();
    if (fault.when === 'half') makeHalf?.();
    throw fault.error;
  }

  #setName(folder: FolderNode, name: string, node: ModelNode | undefined): void {
    if (node === undefined) folder.entries.delete(name);
    else folder.entries.set(name, node);
    folder.pending.push({ name, node, sequence: ++this.#sequence });
  }

  #placeOf(path: string): { readonly folder: FolderNode; readonly name: string } {
    const parts = partsOf(path);
    const name = parts.pop();
    if (name === undefined) throw errno('EPERM');
    return { folder: this.#walk(parts), name };
  }

  #folderAt(path: string): FolderNode {
    return this.#walk(partsOf(path));
  }

  #nodeAt(path: string): ModelNode {
    const parts = partsOf(path);
    const name = parts.pop();
    if (name === undefined) return this.#root;
    const node = this.#walk(parts).entries.get(name);
    if (node === undefined) throw errno('ENOENT');
    return node;
  }

  #walk(parts: readonly string[]): FolderNode {
    let folder = this.#root;
    for (const part of parts) {
      const next = folder.entries.get(part);
      if (next === undefined) throw errno('ENOENT');
      if (next.kind === 'file') throw errno('ENOTDIR');
      folder = next;
    }
    return folder;
  }
}

/** The model's paths begin at `modelRoot`, whatever drive the system puts before it. */
function partsOf(path: string): string[] {
  const parts = path
    .replace(/^[A-Za-z]:/, '')
    .split(/[\\/]/)
    .filter((part) => part !== '');
  return parts[0] === modelRoot.slice(1) ? parts.slice(1) : parts;
}

export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: made up`), { code });
}

function statsOf(node: ModelNode) {
  const isFile = node.kind === 'file';
  return {
    isFile: () => isFile,
    isDirectory: () => !isFile,
    size: isFile ? node.bytes.length : 0,
    mtimeMs: isFile ? node.mtimeMs : 0,
  };
}

function identityOf(node: ModelNode) {
  return { isDirectory: () => node.kind === 'folder', dev: 1n, ino: BigInt(node.inode), birthtimeNs: 0n };
}

/** Names as they are when the folder is opened. */
async function* entriesOf(folder: FolderNode) {
  for (const [name, node] of [...folder.entries]) {
    await Promise.resolve();
    yield { name, isFile: () => node.kind === 'file', isDirectory: () => node.kind === 'folder' };
  }
}
