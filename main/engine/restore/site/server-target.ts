import { AppError } from '../../../../shared/errors/app-error.ts';
import { joined, shownName, SftpRefusal, type SftpFiles, type SftpSession } from '../../source/files/index.ts';
import { ownerBits, type Compromises, type FileAttributes, type FilesTarget } from './files-target.ts';

const writeBytes = 32 * 1024;
const writesAhead = 32;

/** A new folder on the server. Errors: `files.target-not-empty` {folder} when it is there already, `files.target-failed`; those of the session. */
export async function openServerTarget({ session }: SftpFiles, folder: string): Promise<FilesTarget> {
  const root = Buffer.from(folder);
  const isThere = await session.lstat(root).then(
    () => true,
    (error: unknown) => {
      if (error instanceof SftpRefusal) return false;
      throw error;
    },
  );
  if (isThere) throw new AppError('files.target-not-empty', { folder });
  await attempt(folder, () => session.makeFolder(root, 0o700));
  return new ServerTarget(session, root);
}

class ServerTarget implements FilesTarget {
  readonly place: string;
  readonly compromises: Compromises = { renamed: [], links: 0, owners: 0 };
  readonly #session: SftpSession;
  readonly #root: Buffer;
  #temporary = 0;
  #mayGive = true;

  constructor(session: SftpSession, root: Buffer) {
    this.#session = session;
    this.#root = root;
    this.place = root.toString('utf8');
  }

  makeFolder(path: Buffer): Promise<void> {
    return attempt(shownName(path), () => this.#session.makeFolder(this.#at(path), 0o700));
  }

  async writeFile(path: Buffer, bytes: AsyncIterable<Uint8Array>, attributes: FileAttributes): Promise<void> {
    const session = this.#session;
    this.#temporary += 1;
    const temporary = this.#at(Buffer.from(`.shouhu-${this.#temporary}.partial`));
    await attempt(shownName(path), async () => {
      const handle = await session.openNew(temporary, 0o600);
      try {
        let at = 0;
        const writing: Promise<void>[] = [];
        for await (const piece of bytes) {
          for (let from = 0; from < piece.length; from += writeBytes) {
            const part = piece.subarray(from, from + writeBytes);
            const written = session.write(handle, at, part);
            // Looked at in its turn; until then nobody may think it was forgotten.
            written.catch(() => undefined);
            writing.push(written);
            at += part.length;
            if (writing.length >= writesAhead) await writing.shift();
          }
        }
        await Promise.all(writing);
        const hasOwner = await this.#give((owner) => session.setOpen(handle, { owner }), attributes);
        await session.setOpen(handle, values(attributes, hasOwner));
        await session.flush(handle);
      } finally {
        await session.closeHandle(handle);
      }
      // A rename of this version never takes the place of anything.
      await session.rename(temporary, this.#at(path));
    });
  }

  makeLink(path: Buffer, target: Buffer): Promise<void> {
    return attempt(shownName(path), () => this.#session.makeLink(target, this.#at(path)));
  }

  async finishFolder(path: Buffer, attributes: FileAttributes): Promise<void> {
    const at = this.#at(path);
    await attempt(shownName(path), async () => {
      const hasOwner = await this.#give((owner) => this.#session.set(at, { owner }), attributes);
      await this.#session.set(at, values(attributes, hasOwner));
    });
  }

  async *readBack(path: Buffer): AsyncGenerator<Uint8Array> {
    const session = this.#session;
    const handle = await attempt(shownName(path), () => session.openToRead(this.#at(path)));
    try {
      for (let at = 0; ;) {
        const bytes = await attempt(shownName(path), () => session.read(handle, at, writeBytes));
        if (bytes.length === 0) return;
        at += bytes.length;
        yield bytes;
      }
    } finally {
      await session.closeHandle(handle);
    }
  }

  /** Only root may give files away; whoever was refused once is not asked again for each file. */
  async #give(
    give: (owner: { readonly uid: number; readonly gid: number }) => Promise<void>,
    { uid, gid }: FileAttributes,
  ): Promise<boolean> {
    if (this.#mayGive) {
      try {
        await give({ uid, gid });
        return true;
      } catch (error) {
        if (!(error instanceof SftpRefusal)) throw error;
        this.#mayGive = false;
      }
    }
    this.compromises.owners += 1;
    return false;
  }

  #at(path: Buffer): Buffer {
    return joined(this.#root, path);
  }
}

function values({ mode, mtime }: FileAttributes, hasOwner: boolean) {
  return { mode: hasOwner ? mode : mode & ~ownerBits, modifiedAtSeconds: mtime };
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SftpRefusal)) throw error;
    throw new AppError('files.target-failed', { path, reason: `SFTP ${error.code}` }, { cause: error });
  }
}
