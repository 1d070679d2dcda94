import { AppError } from '../../../../shared/errors/app-error.ts';
import type { DiskFiles } from './disk-files.ts';
import { errnoOf, isMissing } from './disk-errors.ts';

interface FolderId {
  readonly device: bigint;
  readonly inode: bigint;
  /** 0 where the file system keeps none. */
  readonly bornAtNs: bigint;
}

/**
 * Which folder the root was when the store was opened, so that an unmounted disk (its mount point is an empty folder of the
 * system disk) or another disk at the same path is `backend.absent`, never an empty store.
 *
 * Device and inode decide. FAT and exFAT under Linux may give a sub-folder a new inode number when it left the cache; the
 * same birth time on the same device then still means the same folder. Two disks that agree in all of it are told
 * apart by the repository id in the header, not here.
 */
export class RootIdentity {
  readonly #path: string;
  readonly #files: DiskFiles;
  readonly #first: FolderId;

  private constructor(path: string, files: DiskFiles, first: FolderId) {
    this.#path = path;
    this.#files = files;
    this.#first = first;
  }

  static async remember(path: string, files: DiskFiles): Promise<RootIdentity> {
    return new RootIdentity(path, files, await readId(path, files));
  }

  /** One `stat`. Throws `backend.absent` when the root is not there, or is another folder than before. */
  async check(): Promise<void> {
    const now = await readId(this.#path, this.#files);
    const { device, inode, bornAtNs } = this.#first;
    const isSame = now.device === device && (now.inode === inode || (bornAtNs !== 0n && now.bornAtNs === bornAtNs));
    if (!isSame) throw new AppError('backend.absent', { reason: 'another-disk', root: this.#path });
  }
}

async function readId(path: string, files: DiskFiles): Promise<FolderId> {
  try {
    const info = await files.stat(path, { bigint: true });
    if (!info.isDirectory()) throw new AppError('backend.absent', { reason: 'not-a-folder', root: path });
    return { device: info.dev, inode: info.ino, bornAtNs: info.birthtimeNs };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = errnoOf(error) ?? 'unknown';
    const code =
      isMissing(error) || (reason !== 'EACCES' && reason !== 'EPERM') ? 'backend.absent' : 'backend.permission';
    throw new AppError(code, { reason, root: path }, { cause: error });
  }
}
