import PQueue from 'p-queue';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Tunnel } from '../../tunnel/index.ts';
import { readInodeMarks, type InodeMarks } from './inode-marks.ts';
import { FileRefusal, type RemoteEntry, type RemoteFiles, type RemoteKind, type RemoteState } from './remote-files.ts';
import { quotedPath } from './shell-path.ts';

type Shell = Pick<Tunnel, 'openCommand' | 'ask'>;

/** sshd lets ten sessions run on one login; the database's connections are none of these. */
const commandsAtOnce = 6;
const mostRecordBytes = 16 * 1024;
const fieldsPerRecord = 8;

const kindOfLetter: Readonly<Record<string, RemoteKind>> = {
  f: 'file',
  d: 'folder',
  l: 'link',
  s: 'socket',
  p: 'fifo',
  b: 'device',
  c: 'device',
};

/**
 * Files through the server's shell, where SFTP is switched off: GNU `find` lists, `cat` reads. Much slower for many small files, and nothing is ever written this
 * way. Error: `files.no-way` {reason} where the account has no shell, or not these programs.
 */
export async function openShellFiles(shell: Shell, signal: AbortSignal): Promise<RemoteFiles> {
  const answer = await shell.ask("find / -maxdepth 0 -printf '%y'");
  signal.throwIfAborted();
  if (answer !== 'd') throw new AppError('files.no-way', { reason: answer === null ? 'no-shell' : 'no-find' });
  return new ShellFiles(shell, signal);
}

class ShellFiles implements RemoteFiles {
  readonly way = 'shell';
  readonly #shell: Shell;
  readonly #signal: AbortSignal;
  readonly #queue = new PQueue({ concurrency: commandsAtOnce });

  constructor(shell: Shell, signal: AbortSignal) {
    this.#shell = shell;
    this.#signal = signal;
  }

  async list(folder: Buffer, most: number): Promise<readonly RemoteEntry[] | null> {
    const entries: RemoteEntry[] = [];
    // With the slash a folder behind a link is entered, as the owner's own folder may be.
    for await (const { path, ...state } of this.#find(
      Buffer.concat([folder, Buffer.from('/')]),
      '-mindepth 1 -maxdepth 1',
    )) {
      if (entries.length >= most) return null;
      entries.push({ name: path.subarray(path.lastIndexOf(0x2f) + 1), ...state });
    }
    return entries;
  }

  look(path: Buffer): Promise<RemoteState> {
    return this.#one(path, '-L');
  }

  lookAtLink(path: Buffer): Promise<RemoteState> {
    return this.#one(path, '-P');
  }

  async readLink(path: Buffer): Promise<Buffer> {
    for await (const { target } of this.#find(path, '-maxdepth 0')) return target;
    throw new FileRefusal('gone');
  }

  async *read(path: Buffer, size: number): AsyncGenerator<Buffer, RemoteState, undefined> {
    let left = size;
    for await (const bytes of this.#run(commandOf('cat <', path))) {
      if (left <= 0) continue;
      yield bytes.subarray(0, left);
      left -= bytes.length;
    }
    const state = await this.lookAtLink(path);
    return left > 0 ? { ...state, size: size - left } : state;
  }

  inodeMarks(folder: Buffer): Promise<InodeMarks | null> {
    return readInodeMarks(this.#shell, folder, this.#signal);
  }

  close(): void {
    this.#queue.clear();
  }

  async #one(path: Buffer, links: '-L' | '-P'): Promise<RemoteState> {
    for await (const found of this.#find(path, '-maxdepth 0', links)) return found;
    throw new FileRefusal('gone');
  }

  async *#find(
    path: Buffer,
    depth: string,
    links = '-P',
  ): AsyncGenerator<RemoteState & { readonly path: Buffer; readonly target: Buffer }, void, undefined> {
    const format = "-printf '%y\\0%m\\0%U\\0%G\\0%s\\0%T@\\0%l\\0%p\\0'";
    let fields: Buffer[] = [];
    let rest: Buffer = Buffer.alloc(0);
    for await (const bytes of this.#run(commandOf(`find ${links}`, path, `${depth} ${format}`))) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        fields.push(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
        if (fields.length < fieldsPerRecord) continue;
        yield recordOf(fields);
        fields = [];
      }
      if (rest.length > mostRecordBytes) throw new AppError('files.protocol', { reason: 'packet' });
    }
  }

  /** Refused when the command fails: which of the reasons it was, the shell does not say in a way that can be read. */
  async *#run(command: Buffer): AsyncGenerator<Buffer, void, undefined> {
    const { output, ended } = await this.#begin(command);
    try {
      for await (const bytes of output) yield bytes as Buffer;
      if ((await ended) !== 0) throw new FileRefusal('denied');
    } finally {
      output.destroy();
    }
  }

  async #begin(command: Buffer) {
    const running = Promise.withResolvers<Awaited<ReturnType<Shell['openCommand']>>>();
    void this.#queue.add(async () => {
      try {
        this.#signal.throwIfAborted();
        const begun = await this.#shell.openCommand(command, this.#signal);
        running.resolve(begun);
        if (!begun.output.closed) await new Promise((resolve) => begun.output.once('close', resolve));
      } catch (error) {
        running.reject(error);
      }
    });
    return running.promise;
  }
}

/** `<words> '<path>' <more>`, for a POSIX shell. */
function commandOf(words: string, path: Buffer, more = ''): Buffer {
  return Buffer.concat([Buffer.from(`LC_ALL=C ${words} `), quotedPath(path), Buffer.from(` ${more}`)]);
}

function recordOf(fields: readonly Buffer[]) {
  const field = (number: number) => fields[number] ?? Buffer.alloc(0);
  const text = (number: number) => field(number).toString('latin1');
  return {
    kind: kindOfLetter[text(0)] ?? 'unknown',
    mode: numberOf(text(1), 8) & 0o7777,
    uid: numberOf(text(2)),
    gid: numberOf(text(3)),
    size: numberOf(text(4)),
    modifiedAtSeconds: Math.max(0, Math.floor(Number(text(5)) || 0)),
    target: Buffer.from(field(6)),
    path: Buffer.from(field(7)),
  };
}

function numberOf(digits: string, radix = 10): number {
  const value = Number.parseInt(digits, radix);
  if (!Number.isSafeInteger(value) || value < 0) throw new AppError('files.protocol', { reason: 'number' });
  return value;
}
