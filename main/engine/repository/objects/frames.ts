import { free } from '../../platform/free-memory.ts';
import { nonceBytes, openAead, sealAead, tagBytes } from '../crypto/primitives.ts';
import { damaged } from '../format.ts';

/**
 * The body of an object, cut into frames of 4 MiB that are sealed one by one:
 * u32 big-endian (bit 31: last frame; bits 0–30: n, the frame's length) · n bytes of ciphertext · 16 bytes of tag.
 * Every frame but the last is exactly 4 MiB, so a body has one framing. The tag covers envelope, object name, frame number and
 * last flag: frames cannot be dropped, added, reordered or moved to another object.
 */
export const frameBytes = 4 * 1024 * 1024;

const lastFlag = 0x8000_0000;
const headBytes = 4;

export interface FrameContext {
  /** For error messages. */
  readonly object: string;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  /** The envelope's bytes as stored. */
  readonly envelope: Uint8Array;
  /** What ties the frames to a name: the 32-byte id, or the name of a manifest in UTF-8. */
  readonly binding: Uint8Array;
}

export function sealFrames(context: FrameContext, body: Uint8Array): Buffer[] {
  const count = Math.max(1, Math.ceil(body.length / frameBytes));
  const parts: Buffer[] = [];
  for (let index = 0; index < count; index++) {
    const last = index === count - 1;
    const piece = body.subarray(index * frameBytes, (index + 1) * frameBytes);
    const head = Buffer.alloc(headBytes);
    head.writeUInt32BE(((last ? lastFlag : 0) | piece.length) >>> 0);
    parts.push(head, sealAead(context.key, frameNonce(context.nonce, index), frameAad(context, index, last), piece));
  }
  return parts;
}

/** The body. `maxBodyBytes` bounds what is collected. Errors: `repository.damaged` with what is wrong. */
export function openFrames(context: FrameContext, framed: Uint8Array, maxBodyBytes: number): Uint8Array {
  const pieces = [...openedFrames(context, framed, maxBodyBytes)];
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

function* openedFrames(context: FrameContext, framed: Uint8Array, maxBodyBytes: number): Generator<Buffer> {
  let index = 0;
  for (const { sealed, last } of walkFrames(context.object, framed, maxBodyBytes)) {
    const piece = openAead(context.key, frameNonce(context.nonce, index), frameAad(context, index, last), sealed);
    if (piece === undefined) throw damaged(context.object, 'tag');
    yield piece;
    index += 1;
  }
}

/** Every tag, and nothing kept: as `openFrames`, for whoever only wants to know. */
export function checkFrames(context: FrameContext, framed: Uint8Array, maxBodyBytes: number): void {
  for (const piece of openedFrames(context, framed, maxBodyBytes)) free(piece);
}

/** Checks lengths and flags without any key: that nothing is cut off, added or oversized. */
export function checkFraming(object: string, framed: Uint8Array, maxBodyBytes: number): void {
  const frames = walkFrames(object, framed, maxBodyBytes);
  while (frames.next().done !== true);
}

function* walkFrames(object: string, framed: Uint8Array, maxBodyBytes: number) {
  const view = Buffer.from(framed.buffer, framed.byteOffset, framed.length);
  let offset = 0;
  let bodyBytes = 0;
  for (let last = false; !last;) {
    if (offset + headBytes > view.length) throw damaged(object, 'truncated');
    const head = view.readUInt32BE(offset);
    last = (head & lastFlag) !== 0;
    const length = head & 0x7fff_ffff;
    if (length > frameBytes || (!last && length !== frameBytes)) throw damaged(object, 'frame');
    bodyBytes += length;
    if (bodyBytes > maxBodyBytes) throw damaged(object, 'frame');
    const end = offset + headBytes + length + tagBytes;
    if (end > view.length) throw damaged(object, 'truncated');
    yield { sealed: view.subarray(offset + headBytes, end), last };
    offset = end;
  }
  if (offset !== view.length) throw damaged(object, 'extended');
}

/** The base nonce with the frame number XORed into its last four bytes. */
function frameNonce(base: Uint8Array, index: number): Buffer {
  const nonce = Buffer.from(base);
  const at = nonceBytes - 4;
  nonce.writeUInt32BE((nonce.readUInt32BE(at) ^ index) >>> 0, at);
  return nonce;
}

function frameAad({ envelope, binding }: FrameContext, index: number, last: boolean): Buffer {
  const trailer = Buffer.alloc(5);
  trailer.writeUInt32BE(index);
  trailer.writeUInt8(last ? 1 : 0, 4);
  return Buffer.concat([envelope, binding, trailer]);
}
