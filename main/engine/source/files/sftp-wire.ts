/**
 * Packets of SFTP version 3 (draft-ietf-secsh-filexfer-02), the one that servers speak. Names are bytes here: the version says nothing of their
 * encoding, and shops have GBK beside UTF-8. Everything that is read is the server's word: each length is checked before it is used.
 */

export const packet = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attributes: 105,
  extended: 200,
} as const;

export const status = { ok: 0, endOfFile: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const;

/** `pflags` of an open. */
export const openFlag = { read: 1, write: 2, create: 8, truncate: 16, exclusive: 32 } as const;

export interface SftpAttributes {
  /** Bytes; `Number.MAX_SAFE_INTEGER` for what is beyond it. Null: the server does not say. */
  readonly size: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /** Kind and permissions, as `st_mode`. */
  readonly mode: number | null;
  /** Seconds since the Unix epoch. */
  readonly modifiedAtSeconds: number | null;
}

export interface SftpName {
  readonly name: Buffer;
  readonly attributes: SftpAttributes;
}

/** What the server sent is no packet of this protocol. */
export class MalformedPacket extends Error {
  override readonly name = 'MalformedPacket';
}

const flagSize = 0x1;
const flagOwner = 0x2;
const flagMode = 0x4;
const flagTimes = 0x8;
const flagExtended = 0x80000000;

/** Reads one packet's fields in order. Throws `MalformedPacket` beyond its end. */
export class PacketReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  u8(): number {
    return this.#take(1).readUInt8();
  }

  u32(): number {
    return this.#take(4).readUInt32BE();
  }

  u64(): number {
    const value = this.#take(8).readBigUInt64BE();
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
  }

  /** A view of the packet, not a copy. */
  bytes(): Buffer {
    return this.#take(this.u32());
  }

  attributes(): SftpAttributes {
    const flags = this.u32();
    const has = (flag: number) => (flags & flag) !== 0;
    const size = has(flagSize) ? this.u64() : null;
    const [uid, gid] = has(flagOwner) ? [this.u32(), this.u32()] : [null, null];
    const mode = has(flagMode) ? this.u32() : null;
    const [, modifiedAtSeconds] = has(flagTimes) ? [this.u32(), this.u32()] : [null, null];
    if (has(flagExtended)) {
      for (let left = this.u32(); left > 0; left--) {
        this.bytes();
        this.bytes();
      }
    }
    return { size, uid, gid, mode, modifiedAtSeconds };
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new MalformedPacket('a field is longer than its packet');
    const piece = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return piece;
  }
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** A string: its length and its bytes. */
export function text(value: Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([u32(bytes.length), bytes]);
}

export interface SettableAttributes {
  /** Permission bits only. */
  readonly mode?: number;
  readonly modifiedAtSeconds?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
}

export function attributes({ mode, modifiedAtSeconds, owner }: SettableAttributes): Buffer {
  const flags =
    (owner === undefined ? 0 : flagOwner) |
    (mode === undefined ? 0 : flagMode) |
    (modifiedAtSeconds === undefined ? 0 : flagTimes);
  return Buffer.concat([
    u32(flags),
    ...(owner === undefined ? [] : [u32(owner.uid), u32(owner.gid)]),
    ...(mode === undefined ? [] : [u32(mode)]),
    ...(modifiedAtSeconds === undefined ? [] : [u32(modifiedAtSeconds), u32(modifiedAtSeconds)]),
  ]);
}
