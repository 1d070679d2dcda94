import type { Tunnel } from '../../tunnel/index.ts';
import { readInodeMarks } from './inode-marks.ts';
import { FileRefusal, kindOfMode, type RemoteEntry, type RemoteFiles, type RemoteState } from './remote-files.ts';
import { mostReadBytes, SftpRefusal, SftpSession, type SftpHandle } from './sftp-session.ts';
import { status, type SftpAttributes } from './sftp-wire.ts';

/** Reads of one file that are under way at once: two megabytes, which fills a line of 100 Mbit/s at 160 ms. */
const readsAhead = 64;

/**
 * Files over SFTP, on the tunnel's own login. Errors: `tunnel.service-refused` where the server has no SFTP; those of `SftpSession`.
 */
export async function openSftpFiles(
  tunnel: Pick<Tunnel, 'openSubsystem' | 'openCommand'>,
  signal: AbortSignal,
): Promise<SftpFiles> {
  const session = await SftpSession.open(await tunnel.openSubsystem('sftp', signal), signal);
  return new SftpFiles(session, (folder) => readInodeMarks(tunnel, folder, signal));
}

export class SftpFiles implements RemoteFiles {
  readonly way = 'sftp';
  readonly session: SftpSession;
  /** SFTP 3 knows no inodes: they are asked of the shell beside it, where there is one. */
  readonly inodeMarks: RemoteFiles['inodeMarks'];

  constructor(session: SftpSession, inodeMarks: RemoteFiles['inodeMarks'] = () => Promise.resolve(null)) {
    this.session = session;
    this.inodeMarks = inodeMarks;
  }

  async list(folder: Buffer, most: number): Promise<readonly RemoteEntry[] | null> {
    const names = await refusing(this.session.list(folder, most));
    if (names === null) return null;
    const entries: RemoteEntry[] = [];
    for (const { name, attributes } of names) {
      const known = attributes.mode === null ? await this.#attributesOf(folder, name) : attributes;
      if (known !== null) entries.push({ name, ...stateOf(known) });
    }
    return entries;
  }

  async look(path: Buffer): Promise<RemoteState> {
    return stateOf(await refusing(this.session.stat(path)));
  }

  async lookAtLink(path: Buffer): Promise<RemoteState> {
    return stateOf(await refusing(this.session.lstat(path)));
  }

  readLink(path: Buffer): Promise<Buffer> {
    return refusing(this.session.readLink(path));
  }

  async *read(path: Buffer, size: number): AsyncGenerator<Buffer, RemoteState, undefined> {
    const handle = await refusing(this.session.openToRead(path));
    // A small file is asked for whole, with its state and its closing behind: a server works on one file in the order of the requests.
    if (size <= mostReadBytes) {
      const reading = size === 0 ? Promise.resolve(Buffer.alloc(0)) : this.session.read(handle, 0, size);
      const looking = this.session.fstat(handle);
      const closing = this.session.closeHandle(handle);
      const [bytes, state] = await allRefusing([reading, looking, closing]);
      if (bytes.length > 0) yield bytes;
      if (bytes.length < size && bytes.length > 0) return { ...stateOf(state), size: bytes.length };
      return stateOf(state);
    }
    try {
      yield* this.#readAhead(handle, size);
      return stateOf(await refusing(this.session.fstat(handle)));
    } finally {
      await refusing(this.session.closeHandle(handle));
    }
  }

  close(): void {
    this.session.close();
  }

  async *#readAhead(handle: SftpHandle, size: number): AsyncGenerator<Buffer, void, undefined> {
    const asked: { readonly at: number; readonly length: number; readonly bytes: Promise<Buffer> }[] = [];
    let next = 0;
    const ask = (at: number, length: number) => {
      const bytes = this.session.read(handle, at, length);
      // Looked at in its turn; until then nobody may think it was forgotten.
      bytes.catch(() => undefined);
      return { at, length, bytes };
    };
    for (;;) {
      while (asked.length < readsAhead && next < size) {
        const length = Math.min(mostReadBytes, size - next);
        asked.push(ask(next, length));
        next += length;
      }
      const first = asked.shift();
      if (first === undefined) return;
      const bytes = await refusing(first.bytes);
      // It has become shorter: what was asked for behind it is nothing either.
      if (bytes.length === 0) return;
      yield bytes;
      const left = first.length - bytes.length;
      if (left > 0) asked.unshift(ask(first.at + bytes.length, left));
    }
  }

  /** Null: it went away since the listing. */
  async #attributesOf(folder: Buffer, name: Buffer): Promise<SftpAttributes | null> {
    try {
      return await this.session.lstat(Buffer.concat([folder, Buffer.from('/'), name]));
    } catch (error) {
      if (error instanceof SftpRefusal) return null;
      throw error;
    }
  }
}

/** A file may also be refused while it is read (a bad disk). */
async function refusing<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    throw error instanceof SftpRefusal ? refusalOf(error) : error;
  }
}

/** Waits for all, so that no answer finds nobody; the first refusal counts. */
async function allRefusing<A, B, C>(asking: [Promise<A>, Promise<B>, Promise<C>]): Promise<[A, B, C]> {
  await Promise.allSettled(asking);
  return refusing(Promise.all(asking));
}

function refusalOf({ code }: SftpRefusal): FileRefusal {
  if (code === status.permissionDenied) return new FileRefusal('denied');
  return new FileRefusal(code === status.noSuchFile ? 'gone' : 'failed');
}

function stateOf({ mode, size, uid, gid, modifiedAtSeconds }: SftpAttributes): RemoteState {
  return {
    kind: mode === null ? 'unknown' : kindOfMode(mode),
    mode: (mode ?? 0) & 0o7777,
    uid: uid ?? 0,
    gid: gid ?? 0,
    size: size ?? 0,
    modifiedAtSeconds: modifiedAtSeconds ?? 0,
  };
}
