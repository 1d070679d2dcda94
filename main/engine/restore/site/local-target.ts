import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, symlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isUtf8 } from 'node:buffer';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { shownName } from '../../source/files/index.ts';
import { ownerBits, type Compromises, type FileAttributes, type FilesTarget } from './files-target.ts';

const reservedOnWindows = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const readBytes = 256 * 1024;

/** A folder that is not there yet, or empty. Errors: `files.target-not-empty` {folder}, `files.target-failed`. */
export async function openLocalTarget(folder: string, platform = process.platform): Promise<FilesTarget> {
  await attempt(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
  const found = await attempt(folder, () => readdir(folder));
  if (found.length > 0) throw new AppError('files.target-not-empty', { folder });
  return new LocalTarget(folder, platform);
}

class LocalTarget implements FilesTarget {
  readonly place: string;
  readonly compromises: Compromises = { renamed: [], links: 0, owners: 0 };
  readonly #platform: NodeJS.Platform;
  readonly #isRoot = process.getuid?.() === 0;
  /** Where a name cannot be what it was, or may be another's in other letters: what it became. Keys are the path's bytes. */
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();
  #temporary = 0;

  constructor(folder: string, platform: NodeJS.Platform) {
    this.place = folder;
    this.#platform = platform;
  }

  async makeFolder(path: Buffer): Promise<void> {
    await attempt(shownName(path), () => mkdir(this.#at(path), { mode: 0o700 }));
  }

  async writeFile(path: Buffer, bytes: AsyncIterable<Uint8Array>, attributes: FileAttributes): Promise<void> {
    const shown = shownName(path);
    const goal = this.#at(path);
    this.#temporary += 1;
    const temporary = this.#inPlace(`.shouhu-${this.#temporary}.partial`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await attempt(shown, () => open(temporary, flags, 0o600));
    try {
      for await (const piece of bytes) await attempt(shown, () => file.writeFile(piece));
      await attempt(shown, () => this.#give(file, attributes));
    } finally {
      await file.close();
    }
    // Nobody else writes here, and no name comes twice: but a file system may take two for one.
    const isThere = await lstat(goal).then(
      () => true,
      () => false,
    );
    if (isThere) throw new AppError('files.target-failed', { path: shown, reason: 'EEXIST' });
    await attempt(shown, () => rename(temporary, goal));
  }

  async makeLink(path: Buffer, target: Buffer): Promise<void> {
    const goal = this.#at(path);
    try {
      await symlink(this.#platform === 'linux' ? target : shownName(target), goal);
    } catch (error) {
      // Windows lets only some people make links; the files they point to are there.
      if (this.#platform !== 'win32') throw failed(shownName(path), error);
      this.compromises.links += 1;
    }
  }

  async finishFolder(path: Buffer, attributes: FileAttributes): Promise<void> {
    if (this.#platform === 'win32') return;
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    const folder = await attempt(shownName(path), () => open(this.#at(path), flags));
    try {
      await attempt(shownName(path), () => this.#give(folder, attributes));
    } finally {
      await folder.close();
    }
  }

  async *readBack(path: Buffer): AsyncGenerator<Uint8Array> {
    const shown = shownName(path);
    const file = await attempt(shown, () => open(this.#at(path), constants.O_RDONLY | constants.O_NOFOLLOW));
    try {
      const buffer = Buffer.alloc(readBytes);
      for (;;) {
        const { bytesRead } = await attempt(shown, () => file.read(buffer, 0, readBytes));
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async #give(file: FileHandle, { mode, uid, gid, mtime }: FileAttributes): Promise<void> {
    if (this.#isRoot) await file.chown(uid, gid);
    else this.compromises.owners += 1;
    // Bits that lend an owner’s rights are nothing without the owner; and what this user writes it reads back.
    await file.chmod(this.#isRoot ? mode : (mode & ~ownerBits) | 0o600);
    await file.utimes(mtime, mtime);
  }

  /** Bytes where names are bytes; else text, without what the system refuses. */
  #at(path: Buffer): string | Buffer {
    if (this.#platform === 'linux') return Buffer.concat([Buffer.from(`${this.place}/`), path]);
    const names = path.toString('latin1').split('/');
    let folder = '';
    for (const [index, name] of names.entries()) {
      const key = names.slice(0, index + 1).join('/');
      const known = this.#names.get(key);
      const here = known ?? this.#newName(folder, Buffer.from(name, 'latin1'));
      this.#names.set(key, here);
      folder = here;
    }
    return this.#inPlace(folder);
  }

  #newName(folder: string, name: Buffer): string {
    const text = isUtf8(name) ? name.toString('utf8') : shownName(name);
    const allowed = this.#platform === 'win32' ? allowedOnWindows(text) : text;
    for (let number = 1; ; number++) {
      const candidate = join(folder, number === 1 ? allowed : `${allowed}~${number}`);
      const folded = candidate.normalize('NFC').toLowerCase();
      if (this.#taken.has(folded)) continue;
      this.#taken.add(folded);
      if (number > 1 || !Buffer.from(allowed).equals(name))
        this.compromises.renamed.push({ from: join(folder, text), to: candidate });
      return candidate;
    }
  }

  #inPlace(path: string): string {
    return join(this.place, path);
  }
}

function allowedOnWindows(name: string): string {
  // eslint-disable-next-line no-control-regex -- these are what Windows refuses
  const plain = name.replace(/[<>:"\\|?*\x00-\x1f]/g, '_').replace(/[. ]+$/, '_');
  return reservedOnWindows.test(plain) ? `_${plain}` : plain;
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failed(path, error);
  }
}

function failed(path: string, error: unknown): AppError {
  const reason = (error as NodeJS.ErrnoException).code ?? 'failed';
  return new AppError('files.target-failed', { path, reason }, { cause: error });
}
