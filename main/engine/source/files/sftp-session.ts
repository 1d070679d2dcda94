import type { Duplex } from 'node:stream';
import { AppError } from '../../../../shared/errors/app-error.ts';
import {
  attributes as packAttributes,
  MalformedPacket,
  openFlag,
  packet,
  PacketReader,
  status,
  text,
  u32,
  u64,
  type SettableAttributes,
  type SftpAttributes,
  type SftpName,
} from './sftp-wire.ts';

/**
 * One SFTP session over a channel that somebody else opened. Requests may overlap; each answer finds its own by number. The libraries at hand turn
 * names into UTF-8 and so lose every other one, which is why this is not theirs.
 *
 * Errors: `SftpRefusal` where the server says no to one request; `files.protocol` {reason} when it does not speak the protocol, ends in the middle or says
 * nothing for a minute, which ends the session; the channel's own error. An abort ends the session with the signal's reason.
 */

/** The server's no to one request; the session goes on. `code` as in `status`. */
export class SftpRefusal extends Error {
  override readonly name = 'SftpRefusal';
  readonly code: number;

  constructor(code: number) {
    super(`SFTP status ${code}`);
    this.code = code;
  }
}

interface Pending {
  readonly resolve: (answer: { readonly kind: number; readonly fields: PacketReader }) => void;
  readonly reject: (error: Error) => void;
}

export type SftpHandle = Buffer & { readonly isSftpHandle: true };

/** Every server must be able to send so much at once. Bytes. */
export const mostReadBytes = 32 * 1024;
/** OpenSSH refuses more than 256 KiB itself. Bytes. */
const mostPacketBytes = 1024 * 1024;
const silenceCheckMs = 5000;
const mostSilentChecks = 12;

export class SftpSession {
  readonly #channel: Duplex;
  readonly #pending = new Map<number, Pending>();
  readonly #silence: NodeJS.Timeout;
  readonly #dropSignal: () => void;
  #received: Buffer = Buffer.alloc(0);
  #nextId = 1;
  #silentChecks = 0;
  #end: Error | undefined;
  #extensions = new Set<string>();

  /** Greets the server. The channel belongs to the session from here on. */
  static async open(channel: Duplex, signal: AbortSignal): Promise<SftpSession> {
    const session = new SftpSession(channel, signal);
    try {
      const version = await session.#greet();
      if (version < 3) throw protocolError('version');
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  private constructor(channel: Duplex, signal: AbortSignal) {
    this.#channel = channel;
    const onAbort = () => this.#finish(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#dropSignal = () => signal.removeEventListener('abort', onAbort);
    channel.on('data', (bytes: Buffer) => this.#receive(bytes));
    channel.on('error', (error: Error) => this.#finish(error));
    channel.on('close', () => this.#finish(protocolError('closed')));
    this.#silence = setInterval(() => {
      if (this.#pending.size === 0) this.#silentChecks = 0;
      else if (++this.#silentChecks >= mostSilentChecks) this.#finish(protocolError('silent'));
    }, silenceCheckMs);
    this.#silence.unref();
    if (signal.aborted) onAbort();
  }

  close(): void {
    this.#finish(protocolError('closed-here'));
  }

  /** What is in a folder, links as links, without `.` and `..`; as the server gives it. Null: more than `most`. */
  async list(folder: Uint8Array, most: number): Promise<SftpName[] | null> {
    const handle = await this.#handleOf(packet.opendir, text(folder));
    try {
      const found: SftpName[] = [];
      let seen = 0;
      for (;;) {
        const { kind, fields } = await this.#ask(packet.readdir, text(handle));
        if (kind === packet.status) {
          const code = fields.u32();
          if (code === status.endOfFile) return found;
          throw new SftpRefusal(code);
        }
        if (kind !== packet.name) throw this.#broken('answer');
        const count = this.#parse(() => fields.u32());
        // A server that gives nothing and does not end would keep us for ever.
        if (count === 0) throw this.#broken('empty');
        for (let left = count; left > 0; left--) {
          const entry = this.#parse(() => nameOf(fields));
          seen += 1;
          if (seen > most) return null;
          if (!isDots(entry.name)) found.push(entry);
        }
      }
    } finally {
      await this.closeHandle(handle);
    }
  }

  lstat(path: Uint8Array): Promise<SftpAttributes> {
    return this.#attributesOf(packet.lstat, text(path));
  }

  /** Follows links. */
  stat(path: Uint8Array): Promise<SftpAttributes> {
    return this.#attributesOf(packet.stat, text(path));
  }

  fstat(handle: SftpHandle): Promise<SftpAttributes> {
    return this.#attributesOf(packet.fstat, text(handle));
  }

  readLink(path: Uint8Array): Promise<Buffer> {
    return this.#oneName(packet.readlink, path);
  }

  /** Absolute, without links, where the server can tell. */
  realPath(path: Uint8Array): Promise<Buffer> {
    return this.#oneName(packet.realpath, path);
  }

  openToRead(path: Uint8Array): Promise<SftpHandle> {
    return this.#handleOf(packet.open, text(path), u32(openFlag.read), packAttributes({}));
  }

  /** A file that is not there yet: what is there is never opened, be it a link. */
  openNew(path: Uint8Array, mode: number): Promise<SftpHandle> {
    const flags = openFlag.write | openFlag.create | openFlag.exclusive;
    return this.#handleOf(packet.open, text(path), u32(flags), packAttributes({ mode }));
  }

  /** At most `length` bytes; fewer where the server likes; none at the end of the file. */
  async read(handle: SftpHandle, at: number, length: number): Promise<Buffer> {
    const { kind, fields } = await this.#ask(packet.read, text(handle), u64(at), u32(length));
    if (kind === packet.status) {
      const code = fields.u32();
      if (code === status.endOfFile) return Buffer.alloc(0);
      throw new SftpRefusal(code);
    }
    if (kind !== packet.data) throw this.#broken('answer');
    const bytes = this.#parse(() => fields.bytes());
    if (bytes.length > length || bytes.length === 0) throw this.#broken('data');
    return bytes;
  }

  write(handle: SftpHandle, at: number, bytes: Uint8Array): Promise<void> {
    return this.#done(packet.write, text(handle), u64(at), text(bytes));
  }

  closeHandle(handle: SftpHandle): Promise<void> {
    return this.#done(packet.close, text(handle));
  }

  makeFolder(path: Uint8Array, mode: number): Promise<void> {
    return this.#done(packet.mkdir, text(path), packAttributes({ mode }));
  }

  /** Of the open file itself, so that no link is followed. */
  setOpen(handle: SftpHandle, values: SettableAttributes): Promise<void> {
    return this.#done(packet.fsetstat, text(handle), packAttributes(values));
  }

  /** Follows a link: for folders that were made a moment ago. */
  set(path: Uint8Array, values: SettableAttributes): Promise<void> {
    return this.#done(packet.setstat, text(path), packAttributes(values));
  }

  /** In OpenSSH's order of the two, which is the other way round than the draft's. */
  makeLink(target: Uint8Array, path: Uint8Array): Promise<void> {
    return this.#done(packet.symlink, text(target), text(path));
  }

  rename(from: Uint8Array, to: Uint8Array): Promise<void> {
    return this.#done(packet.rename, text(from), text(to));
  }

  removeFile(path: Uint8Array): Promise<void> {
    return this.#done(packet.remove, text(path));
  }

  removeFolder(path: Uint8Array): Promise<void> {
    return this.#done(packet.rmdir, text(path));
  }

  /** Makes an open file durable where the server can; false where it cannot. */
  async flush(handle: SftpHandle): Promise<boolean> {
    if (!this.#extensions.has('fsync@openssh.com')) return false;
    await this.#done(packet.extended, text('fsync@openssh.com'), text(handle));
    return true;
  }

  async #greet(): Promise<number> {
    const answered = new Promise<{ readonly kind: number; readonly fields: PacketReader }>((resolve, reject) => {
      this.#pending.set(0, { resolve, reject });
    });
    this.#send(Buffer.concat([Buffer.of(packet.init), u32(3)]));
    const { fields } = await answered;
    return this.#parse(() => {
      const version = fields.u32();
      try {
        for (;;) {
          this.#extensions.add(fields.bytes().toString('latin1'));
          fields.bytes();
        }
      } catch (error) {
        // The list ends where the packet ends.
        if (!(error instanceof MalformedPacket)) throw error;
      }
      return version;
    });
  }

  async #handleOf(kind: number, ...fields: readonly Buffer[]): Promise<SftpHandle> {
    const answer = await this.#ask(kind, ...fields);
    if (answer.kind === packet.status) throw new SftpRefusal(answer.fields.u32());
    if (answer.kind !== packet.handle) throw this.#broken('answer');
    return Buffer.from(this.#parse(() => answer.fields.bytes())) as SftpHandle;
  }

  async #attributesOf(kind: number, ...fields: readonly Buffer[]): Promise<SftpAttributes> {
    const answer = await this.#ask(kind, ...fields);
    if (answer.kind === packet.status) throw new SftpRefusal(answer.fields.u32());
    if (answer.kind !== packet.attributes) throw this.#broken('answer');
    return this.#parse(() => answer.fields.attributes());
  }

  async #oneName(kind: number, path: Uint8Array): Promise<Buffer> {
    const answer = await this.#ask(kind, text(path));
    if (answer.kind === packet.status) throw new SftpRefusal(answer.fields.u32());
    if (answer.kind !== packet.name) throw this.#broken('answer');
    return this.#parse(() => {
      if (answer.fields.u32() !== 1) throw new MalformedPacket('not one name');
      return Buffer.from(nameOf(answer.fields).name);
    });
  }

  async #done(kind: number, ...fields: readonly Buffer[]): Promise<void> {
    const answer = await this.#ask(kind, ...fields);
    if (answer.kind !== packet.status) throw this.#broken('answer');
    const code = this.#parse(() => answer.fields.u32());
    if (code !== status.ok) throw new SftpRefusal(code);
  }

  #ask(kind: number, ...fields: readonly Buffer[]): Promise<{ readonly kind: number; readonly fields: PacketReader }> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) throw this.#end;
      const id = this.#nextId;
      this.#nextId = id === 0xffff_ffff ? 1 : id + 1;
      this.#pending.set(id, { resolve, reject });
      this.#send(Buffer.concat([Buffer.of(kind), u32(id), ...fields]));
    });
  }

  #send(body: Buffer): void {
    this.#channel.write(Buffer.concat([u32(body.length), body]));
  }

  #receive(bytes: Buffer): void {
    this.#silentChecks = 0;
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    while (this.#end === undefined && this.#received.length >= 4) {
      const length = this.#received.readUInt32BE();
      if (length < 5 || length > mostPacketBytes) {
        this.#finish(protocolError('packet'));
        return;
      }
      if (this.#received.length < 4 + length) return;
      const body = this.#received.subarray(4, 4 + length);
      this.#received = this.#received.subarray(4 + length);
      this.#answer(body);
    }
  }

  #answer(body: Buffer): void {
    const fields = new PacketReader(body);
    const kind = fields.u8();
    // The greeting has no number.
    const id = kind === packet.version ? 0 : fields.u32();
    const waiting = this.#pending.get(id);
    if (waiting === undefined) {
      this.#finish(protocolError('answer'));
      return;
    }
    this.#pending.delete(id);
    waiting.resolve({ kind, fields });
  }

  #parse<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      throw this.#broken('packet');
    }
  }

  /** The session is of no use any more. */
  #broken(reason: string): AppError {
    const error = protocolError(reason);
    this.#finish(error);
    return error;
  }

  #finish(error: Error): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    clearInterval(this.#silence);
    this.#dropSignal();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#received = Buffer.alloc(0);
    this.#channel.destroy();
  }
}

function nameOf(fields: PacketReader): SftpName {
  const name = Buffer.from(fields.bytes());
  fields.bytes(); // a line as `ls -l` prints it, for people
  return { name, attributes: fields.attributes() };
}

function isDots(name: Buffer): boolean {
  return name.length <= 2 && name.every((byte) => byte === 0x2e) && name.length > 0;
}

function protocolError(reason: string): AppError {
  return new AppError('files.protocol', { reason });
}
