import { createHash } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import { damaged } from '../format.ts';

/**
 * Packs of git objects, version 2, as any git reads them (FORMAT.md §16): whole objects, none as a difference to another. They are stored without git's own compression, because the
 * repository compresses a pack as one and better, and so the same objects are the same bytes whatever zlib there is.
 */
export type GitType = 'commit' | 'tree' | 'blob';

export interface GitObject {
  readonly type: GitType;
  /** Lower-case hex of the SHA-1. */
  readonly oid: string;
  readonly content: Buffer;
}

const typeNumbers = { commit: 1, tree: 2, blob: 3 } as const;
const headBytes = 12;
const trailerBytes = 20;
/** What one object may claim to be. Bytes. */
const mostObjectBytes = 64 * 1024 * 1024;

export function gitObject(type: GitType, content: Buffer): GitObject {
  const oid = createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
  return { type, oid, content };
}

export function writePack(objects: readonly GitObject[]): Buffer<ArrayBuffer> {
  const head = Buffer.alloc(headBytes);
  head.write('PACK', 'latin1');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(objects.length, 8);
  const parts: Buffer[] = [head];
  for (const { type, content } of objects)
    parts.push(objectHead(typeNumbers[type], content.length), deflateSync(content, { level: 0 }));
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  parts.push(hash.digest());
  const pack = Buffer.allocUnsafeSlow(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) at += part.copy(pack, at);
  return pack;
}

/** Every object of a pack, with its name computed anew. Error: `repository.damaged` reason `content`. */
export function* readPack(id: string, payload: Uint8Array): Generator<GitObject, void, undefined> {
  const pack = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const end = pack.length - trailerBytes;
  if (end < headBytes || pack.toString('latin1', 0, 4) !== 'PACK' || pack.readUInt32BE(4) !== 2)
    throw damaged(id, 'content');
  if (!createHash('sha1').update(pack.subarray(0, end)).digest().equals(pack.subarray(end)))
    throw damaged(id, 'content');
  let at = headBytes;
  for (let left = pack.readUInt32BE(8); left > 0; left--) {
    const head = readHead(pack, at, end);
    if (head === null) throw damaged(id, 'content');
    const { content, length } = inflated(id, pack.subarray(head.at, end), head.size);
    at = head.at + length;
    yield gitObject(head.type, content);
  }
  if (at !== end) throw damaged(id, 'content');
}

/** The name that git gives to a pack: its trailer. */
export function packName(pack: Uint8Array): string {
  return Buffer.from(pack.subarray(pack.length - trailerBytes)).toString('hex');
}

/** Type and size: four bits of it, then seven at a time, least first. */
function objectHead(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

function readHead(
  pack: Buffer,
  from: number,
  end: number,
): { readonly type: GitType; readonly size: number; readonly at: number } | null {
  let at = from;
  let byte = pack[at] ?? 0;
  const number = (byte >> 4) & 7;
  let size = byte & 15;
  let factor = 16;
  while ((byte & 0x80) !== 0) {
    at += 1;
    if (at >= end || factor > mostObjectBytes) return null;
    byte = pack[at] ?? 0;
    size += (byte & 0x7f) * factor;
    factor *= 128;
  }
  const type = number === 1 ? 'commit' : number === 2 ? 'tree' : number === 3 ? 'blob' : null;
  return type === null || size > mostObjectBytes || at >= end ? null : { type, size, at: at + 1 };
}

/** With `info` the inflater says how much of its input it took; the types do not know that. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function inflated(id: string, bytes: Buffer, size: number): { readonly content: Buffer; readonly length: number } {
  try {
    // Never more than it said, whatever is in it.
    const options = { info: true, maxOutputLength: Math.max(1, size) };
    const { buffer, engine } = inflateSync(bytes, options) as unknown as Inflated;
    if (buffer.length !== size) throw damaged(id, 'content');
    return { content: buffer, length: engine.bytesWritten };
  } catch (error) {
    throw damaged(id, 'content', error);
  }
}
